"""What Alembic runs: migrations on the connection it was handed, in that connection's transaction."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlmodel import AutoString

from crm.tables import metadata


def plain_text(kind: str, item: Any, _context: object) -> str | Literal[False]:
    """SQLModel's own text type would tie every old migration to its version."""
    return "sa.String()" if kind == "type" and isinstance(item, AutoString) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    render_item=plain_text,
    transactional_ddl=False,  # the caller began the transaction and commits it
)
context.run_migrations()
