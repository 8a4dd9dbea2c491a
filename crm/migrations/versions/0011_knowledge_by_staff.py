"""house knowledge kept by staff: room types, history, and the questions that no entry answered"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import crm.store

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("property", sa.Column("knowledge_version", sa.Integer(), nullable=False, server_default="0"))
    op.drop_table("knowledge_entry")  # every entry came from the configuration, which is read again at each start
    op.create_table(
        "knowledge_entry",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("property_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("room_types", crm.store.Json(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("guests_only", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("configured", sa.String(), nullable=False),
        sa.Column("is_removed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["property_id"], ["property.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("property_id", "key", "room_types"),
    )
    op.create_table(
        "knowledge_change",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=True),
        sa.Column("at", crm.store.Utc(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["knowledge_entry.id"]),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_knowledge_change_of_entry", "knowledge_change", ["entry_id", "version"])
    op.create_table(
        "unanswered_question",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("property_id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("question", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", crm.store.Utc(), nullable=False),
        sa.Column("looked_version", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=True),
        sa.Column("settled_at", crm.store.Utc(), nullable=True),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["property_id"], ["property.id"]),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"]),
        sa.ForeignKeyConstraint(["entry_id"], ["knowledge_entry.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    open_ones = sa.text("settled_at IS NULL")
    for name, column in (("ix_question_asked", "asked_at"), ("ix_question_to_look_at", "looked_version")):
        op.create_index(
            name,
            "unanswered_question",
            ["property_id", column],
            sqlite_where=open_ones,
            postgresql_where=open_ones,
        )
    op.create_index("ix_question_told", "unanswered_question", ["conversation_id", "entry_id"])
