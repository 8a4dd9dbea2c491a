"""The turn: record what was said, understand it, handle it. Read this first.

Two transactions with the thinking between them. The first writes the message down, and only then the platform hears
that we have it. Understanding holds no transaction. The second runs the handlers, settles the message and queues every
reply; delivery sends them. Whatever breaks in between is found again by the sweep, because the message is still `new`
in the records. turn_record.py and turn_steps.py hold what each step reads and writes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from time import perf_counter
from typing import TYPE_CHECKING

import structlog

from bot import turn_steps
from bot.channels.base import Inbound
from bot.house import House
from bot.logs import log_turn
from bot.quarantine import quarantine, set_aside
from bot.records import Records
from bot.turn_names import find_names, wanted_names
from bot.turn_record import Arrival, record
from bot.turn_steps import Matter
from bot.turn_talk import beside_alarm, for_the_house, heard_at_once
from bot.understanding.contract import Understanding
from crm.calendar import local
from crm.conversations.inbound import abandoned_conversations, take_lease
from crm.errors import LeaseLost, StoreUnavailable, VoiceChanged
from crm.store import Connection

if TYPE_CHECKING:
    from bot.understanding.model import Model

log = structlog.get_logger("turn")

LOOKS_UP = 0.25  # seconds
LONGEST_BURST = 5  # windows; whoever never stops typing is answered nevertheless
ORPHAN_AFTER = timedelta(seconds=2)  # beyond the burst window: until then its own process is about to answer


class Concierge:
    """Receives messages from all channels and answers each conversation one turn at a time.

    `load_house` reads the house again when what it tells about itself has changed. `owner` names this process in
    leases. `burst_seconds` is how long a guest's text waits for what may follow it. `replied` is called after each
    turn: there may be something to send. `model` is asked where the house is in doubt.
    """

    def __init__(
        self,
        records: Records,
        house: House,
        *,
        load_house: Callable[[Connection], House],
        owner: str,
        clock: Callable[[], datetime],
        replied: Callable[[], None],
        burst_seconds: float,
        model: Model | None = None,
    ) -> None:
        self.house = house
        self._records = records
        self._load_house = load_house
        self._owner = owner
        self._clock = clock
        self._replied = replied
        self._burst = burst_seconds
        self._model = model
        self._serving: dict[str, asyncio.Task[None]] = {}
        self._quiet_at: dict[str, float] = {}
        self._waking: asyncio.Task[None] | None = None

    async def warm_up(self) -> None:
        """Compiles the phrases, and learns the examples where this version of them was never learned."""
        await asyncio.to_thread(_learn, self._clock())
        if self._model is not None:
            await asyncio.to_thread(self._model.client.load)

    async def receive(self, inbound: Inbound) -> None:
        """Stores the message and returns once it is committed; the answer follows. Raises StoreUnavailable."""
        now, house = self._clock(), self.house
        arrival = await self._records.write(lambda db: record(db, now, self._owner, house.language, inbound))
        if arrival is None:
            return
        place = arrival.place
        is_at_once = bool(inbound.button) or place.is_staff or place.is_alarmed or self._heed(arrival, inbound.text)
        if arrival.is_leased:
            self._serve_soon(place.conversation_id, 0.0 if is_at_once else self._burst)

    async def sweep(self) -> None:
        """Takes up what a dead process, or a database that was away, left unanswered."""
        now = self._clock()
        quiet = ORPHAN_AFTER + timedelta(seconds=self._burst * LONGEST_BURST)
        left = await self._records.read(lambda db: abandoned_conversations(db, now, self._owner, quiet=quiet))
        for conversation_id in left:
            if conversation_id not in self._serving and await self._take_over(conversation_id, now):
                self._serve_soon(conversation_id, 0.0)

    async def drain(self) -> None:
        """Waits until every turn that has begun is over."""
        while self._serving:
            await asyncio.gather(*self._serving.values(), return_exceptions=True)

    async def _take_over(self, conversation_id: str, now: datetime) -> bool:
        return await self._records.write(lambda db: take_lease(db, now, conversation_id, self._owner))

    def _serve_soon(self, conversation_id: str, window: float) -> None:
        self._quiet_at[conversation_id] = asyncio.get_running_loop().time() + window
        if conversation_id not in self._serving:
            task = asyncio.create_task(self._serve(conversation_id, window * LONGEST_BURST))
            self._serving[conversation_id] = task

    async def _serve(self, conversation_id: str, longest_wait: float) -> None:
        try:
            while conversation_id in self._quiet_at:
                await self._wait_for_quiet(conversation_id, longest_wait)
                await self._answer_all(conversation_id)
        finally:
            self._quiet_at.pop(conversation_id, None)
            del self._serving[conversation_id]

    async def _answer_all(self, conversation_id: str) -> None:
        try:
            while await self._turn(conversation_id):
                pass
        except (StoreUnavailable, LeaseLost) as error:
            log.warning("turn left to the sweep", conversation=conversation_id, why=type(error).__name__)
        except Exception:
            log.exception("turn failed", conversation=conversation_id)

    async def _wait_for_quiet(self, conversation_id: str, longest_wait: float) -> None:
        loop = asyncio.get_running_loop()
        latest = loop.time() + longest_wait
        while (wait := min(self._quiet_at[conversation_id], latest) - loop.time()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(min(wait, LOOKS_UP))  # an alarm meanwhile ends the wait
        del self._quiet_at[conversation_id]

    async def _turn(self, conversation_id: str) -> bool:
        """Answers what waits in the conversation; True when more came in meanwhile."""
        started, house = perf_counter(), self.house
        try:
            matter = await self._records.glance(lambda db: turn_steps.gather(db, conversation_id, house))
        except StoreUnavailable:
            raise
        except Exception as error:
            return await self._set_aside(conversation_id, error)
        if matter is None:
            return await self._records.write(lambda db: turn_steps.finish(db, conversation_id, self._owner))
        try:
            house = await self._up_to_date(house, matter)
            understanding = await self._understand(matter, house)
            more = await self._records.write(
                lambda db: turn_steps.handle(db, self._clock(), self._owner, house, matter, understanding)
            )
        except VoiceChanged:  # what was to be answered is to be passed on now, or the other way round
            return True
        except (StoreUnavailable, LeaseLost):
            raise
        except Exception as error:
            more = await self._quarantine(matter, error)
        else:
            log_turn(matter, understanding, started)
        self._replied()
        return more

    async def _up_to_date(self, house: House, matter: Matter) -> House:
        """What a colleague has just written down, in whichever process, answers the very next question."""
        if matter.knowledge_version != house.knowledge_version:
            house = self.house = await self._records.read(self._load_house)
        return house

    async def _understand(self, matter: Matter, house: House) -> Understanding:
        if matter.pressed is not None:
            return Understanding(matter.text, matter.speaker.language, (matter.pressed,), "button", 1.0, ())
        found = heard_at_once(matter, is_awake=self._is_awake)
        if matter.alarm and not self._is_awake:
            self._begin_to_wake()  # for what comes after: these words wait for nothing
        context = turn_steps.context(matter, self._clock(), house, () if found else await self._names(matter))
        if found is None:
            from bot.understanding.recogniser import understand  # loaded by now

            found = beside_alarm(matter, understand(for_the_house(matter), context))
        if self._model is None or not self._is_awake or matter.alarm or not matter.text.strip():
            return found
        return await self._model.ask(found, context, matter.speaker.conversation_id)

    async def _names(self, matter: Matter) -> Sequence[str]:
        """Guests whom a colleague seems to name; by then all is loaded that understands."""
        await self._wake()
        wanted = wanted_names(matter.speaker, matter.text, matter.question)
        if wanted is None:
            return ()
        today = local(self._clock(), matter.house.time_zone).date()
        return await self._records.glance(lambda db: find_names(db, wanted, today))

    def _heed(self, arrival: Arrival, text: str) -> bool:
        """An emergency waits neither for what may follow it nor for a model asked about what came before."""
        from bot.understanding.alarm import is_alarm

        is_raised = is_alarm(text)
        if is_raised and self._model is not None:
            self._model.client.hush(arrival.place.conversation_id)
        return is_raised

    @property
    def _is_awake(self) -> bool:
        return self._waking is not None and self._waking.done()

    async def _wake(self) -> None:
        """Once, beside the loop; all whose messages come meanwhile wait for it."""
        waking = self._begin_to_wake()
        if not waking.done():
            await asyncio.wait([waking])

    def _begin_to_wake(self) -> asyncio.Task[None]:
        if self._waking is None:
            self._waking = asyncio.create_task(asyncio.to_thread(_wake, self._clock()))
        return self._waking

    async def _set_aside(self, conversation_id: str, error: Exception) -> bool:
        log.exception("message unreadable", conversation=conversation_id, error=type(error).__name__)
        return await self._records.write(lambda db: set_aside(db, self._clock(), self._owner, conversation_id, error))

    async def _quarantine(self, matter: Matter, error: Exception) -> bool:
        # The traceback goes to the log without the message: personal data stays in the records.
        log.exception("message quarantined", message=matter.messages[0].id, error=type(error).__name__)
        try:
            return await self._records.write(lambda db: quarantine(db, self._clock(), self._owner, matter, error))
        except (StoreUnavailable, LeaseLost):
            raise
        except Exception as worse:  # then without telling anybody who: it must not come back every second
            return await self._set_aside(matter.speaker.conversation_id, worse)


def _learn(now: datetime) -> None:
    from bot.understanding.recogniser import learn  # the door is open before the brains are loaded

    learn(now)


def _wake(now: datetime) -> None:
    from bot.understanding.recogniser import wake

    wake(now)
