"""The guests whom a room or a name may mean, in the houses of the colleague who speaks. For the handlers."""

from __future__ import annotations

from crm.properties.houses import room_numbers
from crm.staff.roles import may
from crm.stays.bookings import StayInfo, stays_in_room
from crm.stays.named import Namesakes, find_stays_by_name
from handlers import audit, cards
from handlers.houses import house_label, houses
from handlers.turn import Button, Call, Reply, Turn
from prompts.words import say

MOST_CHOICES = 6


def in_room(turn: Turn, number: str) -> list[StayInfo]:
    """Who lives there now, in each house that has such a room."""
    return [each for there in houses(turn) for each in stays_in_room(turn.db, there.house.id, number)]


def nobody_in(turn: Turn, number: str) -> Reply:
    """That the room is empty, or that there is none of this number."""
    known = any(number in room_numbers(turn.db, there.house) for there in houses(turn))
    return Reply(say(turn.language, "guest_lookup.who_is_in_room.nobody", room=number, known=known))


def named(turn: Turn, name: str) -> Namesakes:
    """The latest stay of each guest of that name."""
    found = find_stays_by_name(turn.db, turn.member.property_ids, name, cards.today(turn))
    latest = {each.guest_id: each for each in reversed(found.stays)}.values()
    return Namesakes(list(latest)[::-1], found.sure)


def nobody_named(turn: Turn, name: str) -> Reply:
    return Reply(say(turn.language, "guest_lookup.find_guest.nobody", name=cards.short(name)))


def which(turn: Turn, name: str, found: Namesakes) -> Reply:
    """A choice among them, for the call that was made; where they only may be meant, even one is asked for."""
    shown = found.stays[:MOST_CHOICES]
    audit.guests_listed(turn, "namesakes", cards.today(turn), len(shown))
    buttons = [
        Button(_line(turn, each), Call(turn.call.intent, {"name": each.guest_name, "stay": each.id})) for each in shown
    ]
    count = len(found.stays)
    more = count - len(shown)
    if found.sure:
        return Reply(say(turn.language, "guest_lookup.find_guest.which", count=count, more=more), buttons)
    meant = cards.short(shown[0].guest_name) if count == 1 else ""
    text = say(turn.language, "guest_lookup.find_guest.meant", name=cards.short(name), meant=meant, more=more)
    return Reply(text, buttons)


def _line(turn: Turn, stay: StayInfo) -> str:
    there = turn.at_property(stay.property_id)
    text = say(
        turn.language,
        "guest_lookup.lines.choice",
        name=cards.short(stay.guest_name) if may(turn.member.role, "see_guest_names") else "",
        room=stay.room,
        arrival=cards.on(there, turn.language, stay.arrival),
        departure=cards.on(there, turn.language, stay.departure),
        state=stay.state,
    )
    return text + house_label(there)
