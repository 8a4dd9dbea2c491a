"""Why a guest did not get a message, what to do about it, and where they are reached. Every look is written down."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from crm.conversations.reachability import ways_to
from crm.conversations.undelivered import Chat, Undelivered, chats_of, find_last_sent, undelivered
from crm.service_requests.lookups import request_numbers
from crm.staff.roles import may
from crm.stays.bookings import StayInfo, get_stay
from handlers import audit, cards, guests, reach
from handlers.houses import under_names
from handlers.turn import Question, Reply, Turn
from prompts.words import say, table

MOST_MESSAGES = 5

Tell = Callable[[Turn, StayInfo, str], str]  # in the house of the stay; and what the guest is called there


def why_not_delivered(turn: Turn) -> list[Reply]:
    return _of_guests(turn, _undelivered)


def where_reached(turn: Turn) -> list[Reply]:
    return _of_guests(turn, _ways)


def _of_guests(turn: Turn, tell: Tell) -> list[Reply]:
    """By room, by name, or slot `stay`: the one chosen among several of that name."""
    room, name, chosen = turn.slot("room"), turn.slot("name"), turn.slot("stay")
    if chosen:
        return [_told(turn, [get_stay(turn.db, chosen)], tell)]
    if room:
        stays = guests.in_room(turn, room)
        return [_told(turn, stays, tell) if stays else guests.nobody_in(turn, room)]
    if not name:
        return [Reply(say(turn.language, "deliveries.why_not_delivered.ask"), ask=Question(turn.call, "name"))]
    found = guests.named(turn, name)
    if not found.stays:
        return [guests.nobody_named(turn, name)]
    is_clear = found.sure and len(found.stays) == 1
    return [_told(turn, found.stays, tell) if is_clear else guests.which(turn, name, found)]


def _told(turn: Turn, stays: Sequence[StayInfo], tell: Tell) -> Reply:
    groups = []
    for stay in stays:
        there = turn.at_property(stay.property_id)
        audit.act_on_guest(there, stay)
        name = stay.guest_name if may(turn.member.role, "see_guest_names") else ""
        who = say(turn.language, "deliveries.why_not_delivered.who", name=cards.short(name), room=stay.room)
        groups.append((there, tell(there, stay, who)))
    return Reply(under_names(turn, groups))


def _undelivered(turn: Turn, stay: StayInfo, who: str) -> str:
    chats = chats_of(turn.db, stay.guest_id)
    if not chats:
        return say(turn.language, "deliveries.why_not_delivered.no_chat", who=who)
    last = find_last_sent(turn.db, chats)
    values = {"who": who, "at": cards.at(turn, turn.language, last) if last else ""}
    found = undelivered(turn.db, chats, MOST_MESSAGES)
    missing = sum(not each.was_heard for each in found)
    sentence = "title" if missing else "all_sent"
    head = say(turn.language, f"deliveries.why_not_delivered.{sentence}", count=missing, **values)
    return "\n".join([head, *_blocked(turn, chats), *_lines(turn, found, several=len(chats) > 1)])


def _ways(turn: Turn, stay: StayInfo, who: str) -> str:
    """A line for each chat, the one where the house writes first."""
    ways = ways_to(turn.db, turn.now, [stay.guest_id])[stay.guest_id]
    if not ways:
        return say(turn.language, "deliveries.why_not_delivered.no_chat", who=who)
    return "\n".join([who, *(reach.way_line(turn, each) for each in ways)])


def _blocked(turn: Turn, chats: Sequence[Chat]) -> list[str]:
    since = [each.unreachable_since for each in chats if each.unreachable_since]
    if len(since) < len(chats):  # still reached in another chat
        return []
    at = cards.at(turn, turn.language, min(since))
    return [say(turn.language, "deliveries.why_not_delivered.unreachable", since=at)]


def _lines(turn: Turn, found: Sequence[Undelivered], *, several: bool) -> list[str]:
    """A line for each message, then each piece of advice once."""
    numbers = request_numbers(turn.db, [each.about for each in found if each.about])
    lines: list[str] = []
    advice: dict[str, str] = {}
    for each in found:
        channel = reach.channel_name(turn.language, each.channel) if several else ""
        lines.append(_line(turn, each, numbers.get(each.about or "", 0), channel))
        until = cards.at(turn, turn.language, each.expires_at) if each.expires_at else ""
        advice.setdefault(each.why, say(turn.language, f"deliveries.advice.{each.why}", until=until))
    return [*lines, *advice.values()]


def _line(turn: Turn, each: Undelivered, number: int, channel: str) -> str:
    kind = say(
        turn.language,
        "deliveries.kind.named",
        kind=table(turn.language, "deliveries", "kinds")[each.message_class.value],
        number=number,
        words=cards.short(each.words) if may(turn.member.role, "see_guest_profile") else "",
    )
    return say(
        turn.language,
        "deliveries.why_not_delivered.line",
        at=cards.at(turn, turn.language, each.created_at),
        kind=kind,
        channel=channel,
        reason=table(turn.language, "deliveries", "reasons")[each.why],
    )
