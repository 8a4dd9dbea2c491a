"""Whether guests hear now what is said to them; a colleague reads at once who does not, why, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from crm.conversations.reachability import Allowed, Way, is_reached, ways_around
from crm.guests.survivors import guest_phone
from crm.staff.roles import may
from crm.stays.bookings import find_current_stay, find_last_stay
from handlers import audit, cards
from handlers.turn import Reply, Turn
from prompts.words import say, table

MOST_COUNTED = 100  # more than that are without number
MOST_TOLD = timedelta(days=366)  # what lasts longer lasts


@dataclass(frozen=True, slots=True)
class Unheard:
    """Something said to a guest that waits, or is heard by nobody, and the chat where it was said."""

    reply: Reply
    way: Way


def is_heard(told: Iterable[Reply]) -> bool:
    """Whether any of the guests hears it now."""
    return any(each.to is not None and each.to.is_reached for each in told)


def noted(turn: Turn, replies: list[Reply]) -> list[Reply]:
    """The same, and for the colleague who speaks a line where guests do not hear what was said to them."""
    told = {each.to.person: each for each in replies if each.to and each.to.staff_id is None}
    if turn.speaker.staff is None or not told:
        return replies
    unheard = _unheard(turn, list(told.values()))
    if not unheard:
        return replies
    line = _line(turn, unheard, len(told))
    own = next((at for at, each in enumerate(replies) if each.to is None and each.text), None)
    if own is None:
        return [Reply(line), *replies]
    with_line = replace(replies[own], text=f"{replies[own].text}\n{line}")
    return [*replies[:own], with_line, *replies[own + 1 :]]


def channel_name(language: str, channel: str) -> str:
    """As people call it."""
    return str(table(language, "reach", "names").get(channel, channel))


def way_line(turn: Turn, way: Way) -> str:
    """One chat of a guest: whether the house may write there now, how often and until when; or why not."""
    language = turn.language
    return say(
        language,
        "reach.way.line",
        channel=channel_name(language, way.to.channel),
        preferred=way.is_preferred,
        since=cards.at(turn, language, way.unreachable_since) if way.unreachable_since else "",
        bound=way.is_by_grant,
        allowed=[_allowed(turn, each) for each in way.allowed],
        refused=way.refuses_news,
        wrote=cards.at(turn, language, way.heard_at) if way.heard_at else "",
    )


def _allowed(turn: Turn, each: Allowed) -> str:
    language, is_short = turn.language, each.until - turn.now < MOST_TOLD
    return say(
        language,
        "reach.way.allowed",
        kind=table(language, "reach", "kinds").get(each.kind, each.kind),
        left=each.remaining if each.remaining <= MOST_COUNTED else 0,
        until=cards.at(turn, language, each.until) if is_short else "",
        service=bool(each.only),
    )


def seen_phone(turn: Turn, guest_id: str | None) -> str:
    """The guest's number for whoever may see it, which is written down; else nothing."""
    stay = (find_current_stay(turn.db, guest_id) or find_last_stay(turn.db, guest_id)) if guest_id else None
    if stay is None or stay.property_id not in turn.member.property_ids:
        return ""
    phone = guest_phone(turn.db, stay.guest_id) if may(turn.member.role, "see_guest_profile") else None
    if phone:
        audit.act_on_guest(turn, stay)
    return phone or ""


def _unheard(turn: Turn, told: Sequence[Reply]) -> list[Unheard]:
    places = [each.to.conversation_id for each in told if each.to]
    found = []
    for reply, ways in zip(told, ways_around(turn.db, turn.now, places), strict=True):
        here = next((way for way in ways if reply.to and way.to.conversation_id == reply.to.conversation_id), ways[0])
        if not is_reached(ways, here.to.conversation_id, reply.message_class):
            found.append(Unheard(reply, here))
    return found


def _line(turn: Turn, unheard: Sequence[Unheard], told: int) -> str:
    """The first of several stands for all: what to do is the same."""
    way = unheard[0].way
    since = way.unreachable_since
    return say(
        turn.language,
        "reach.unheard.line",
        count=len(unheard),
        guests=told,
        channel=channel_name(turn.language, way.to.channel),
        since=cards.at(turn, turn.language, since) if since else "",
        phone=seen_phone(turn, way.to.guest_id),
    )
