"""The clock carries a mass send of the official account: by the page into the queue, then to the end of all pages."""

from __future__ import annotations

from datetime import datetime, timedelta

from crm.broadcasts.followers import gather_page, send_alone, try_ask_again
from crm.broadcasts.mass_sends import Batch, Send, SendState, To, get_send
from crm.broadcasts.send_looks import FIRST_LOOK, due_looks, look_again, pause_of, put_off_look, try_take_look
from crm.broadcasts.send_steps import try_end
from crm.conversations.messages import MessageState
from crm.store import Connection
from handlers import mass_sends
from handlers.turn import Moment, Reply, Timed

TOLD_WITHIN = timedelta(hours=24)  # how long the platform may take to tell what became of it
TOO_FEW = "too_few"  # of those a message was for one has left, and one is left
UNDER_WAY = (MessageState.QUEUED, MessageState.SENDING)
LOST = {MessageState.UNCERTAIN: "uncertain", MessageState.EXPIRED: "expired"}


def carry(moment: Moment, send_id: str) -> list[Reply]:
    """Says nothing itself: the author is told at the end."""
    if not try_take_look(moment.db, moment.now, send_id):
        return []
    send = get_send(moment.db, send_id)
    there = moment.at_property(send.property_id)
    if send.state is SendState.STARTED:
        _follow(there, send) if send.is_gathered else _gather(there, send)
    return []


def _due(db: Connection, now: datetime, limit: int) -> list[str]:
    return due_looks(db, now, limit, To.FOLLOWERS)


WORK = Timed("follower_sends", _due, carry, put_off_look)


def _gather(there: Moment, send: Send) -> None:
    """One page at a time: a hundred thousand followers hold nobody up."""
    since, _ = mass_sends.month_of(there, send.channel)
    words = mass_sends.worded(there, send.channel, send.words)
    is_more = gather_page(there.db, there.now, send, since, words, there.house.language)
    look_again(there.db, send.id, there.now if is_more else there.now + FIRST_LOOK)


def _follow(there: Moment, send: Send) -> None:
    words = mass_sends.worded(there, send.channel, send.words)
    is_moving = False
    for each in send.batches:
        if _is_left_over(each):
            send_alone(there.db, there.now, send, each, words)
            is_moving = True
        elif each.state is MessageState.UNCERTAIN and try_ask_again(there.db, there.now, each):
            is_moving = True
    if is_moving or any(_is_open(there, each) for each in send.batches):
        look_again(there.db, send.id, there.now + pause_of(send, there.now))
    else:
        try_end(there.db, there.now, send, _why(send))


def _is_left_over(batch: Batch) -> bool:
    """Where it was tried before, the one who is left may have got it then."""
    return batch.state is MessageState.FAILED and batch.reason == TOO_FEW and batch.attempts == 1


def _is_open(there: Moment, batch: Batch) -> bool:
    """Under way, or sent and nothing told yet."""
    is_untold = batch.state is MessageState.SENT and batch.channel == To.FOLLOWERS and not batch.status
    return batch.state in UNDER_WAY or (is_untold and there.now < (batch.settled_at or there.now) + TOLD_WITHIN)


def _why(send: Send) -> str:
    """The first thing that went wrong; nothing where all is well."""
    if not send.batches:
        return "nobody"
    return next(filter(None, map(_wrong, send.batches)), "")


def _wrong(batch: Batch) -> str:
    if batch.state is not MessageState.SENT:
        return LOST.get(batch.state) or batch.reason
    if batch.channel != To.FOLLOWERS or mass_sends.was_sent(batch):
        return ""
    return "not_passed" if batch.status else "untold"
