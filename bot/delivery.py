"""The one door out: claims queued messages, sends them through their channel, settles what became of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from bot.channels.base import Channel, Confirming, File, Granting, Outbound, Refused
from bot.granted import send_parts, sends_of
from bot.pictures import as_file
from bot.records import Records
from bot.settling import settlement_of, write_down
from crm.conversations.attachments import attachment_content
from crm.conversations.claims import Claim, Claimed, claim_due
from crm.conversations.granted import claim_granted
from crm.conversations.leases import sweep_outbox
from crm.conversations.messages import MessageState, choice_token
from crm.conversations.recipients import names_around
from crm.conversations.settlements import Settlement, reword
from crm.errors import StoreUnavailable
from crm.store import Connection
from prompts.words import FALLBACK

if TYPE_CHECKING:
    from bot.understanding.translation import Translator

log = structlog.get_logger("delivery")

AT_ONCE = 32  # sends under way in one channel
SEND_SECONDS = 20.0  # within SEND_LEASE, so that nobody else takes a message over while it is being sent
POLL_SECONDS = 1.0  # finds what other processes queued and what is due again
LONGEST_STOP = 5.0


class Delivery:
    """One lane for each channel, so that a slow platform holds up nobody else.

    `translator` puts what is said to guests of other languages into theirs, where there is a model.
    """

    def __init__(
        self,
        records: Records,
        channels: Sequence[Channel],
        *,
        owner: str,
        clock: Callable[[], datetime],
        translator: Translator | None = None,
    ) -> None:
        self._records = records
        self._clock = clock
        self.lanes: Mapping[str, Lane] = {
            each.name: Lane(records, each, owner=owner, clock=clock, translator=translator) for each in channels
        }
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [asyncio.create_task(lane.run()) for lane in self.lanes.values()]

    def nudge(self) -> None:
        """There may be something to send."""
        for lane in self.lanes.values():
            lane.wake.set()

    async def sweep(self) -> None:
        now = self._clock()
        await self._records.write(lambda db: sweep_outbox(db, now))

    async def stop(self) -> None:
        """Claims no more, and settles what is under way, unless that takes too long: then call again."""
        for lane in self.lanes.values():
            lane.stop()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=LONGEST_STOP)


class Lane:
    """The messages of one channel on their way out."""

    def __init__(
        self,
        records: Records,
        channel: Channel,
        *,
        owner: str,
        clock: Callable[[], datetime],
        translator: Translator | None,
    ) -> None:
        self.wake = asyncio.Event()
        self._records = records
        self._channel = channel
        self._granting = channel if isinstance(channel, Granting) else None
        self._sent = MessageState.AWAITING_CONFIRMATION if isinstance(channel, Confirming) else MessageState.SENT
        self._owner = owner
        self._clock = clock
        self._translator = translator
        self._settlements: list[Settlement] = []
        self._sending: set[asyncio.Task[None]] = set()
        self._stopping = False

    def stop(self) -> None:
        self._stopping = True
        self.wake.set()

    async def run(self) -> None:
        """Each round settles what was sent and claims what is due, in one transaction."""
        while not self._stopping or self._sending or self._settlements:
            self.wake.clear()
            claim = await self._settle_and_claim()
            for claimed in claim.messages:
                task = asyncio.create_task(self._send(claimed))
                self._sending.add(task)
                task.add_done_callback(self._sending.discard)
            if not self._settlements:
                await self._rest(claim)

    async def _settle_and_claim(self) -> Claim:
        now, settlements, self._settlements = self._clock(), self._settlements, []
        limit = 0 if self._stopping else AT_ONCE - len(self._sending)
        if not settlements and limit <= 0:
            return Claim(())

        def step(db: Connection) -> Claim:
            write_down(db, now, self._owner, settlements)
            return self._claim(db, now, limit) if limit > 0 else Claim(())

        try:
            return await self._records.write(step)
        except StoreUnavailable as error:
            log.warning("delivery waits for the database", why=str(error))
        except Exception:  # the lane must not end, for nobody would start it again
            log.exception("delivery failed", channel=self._channel.name)
        if not self._stopping:  # else what was sent is found by its lease, as after a crash
            self._settlements = settlements + self._settlements
            await asyncio.sleep(POLL_SECONDS)
        return Claim(())

    def _claim(self, db: Connection, now: datetime, limit: int) -> Claim:
        channel = self._channel
        if self._granting is not None:
            parts = sends_of(self._granting)
            return claim_granted(
                db, now, self._owner, channel=channel.name, rates=channel.rates, parts=parts, limit=limit
            )
        addresses = channel.addresses()
        return claim_due(
            db, now, self._owner, channel=channel.name, addresses=addresses, rates=channel.rates, limit=limit
        )

    async def _rest(self, claim: Claim) -> None:
        if len(claim.messages) == AT_ONCE:
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self.wake.wait(), min(POLL_SECONDS, claim.wait or POLL_SECONDS))

    async def _send(self, claimed: Claimed) -> None:
        settlement = await self._attempt(claimed)
        log.info(
            "delivery",
            channel=claimed.channel,
            message=claimed.id,
            attempt=claimed.attempt,
            outcome=settlement.state_of(claimed).value,
            reason=settlement.reason,
        )
        self._settlements.append(settlement)
        self.wake.set()

    async def _attempt(self, claimed: Claimed) -> Settlement:
        try:
            return await self._say(claimed)
        except Exception as error:  # what follows from each is one table
            return settlement_of(claimed, error, self._clock())

    async def _say(self, claimed: Claimed) -> Settlement:
        async with asyncio.timeout(SEND_SECONDS):
            outbound = await self._outbound(await self._worded(claimed))
            if self._granting is not None:
                return await send_parts(self._granting, claimed, outbound, SEND_SECONDS - 1)
            external_id = await self._channel.send(outbound)
        return Settlement(claimed, self._sent, external_id=external_id)

    async def _worded(self, claimed: Claimed) -> Claimed:
        """In the guest's language, and written down so before it is sent: it is what was said, and is paid for once."""
        if not claimed.body.into:
            return claimed
        body, language = replace(claimed.body, into=""), FALLBACK
        if self._translator is not None:
            names = await self._records.read(lambda db: names_around(db, claimed.conversation_id))
            body, language = await self._translator.reworded(claimed.body, claimed.conversation_id, names)
        await self._records.write(lambda db: reword(db, self._owner, claimed, body, language))
        return replace(claimed, body=body, language=language)

    async def _outbound(self, claimed: Claimed) -> Outbound:
        body = claimed.body
        files = [await self._file(attachment.id) for attachment in body.attachments]
        return Outbound(
            id=claimed.id,
            address=claimed.address,
            text=body.text,
            language=claimed.language,
            buttons=[(choice_token(claimed.id, index), choice.label) for index, choice in enumerate(body.choices)],
            files=files,
            created_at=claimed.created_at,
            asks_consent=body.asks_consent,
        )

    async def _file(self, attachment_id: str) -> File:
        content = await self._records.read(lambda db: attachment_content(db, attachment_id))
        if content is None:
            raise Refused("attachment_missing")
        return await as_file(content)
