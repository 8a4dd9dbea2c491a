"""Maps of files that were put right once: a file with the same columns is read by them again, here or in the chat."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select
from sqlmodel import Field, SQLModel

from crm.stays.imports.mapping import ColumnMap, Layout, as_data, map_of
from crm.store import Connection, Json, Prepared, Utc, table


class KeptMap(SQLModel, table=True):
    __tablename__ = "column_map"

    fingerprint: str = Field(primary_key=True)
    map: dict[str, Any] = Field(sa_type=Json)
    kept_at: datetime = Field(sa_type=Utc)


kept_map = table(KeptMap)

_OF = Prepared(select(kept_map.c.map).where(kept_map.c.fingerprint.in_(bindparam("fingerprints", expanding=True))))


def find_map(db: Connection, fingerprints: Sequence[str]) -> ColumnMap | None:
    """The map of a file whose header has one of these fingerprints."""
    found = _OF.scalar(db, {"fingerprints": list(fingerprints)}) if fingerprints else None
    return map_of(found) if found else None


def keep_map(db: Connection, now: datetime, layout: Layout) -> None:
    """From now on files with this header are read by this map."""
    db.execute(delete(KeptMap).where(kept_map.c.fingerprint == layout.fingerprint))
    row = {"fingerprint": layout.fingerprint, "map": as_data(layout.map), "kept_at": now}
    db.execute(insert(KeptMap), row)
