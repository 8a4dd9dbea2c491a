"""offers instead of what was asked for, agreed hours of departure, events of stays"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import crm.store

revision = "0012"
down_revision = "0007"
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
