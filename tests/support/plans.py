"""How a database would answer a question: tests read there that it walks through no table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm.store import Prepared, Store


def plan_of(store: Store, query: Prepared, values: Mapping[str, Any]) -> str:
    """`values` may hold more than the question asks for. With few rows PostgreSQL must be told that it has an index."""
    with store.transaction() as db:
        asked = query._plan(db, values)
        driver: Any = db.connection.driver_connection
        if store.is_sqlite:
            rows = driver.execute("EXPLAIN QUERY PLAN " + asked.sql, asked.parameters(values)).fetchall()
            return "\n".join(row[-1] for row in rows)
        driver.execute("SET LOCAL enable_seqscan = off")
        driver.execute("PREPARE question AS " + asked.sql)
        given = ", ".join(f"'{value}'" for value in asked.parameters(values))
        rows = driver.execute(f"EXPLAIN EXECUTE question{f'({given})' if given else ''}").fetchall()
        driver.execute("DEALLOCATE question")
        return "\n".join(row[0] for row in rows)
