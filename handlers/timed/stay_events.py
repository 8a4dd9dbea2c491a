"""What follows when a guest has left or moved: the room is checked, and whoever left is asked if we may write again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from crm.conversations.consents import has_agreed
from crm.conversations.grants import awaits_consent
from crm.conversations.messages import MessageClass
from crm.conversations.reachability import guest_recipients
from crm.service_requests.steps import Details, open_request
from crm.stays.bookings import StayInfo, get_stay
from crm.stays.events import Happened, StayEventKind, handle_event, put_off_event, waiting_events
from crm.store import Connection
from handlers import notices
from handlers.turn import Button, Call, Moment, Reply, Timed
from prompts.words import say

AGAIN = timedelta(minutes=5)  # for one that failed


def after_leaving(delay: timedelta) -> Timed:
    """Opens what is due so long after a guest has left the room."""

    def due(db: Connection, now: datetime, limit: int) -> Sequence[str]:
        return waiting_events(db, now - delay, limit)

    return Timed("after_leaving", due=due, act=_open, put_off=_put_off)


def _open(moment: Moment, event_id: str) -> list[Reply]:
    happened = handle_event(moment.db, moment.now, event_id)
    if happened is None:
        return []
    stay = get_stay(moment.db, happened.stay_id)
    moment = moment.at_property(stay.property_id)
    if happened.kind is StayEventKind.MOVED:
        return _opened(moment, replace(stay, room=happened.room), happened)
    return [*_asked_for_consent(moment, stay), *(_opened(moment, stay, happened) if stay.room else ())]


def _asked_for_consent(moment: Moment, stay: StayInfo) -> list[Reply]:
    """Only where a platform lets us write later to those alone who agreed, and while it still lets us ask.

    Who may be written to with offers is asked for there, too, as long as nobody has agreed.
    """
    return [
        Reply(
            say(each.language, "stay.goodbye.text", house=moment.house.name),
            [] if has_agreed(moment.db, each.conversation_id) else [_offers_button(each.language)],
            to=each,
            message_class=MessageClass.CARE,
            asks_consent=True,
        )
        for each in guest_recipients(moment.db, moment.now, [stay.guest_id])
        if awaits_consent(moment.db, moment.now, each.conversation_id)
    ]


def _offers_button(language: str) -> Button:
    return Button(say(language, "consenting.agree_to_news.button"), Call("agree_to_news", {"sure": True}))


def _opened(moment: Moment, stay: StayInfo, happened: Happened) -> list[Reply]:
    """Each service once, for the people of its department; no guest hears of it."""
    replies = []
    wanted = [each for each in moment.catalogue.values() if happened.kind in each.opens_on]
    for part, service in enumerate(wanted):
        request = open_request(
            moment.db,
            moment.now,
            service,
            stay,
            Details(),
            house=moment.house,
            conversation_id=None,
            inbound_id=f"event:{happened.id}",
            part=part,
            by_house=True,
        )
        people, _ = notices.people_for(moment, service.department)
        replies += notices.for_staff(moment, request, people, ())
    return replies


def _put_off(db: Connection, now: datetime, event_id: str) -> None:
    put_off_event(db, now, event_id, AGAIN)
