"""The clock speaks of mass sends: to the author of whom one reaches and what it came to, to members that it waits."""

from __future__ import annotations

from typing import Any

from crm.broadcasts.mass_sends import Send, SendState, Tell, find_send, sends_since
from crm.broadcasts.send_looks import due_tells, put_off_tell, try_take_tell
from crm.conversations.messages import MessageClass
from crm.conversations.recipients import staff_recipients
from handlers import cards, mass_sends
from handlers.turn import Moment, Reply, Timed
from prompts.words import say, table

MOST_LINES = 10


def tell(moment: Moment, send_id: str) -> list[Reply]:
    send = find_send(moment.db, send_id)
    if send is None or not try_take_tell(moment.db, moment.now, send_id):
        return []
    there = moment.at_property(send.property_id)
    return _members(there, send) if send.tell == Tell.WAITING else _author(there, send)


WORK = Timed("mass_sends", due_tells, tell, put_off_tell)


def _author(there: Moment, send: Send) -> list[Reply]:
    people = staff_recipients(there.db, [send.author_id])
    told = _counted if send.state is SendState.COUNTED else _over
    return [told(there, send, each.language, to=each) for each in people]


def _counted(there: Moment, send: Send, language: str, **to: Any) -> Reply:
    """How many customers of whom, what was sent lately, and the button that starts it."""
    begin, days = mass_sends.month_of(there, send.channel)
    lines = mass_sends.part_lines(there, language, send)
    text = say(
        language,
        "mass_sends.words.counted",
        words=send.words,
        customers=send.people,
        lines=lines[:MOST_LINES],
        more=max(0, len(lines) - MOST_LINES),
        last=mass_sends.last_sent_at(there, language, send.channel),
        this_month=len(sends_since(there.db, begin, send.channel)),
        count=days,
    )
    buttons = mass_sends.start_buttons(there, language, send)
    return Reply(text, buttons, message_class=MessageClass.SERVICE, **to)


def _over(there: Moment, send: Send, language: str, **to: Any) -> Reply:
    if send.started_at:
        text = mass_sends.report(there, language, send)
    else:
        reasons = table(language, "mass_sends", "reasons")
        kind = send.reason if send.reason in reasons else "refused"
        code = send.reason if kind == "refused" else ""
        text = say(language, "mass_sends.words.uncounted", reason=reasons[kind], code=code)
    return Reply(text, message_class=MessageClass.SERVICE, **to)


def _members(there: Moment, send: Send) -> list[Reply]:
    """Those who have not confirmed, and are known to the house: all others hear of it from WeCom alone."""
    waiting = {each.member: each for each in send.unconfirmed}
    return [
        Reply(
            say(
                each.language,
                "mass_sends.words.waiting",
                customers=waiting[member].customers,
                words=cards.short(send.words),
                again=send.reminders > 1,
            ),
            to=each,
            message_class=MessageClass.SERVICE,
        )
        for member, each in mass_sends.colleagues(there, send.unconfirmed).items()
    ]
