"""The keys of all guests, by which those are found who may be the same: a few for each, whatever the house holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import bindparam, func, insert, select
from sqlmodel import Field, SQLModel

from crm.store import Connection, Prepared, table

MOST = 50  # guests of one key; what more have in common tells nobody apart, and no more are written down


class GuestKey(SQLModel, table=True):
    __tablename__ = "guest_key"

    key: str = Field(primary_key=True)
    guest_id: str = Field(primary_key=True, foreign_key="guest.id", index=True)


guest_key = table(GuestKey)
_c, _other = guest_key.c, guest_key.alias("other")
_ADD = Prepared(insert(GuestKey))
_COUNTS = Prepared(select(_c.key, func.count()).where(_c.key.in_(bindparam("keys", expanding=True))).group_by(_c.key))
_OF_GUESTS = Prepared(select(_c.key, _c.guest_id).where(_c.guest_id.in_(bindparam("ids", expanding=True))))
_BESIDE = Prepared(
    select(_c.guest_id, _c.key, _other.c.guest_id)
    .join(_other, _other.c.key == _c.key)
    .where(_c.guest_id.in_(bindparam("ids", expanding=True)))
)


def write_keys(db: Connection, keys: Mapping[str, Sequence[str]]) -> None:
    """By guest; those that stand there already stay, and a crowd grows no further than one above its limit."""
    ids = list(keys)
    known = {tuple(row) for row in _OF_GUESTS.all(db, {"ids": ids})} if ids else set()
    new = [(key, guest_id) for guest_id, own in keys.items() for key in own if (key, guest_id) not in known]
    sizes = sizes_of(db, (key for key, _ in new))
    rows = []
    for key, guest_id in dict.fromkeys(new):
        if sizes[key] <= MOST:
            sizes[key] += 1
            rows.append({"key": key, "guest_id": guest_id})
    _ADD.write(db, *rows)


def blocks_of(db: Connection, guest_ids: Iterable[str]) -> dict[str, dict[str, list[str]]]:
    """Of each of these guests: by key, all who have it too, the guest among them; crowds are left out."""
    ids = list(guest_ids)
    found: dict[str, dict[str, list[str]]] = {each: {} for each in ids}
    for guest_id, key, beside in _BESIDE.all(db, {"ids": ids}) if ids else []:
        found[guest_id].setdefault(key, []).append(beside)
    return {
        guest_id: {key: beside for key, beside in blocks.items() if len(beside) <= MOST}
        for guest_id, blocks in found.items()
    }


def sizes_of(db: Connection, keys: Iterable[str]) -> Counter[str]:
    """How many guests have each of these keys; more than MOST, where it is a crowd."""
    wanted = sorted(set(keys))
    rows = _COUNTS.all(db, {"keys": wanted}) if wanted else []
    return Counter({row[0]: row[1] for row in rows})
