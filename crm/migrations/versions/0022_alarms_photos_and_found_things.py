"""alarms that nobody has closed; photos that guests have received; things that guests have found"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
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
    op.drop_index("ix_lost_item_held", "lost_item")
    with op.batch_alter_table("lost_item", table_kwargs={"sqlite_autoincrement": True}) as item:
        item.alter_column("found_by", existing_type=sa.String(), nullable=True)
        item.add_column(sa.Column("finder_stay_id", sa.String(), nullable=True))
        item.create_foreign_key("lost_item_finder_stay_id_fkey", "stay", ["finder_stay_id"], ["id"])
    kept = sa.text("settled_at IS NULL")
    op.create_index(
        "ix_lost_item_kept", "lost_item", ["property_id", "number"], sqlite_where=kept, postgresql_where=kept
    )


def _table(name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, *(sa.column(each) for each in columns))
