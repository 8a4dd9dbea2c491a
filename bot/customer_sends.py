"""Mass sends that members confirm: counts whom they would reach, watches who has confirmed, reminds, and ends them.

What it finds is written down, and the clock speaks of it. A look belongs to one process, and costs what is open.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot.channels.base import Confirming, Refused, SendError, Unreachable
from bot.records import Records
from crm.broadcasts.mass_sends import Send, SendState, To, get_send
from crm.broadcasts.send_looks import (
    REMINDED_EVERY,
    due_looks,
    keep_parts,
    look_again,
    note_counted,
    note_part,
    pause_of,
    set_first_reminder,
    try_take_look,
    try_take_reminder,
    when_awake,
)
from crm.broadcasts.send_steps import try_end
from crm.conversations.messages import MessageState
from crm.properties.houses import get_property
from crm.store import Connection

AT_ONCE = 20
COUNTED_WITHIN = timedelta(minutes=5)  # the author is waiting
AGAIN_SOON = timedelta(seconds=5)
BETWEEN_LOOKS = timedelta(minutes=1)  # at least, at what members have confirmed
OPEN_FOR = timedelta(days=3)
UNDER_WAY = (MessageState.QUEUED, MessageState.SENDING)

log = structlog.get_logger("customer_sends")


class CustomerSends:
    def __init__(self, records: Records, channel: Confirming, clock: Callable[[], datetime]) -> None:
        self._records = records
        self._channel = channel
        self._clock = clock

    async def tick(self) -> None:
        now, to = self._clock(), To(self._channel.name)
        for send_id in await self._records.read(lambda db: due_looks(db, now, AT_ONCE, to)):
            await self._look_at(send_id, now)

    async def _look_at(self, send_id: str, now: datetime) -> None:
        """What fails for the moment is looked at again."""
        send = await self._records.write(lambda db: _taken(db, now, send_id))
        if send is None:
            return
        is_counting = send.state is SendState.COUNTING
        try:
            await (self._count(send, now) if is_counting else self._watch(send, now))
        except SendError as error:
            log.warning("customer send not looked at", send=send.id, why=str(error))
            is_hopeless = isinstance(error, Refused | Unreachable) or now - send.created_at > COUNTED_WITHIN
            if is_counting and is_hopeless:
                await self._end(send, now, str(error))
            else:
                await self._again(send, now + (AGAIN_SOON if is_counting else _pause(send, now)))

    async def _count(self, send: Send, now: datetime) -> None:
        found = await self._channel.recipients()
        people = {customer for customers in found.values() for customer in customers}
        by_member = {member: len(customers) for member, customers in found.items()}
        await self._records.write(lambda db: note_counted(db, now, send, len(people), by_member))

    async def _watch(self, send: Send, now: datetime) -> None:
        (task,) = send.batches
        if task.state in UNDER_WAY:
            await self._again(send, now + AGAIN_SOON)
        elif task.state is MessageState.AWAITING_CONFIRMATION:
            await self._follow(send, task.external_id, now)
        else:  # uncertain or expired, as it stands in the ledger; or refused
            await self._end(send, now, task.reason if task.state is MessageState.FAILED else task.state.value)

    async def _follow(self, send: Send, task_id: str, now: datetime) -> None:
        settled = frozenset(each.member for each in send.parts if each.is_final)
        found = await self._channel.progress(task_id, settled)

        def note(db: Connection) -> Send:
            for each in found:
                count = sum(each.outcomes.values())
                confirmed, outcomes = each.is_confirmed, each.outcomes
                note_part(db, send, each.member, customers=count, is_confirmed=confirmed, outcomes=outcomes)
            keep_parts(db, send, settled | {each.member for each in found})
            return get_send(db, send.id)

        send = await self._records.write(note)
        if send.parts and all(each.is_final for each in send.parts):
            await self._end(send, now, "")
        elif now >= (send.started_at or now) + OPEN_FOR:
            await self._expire(send, task_id, now)
        else:
            await self._remind(send, task_id, now)

    async def _expire(self, send: Send, task_id: str, now: datetime) -> None:
        reason = "unconfirmed"
        try:
            await self._channel.withdraw(task_id)
        except SendError as error:
            log.warning("customer send not withdrawn", send=send.id, why=str(error))
            reason = "not_withdrawn"
        await self._end(send, now, reason, MessageState.EXPIRED)

    async def _remind(self, send: Send, task_id: str, now: datetime) -> None:
        """The first time only the house tells them: the platform has just done so itself."""
        zone = await self._records.read(lambda db: get_property(db, send.property_id).time_zone)
        remind_at = when_awake(max(now, send.remind_at or now), zone)  # however late it is looked at
        if remind_at <= now:
            again_at = when_awake(now + REMINDED_EVERY, zone)
            if await self._records.write(lambda db: try_take_reminder(db, now, send, again_at)) and send.reminders:
                try:
                    await self._channel.remind(task_id)
                except SendError as error:  # the house reminds them anyway
                    log.warning("customer send not reminded of", send=send.id, why=str(error))
            remind_at = again_at
        else:
            await self._records.write(lambda db: set_first_reminder(db, send, remind_at))
        await self._again(send, min(now + _pause(send, now), remind_at))

    async def _end(self, send: Send, now: datetime, why: str, waiting: MessageState = MessageState.SENT) -> None:
        await self._records.write(lambda db: try_end(db, now, send, why, waiting))

    async def _again(self, send: Send, at: datetime) -> None:
        await self._records.write(lambda db: look_again(db, send.id, at))


def _pause(send: Send, now: datetime) -> timedelta:
    return pause_of(send, now, BETWEEN_LOOKS)


def _taken(db: Connection, now: datetime, send_id: str) -> Send | None:
    return get_send(db, send_id) if try_take_look(db, now, send_id) else None
