"""The house's records: one engine, transactions that commit in one place, prepared statements, ids and instants."""

from __future__ import annotations

from sqlalchemy import Connection

from crm.store.columns import Bytewise, Json, Utc, partial_index
from crm.store.ids import first_id, new_id
from crm.store.prepared import Prepared
from crm.store.transactions import POSTGRES_POOL, Store, insert_once, know_sizes, table, wait_alone

__all__ = [
    "POSTGRES_POOL",
    "Bytewise",
    "Connection",
    "Json",
    "Prepared",
    "Store",
    "Utc",
    "first_id",
    "insert_once",
    "know_sizes",
    "new_id",
    "partial_index",
    "table",
    "wait_alone",
]
