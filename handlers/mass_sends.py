"""A mass send in words: whom it reaches, who has confirmed it, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from crm.broadcasts.followers import Audience
from crm.broadcasts.mass_sends import Batch, Part, Send, To, sends_since
from crm.broadcasts.send_steps import queue_batch
from crm.calendar import day_bounds, local
from crm.conversations.messages import MessageState
from crm.conversations.recipients import Recipient, colleagues_at
from handlers import cards
from handlers.turn import Button, Call, Moment
from prompts.words import say, table

APP = "wecom"  # where members are told what waits for them in WeCom
PLATFORM_ZONE = "Asia/Shanghai"  # by which the official account's months are counted
MOST_NAMES = 10
A_DAY = timedelta(days=1)
SUCCESS = "success"  # in "send success"; all else is a reason


def worded(moment: Moment, to: To, words: str) -> str:
    """What goes out. Followers read in it how to hear no more; customers say so to the member whom they know."""
    return words if to is To.CUSTOMERS else say(moment.house.language, "mass_sends.words.worded", words=words)


def queue_task(moment: Moment, language: str, send: Send) -> None:
    """The one message of a send to customers."""
    queue_batch(moment.db, moment.now, send, worded(moment, send.channel, send.words), language, send.people)


def start_buttons(moment: Moment, language: str, send: Send) -> Sequence[Button]:
    """None where there is nobody to be reached."""
    last = last_send(moment, send.channel)
    intent = "send_to_customers" if send.channel is To.CUSTOMERS else "send_to_followers"
    call = Call(intent, {"send": send.id, "known": last.id if last else ""})
    return [Button(say(language, "mass_sends.words.start"), call)] if send.people else []


def counted_followers(moment: Moment, language: str, send: Send, audience: Audience, *, pictures: bool = False) -> str:
    """How many of them, and why not the others."""
    return say(
        language,
        "mass_sends.words.counted_followers",
        words=worded(moment, send.channel, send.words),
        people=audience.people,
        full=audience.full,
        not_agreed=audience.not_agreed,
        last=last_sent_at(moment, language, send.channel),
        pictures=pictures,
    )


def last_send(moment: Moment, to: To) -> Send | None:
    """Of this day."""
    return next(iter(sends_since(moment.db, moment.now - A_DAY, to)), None)


def last_sent_at(moment: Moment, language: str, to: To) -> str:
    last = last_send(moment, to)
    return cards.at(moment, language, last.started_at) if last and last.started_at else ""


def colleagues(moment: Moment, parts: Iterable[Part]) -> dict[str, Recipient]:
    """Those of the members whom the house knows, by their ids in WeCom."""
    return colleagues_at(moment.db, APP, [each.member for each in parts])


def part_lines(moment: Moment, language: str, send: Send) -> list[str]:
    """How many customers each member has."""
    known = colleagues(moment, send.parts)
    return [
        say(language, "mass_sends.words.part", name=_name(each, known), customers=each.customers) for each in send.parts
    ]


def report(moment: Moment, language: str, send: Send) -> str:
    """Of one that was started: what it came to, and how far it is."""
    reasons = table(language, "mass_sends", "reasons")
    kind = send.reason if send.reason in reasons else "refused"
    head = say(
        language,
        "mass_sends.words.report",
        at=cards.at(moment, language, send.started_at or send.created_at),
        words=cards.short(send.words),
        reason=reasons[kind] if send.reason else "",
        code=send.reason if kind == "refused" else "",
    )
    lines = _of_members(moment, language, send) if send.channel is To.CUSTOMERS else _of_followers(language, send)
    return "\n".join(filter(None, (head, lines)))


def month_of(moment: Moment, to: To) -> tuple[datetime, int]:
    """When the month began, and its days: the platform allows a customer one for each."""
    zone = moment.house.time_zone if to is To.CUSTOMERS else PLATFORM_ZONE
    first = local(moment.now, zone).date().replace(day=1)
    following = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    return day_bounds(first, zone)[0], (following - first).days


def was_sent(batch: Batch) -> bool:
    """By what the platform told of it."""
    return SUCCESS in batch.status


def _of_members(moment: Moment, language: str, send: Send) -> str:
    """Nothing where WeCom has no task of it."""
    if not send.parts or not any(each.external_id for each in send.batches):
        return ""
    known = colleagues(moment, send.parts)
    return say(
        language,
        "mass_sends.words.confirmed",
        confirmed=len(send.parts) - len(send.unconfirmed),
        members=len(send.parts),
        sent=sum(each.sent for each in send.parts),
        not_a_friend=sum(each.not_a_friend for each in send.parts),
        full=sum(each.full for each in send.parts),
        names=[_name(each, known) for each in send.unconfirmed[:MOST_NAMES]],
        more=max(0, len(send.unconfirmed) - MOST_NAMES),
    )


def _of_followers(language: str, send: Send) -> str:
    if not send.batches:
        return ""
    told = [each for each in send.batches if each.status]
    silent = [each for each in send.batches if not each.status]
    alone = [each for each in silent if each.channel != send.channel]
    waiting = {MessageState.QUEUED, MessageState.SENDING}
    return say(
        language,
        "mass_sends.words.arrived",
        people=sum(each.people for each in send.batches),
        sent=sum(each.sent for each in told) + sum(each.state is MessageState.SENT for each in alone),
        filtered=sum(each.total - each.filtered for each in told if was_sent(each)),
        errors=sum(each.errors for each in told),
        waiting=sum(each.people for each in silent if each.state in waiting),
        untold=sum(each.people for each in silent if each.state is MessageState.SENT and each not in alone),
        failed=sum(each.people for each in send.batches if _failed(each)),
    )


def _failed(batch: Batch) -> bool:
    over = (MessageState.FAILED, MessageState.EXPIRED, MessageState.SUPPRESSED, MessageState.UNCERTAIN)
    return batch.state in over or bool(batch.status and not was_sent(batch))


def _name(part: Part, known: dict[str, Recipient]) -> str:
    return known[part.member].name if part.member in known else part.member
