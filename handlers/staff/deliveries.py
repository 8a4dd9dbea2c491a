"""Why a guest did not get a message: which ones, the reason, and what to do about it. Every look is written down."""

from __future__ import annotations

from collections.abc import Sequence

from crm.conversations.messages import MessageState
from crm.conversations.undelivered import Chat, Undelivered, chats_of, find_last_sent, undelivered
from crm.service_requests.lookups import request_numbers
from crm.staff.roles import may
from crm.stays.bookings import StayInfo, get_stay
from handlers import audit, cards, guests
from handlers.houses import under_names
from handlers.turn import Question, Reply, Turn
from prompts.words import say, table

MOST_MESSAGES = 5
GIVEN_UP = {MessageState.EXPIRED: "expired", MessageState.UNCERTAIN: "uncertain"}
REASONS = {
    "blocked": "blocked",
    "unreadable": "unreadable",
    "attachment_missing": "attachment",
    "colleague_speaks": "colleague_speaks",
}


def why_not_delivered(turn: Turn) -> list[Reply]:
    """By room, by name, or slot `stay`: the one chosen among several of that name."""
    room, name, chosen = turn.slot("room"), turn.slot("name"), turn.slot("stay")
    if chosen:
        return [_told(turn, [get_stay(turn.db, chosen)])]
    if room:
        stays = guests.in_room(turn, room)
        return [_told(turn, stays) if stays else guests.nobody_in(turn, room)]
    if not name:
        return [Reply(say(turn.language, "deliveries.why_not_delivered.ask"), ask=Question(turn.call, "name"))]
    found = guests.named(turn, name)
    if not found.stays:
        return [guests.nobody_named(turn, name)]
    is_clear = found.sure and len(found.stays) == 1
    return [_told(turn, found.stays) if is_clear else guests.which(turn, name, found)]


def _told(turn: Turn, stays: Sequence[StayInfo]) -> Reply:
    there = [turn.at_property(each.property_id) for each in stays]
    groups = [(house, _of_guest(house, stay)) for house, stay in zip(there, stays, strict=True)]
    return Reply(under_names(turn, groups))


def _of_guest(turn: Turn, stay: StayInfo) -> str:
    audit.act_on_guest(turn, stay)
    name = stay.guest_name if may(turn.member.role, "see_guest_names") else ""
    who = say(turn.language, "deliveries.why_not_delivered.who", name=cards.short(name), room=stay.room)
    chats = chats_of(turn.db, stay.guest_id)
    if not chats:
        return say(turn.language, "deliveries.why_not_delivered.no_chat", who=who)
    last = find_last_sent(turn.db, chats)
    values = {"who": who, "at": cards.at(turn, turn.language, last) if last else ""}
    found = undelivered(turn.db, chats, MOST_MESSAGES)
    if not found:
        heads = [say(turn.language, "deliveries.why_not_delivered.all_sent", **values)]
    else:
        heads = [say(turn.language, "deliveries.why_not_delivered.title", count=len(found), **values)]
    return "\n".join([*heads, *_blocked(turn, chats), *_lines(turn, found)])


def _blocked(turn: Turn, chats: Sequence[Chat]) -> list[str]:
    since = [each.unreachable_since for each in chats if each.unreachable_since]
    if len(since) < len(chats):  # still reached in another chat
        return []
    at = cards.at(turn, turn.language, min(since))
    return [say(turn.language, "deliveries.why_not_delivered.unreachable", since=at)]


def _lines(turn: Turn, found: Sequence[Undelivered]) -> list[str]:
    """A line for each message, then each piece of advice once."""
    numbers = request_numbers(turn.db, [each.about for each in found if each.about])
    lines: list[str] = []
    advice: dict[str, str] = {}
    for each in found:
        reason = _reason(each)
        lines.append(_line(turn, each, reason, numbers.get(each.about or "", 0)))
        until = cards.at(turn, turn.language, each.expires_at) if each.expires_at else ""
        advice.setdefault(reason, _advice(turn, reason, until))
    return [*lines, *advice.values()]


def _line(turn: Turn, each: Undelivered, reason: str, number: int) -> str:
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
        reason=table(turn.language, "deliveries", "reasons")[reason],
    )


def _reason(each: Undelivered) -> str:
    """What is queued after an attempt waits for the platform; what the platform said of a refusal is in the log."""
    if each.state in (MessageState.QUEUED, MessageState.SENDING):
        return "trying" if each.attempts else "queued"
    return GIVEN_UP.get(each.state) or REASONS.get(each.reason, "refused")


def _advice(turn: Turn, reason: str, until: str) -> str:
    return say(turn.language, f"deliveries.advice.{reason}", until=until)
