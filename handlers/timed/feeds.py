"""A platform's calendar that cannot be read for hours: bookings do not come in, and somebody has to look there."""

from __future__ import annotations

from collections.abc import Sequence

from crm.conversations.messages import MessageClass
from crm.conversations.recipients import Recipient
from crm.stays.feeds.status import due_failures, put_off_telling, try_tell
from handlers import cards, notices
from handlers.turn import Moment, Reply, Timed
from prompts.words import say


def feed_work(names: Sequence[str]) -> Timed:
    """Of the calendars of these names: one that the settings name no more is nobody's business."""
    return Timed("feeds", lambda db, now, limit: due_failures(db, now, names, limit), tell, put_off_telling)


def tell(moment: Moment, name: str) -> list[Reply]:
    feed = try_tell(moment.db, name)
    if feed is None or feed.property_id is None or feed.failing_since is None:
        return []
    there, since = moment.at_property(feed.property_id), feed.failing_since
    return [
        Reply(
            say(
                each.language,
                "feeds.failing.text",
                name=name,
                since=cards.at(there, each.language, since),
                why=why(each.language, feed.reason),
            ),
            to=each,
            message_class=MessageClass.SERVICE,
        )
        for each in _people(there)
    ]


def why(language: str, reason: str) -> str:
    """The reason as a feed keeps it: its name, and what goes into the sentence."""
    name, _, detail = reason.partition(" ")
    return say(language, f"feeds.why.{name}", detail=detail)


def _people(there: Moment) -> list[Recipient]:
    """The desk and the managers on duty; where there is nobody, all of them, for it must not stay unseen."""
    desk, _ = notices.people_for(there, notices.DESK)
    found = [*desk, *notices.managers(there)] or notices.everybody(there, [notices.DESK, notices.MANAGER])
    return list({each.conversation_id: each for each in found}.values())
