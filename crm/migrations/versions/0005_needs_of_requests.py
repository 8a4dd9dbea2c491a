"""allergies, diets, ages and budgets that go with a request"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("service_request", sa.Column("needs", sa.LargeBinary(), nullable=True))
