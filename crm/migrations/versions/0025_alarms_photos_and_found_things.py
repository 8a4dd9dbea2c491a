"""alarms that nobody has closed; photos that guests have received"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0021"
branch_labels = None
depends_on = None

DONE_ONCE = ("number", "finished_at", "reopened_at")


def upgrade() -> None:
    still_open = sa.text("closed_at IS NULL")
    op.create_index("ix_alarm_unclosed", "alarm", ["raised_at"], sqlite_where=still_open, postgresql_where=still_open)
    op.add_column("request_photo", sa.Column("told", sa.Boolean(), nullable=False, server_default=sa.false()))
    photo, request = _table("request_photo", "number", "told"), _table("service_request", *DONE_ONCE)
    were_done = sa.select(request.c.number).where(sa.or_(*(request.c[each].is_not(None) for each in DONE_ONCE[1:])))
    op.execute(photo.update().where(photo.c.number.in_(were_done)).values(told=sa.true()))


def _table(name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, *(sa.column(each) for each in columns))
