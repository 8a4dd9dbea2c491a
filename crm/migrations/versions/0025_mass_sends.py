"""mass sends, and who has agreed to them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import crm.store

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

INSTANT = crm.store.Utc(timezone=True)


def upgrade() -> None:
    for name in ("customers", "followers"):
        column: sa.Column[bool] = sa.Column(f"sends_to_{name}", sa.Boolean(), nullable=False, server_default=sa.false())
        op.add_column("property", column)
    _add_sends()
    _add_carriers()
    op.create_table(
        "consent",
        sa.Column("topic", sa.String(), primary_key=True),
        sa.Column("account_id", sa.String(), sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("agreed_at", INSTANT, nullable=True),
        sa.Column("agreed_by", sa.String(), nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
    )
    _index("ix_message_awaiting", "message", ["id"], "state = 'awaiting_confirmation'")


def _add_sends() -> None:
    op.create_table(
        "mass_send",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("property_id", sa.String(), sa.ForeignKey("property.id"), nullable=False),
        sa.Column("author_id", sa.String(), sa.ForeignKey("staff_member.id"), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("started_at", INSTANT, nullable=True),
        sa.Column("gathered_to", sa.String(), nullable=False),
        sa.Column("is_gathered", sa.Boolean(), nullable=False),
        sa.Column("look_at", INSTANT, nullable=True),
        sa.Column("remind_at", INSTANT, nullable=True),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("tell", sa.String(), nullable=False),
        sa.Column("tell_at", INSTANT, nullable=True),
    )
    op.create_index("ix_mass_send_started", "mass_send", ["channel", "started_at"])
    _index("ix_mass_send_look", "mass_send", ["channel", "look_at"], "look_at IS NOT NULL")
    _index("ix_mass_send_tell", "mass_send", ["tell_at"], "tell_at IS NOT NULL")


def _add_carriers() -> None:
    """What carries a send to whom, and what came of it."""
    op.create_table(
        "mass_send_message",
        sa.Column("message_id", sa.String(), sa.ForeignKey("message.id"), primary_key=True),
        sa.Column("send_id", sa.String(), sa.ForeignKey("mass_send.id"), nullable=False, index=True),
        sa.Column("people", sa.Integer(), nullable=False),
    )
    op.create_table(
        "mass_send_member",
        sa.Column("send_id", sa.String(), sa.ForeignKey("mass_send.id"), primary_key=True),
        sa.Column("member", sa.String(), primary_key=True),
        sa.Column("customers", sa.Integer(), nullable=False),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.Column("is_final", sa.Boolean(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("not_a_friend", sa.Integer(), nullable=False),
        sa.Column("full", sa.Integer(), nullable=False),
    )
    op.create_table(
        "mass_send_recipient",
        sa.Column("send_id", sa.String(), sa.ForeignKey("mass_send.id"), primary_key=True),
        sa.Column("person", sa.String(), primary_key=True),
        sa.Column("account_id", sa.String(), sa.ForeignKey("account.id"), nullable=False),
        sa.Column("message_id", sa.String(), sa.ForeignKey("message.id"), nullable=False),
        sa.Column("sent_at", INSTANT, nullable=False),
    )
    op.create_index("ix_mass_send_recipient_of_account", "mass_send_recipient", ["account_id", "sent_at"])
    op.create_index("ix_mass_send_recipient_of_message", "mass_send_recipient", ["message_id"])
    op.create_table(
        "mass_send_result",
        sa.Column("platform_id", sa.String(), primary_key=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("filtered", sa.Integer(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.Column("told_at", INSTANT, nullable=False),
    )


def _index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
