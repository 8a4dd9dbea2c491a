"""guests who want it simple and large; where a house's chat is found, and its colour"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("guest", sa.Column("elder_mode", sa.Boolean(), nullable=False, server_default=sa.false()))
    for name in ("chat_link", "accent"):
        op.add_column("property", sa.Column(name, sa.String(), nullable=False, server_default=sa.text("''")))
