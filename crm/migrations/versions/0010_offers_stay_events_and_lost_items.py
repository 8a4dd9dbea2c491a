"""offers instead of what was asked for, agreed hours of departure, events of stays, things that were found"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import crm.store

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stay", sa.Column("departure_time", sa.String(), nullable=True))
    open_offer = sa.text("answered_at IS NULL")
    op.create_table(
        "request_offer",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("request_number", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("wanted_at", crm.store.Utc(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.Column("made_at", crm.store.Utc(), nullable=False),
        sa.Column("answered_at", crm.store.Utc(), nullable=True),
        sa.ForeignKeyConstraint(["request_number"], ["service_request.number"]),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_member.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_offer_open",
        "request_offer",
        ["request_number"],
        unique=True,
        sqlite_where=open_offer,
        postgresql_where=open_offer,
    )
    waiting = sa.text("handled_at IS NULL")
    op.create_table(
        "stay_event",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("stay_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("happened_at", crm.store.Utc(), nullable=False),
        sa.Column("counts_from", crm.store.Utc(), nullable=False),
        sa.Column("handled_at", crm.store.Utc(), nullable=True),
        sa.ForeignKeyConstraint(["stay_id"], ["stay.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("stay_id", "kind"),
    )
    op.create_index(
        "ix_stay_event_waiting",
        "stay_event",
        ["kind", "counts_from"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_table(
        "lost_item",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("property_id", sa.String(), nullable=False),
        sa.Column("stay_id", sa.String(), nullable=True),
        sa.Column("request_number", sa.Integer(), nullable=True),
        sa.Column("inbound_id", sa.String(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("what", sa.LargeBinary(), nullable=False),
        sa.Column("photos", crm.store.Json(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("found_by", sa.String(), nullable=False),
        sa.Column("found_at", crm.store.Utc(), nullable=False),
        sa.Column("settled_by", sa.String(), nullable=True),
        sa.Column("settled_at", crm.store.Utc(), nullable=True),
        sa.ForeignKeyConstraint(["property_id"], ["property.id"]),
        sa.ForeignKeyConstraint(["stay_id"], ["stay.id"]),
        sa.ForeignKeyConstraint(["request_number"], ["service_request.number"]),
        sa.ForeignKeyConstraint(["found_by"], ["staff_member.id"]),
        sa.ForeignKeyConstraint(["settled_by"], ["staff_member.id"]),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
        sa.UniqueConstraint("inbound_id", "part"),
        sqlite_autoincrement=True,
    )
    held = sa.text("state = 'held'")
    op.create_index(
        "ix_lost_item_held", "lost_item", ["property_id", "number"], sqlite_where=held, postgresql_where=held
    )
