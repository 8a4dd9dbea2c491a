"""How well our own lines are understood: names, details, several wishes, what is out of scope, emergencies; speed."""

from __future__ import annotations

import resource
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.understanding.contract import Context, Understanding
from bot.understanding.recogniser import understand
from handlers.intents import INTENTS
from handlers.turn import Audience, Call
from tests.eval.lines import FOLDER, Line, read_lines

NOW = datetime(2026, 11, 26, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))  # the Thursday on which the lines were written
SMALL_TALK = frozenset({"greet", "thank", "farewell"})
OUT_OF_SCOPE = frozenset({"out_of_scope"})

Listen = Callable[[str, str, str], Understanding]  # text, audience, language


@dataclass(frozen=True, slots=True)
class Figure:
    """A share of lines, or milliseconds; `least` or `most` is what the house promises itself."""

    name: str
    value: float
    of: int = 0
    least: float | None = None
    most: float | None = None

    @property
    def holds(self) -> bool:
        return (self.least is None or self.value >= self.least) and (self.most is None or self.value <= self.most)


def context(audience: str, language: str) -> Context:
    """A guest or staff member of no particular house."""
    wanted = (Audience(audience), Audience.ANYONE)
    return Context(tuple(each for each in INTENTS if each.audience in wanted), NOW, language)


def listen(text: str, audience: str, language: str) -> Understanding:
    """The offline brain."""
    return understand(text, context(audience, language))


def figures(language: str, folder: Path = FOLDER, hear: Listen = listen) -> Iterator[Figure]:
    least = {"zh": (0.94, 0.98), "en": (0.92, 0.96)}[language]
    guest = read_lines(language, "services", folder) + read_lines(language, "guest", folder)
    staff = read_lines(language, "staff", folder)
    spent: list[float] = []
    for who, lines in (("guest", guest), ("staff", staff)):
        heard = [(line, _timed(hear, line.text, who, language, spent)) for line in lines]
        inside = [each for each in heard if each[0].names != OUT_OF_SCOPE]
        yield _share(f"{who}: first", (_first(understood) == line.names for line, understood in inside), least[0])
        yield _share(f"{who}: first or second", (_among(line, understood) for line, understood in inside), least[1])
        yield _share(f"{who}: acted on", (bool(understood.calls) for _, understood in inside), 0.90)
        outside = (not understood.calls for line, understood in heard if line.names == OUT_OF_SCOPE)
        yield _share(f"{who}: out of scope rejected", outside, 0.80)
    yield from _details(language, folder, hear)
    lines = read_lines(language, "two", folder)
    two = [(line.names, names(hear(line.text, "guest", language).calls)) for line in lines]
    yield _share("two wishes", (_serious(wanted) == _serious(found) for wanted, found in two), 0.93)
    yield from _safety(language, folder, hear, guest)
    yield Figure("milliseconds, p95", sorted(spent)[len(spent) * 95 // 100] * 1000, len(spent), most=5.0)


def confusion(language: str, folder: Path = FOLDER, hear: Listen = listen) -> list[tuple[str, str, int]]:
    """What was wanted and what was understood instead, the commonest first."""
    found: Counter[tuple[str, str]] = Counter()
    for who, kinds in (("guest", ("services", "guest")), ("staff", ("staff",))):
        for line in (line for kind in kinds for line in read_lines(language, kind, folder)):
            understood = names(hear(line.text, who, language).calls) or frozenset({"nothing"})
            if understood != line.names and not (line.names == OUT_OF_SCOPE and understood == {"nothing"}):
                found[" + ".join(sorted(line.names)), " + ".join(sorted(understood))] += 1
    return [(*pair, count) for pair, count in found.most_common()]


def memory() -> float:
    """The most this process has used, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def names(calls: Iterable[Call]) -> frozenset[str]:
    return frozenset(
        str(call.slots.get("service", call.intent)) if call.intent == "request_service" else call.intent
        for call in calls
    )


def _timed(hear: Listen, text: str, who: str, language: str, spent: list[float]) -> Understanding:
    started = time.perf_counter()
    understood = hear(text, who, language)
    spent.append(time.perf_counter() - started)
    return understood


def _first(understood: Understanding) -> frozenset[str]:
    """What is acted on, else what is offered first."""
    return names(understood.calls) or frozenset(understood.alternatives[:1])


def _among(line: Line, understood: Understanding) -> bool:
    return line.names <= names(understood.calls) | set(understood.alternatives[:2])


def _details(language: str, folder: Path, hear: Listen) -> Iterator[Figure]:
    for kind, wanted in (("times", ["time"]), ("quantities", ["quantity", "people"]), ("rooms", ["room"])):
        right, invented = [], []
        for line in read_lines(language, kind, folder):
            who = "staff" if "who_is_in_room" in line.names else "guest"
            calls = hear(line.text, who, language).calls
            for name in wanted:
                found = [_written(call.slots[name]) for call in calls if call.slots.get(name) is not None]
                if name in line.details:
                    right.append(found[:1] == [line.details[name]])
                else:
                    invented.append(bool(found))
        yield _share(kind, right, 0.95)
        if invented:
            yield _share(f"{kind} invented", invented, most=0.0 if kind == "rooms" else None)


def _safety(language: str, folder: Path, hear: Listen, ordinary: Sequence[Line]) -> Iterator[Figure]:
    lines = read_lines(language, "safety", folder)
    alarms = [("emergency" in line.names, _alarms(hear(line.text, "guest", language))) for line in lines]
    yield _share("emergencies heard", (alarmed for real, alarmed in alarms if real), 0.95)
    yield _share("look-alikes taken for one", (alarmed for real, alarmed in alarms if not real))
    yield _share("false alarms", (_alarms(hear(line.text, "guest", language)) for line in ordinary), most=0.005)


def _alarms(understood: Understanding) -> bool:
    return any(call.intent == "emergency" for call in understood.calls)


def _serious(wanted: frozenset[str]) -> frozenset[str]:
    return wanted - SMALL_TALK or wanted


def _share(name: str, right: Iterable[bool], least: float | None = None, most: float | None = None) -> Figure:
    counted = list(right)
    return Figure(name, sum(counted) / len(counted) if counted else 1.0, len(counted), least, most)


def _written(value: Any) -> str:
    return f"{value:%Y-%m-%dT%H:%M}" if isinstance(value, datetime) else str(value)
