"""Guests who talk and staff who work by themselves, at a human pace: a channel whose people live in this process."""

from __future__ import annotations

import asyncio
import random
import re
import secrets
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import structlog
from sqlalchemy import select
from starlette.routing import BaseRoute

from bot.channels.base import Inbound, InboundKind, Outbound, Rate, Receive
from bot.demo.house import people
from bot.records import Records
from crm.conversations.accounts import account, bind_guest, bind_staff, locate, set_reachable
from crm.errors import StoreUnavailable
from crm.properties.houses import properties
from crm.service_requests.requests import get_request
from crm.staff.members import staff_of
from crm.stays.bookings import in_house
from crm.store import Connection
from prompts.words import LANGUAGES, table

CHANNEL = "simulated"
BETWEEN_WISHES = 9.0  # seconds, on average, over the whole house
STEP_SECONDS = (4.0, 15.0)  # from seeing a card to the next step
ANSWER_SECONDS = (3.0, 8.0)  # from a question to its answer
STEPS = ("accept", "start", "complete", "approve")
SOON = timedelta(minutes=15)
RATINGS = ("1", "2", "3", "4", "5")

log = structlog.get_logger("simulation")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody simulated; the address says who: guest:<id> or staff:<id>."""

    address: str
    name: str
    language: str

    @property
    def is_staff(self) -> bool:
        return self.address.startswith("staff:")


class Simulation:
    """Everybody without a link of their own, so that visitors keep theirs. `seed` makes the same day again."""

    name = CHANNEL

    def __init__(self, records: Records, clock: Callable[[], datetime], seed: int | None = None) -> None:
        self._records = records
        self._clock = clock
        self._random = random.Random(seed)  # noqa: S311 (what guests fancy is no secret)
        self._people: dict[str, Person] = {}
        self._acts: set[asyncio.Task[None]] = set()
        self._receive: Receive | None = None

    async def start(self, receive: Receive) -> None:
        self._receive = receive
        now = self._clock()
        found = await self._records.write(lambda db: bring_in(db, now))
        self._people = {person.address: person for person in found}
        self._act(self._wish_forever())

    async def stop(self) -> None:
        self._receive = None
        for act in self._acts:
            act.cancel()
        await asyncio.gather(*self._acts, return_exceptions=True)
        now = self._clock()
        with suppress(StoreUnavailable):
            await self._records.write(lambda db: send_home(db, now))

    async def send(self, outbound: Outbound) -> str:
        """Whoever is told something thinks about it for a while, and then does the next thing."""
        person = self._people.get(outbound.address)
        if person and outbound.buttons:
            self._act(self._answer(person, outbound))
        return ""

    def routes(self) -> list[BaseRoute]:
        return []

    def rates(self, address: str) -> Sequence[Rate]:
        return ()

    def addresses(self) -> frozenset[str] | None:
        return None

    async def _answer(self, person: Person, outbound: Outbound) -> None:
        tokens = {label: token for token, label in outbound.buttons}
        token = await self._next_step(outbound.text, tokens) if person.is_staff else self._choice(tokens)
        if token:
            await asyncio.sleep(self._random.uniform(*(STEP_SECONDS if person.is_staff else ANSWER_SECONDS)))
            await self._tell(person, button=token)

    async def _next_step(self, card: str, tokens: Mapping[str, str]) -> str:
        """Accepting comes at once; what is wanted tomorrow is then left for tomorrow."""
        step = next((label for label in tokens if label in step_labels(*STEPS)), "")
        number = re.search(r"#(\d+)", card)
        if step and number and step not in step_labels("accept", "approve"):
            request = await self._records.read(lambda db: get_request(db, int(number[1])))
            if request.wanted_at and request.wanted_at > self._clock() + SOON:
                return ""
        return tokens.get(step, "")

    def _choice(self, tokens: Mapping[str, str]) -> str:
        """What a guest presses: the stars, or one of the hours offered."""
        if tuple(tokens) == RATINGS:
            return tokens[self._random.choices(RATINGS, (1, 1, 2, 6, 12))[0]]
        hours = [token for label, token in tokens.items() if ":" in label]
        return self._random.choice(hours) if hours else ""

    async def _wish_forever(self) -> None:
        guests = [person for person in self._people.values() if not person.is_staff]
        wishes = {entry["language"]: entry["says"] for entry in people()["wishes"]}
        while guests:
            await asyncio.sleep(self._random.expovariate(1 / BETWEEN_WISHES))
            person = self._random.choice(guests)
            await self._tell(person, text=self._random.choice(wishes[person.language]))

    async def _tell(self, person: Person, *, text: str = "", button: str = "") -> None:
        if self._receive is None:
            return
        kind = InboundKind.BUTTON if button else InboundKind.MESSAGE
        inbound = Inbound(
            channel=CHANNEL,
            dedupe_key=secrets.token_hex(12),
            address=person.address,
            sender_id=person.address,
            sender_name=person.name,
            language=person.language,
            kind=kind,
            text=text,
            button=button,
        )
        try:
            await self._receive(inbound)
        except StoreUnavailable:
            log.warning("a simulated person was not heard", kind=kind.value)

    def _act(self, act: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(act)
        self._acts.add(task)
        task.add_done_callback(self._acts.discard)


def bring_in(db: Connection, now: datetime, *, everybody: bool = False) -> list[Person]:
    """Gives everybody without a link of their own an account on this channel, where they can be reached from now on."""
    entries = [] if everybody else [*people()["staff"], *people()["guests"]]
    with_link = {entry["name"] for entry in entries if entry.get("link")}
    languages = {entry["name"]: entry["language"] for entry in people()["guests"]}
    house = properties(db)[0]
    found = []
    for member in staff_of(db, house.id):
        if member.name not in with_link:
            person = Person(staff_address(member.id), member.name, member.language)
            bind_staff(db, _seat(db, now, person), member)
            found.append(person)
    for stay in in_house(db, house.id):
        if stay.guest_name in languages and stay.guest_name not in with_link:
            person = Person(f"guest:{stay.guest_id}", stay.guest_name, languages[stay.guest_name])
            bind_guest(db, _seat(db, now, person), stay.guest_id)
            found.append(person)
    return found


def staff_address(staff_id: str) -> str:
    return f"staff:{staff_id}"


def send_home(db: Connection, now: datetime) -> None:
    """Without the simulation nobody reads what is said here, so nobody is to be reached here."""
    _set_reachable(db, db.execute(select(account.c.id).where(account.c.channel == CHANNEL)).scalars(), now)


@cache
def step_labels(*steps: str) -> frozenset[str]:
    """What these steps are called on buttons, in every language."""
    return frozenset(table(language, "cards", "steps")[step] for language in LANGUAGES for step in steps)


def _seat(db: Connection, now: datetime, person: Person) -> str:
    place = locate(
        db,
        now,
        channel=CHANNEL,
        address=person.address,
        sender_id=person.address,
        name=person.name,
        language=person.language,
    )
    _set_reachable(db, [place.account_id], None)
    return place.account_id


def _set_reachable(db: Connection, accounts: Iterable[str], now: datetime | None) -> None:
    for account_id in list(accounts):
        set_reachable(db, account_id, now)
