"""requests that are joined, photos of what was done, hand-over notes"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import crm.store

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("service_request", sa.Column("merged_into", sa.Integer(), nullable=True))
    unfinished = sa.text("state IN ('open', 'accepted', 'on_the_way', 'waiting')")
    op.create_index(
        "ix_request_of_room",
        "service_request",
        ["property_id", "room", "service"],
        sqlite_where=unfinished,
        postgresql_where=unfinished,
    )
    op.create_table(
        "request_companion",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("guest_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["service_request.number"]),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"]),
        sa.ForeignKeyConstraint(["guest_id"], ["guest.id"]),
        sa.PrimaryKeyConstraint("number", "conversation_id"),
    )
    op.create_index("ix_companion_of_guest", "request_companion", ["guest_id"])
    op.create_table(
        "request_photo",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("attachment_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["service_request.number"]),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachment.id"]),
        sa.PrimaryKeyConstraint("number", "attachment_id"),
    )
    op.create_table(
        "handover_note",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("property_id", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", crm.store.Utc(), nullable=False),
        sa.Column("received_at", crm.store.Utc(), nullable=True),
        sa.ForeignKeyConstraint(["property_id"], ["property.id"]),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_handover_of_department", "handover_note", ["property_id", "department", "created_at"])
    op.create_index("ix_handover_note_staff_id", "handover_note", ["staff_id"])
