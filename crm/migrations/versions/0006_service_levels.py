"""service levels: working hours of departments, what the clock keeps of requests, leads"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import crm.store

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

UNFINISHED = sa.text("state IN ('open', 'accepted', 'on_the_way', 'waiting')")
INSTANTS = ("respond_by", "promised_at", "waiting_since", "rung_at", "look_at")


def upgrade() -> None:
    op.add_column("property", sa.Column("hours", crm.store.Json(), nullable=True))
    op.add_column("staff_member", sa.Column("is_lead", sa.Boolean(), nullable=False, server_default=sa.false()))
    for name in INSTANTS:
        op.add_column("service_request", sa.Column(name, crm.store.Utc(timezone=True), nullable=True))
    op.add_column("service_request", sa.Column("is_reminded", sa.Boolean(), nullable=False, server_default=sa.false()))
    for name in ("apologies", "rung"):
        op.add_column("service_request", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.execute(sa.text("UPDATE service_request SET look_at = due_at"))
    op.drop_index("ix_request_unfinished", "service_request")
    indexes = {"ix_request_unfinished": ["property_id", "due_at"], "ix_request_look": ["look_at"]}
    for name, columns in indexes.items():
        op.create_index(name, "service_request", columns, sqlite_where=UNFINISHED, postgresql_where=UNFINISHED)
