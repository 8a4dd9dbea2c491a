"""Who is in a room, and where a guest is, in lines or as a card. Every look at a guest is written down; names only for
who may see them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import reduce
from typing import Any

from crm.calendar import zone
from crm.conversations.reachability import Way, ways_to
from crm.guests.profile import guest_language
from crm.service_requests.lookups import requests_since
from crm.service_requests.needs import Needs
from crm.service_requests.requests import ServiceRequest, unfinished_requests
from crm.staff.roles import may
from crm.stays.bookings import StayInfo, get_stay
from crm.stays.returning import earlier_stays, returning_guests
from handlers import audit, cards, drawings, guests, needs, reach
from handlers.houses import house_label, under_names
from handlers.turn import Button, Call, Question, Reply, Turn
from prompts.pictures import Card, Section
from prompts.words import clock, say, table

MOST_REQUESTS = 10
MOST_ON_CARD = 9
MOST_CARDS = 3
LOW_RATING = 2


def who_is_in_room(turn: Turn) -> list[Reply]:
    number = turn.slot("room")
    if not number:
        return [Reply(say(turn.language, "guest_lookup.who_is_in_room.ask"), ask=Question(turn.call, "room"))]
    stays = guests.in_room(turn, number)
    return [_shown(turn, stays) if stays else guests.nobody_in(turn, number)]


def guest_card(turn: Turn) -> list[Reply]:
    """Slot `stay` is the one of the button that was pressed."""
    number, chosen = turn.slot("room"), turn.slot("stay")
    if not number and not chosen:
        return [Reply(say(turn.language, "guest_lookup.who_is_in_room.ask"), ask=Question(turn.call, "room"))]
    stays = [get_stay(turn.db, chosen)] if chosen else guests.in_room(turn, number)
    if not stays:
        return [guests.nobody_in(turn, number)]
    return [_card(turn.at_property(each.property_id), each) for each in stays[:MOST_CARDS]]


def find_guest(turn: Turn) -> list[Reply]:
    """Slot `stay` is the one chosen among several of that name."""
    name, chosen = turn.slot("name"), turn.slot("stay")
    if chosen:
        return [_shown(turn, [get_stay(turn.db, chosen)])]
    if not name:
        return [Reply(say(turn.language, "guest_lookup.find_guest.ask"), ask=Question(turn.call, "name"))]
    found = guests.named(turn, name)
    if not found.stays:
        return [guests.nobody_named(turn, name)]
    is_clear = found.sure and len(found.stays) == 1
    return [_shown(turn, found.stays) if is_clear else guests.which(turn, name, found)]


def _shown(turn: Turn, stays: Sequence[StayInfo]) -> Reply:
    ids = dict.fromkeys(each.property_id for each in stays)
    there = [turn.at_property(each) for each in ids]
    groups = [(house, _lines(house, [each for each in stays if each.property_id == house.house.id])) for house in there]
    labels = {each.id: say(turn.language, "guest_lookup.guest_card.button", room=each.room) for each in stays}
    buttons = [Button(label, Call("guest_card", {"stay": stay_id})) for stay_id, label in labels.items()]
    return Reply(under_names(turn, groups), [*buttons, *_talk_buttons(turn, stays[0])] if len(stays) == 1 else ())


def _talk_buttons(turn: Turn, stay: StayInfo) -> list[Button]:
    """To talk with a guest in house."""
    if not stay.is_in_house or not may(turn.member.role, "take_over"):
        return []
    return [Button(cards.intent_label(turn.language, "take_over"), Call("take_over", {"stay": stay.id}))]


def _lines(turn: Turn, stays: Sequence[StayInfo]) -> str:
    """The stays of one house, and what is open for their rooms."""
    lines = []
    for each in stays:
        audit.act_on_guest(turn, each)
        lines.append(_stay_line(turn, each))
    rooms = {each.room for each in stays if each.room and each.is_in_house}
    waiting = [each for each in _visible_requests(turn) if each.room in rooms]
    lines += [cards.line(turn, turn.language, each) for each in waiting[:MOST_REQUESTS]]
    if len(waiting) > MOST_REQUESTS:
        lines.append(say(turn.language, "common.lists.more", count=len(waiting) - MOST_REQUESTS))
    return "\n".join(lines)


def _card(turn: Turn, stay: StayInfo) -> Reply:
    """The card as a picture, and its first lines in words. Whoever works on nothing else sees only that."""
    audit.act_on_guest(turn, stay)
    named = may(turn.member.role, "see_guest_names")
    waiting = [each for each in _visible_requests(turn) if stay.is_in_house and each.room == stay.room]
    asked = [*waiting, *_asked_for(turn, stay)]
    told = reduce(Needs.joined, (each.needs for each in asked), Needs())
    sections = [
        Section(lines=[needs.warning(turn.language, told)] if told.allergy else [], warns=True),
        _requests(turn, waiting),
        Section(_word(turn, "history"), [_history(turn, stay)] if named else []),
        Section(_word(turn, "know"), _to_know(turn, stay, told, asked)),
    ]
    card = Card(
        title=_word(turn, "title", room=stay.room, name=stay.guest_name if named else ""),
        subtitle="\n".join([_dates(turn, stay), _word(turn, "state", state=stay.state)]),
        sections=[each for each in sections if each.lines],
        accent=drawings.accent(turn),
    )
    text = "\n".join(filter(None, (_stay_line(turn, stay), needs.warning(turn.language, told))))
    return Reply(text + house_label(turn), attachments=[drawings.kept(turn, "guest", card)])


def _word(turn: Turn, sentence: str, **values: Any) -> str:
    return say(turn.language, f"guest_lookup.guest_card.{sentence}", **values)


def _dates(turn: Turn, stay: StayInfo) -> str:
    return cards.capital(
        _word(
            turn,
            "dates",
            arrival=cards.on(turn, turn.language, stay.arrival),
            departure=cards.on(turn, turn.language, stay.departure),
            nights=(stay.departure - stay.arrival).days,
            adults=stay.adults,
            children=stay.children,
        )
    )


def _requests(turn: Turn, waiting: Sequence[ServiceRequest]) -> Section:
    """The room stands above them already."""
    lines = [cards.line(turn, turn.language, replace(each, room="")) for each in waiting[:MOST_ON_CARD]]
    if len(waiting) > MOST_ON_CARD:
        lines.append(say(turn.language, "common.lists.more", count=len(waiting) - MOST_ON_CARD))
    return Section(_word(turn, "requests", count=len(waiting)), lines or [_word(turn, "none")])


def _history(turn: Turn, stay: StayInfo) -> str:
    count, last = earlier_stays(turn.db, stay.guest_id, stay.arrival)
    return _word(turn, "stayed", count=count, last=cards.on(turn, turn.language, last) if last else "")


def _to_know(turn: Turn, stay: StayInfo, told: Needs, asked: Sequence[ServiceRequest]) -> list[str]:
    """How the guest is spoken to, what is to be minded beside allergies, and what went wrong."""
    ways = ways_to(turn.db, turn.now, [stay.guest_id])[stay.guest_id]
    language, leaves = _language(turn, stay, ways), stay.departure == cards.today(turn)
    preferred = next((each.to.channel for each in ways if each.is_preferred), "")
    spoken = table(turn.language, "guest_lookup", "languages").get(language, language)
    low = {each.number: each for each in asked if each.rating is not None and each.rating <= LOW_RATING}
    lines = [
        _word(turn, "elder") if stay.elder_mode else "",
        _word(turn, "leaves", day=cards.on(turn, turn.language, stay.departure)) if leaves and stay.is_in_house else "",
        _word(turn, "expected", expected=clock(turn.language, stay.expected_time))
        if stay.expected_time and not stay.is_in_house
        else "",
        _word(turn, "language", language=spoken) if language != turn.house.language else "",
        _word(turn, "preferred", channel=reach.channel_name(turn.language, preferred)) if preferred else "",
        *needs.card(turn.language, replace(told, allergy=())).split("\n"),
        *(_word(turn, "low", rating=each.rating, what=cards.what(turn.language, each)) for each in low.values()),
    ]
    return [line for line in lines if line]


def _language(turn: Turn, stay: StayInfo, ways: Sequence[Way]) -> str:
    """What the guest writes here, else what the booking says."""
    written = ways[0].to.language if ways else guest_language(turn.db, stay.guest_id)
    return written.partition("-")[0].lower()


def _asked_for(turn: Turn, stay: StayInfo) -> list[ServiceRequest]:
    """What the guest asked for around this stay, as far as it is this colleague's work."""
    member = turn.member
    since = datetime.combine(stay.arrival, time(), zone(turn.house.time_zone)) - timedelta(days=7)
    asked = requests_since(turn.db, stay.guest_id, since)
    return [each for each in asked if may(member.role, "see_all_departments") or each.department == member.department]


def _stay_line(turn: Turn, stay: StayInfo) -> str:
    named = may(turn.member.role, "see_guest_names")
    return say(
        turn.language,
        "guest_lookup.lines.stay",
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
