"""Ten thousand histories of a platform that lets the house speak only now and then: it never says a word too many.

Guests write, press, agree, leave and come back; events are told twice; sends fail in every way; processes die between
claiming and writing down what became of it, or come back too late; the clock is moved on and back. The platform
(grant_rules.py) judges each send by its own rules. In the end every message stands in a state that people see.
"""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

from sqlalchemy import select, text

from bot.app import open_store
from bot.channels.base import Grant, Inbound, InboundKind, MaybeSent, NoGrant, NotSent, Outbound, Refused, Unreachable
from bot.config import parse_settings
from bot.granted import send_parts, sends_of
from bot.settling import BLOCKED, settlement_of, write_down
from bot.turn_record import record
from crm.conversations.accounts import account, bind_guest, conversation, locate
from crm.conversations.claims import Claimed, claim_due
from crm.conversations.granted import claim_granted
from crm.conversations.inbound import take_lease, take_up, try_release_lease
from crm.conversations.leases import end_leases, sweep_outbox
from crm.conversations.messages import (
    IS_OPEN,
    Body,
    InboundMessage,
    MessageClass,
    MessageState,
    NewMessage,
    message,
    open_body,
)
from crm.conversations.outbox import queue_messages
from crm.conversations.settlements import Settlement
from crm.conversations.undelivered import why
from crm.errors import LeaseLost
from crm.guests.profile import add_guest, prefer_channel
from crm.store import Connection, Store
from tests.drills.grant_rules import GRACE, TOKEN, Platform
from tests.support.fake_channel import GrantingChannel

OWNERS = ("a", "b")
CHANNELS = ("official", "service", "open")  # the last one may be written to at any time
HOURS = 3600.0
EVENTS: dict[str, tuple[Grant, ...]] = {
    "writes": (Grant("message", 48 * HOURS, 5), Grant("passive", 4.5, 1, is_here=True)),
    "clicks": (Grant("click", 60, 3),),
    "agrees": (Grant("subscription", 365 * 24 * HOURS, 1),),
    "follows": (Grant("follow", 60, 3),),
}
TEMPLATE = Grant("template", 87_600 * HOURS, 1_000_000, only="service")
STEPS = {
    "event": 6,
    "answer": 5,
    "again": 3,
    "leaves": 2,
    "queue": 8,
    "claim": 10,
    "send": 12,
    "settle": 10,
    "die": 2,
    "late": 1,
}
STEPS |= {"wait": 8, "jump": 1, "prefer": 1}
PAUSES = (0.0, 0.3, 2.0, 4.0, 20.0, 61.0, 130.0, HOURS, 49 * HOURS)
OUTCOMES = (None, None, None, None, NotSent, NotSent, MaybeSent, Refused, NoGrant, Unreachable)
_OPEN = select(message.c.id).where(text(IS_OPEN)).limit(1)
VISIBLE = {"sent", "failed", "suppressed", "expired", "uncertain"}


@dataclass(frozen=True)
class Plan:
    histories: int = 10_000
    steps: int = 30
    seed: int = 1

    @classmethod
    def short(cls, seed: int = 1) -> Plan:
        return cls(histories=60, seed=seed)


@dataclass
class Flight:
    """A claimed message on its way; `settlement` is there once it was sent, or not."""

    owner: str
    claimed: Claimed
    at: datetime
    settlement: Settlement | None = None
    is_dead: bool = False


async def grants(kind: str, url: str, plan: Plan) -> tuple[str, list[str]]:
    """The line of figures, and what went wrong."""
    started, states, sends, wrong = monotonic(), Counter[str](), Counter[str](), list[str]()
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(parse_settings({"store": {"url": url, "folder": folder}, "properties": [HOUSE]}, {}))
        now = datetime(2027, 1, 1, tzinfo=UTC)
        for number in range(plan.histories):
            random.seed(plan.seed * 1_000_003 + number)  # how long is waited before a send is tried again
            history = History(store, now, f"h{number}", random.Random(plan.seed * 1_000_003 + number))
            await history.play(plan.steps)
            now = history.latest
            states.update(history.states)
            sends.update(history.platform.sends)
            wrong += [f"seed {plan.seed}: {each}" for each in history.platform.wrong]
        store.close()
    told = " ".join(f"{state}={states[state]}" for state in sorted(states))
    by = ",".join(f"{kind}:{count}" for kind, count in sorted(sends.items()))
    figures = (
        f"drill=grants database={kind} histories={plan.histories} messages={states.total()} {told} sends={by} "
        f"violations={len(wrong)} seconds={monotonic() - started:.0f}"
    )
    return figures, wrong[:20]


HOUSE = {"key": "lakeside", "name": "Lakeside", "time_zone": "Asia/Shanghai", "rooms": ["201-203"], "language": "zh"}


class Wire(GrantingChannel):
    """The way of one claimed message to the platform, with what becomes of each part."""

    def __init__(self, history: History, flight: Flight) -> None:
        super().__init__(flight.claimed.channel)
        self._history, self._flight = history, flight

    async def send(self, outbound: Outbound) -> str:
        return self._history.arrives(self._flight, outbound)


@dataclass
class History:
    store: Store
    now: datetime
    name: str
    random: random.Random
    platform: Platform = field(default_factory=Platform)
    flights: list[Flight] = field(default_factory=list)
    states: Counter[str] = field(default_factory=Counter)
    latest: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.latest, self._events, self._messages = self.now, list[tuple[str, Inbound]](), 0
        self._has_template, self._is_calm = self.random.random() < 0.3, False
        self._chats = {f"{self.name}-{who}-{channel}": channel for who in "xy" for channel in self._channels()}
        self._write(self._move_in)

    def _channels(self) -> Sequence[str]:
        return ("official", *self.random.sample(CHANNELS[1:], self.random.randint(0, 2)))

    def _move_in(self, db: Connection) -> None:
        guests = {who: add_guest(db, self.now, name=f"{self.name} {who}", language="en") for who in "xy"}
        self._places: dict[str, str] = {}
        for chat, channel in self._chats.items():
            place = locate(db, self.now, channel=channel, address=chat, sender_id=chat, language="en")
            bind_guest(db, place.account_id, guests[chat.split("-")[1]])
            self._places[chat] = place.conversation_id
        self._guests = list(guests.values())

    async def play(self, steps: int) -> None:
        for chat, channel in self._chats.items():
            if channel != "open":  # nobody is known there who did not write
                self._tell(chat, "writes")
        for step in self.random.choices(list(STEPS), weights=list(STEPS.values()), k=steps):
            await getattr(self, f"_{step}")()
        await self._calm_down()
        self._examine()

    # What happens

    async def _event(self) -> None:
        self._tell(self.random.choice(list(self._chats)), self.random.choice(list(EVENTS)))

    def _tell(self, chat: str, what: str) -> None:
        gives = () if self._chats[chat] == "open" else EVENTS[what]
        if gives and what == "writes" and self._has_template:
            gives = (*gives, TEMPLATE)
        kind = InboundKind.MESSAGE if what == "writes" else InboundKind.GRANT
        key = f"{chat}-{len(self._events)}"
        inbound = Inbound(self._chats[chat], key, chat, chat, kind=kind, text="hello", grants=gives)
        owner = self.random.choice(OWNERS)
        self._events.append((owner, inbound))
        self._record(owner, inbound)
        self.platform.hears_of(chat, self.now, owner, gives)

    async def _again(self) -> None:
        """The platform tells what it has told before, perhaps to another process."""
        if self._events:
            owner, (_, inbound) = self.random.choice(OWNERS), self.random.choice(self._events[-6:])
            self._record(owner, inbound)
            if inbound.kind is not InboundKind.BLOCKED:
                self.platform.hears_of(inbound.address, self.now, owner, inbound.grants, again=True)

    async def _leaves(self) -> None:
        chat = self.random.choice(list(self._chats))
        inbound = Inbound(self._chats[chat], f"{chat}-{len(self._events)}", chat, chat, kind=InboundKind.BLOCKED)
        self._events.append(("", inbound))
        self._record("a", inbound)
        self.platform.loses(chat, self.now)
        queued = select(message.c.id).where(
            message.c.conversation_id == self._places[chat], message.c.state == MessageState.QUEUED
        )
        if self._look(lambda db: db.execute(queued).first()):
            self.platform.wrong.append(f"{chat}: still queued for who has left")

    async def _answer(self) -> None:
        """A turn ends where somebody wrote, if it is this process that answers."""
        chat, owner = self.random.choice(list(self._chats)), self.random.choice(OWNERS)
        reply, place = self._message(chat, MessageClass.REPLY), self._places[chat]

        def end_turn(db: Connection) -> None:
            new = select(message.c.id).where(message.c.conversation_id == place, message.c.state == MessageState.NEW)
            heard = [InboundMessage(each, "", Body(), self.now) for each in db.execute(new).scalars()]
            if heard and (take_lease(db, self.now, place, owner) or self.random.random() < 0.5):
                take_up(db, self.now, place, owner, heard)
                queue_messages(db, self.now, [reply])
                try_release_lease(db, place, owner)

        with suppress(LeaseLost):
            self._write(end_turn)

    async def _queue(self) -> None:
        """News that nobody asked for just now."""
        chat, classes = self.random.choice(list(self._chats)), list(MessageClass)
        some = [self._message(chat, self.random.choice(classes)) for _ in range(self.random.randint(1, 3))]
        self._write(lambda db: queue_messages(db, self.now, some))

    def _message(self, chat: str, message_class: MessageClass) -> NewMessage:
        self._messages += 1
        tokens = [f"m{self._messages}.{part}" for part in range(self.random.choice((1, 1, 1, 2, 3)))]
        self.platform.classes.update(dict.fromkeys(tokens, message_class.value))
        body = Body("\n---\n".join(tokens))
        return NewMessage(self._places[chat], self._chats[chat], "en", body, message_class)

    async def _claim(self) -> None:
        owner, channel = self.random.choice(OWNERS), self.random.choice(CHANNELS)
        self._write(lambda db: sweep_outbox(db, self.now))
        self.flights += [Flight(owner, each, self.now) for each in self._write(self._claiming(owner, channel))]

    def _claiming(self, owner: str, channel: str) -> Callable[[Connection], Sequence[Claimed]]:
        if channel == "open":
            rates: Any = lambda address: ()  # noqa: E731
            return lambda db: (
                claim_due(db, self.now, owner, channel=channel, addresses=None, rates=rates, limit=8).messages
            )
        parts = sends_of(GrantingChannel(channel))
        return lambda db: (
            claim_granted(db, self.now, owner, channel=channel, rates=lambda address: (), parts=parts, limit=8).messages
        )

    async def _send(self) -> None:
        waiting = [each for each in self.flights if each.settlement is None and not each.is_dead]
        if waiting:
            await self._fly(self.random.choice(waiting))

    async def _fly(self, flight: Flight) -> None:
        claimed, wire = flight.claimed, Wire(self, flight)
        outbound = Outbound(claimed.id, claimed.address, claimed.body.text, "en")
        try:
            if claimed.channel == "open":
                external_id = await wire.send(outbound)
                flight.settlement = Settlement(claimed, MessageState.SENT, external_id=external_id)
            else:
                flight.settlement = await send_parts(wire, claimed, outbound, 19.0)
        except Exception as error:  # as the lane does
            flight.settlement = settlement_of(claimed, error, self.now)

    def arrives(self, flight: Flight, part: Outbound) -> str:
        """One send: judged first, then the platform does with it what it likes."""
        chat, is_bound, text = part.address, flight.claimed.channel != "open", part.text
        if is_bound:
            self.platform.judge(chat, part.by, flight.owner, text, flight.at, self.now)
        outcome = None if self._is_calm else self.random.choice(OUTCOMES)
        has_left = chat in self.platform.left_at
        if outcome is Unreachable or has_left:
            if not has_left:
                self.platform.loses(chat, self.now)
            raise Unreachable("43004")
        if outcome is NoGrant and is_bound:
            self.platform.ends(chat, part.by, flight.owner, flight.at)
            raise NoGrant("45015")
        if outcome in (NotSent, Refused):
            self.platform.refused.update(TOKEN.findall(text) if outcome is Refused else ())
            raise outcome("no")
        if outcome is MaybeSent and self.random.random() < 0.5:
            self.platform.unsure.update(TOKEN.findall(text))
            raise MaybeSent("never arrived")
        is_sure = outcome is not MaybeSent
        if is_bound:
            self.platform.takes(chat, part.by, flight.owner, text, is_sure=is_sure)
        else:
            self.platform.hands_over(chat, text, is_sure=is_sure)
        if not is_sure:
            raise MaybeSent("arrived")
        return "ok"

    async def _settle(self) -> None:
        sent = [each for each in self.flights if each.settlement is not None and not each.is_dead]
        if sent:
            self._land(self.random.choice(sent))

    def _land(self, flight: Flight) -> None:
        settlement = flight.settlement
        assert settlement is not None
        self.flights.remove(flight)
        self._write(lambda db: write_down(db, self.now, flight.owner, [settlement]))

    async def _die(self) -> None:
        """The process is gone with all that it had in hand; sometimes that is known at once."""
        owner = self.random.choice(OWNERS)
        for each in [each for each in self.flights if each.owner == owner]:
            if self.random.random() < 0.3 and each.settlement is None:
                await self._fly(each)
            self._doubt(each)
            self.flights.remove(each)
        if self.random.random() < 0.5:
            self._write(lambda db: end_leases(db, self.now, lambda held: held == owner))

    async def _late(self) -> None:
        """A process that hung settles what others have taken over meanwhile."""
        for each in self.flights:
            if each.settlement is not None and not each.is_dead:
                each.is_dead = True
                self._doubt(each)
                return

    def _doubt(self, flight: Flight) -> None:
        """Whoever takes over what was sent cannot know that it was, nor what the platform said to it.

        Nor for which of two words of the guest it counts, where it was on its way when they wrote the second one.
        """
        chat, settlement = flight.claimed.address, flight.settlement
        if settlement is None:
            return
        self.platform.unsure.update(TOKEN.findall(flight.claimed.body.text))
        is_between = self.platform.heard_at.get(chat, flight.at) >= flight.at
        if settlement.over or settlement.reason == BLOCKED or is_between:
            self.platform.told_nobody.add(chat)

    async def _wait(self) -> None:
        pause = self.random.choice(PAUSES)
        if any(self.now + timedelta(seconds=pause) - each.at > GRACE for each in self.flights):  # no send takes longer
            await self._land_all()
        self._forward(pause)
        for each in [each for each in self.flights if each.is_dead]:
            self._land(each)

    async def _land_all(self) -> None:
        for each in [each for each in self.flights if not each.is_dead]:
            if each.settlement is None:
                await self._fly(each)
            self._land(each)

    async def _jump(self) -> None:
        """The clock is moved; nothing is on its way meanwhile, for its instant of claiming would mean nothing."""
        await self._land_all()
        self._forward(self.random.choice((-2 * HOURS, -90.0, -3.0, 2 * HOURS)))

    async def _prefer(self) -> None:
        guest_id, channel = self.random.choice(self._guests), self.random.choice(("", *CHANNELS))
        self._write(lambda db: prefer_channel(db, guest_id, channel))

    # How it ends

    async def _calm_down(self) -> None:
        """All goes well now; what waits for a word that never comes expires. Some days are enough for that."""
        self._is_calm = True
        await self._land_all()
        for each in list(self.flights):
            self._land(each)
        for pause in (35, 130, 130, *[25 * HOURS, 35] * 4):
            self._forward(pause)
            self._write(lambda db: sweep_outbox(db, self.now))
            if not self._look(lambda db: db.execute(_OPEN).first()):
                return
            for channel in sorted(set(self._chats.values())):
                claimed = self._write(self._claiming("a", channel))
                self.flights += [Flight("a", each, self.now) for each in claimed]
            await self._land_all()

    def _examine(self) -> None:
        """Every message in a state that people see, with its reason; what counts as sent was sent."""
        rows = self._look(self._outbound)
        tokens = {row.id: TOKEN.findall(text) for row, text in rows}
        for row, _ in rows:
            self.states[row.state] += 1
            if row.state not in VISIBLE or (row.state != "sent" and not why(MessageState(row.state), row.reason)):
                self.platform.wrong.append(f"{self.name}: {tokens[row.id]} ends {row.state} {row.reason!r}")
            elsewhere = {each for other, some in tokens.items() if other != row.id for each in some}
            known = self.platform.arrived.keys() | self.platform.unsure.keys() | self.platform.refused | elsewhere
            if row.state == "sent" and not set(tokens[row.id]) <= known:
                self.platform.wrong.append(f"{self.name}: {tokens[row.id]} counts as sent and was not")

    def _outbound(self, db: Connection) -> list[tuple[Any, str]]:
        query = (
            select(message.c.id, message.c.state, message.c.reason, message.c.body)
            .join(conversation, conversation.c.id == message.c.conversation_id)
            .join(account, account.c.id == conversation.c.account_id)
            .where(account.c.guest_id.in_(self._guests), message.c.direction == "out")
        )
        return [(row, open_body(db, row.id, row.body).text) for row in db.execute(query)]

    # The house

    def _record(self, owner: str, inbound: Inbound) -> None:
        self._write(lambda db: record(db, self.now, owner, "en", inbound))

    def _forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.latest = max(self.latest, self.now)

    def _write(self, act: Callable[[Connection], Any]) -> Any:
        with self.store.transaction() as db:
            return act(db)

    def _look(self, question: Callable[[Connection], Any]) -> Any:
        with self.store.reading() as db:
            return question(db)
