"""A guest who is on the way tells the hour: it stands in the booking, and a later word takes its place."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from crm.calendar import local
from crm.conversations.messages import MessageClass
from crm.properties.hours import is_working
from crm.properties.knowledge import find_entry
from crm.stays.bookings import StayInfo, StayState
from crm.stays.room_plan import expect_at
from handlers import cards, entries, notices, windows
from handlers.turn import Button, Call, Question, Reply, Turn
from prompts.words import clock, say

EARLY = "early_checkin"
NIGHT_ENDS = time(5)  # whoever comes at one in the morning belongs to the day before


def tell_arrival(turn: Turn) -> list[Reply]:
    """The day is the one that was booked. Before the usual hours an early check-in is offered; the desk hears of
    somebody who comes today, or when nobody is at the desk."""
    stay = turn.speaker.stay
    if stay is None:
        raise windows.no_stay(turn)
    if stay.state != StayState.BOOKED:
        return [Reply("", follow_up=Call("thank"))]
    turn = turn.at_property(stay.property_id)
    wanted: datetime | None = turn.slot("time")
    if wanted is None:
        return [Reply(say(turn.language, "arriving.tell_arrival.ask"), ask=Question(turn.call, "time"))]
    at = _on_arrival(turn, stay, wanted)
    if over := cards.over(turn, at):
        return [Reply(over, ask=Question(Call("tell_arrival"), "time"))]
    hour = f"{at:%H:%M}"
    expect_at(turn.db, stay, hour)
    attended = is_working(turn.house.hours, notices.DESK, at, turn.house.time_zone)
    is_news = hour != stay.expected_time and (not attended or stay.arrival == cards.today(turn))
    told = _told(turn, stay, at, attended=attended) if is_news else []
    return [_noted(turn, at, attended=attended), *told]


def _on_arrival(turn: Turn, stay: StayInfo, wanted: datetime) -> datetime:
    hour = local(wanted, turn.house.time_zone)
    day = stay.arrival + timedelta(days=hour.time() < NIGHT_ENDS)
    return datetime.combine(day, time(hour.hour, hour.minute), hour.tzinfo)


def _noted(turn: Turn, at: datetime, *, attended: bool) -> Reply:
    known = [find_entry(turn.db, str(each)) for each in turn.slot("entries") or ()]
    told = [entries.spoken(turn.language, each.spoken(turn.language)) for each in known if each and not each.is_removed]
    text = say(
        turn.language,
        "arriving.tell_arrival.noted",
        at=cards.at(turn, turn.language, at),
        attended=attended,
        items=told,
        phone=turn.house.phone,
    )
    early = turn.catalogue.get(EARLY)
    hours = [each.time() for each in early.times_on(at)] if early else []
    is_early = bool(hours) and NIGHT_ENDS <= at.time() < max(hours)
    call = Call("request_service", {"service": EARLY, "time": at})
    label = cards.capital(cards.service_name(turn.language, EARLY))
    return Reply(text, [Button(label, call)] if is_early else [])


def _told(turn: Turn, stay: StayInfo, at: datetime, *, attended: bool) -> list[Reply]:
    return [
        Reply(
            say(
                each.language,
                "arriving.tell_arrival.told",
                name=stay.guest_name,
                room=stay.room,
                at=cards.at(turn, each.language, at),
                before=clock(each.language, stay.expected_time),
                attended=attended,
            ),
            to=each,
            message_class=MessageClass.SERVICE,
        )
        for each in notices.people_for(turn, notices.DESK)[0]
    ]
