"""What a stay's requests tell of allergies: it holds for all that is asked for later, until the guest takes it back."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, select, update

from crm.encryption import seal, unseal
from crm.service_requests.needs import OTHER, OTHER_BEFORE, Needs, packed, unpacked
from crm.service_requests.requests import ServiceRequestRow, service_request
from crm.store import Connection, Prepared

_c = service_request.c
_OF_STAY = Prepared(
    select(_c.id, _c.number, _c.needs, _c.note)
    .where(_c.stay_id == bindparam("stay_id"), _c.needs.is_not(None))
    .order_by(_c.number)
)
_REWRITE = Prepared(update(ServiceRequestRow).where(_c.id == bindparam("request_id")).values(needs=bindparam("sealed")))


def told_in_stay(db: Connection, stay_id: str) -> tuple[Needs, list[str]]:
    """The allergies that were told, and the guest's words for those that have no code of ours."""
    told, words = Needs(), []
    for row, needs in _of_stay(db, stay_id):
        told = told.joined(Needs(tuple(OTHER_BEFORE if code == OTHER else code for code in needs.allergy)))
        if OTHER in needs.allergy:
            words.append(unseal(db, "service_request.note", row.id, row.note) or "")
    return told, words


def take_back(db: Connection, stay_id: str, codes: Collection[str]) -> list[int]:
    """These are no allergies of anybody: no request tells of them any more. The numbers of those that did."""
    codes = {*codes, OTHER} if OTHER_BEFORE in codes else codes
    told = [(row, needs, _without(needs, codes)) for row, needs in _of_stay(db, stay_id)]
    changed = [(row, left) for row, needs, left in told if left != needs]
    rows = [
        {"request_id": row.id, "sealed": seal(db, "service_request.needs", row.id, packed(left))}
        for row, left in changed
    ]
    _REWRITE.change(db, *rows)
    return [row.number for row, _ in changed]


def _of_stay(db: Connection, stay_id: str) -> Iterator[tuple[Any, Needs]]:
    for row in _OF_STAY.all(db, {"stay_id": stay_id}):
        yield row, unpacked(unseal(db, "service_request.needs", row.id, row.needs))


def _without(needs: Needs, codes: Collection[str]) -> Needs:
    return replace(needs, allergy=tuple(code for code in needs.allergy if code not in codes))
