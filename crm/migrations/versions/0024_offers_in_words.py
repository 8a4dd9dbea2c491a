"""something else is offered in a colleague's own words"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("request_offer", sa.Column("words", sa.LargeBinary(), nullable=True))
