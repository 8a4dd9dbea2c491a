"""The same wish said twice is one wish."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.understanding.vocabulary import service_words
from crm.service_requests.needs import NEEDS, in_one_note, needs_of
from handlers.turn import Call


def joined(calls: Sequence[Call]) -> list[Call]:
    """The calls without doubles; a later half completes the earlier one."""
    kept: list[Call] = []
    for call in calls:
        same = [index for index, known in enumerate(kept) if _same_wish(known, call)]
        if same:
            kept[same[-1]] = _merged(kept[same[-1]], call)
        else:
            kept.append(call)
    kept = _without_doubles(kept)
    specific = {call.intent for call in kept if call.slots}
    return [call for call in kept if call.slots or call.intent not in specific]


def _without_doubles(calls: Sequence[Call]) -> list[Call]:
    """A car and a way to the airport are one wish: the airport transfer, with what was said of the car."""
    kept = list(calls)
    for call in calls:
        service = service_words().get(str(call.slots.get("service")))
        for other in list(kept):
            doubled = service and service.instead_of and other.slots.get("service") == service.instead_of
            if doubled and other.intent == call.intent and call in kept:
                kept[kept.index(call)] = replace(call, slots={**other.slots, **call.slots})
                kept.remove(other)
    return kept


def _same_wish(known: Call, call: Call) -> bool:
    if known.intent != call.intent:
        return False
    keys = set(known.slots) & set(call.slots) - {"note", "quantity", "reason", *NEEDS}
    return all(known.slots[key] == call.slots[key] for key in keys)


def _merged(known: Call, call: Call) -> Call:
    slots: dict[str, Any] = {**call.slots, **known.slots}
    notes = [str(each.slots["note"]) for each in (known, call) if each.slots.get("note")]
    if len(notes) == 2 and notes[1] not in notes[0]:
        slots["note"] = in_one_note(notes)
    counts = [each.slots["quantity"] for each in (known, call) if each.slots.get("quantity")]
    if len(counts) == 2 and counts[0] != counts[1]:
        slots["quantity"] = sum(counts)
    needs = needs_of(known.slots).joined(needs_of(call.slots))
    return replace(known, slots=slots | needs.as_slots())
