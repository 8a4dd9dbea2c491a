"""conversations in the hands of a colleague"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import crm.store

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INSTANTS = (
    "taken_at",
    "front_at",
    "said_at",
    "guest_said_at",
    "waiting_since",
    "reminded_at",
    "answered_at",
    "ended_at",
)
TAKEN = "state = 'taken'"
INDEXES = (
    ("ix_handoff_open", ["conversation_id"], "state IN ('asked', 'taken')"),
    ("ix_handoff_asked", ["property_id", "opened_at"], "state = 'asked'"),
    ("ix_handoff_in_front", ["staff_id", "front_at"], TAKEN),
    ("ix_handoff_quiet", ["said_at"], TAKEN),
    ("ix_handoff_unreminded", ["waiting_since"], f"{TAKEN} AND waiting_since IS NOT NULL AND reminded_at IS NULL"),
    ("ix_handoff_unanswered", ["taken_at"], f"{TAKEN} AND answered_at IS NULL"),
)


def upgrade() -> None:
    op.create_table(
        "handoff",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("property_id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("request_number", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.String(), nullable=True),
        sa.Column("staff_conversation_id", sa.String(), nullable=True),
        sa.Column("opened_at", crm.store.Utc(timezone=True), nullable=False),
        *(sa.Column(name, crm.store.Utc(timezone=True), nullable=True) for name in INSTANTS),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["property_id"], ["property.id"]),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"]),
        sa.ForeignKeyConstraint(["staff_conversation_id"], ["conversation.id"]),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for name, columns, where in INDEXES:
        is_unique = name == "ix_handoff_open"
        condition = sa.text(where)
        op.create_index(name, "handoff", columns, unique=is_unique, sqlite_where=condition, postgresql_where=condition)
