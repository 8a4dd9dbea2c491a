"""A guest does not want to be disturbed, or the room not to be cleaned, and no longer minds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from crm.calendar import local, zone
from crm.conversations.messages import MessageClass
from crm.conversations.recipients import Recipient
from crm.errors import NotAvailable
from crm.service_requests.sharing import requests_of_guest
from crm.stays import quiet as kept
from crm.stays.bookings import StayInfo
from handlers import cards, notices, quiet, windows
from handlers.turn import Button, Call, Reply, Turn
from prompts.words import say

MORNING = time(9)  # where no hour is named, quiet ends in the next morning
AT_LEAST = timedelta(hours=6)  # from now: whoever asks for it at seven does not mean until nine
DAY_BEGINS = time(6)
WHO_CLEANS = (quiet.HOUSEKEEPING,)
WHO_DISTURBS = (quiet.HOUSEKEEPING, notices.DESK)


def keep_quiet(turn: Turn) -> list[Reply]:
    """Until the hour that was named, else until the next morning."""
    stay, turn = _here(turn, "keep_quiet")
    until: datetime = turn.slot("time") or _next_morning(turn)
    if until <= turn.now:
        until = _next_morning(turn)
    kept.keep_undisturbed(turn.db, stay.id, until)
    told = _told(turn, stay, WHO_DISTURBS)
    text = say(
        turn.language,
        "quiet.keep_quiet.noted",
        until=cards.at(turn, turn.language, until),
        told=bool(told),
        phone=turn.house.phone,
    )
    end = Button(say(turn.language, "quiet.end_quiet.button"), Call("end_quiet"))
    return [Reply(text, [end]), *told]


def skip_cleaning(turn: Turn) -> list[Reply]:
    """For today, or until the day that was named is over; what was ordered of the kind is cancelled."""
    stay, turn = _here(turn, "skip_cleaning")
    named: datetime | None = turn.slot("day")
    today = cards.today(turn)
    day = max(today, local(named, turn.house.time_zone).date()) if named else today
    until = datetime.combine(day + timedelta(days=1), DAY_BEGINS, zone(turn.house.time_zone))
    kept.keep_uncleaned(turn.db, stay.id, until)
    told = _told(turn, stay, WHO_CLEANS)
    text = say(
        turn.language,
        "quiet.skip_cleaning.noted",
        day=cards.on(turn, turn.language, day),
        room=stay.room,
        told=bool(told),
        phone=turn.house.phone,
    )
    mine = requests_of_guest(turn.db, turn.speaker.guest_id or "")
    ordered = [each.number for each in mine if _is_daily(turn, each.service)]
    cancelled = [Reply("", follow_up=Call("cancel_request", {"numbers": ordered}))] if ordered else []
    return [Reply(text), *told, *cancelled]


def end_quiet(turn: Turn) -> list[Reply]:
    stay, turn = _here(turn, "end_quiet")
    if kept.find_quiet(turn.db, turn.now, stay.id) is None:
        return [Reply(say(turn.language, "quiet.end_quiet.nothing"))]
    kept.end_quiet(turn.db, stay.id)
    told = [
        _line(each, say(each.language, "quiet.card.ended", headline=_headline(each, stay)))
        for each in _people(turn, WHO_DISTURBS)
    ]
    return [Reply(say(turn.language, "quiet.end_quiet.ended")), *told]


def _here(turn: Turn, intent: str) -> tuple[StayInfo, Turn]:
    """The stay of a guest who lives here. Raises a refusal for all others."""
    stay = turn.speaker.stay
    if stay is None:
        raise windows.no_stay(turn)
    turn = turn.at_property(stay.property_id)
    if not stay.is_in_house:
        name = cards.intent_label(turn.language, intent)
        raise NotAvailable(service=name, day=cards.on(turn, turn.language, stay.arrival), past=False)
    return stay, turn


def _next_morning(turn: Turn) -> datetime:
    now = local(turn.now, turn.house.time_zone)
    morning = datetime.combine(now.date(), MORNING, now.tzinfo)
    return morning if morning >= now + AT_LEAST else morning + timedelta(days=1)


def _is_daily(turn: Turn, code: str) -> bool:
    return code in turn.catalogue and turn.catalogue[code].is_daily


def _told(turn: Turn, stay: StayInfo, departments: Sequence[str]) -> list[Reply]:
    """All that holds for the room now."""
    held, people = kept.find_quiet(turn.db, turn.now, stay.id), _people(turn, departments)
    return [_line(each, f"{_headline(each, stay)}\n{quiet.warning(turn, each.language, held)}") for each in people]


def _people(turn: Turn, departments: Sequence[str]) -> list[Recipient]:
    found = [each for name in departments for each in notices.people_for(turn, name)[0]]
    return list({each.conversation_id: each for each in found}.values())


def _headline(person: Recipient, stay: StayInfo) -> str:
    return cards.capital(cards.room_label(person.language, stay.room))


def _line(person: Recipient, text: str) -> Reply:
    return Reply(text, to=person, message_class=MessageClass.SERVICE)
