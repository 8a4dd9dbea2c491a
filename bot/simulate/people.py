"""Guests with wishes, and staff of every kind: prompt, slow, absent, pressing everything twice, unable now and then."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from starlette.routing import BaseRoute

from bot.channels.base import Inbound, InboundKind, Outbound, Rate, Receive
from bot.demo.house import people
from bot.demo.simulation import CHANNEL, RATINGS, Person, step_labels
from bot.simulate.days import Act, Agenda
from crm.calendar import local, zone
from prompts.words import LANGUAGES, table

MORNING, NIGHT = time(7), time(22)
ANSWER_SECONDS = (20, 240)
HOURS_ON = {"zh": "上班", "en": "on duty"}
HOURS_OFF = {"zh": "下班", "en": "off duty"}
CANCEL = {"zh": "取消我的请求", "en": "cancel my request"}


@dataclass(frozen=True, slots=True)
class Habit:
    """How somebody works: from seeing to pressing, in seconds; how often they cannot; how often a press is doubled."""

    seconds: tuple[float, float] = (20, 150)
    cannot: float = 0.04
    doubles: float = 0.05
    answers: float = 1.0


HABITS = {
    "prompt": Habit(),
    "slow": Habit(seconds=(300, 2_400), answers=0.8),
    "absent": Habit(answers=0.0),
    "double": Habit(doubles=1.0),
    "manager": Habit(seconds=(120, 900), cannot=0.15),
}
TURNS = ("prompt", "slow", "double", "absent")  # in the order of the list of staff


class People:
    """A channel whose people live in this process and in its time; `seed` makes the same days again."""

    name = CHANNEL

    def __init__(self, agenda: Agenda, seed: int, time_zone: str) -> None:
        self.pressed: Counter[str] = Counter()
        self._agenda = agenda
        self._random = random.Random(seed)  # noqa: S311 (what guests fancy is no secret)
        self._time_zone = time_zone
        self._people: dict[str, Person] = {}
        self._habits: dict[str, Habit] = {}
        self._keys = itertools.count()
        self._receive: Receive | None = None

    def move_in(self, found: Sequence[Person], roles: Mapping[str, str]) -> None:
        """`roles` by address; each colleague gets a habit, and all but the desk and managers go home at night."""
        self._people = {each.address: each for each in found}
        turns = itertools.cycle(TURNS)
        for address, role in roles.items():
            self._habits[address] = HABITS["manager" if role == "manager" else next(turns)]

    def plan_wishes(self, count: int, days: int) -> None:
        """So many wishes, at random moments of the waking hours of so many days."""
        guests = [each for each in self._people.values() if not each.is_staff]
        wishes = {entry["language"]: entry["says"] for entry in people()["wishes"]}
        for _ in range(count):
            guest, when = self._random.choice(guests), self._waking_moment(days)
            self._agenda.at(when, self._saying(guest, self._random.choice(wishes[guest.language])))
            if self._random.random() < 0.05:
                self._agenda.at(when + timedelta(minutes=4), self._saying(guest, CANCEL[guest.language]))

    def plan_shifts(self, roles: Mapping[str, str], days: int) -> None:
        """Housekeeping, maintenance and kitchen go home at ten and come at seven; the absent never say so."""
        for address, role in roles.items():
            if role in ("front_desk", "manager") or not self._habits[address].answers:
                continue
            person = self._people[address]
            for day in range(days + 2):
                self._agenda.at(self._instant(day, NIGHT), self._saying(person, HOURS_OFF[person.language]))
                self._agenda.at(self._instant(day + 1, MORNING), self._saying(person, HOURS_ON[person.language]))

    # The house's side

    async def start(self, receive: Receive) -> None:
        self._receive = receive

    async def stop(self) -> None:
        self._receive = None

    async def send(self, outbound: Outbound) -> str:
        """Whoever is shown buttons thinks for a while, and presses one or none."""
        person = self._people.get(outbound.address)
        if person and outbound.buttons:
            tokens = {label: token for token, label in outbound.buttons}
            (self._work if person.is_staff else self._choose)(person, tokens)
        return ""

    def routes(self) -> list[BaseRoute]:
        return []

    def rates(self, address: str) -> Sequence[Rate]:
        return ()

    def addresses(self) -> frozenset[str] | None:
        return None

    # The people's side

    def _work(self, person: Person, tokens: Mapping[str, str]) -> None:
        """The first step there is, sometimes "cannot", and then a reason."""
        habit = self._habits[person.address]
        if self._random.random() >= habit.answers:
            return
        decline = next((label for label in tokens if label in step_labels("decline")), "")
        step = next((label for label in tokens if label in step_labels("accept", "approve", "start", "complete")), "")
        reasons = [label for label in tokens if label in _reasons()]
        label = decline if decline and self._random.random() < habit.cannot else step
        label = self._random.choice(reasons) if reasons else label
        if label:
            self._press(person, tokens[label], habit.seconds, twice=self._random.random() < habit.doubles)

    def _choose(self, person: Person, tokens: Mapping[str, str]) -> None:
        """A guest rates, picks an hour, or lets us in; one in five does not answer at all."""
        if self._random.random() < 0.2:
            return
        if tuple(tokens) == RATINGS:
            token = tokens[self._random.choices(RATINGS, (1, 1, 2, 6, 12))[0]]
        else:
            hours = [label for label in tokens if ":" in label]
            waits = [label for label in tokens if label in _waiting_labels()]
            label = self._random.choice(hours or waits or [""])
            token = tokens.get(label, "")
        if token:
            self._press(person, token, ANSWER_SECONDS)

    def _press(self, person: Person, token: str, seconds: tuple[float, float], *, twice: bool = False) -> None:
        after = self._random.uniform(*seconds)
        self._agenda.after(after, self._pressing(person, token))
        if twice:
            self.pressed["twice"] += 1
            self._agenda.after(after + 1, self._pressing(person, token))

    def _pressing(self, person: Person, token: str) -> Act:
        return self._telling(person, InboundKind.BUTTON, button=token)

    def _saying(self, person: Person, text: str) -> Act:
        return self._telling(person, InboundKind.MESSAGE, text=text)

    def _telling(self, person: Person, kind: InboundKind, *, text: str = "", button: str = "") -> Act:
        async def tell() -> None:
            assert self._receive is not None
            self.pressed[kind.value] += 1
            key = f"{person.address}:{next(self._keys)}"
            said = Inbound(
                channel=CHANNEL,
                dedupe_key=key,
                address=person.address,
                sender_id=person.address,
                sender_name=person.name,
                language=person.language,
                kind=kind,
                text=text,
                button=button,
            )
            await self._receive(said)

        return tell

    def _waking_moment(self, days: int) -> datetime:
        at = time(self._random.randrange(7, 23), self._random.randrange(60), self._random.randrange(60))
        return self._instant(self._random.randrange(days), at)

    def _instant(self, day: int, at: time) -> datetime:
        first = local(self._agenda.clock.now, self._time_zone).date()
        return datetime.combine(first + timedelta(days=day), at, zone(self._time_zone))


def _reasons() -> frozenset[str]:
    """As buttons say them."""
    words = (word for language in LANGUAGES for word in table(language, "cards", "reasons").values())
    return frozenset(word[:1].upper() + word[1:] for word in words)


def _waiting_labels() -> frozenset[str]:
    return frozenset(label for language in LANGUAGES for label in table(language, "cards", "waiting").values())
