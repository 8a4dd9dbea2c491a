"""Who is in a room, and where a guest is. Every look at a guest is written down; names only for who may see them."""

from __future__ import annotations

from collections.abc import Sequence

from crm.properties.houses import room_numbers
from crm.service_requests.requests import ServiceRequest, unfinished_requests
from crm.staff.audit import record
from crm.staff.roles import may
from crm.stays.bookings import StayInfo, get_stay, returning_guests, stays_in_room
from crm.stays.named import find_stays_by_name
from handlers import cards
from handlers.houses import house_label, houses, record_list, under_names
from handlers.turn import Button, Call, Question, Reply, Turn
from prompts.words import say

MOST_CHOICES = 6
MOST_REQUESTS = 10


def who_is_in_room(turn: Turn) -> list[Reply]:
    number = turn.slot("room")
    if not number:
        return [Reply(say(turn.language, "guest_lookup.who_is_in_room.ask"), ask=Question(turn.call, "room"))]
    stays = [each for there in houses(turn) for each in stays_in_room(turn.db, there.house.id, number)]
    if not stays:
        known = any(number in room_numbers(turn.db, there.house) for there in houses(turn))
        return [Reply(say(turn.language, "guest_lookup.who_is_in_room.nobody", room=number, known=known))]
    return [_shown(turn, stays)]


def find_guest(turn: Turn) -> list[Reply]:
    """Slot `stay` is the one chosen among several of that name."""
    name, chosen = turn.slot("name"), turn.slot("stay")
    if chosen:
        return [_shown(turn, [get_stay(turn.db, chosen)])]
    if not name:
        return [Reply(say(turn.language, "guest_lookup.find_guest.ask"), ask=Question(turn.call, "name"))]
    found = find_stays_by_name(turn.db, turn.member.property_ids, name, cards.today(turn))
    latest = list({each.guest_id: each for each in reversed(found.stays)}.values())[::-1]
    if not latest:
        return [Reply(say(turn.language, "guest_lookup.find_guest.nobody", name=cards.short(name)))]
    return [_shown(turn, latest)] if len(latest) == 1 and found.sure else [_choice(turn, latest, sure=found.sure)]


def _choice(turn: Turn, stays: Sequence[StayInfo], *, sure: bool) -> Reply:
    """Among guests of that name; where they only may be meant, even one is asked for."""
    record_list(turn, "namesakes", cards.today(turn), min(len(stays), MOST_CHOICES))
    buttons = []
    for each in stays[:MOST_CHOICES]:
        there = turn.at_property(each.property_id)
        call = Call("find_guest", {"name": each.guest_name, "stay": each.id})
        buttons.append(Button(_stay_line(there, "choice", each) + house_label(there), call))
    more = max(0, len(stays) - MOST_CHOICES)
    if sure:
        return Reply(say(turn.language, "guest_lookup.find_guest.which", count=len(stays), more=more), buttons)
    values = {
        "name": cards.short(turn.slot("name")),
        "meant": cards.short(stays[0].guest_name) if len(stays) == 1 else "",
    }
    return Reply(say(turn.language, "guest_lookup.find_guest.meant", more=more, **values), buttons)


def _shown(turn: Turn, stays: Sequence[StayInfo]) -> Reply:
    ids = dict.fromkeys(each.property_id for each in stays)
    there = [turn.at_property(each) for each in ids]
    groups = [(house, _lines(house, [each for each in stays if each.property_id == house.house.id])) for house in there]
    return Reply(under_names(turn, groups))


def _lines(turn: Turn, stays: Sequence[StayInfo]) -> str:
    """The stays of one house, and what is open for their rooms."""
    lines = []
    for each in stays:
        _audit(turn, each)
        lines.append(_stay_line(turn, "stay", each))
    rooms = {each.room for each in stays if each.room and each.is_in_house}
    waiting = [each for each in _visible_requests(turn) if each.room in rooms]
    lines += [cards.line(turn, turn.language, each) for each in waiting[:MOST_REQUESTS]]
    if len(waiting) > MOST_REQUESTS:
        lines.append(say(turn.language, "common.lists.more", count=len(waiting) - MOST_REQUESTS))
    return "\n".join(lines)


def _stay_line(turn: Turn, sentence: str, stay: StayInfo) -> str:
    named = may(turn.member.role, "see_guest_names")
    return say(
        turn.language,
        f"guest_lookup.lines.{sentence}",
        name=cards.short(stay.guest_name) if named else "",
        room=stay.room,
        arrival=cards.on(turn, turn.language, stay.arrival),
        departure=cards.on(turn, turn.language, stay.departure),
        adults=stay.adults,
        children=stay.children,
        state=stay.state,
        returning=named and bool(returning_guests(turn.db, [stay.guest_id], stay.arrival)),
    )


def _visible_requests(turn: Turn) -> list[ServiceRequest]:
    member = turn.member
    department = "" if may(member.role, "see_all_departments") else member.department
    return unfinished_requests(turn.db, turn.house.id, department)


def _audit(turn: Turn, stay: StayInfo) -> None:
    record(
        turn.db,
        turn.now,
        staff_id=turn.member.id,
        action=turn.call.intent,
        subject=f"guest:{stay.guest_id}",
        property_id=stay.property_id,
    )
