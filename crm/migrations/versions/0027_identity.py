"""one person, one profile: keys and newcomers, doubles, joins"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import crm.store

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

OF_GUESTS = ("account", "stay", "service_request", "request_companion", "feedback", "alarm")
UNKEYED = "NOT is_keyed"
JOINED = "joined_into IS NOT NULL"
ASKED = "state = 'likely' AND asked_at IS NULL AND ask_from IS NOT NULL"
STANDING = "undone_at IS NULL"


def upgrade() -> None:
    for name in ("born", "address"):
        op.add_column("guest", sa.Column(name, sa.LargeBinary(), nullable=True))
    op.add_column("guest", sa.Column("source", sa.String(), nullable=False, server_default=sa.text("'imported'")))
    op.add_column("guest", sa.Column("joined_into", sa.String(), nullable=True))
    _partial("ix_guest_joined", "guest", ["joined_into"], JOINED)
    for table in OF_GUESTS:
        op.add_column(table, sa.Column("own_guest_id", sa.String(), nullable=True))
    op.create_index("ix_alarm_guest_id", "alarm", ["guest_id"])
    _add_newcomers()
    _add_doubles()
    _add_joins()


def _add_newcomers() -> None:
    op.create_table(
        "newcomer",
        sa.Column("guest_id", sa.String(), sa.ForeignKey("guest.id"), primary_key=True),
        sa.Column("is_keyed", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    _partial("ix_newcomer_unkeyed", "newcomer", ["guest_id"], UNKEYED)
    op.execute("INSERT INTO newcomer (guest_id) SELECT id FROM guest")
    op.create_table(
        "guest_key",
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("guest_id", sa.String(), sa.ForeignKey("guest.id"), primary_key=True),
    )
    op.create_index("ix_guest_key_guest_id", "guest_key", ["guest_id"])


def _add_doubles() -> None:
    op.create_table(
        "guest_pair",
        sa.Column("first_id", sa.String(), sa.ForeignKey("guest.id"), primary_key=True),
        sa.Column("second_id", sa.String(), sa.ForeignKey("guest.id"), primary_key=True),
        sa.Column("property_id", sa.String(), sa.ForeignKey("property.id"), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("reasons", crm.store.Json(), nullable=False),
        sa.Column("found_at", crm.store.Utc(timezone=True), nullable=False),
        sa.Column("ask_from", crm.store.Utc(timezone=True), nullable=True),
        sa.Column("asked_at", crm.store.Utc(timezone=True), nullable=True),
        sa.Column("settled_at", crm.store.Utc(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(), sa.ForeignKey("staff_member.id"), nullable=True),
    )
    op.create_index("ix_guest_pair_second_id", "guest_pair", ["second_id"])
    _partial("ix_guest_pair_to_ask", "guest_pair", ["ask_from"], ASKED)
    _partial("ix_guest_pair_likely", "guest_pair", ["property_id", "score"], "state = 'likely'")


def _add_joins() -> None:
    op.create_table(
        "guest_join",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("kept_id", sa.String(), sa.ForeignKey("guest.id"), nullable=False),
        sa.Column("joined_id", sa.String(), sa.ForeignKey("guest.id"), nullable=False),
        sa.Column("joined_at", crm.store.Utc(timezone=True), nullable=False),
        sa.Column("joined_by", sa.String(), sa.ForeignKey("staff_member.id"), nullable=True),
        sa.Column("reasons", crm.store.Json(), nullable=False),
        sa.Column("carried", crm.store.Json(), nullable=False),
        sa.Column("undone_at", crm.store.Utc(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(), sa.ForeignKey("staff_member.id"), nullable=True),
    )
    _partial("ix_guest_join_standing", "guest_join", ["joined_id"], STANDING, unique=True)
    _partial("ix_guest_join_kept", "guest_join", ["kept_id"], STANDING)


def _partial(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)
