"""alarms of guests, and who was called"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import crm.store

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

OPEN = "closed_at IS NULL"
DUE = f"{OPEN} AND repeat_at IS NOT NULL"


def upgrade() -> None:
    op.create_table(
        "alarm",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("property_id", sa.String(), sa.ForeignKey("property.id"), nullable=True),
        sa.Column("conversation_id", sa.String(), sa.ForeignKey("conversation.id"), nullable=False),
        sa.Column("guest_id", sa.String(), sa.ForeignKey("guest.id"), nullable=True),
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("kinds", crm.store.Json(), nullable=False),
        sa.Column("raised_at", crm.store.Utc(timezone=True), nullable=False),
        sa.Column("heard_until", crm.store.Utc(timezone=True), nullable=False),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("repeat_at", crm.store.Utc(timezone=True), nullable=True),
        sa.Column("stood_down_at", crm.store.Utc(timezone=True), nullable=True),
        sa.Column("closed_at", crm.store.Utc(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(), sa.ForeignKey("staff_member.id"), nullable=True),
    )
    _index("ix_alarm_open", "heard_until", OPEN)
    _index("ix_alarm_due", "repeat_at", DUE)
    op.create_table(
        "alarm_page",
        sa.Column("alarm_id", sa.String(), sa.ForeignKey("alarm.id"), primary_key=True),
        sa.Column("conversation_id", sa.String(), sa.ForeignKey("conversation.id"), primary_key=True),
        sa.Column("is_coming", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def _index(name: str, column: str, where: str) -> None:
    op.create_index(name, "alarm", [column], sqlite_where=sa.text(where), postgresql_where=sa.text(where))
