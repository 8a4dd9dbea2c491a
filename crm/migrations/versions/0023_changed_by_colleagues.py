"""when what is wanted was last changed, and by which colleague"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import crm.store

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("service_request", sa.Column("changed_at", crm.store.Utc(timezone=True), nullable=True))
    op.add_column("service_request", sa.Column("changed_by", sa.String(), nullable=True))
