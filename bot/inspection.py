"""Looking inside: what is understood, what was not, and what became of what was to be said in this house."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from bot.app import utc_now
from bot.chat import find_person
from bot.config import Settings
from bot.house import load_house
from bot.listing import Row
from bot.turn_names import find_names, wanted_names
from bot.understanding.contract import Context, Understanding
from bot.understanding.recogniser import understand
from crm.calendar import local, zone
from crm.conversations.accounts import Speaker
from crm.conversations.ledger import count_sent, ledger
from crm.conversations.misses import NOT_UNDERSTOOD, missed_messages
from crm.properties.houses import properties
from crm.staff.members import find_staff_member
from crm.stays.bookings import find_current_stay
from crm.store import Connection, Store
from handlers import intents
from handlers.turn import Audience

KINDS = ("guest", "staff")

Listener = Callable[[str], Context]  # what is known before this text is read


def anybody(kind: str, now: datetime, language: str) -> Listener:
    """A guest or a staff member of no particular house, who may ask for everything."""
    audiences = (Audience(kind), Audience.ANYONE)
    offered = tuple(intent for intent in intents.INTENTS if intent.audience in audiences)
    context = Context(offered, now, language)
    return lambda _text: context


def instant(at: str, time_zone: str = "Asia/Shanghai") -> datetime:
    """A local time such as 2026-11-26T10:00 as an aware one; now when nothing is given. Raises ValueError."""
    if not at:
        return local(utc_now(), time_zone)
    said = datetime.fromisoformat(at)
    return said if said.tzinfo else said.replace(tzinfo=zone(time_zone))


def somebody(store: Store, settings: Settings, who: str, at: str = "") -> Listener:
    """`who` is guest:NAME or staff:NAME in these records. Raises PersonNotFound."""
    with store.reading() as db:
        person = find_person(db, who)
        house = load_house(db, settings.catalogue, settings.conversation.language)
        speaker = _speaker(db, person.kind, person.id, person.name, person.language)
    home = house.of(speaker)
    context = Context(
        offered=intents.offered(speaker, home),
        now=instant(at, home.time_zone),
        language=person.language,
        rooms=house.rooms[home.id],
        entries=house.entries(speaker),
        catalogue=settings.catalogue,
    )

    def listen(text: str) -> Context:
        wanted = wanted_names(speaker, text, None)
        if wanted is None:
            return context
        with store.reading() as db:
            return replace(context, names=tuple(find_names(db, wanted, context.now.date())))

    return listen


def lines() -> Iterator[str]:
    """Each line of the standard input as it comes, whatever its encoding."""
    for line in sys.stdin.buffer:
        if text := line.decode("utf-8", "replace").strip():
            yield text


def understood(text: str, context: Context) -> Row:
    """As plain values: instants are ISO 8601."""
    found: Understanding = understand(text, context)
    return {
        "text": text,
        "language": found.language,
        "calls": [{"intent": call.intent, "slots": _plain(call.slots)} for call in found.calls],
        "by": found.by,
        "confidence": found.confidence,
        "alternatives": list(found.alternatives),
    }


def told(row: Row) -> str:
    """The same in one line for people."""
    calls = [f"{call['intent']}({', '.join(f'{k}={v}' for k, v in call['slots'].items())})" for call in row["calls"]]
    near = f" perhaps {', '.join(row['alternatives'])}" if row["alternatives"] and not calls else ""
    return f"{' + '.join(calls) or 'nothing'}  [{row['by']} {row['confidence']}]{near}"


@dataclass(frozen=True, slots=True)
class Missed:
    """Messages that say the same; `nearest` is what they were most like."""

    reason: str
    nearest: str
    texts: tuple[str, ...]


def misses(store: Store, settings: Settings, limit: int) -> list[Missed]:
    """What was not understood or could not be answered, the latest `limit` messages, grouped by what is nearest."""
    with store.reading() as db:
        found = missed_messages(db, limit)
        zone = properties(db)[0].time_zone
    now = local(utc_now(), zone)
    groups: dict[tuple[str, str], dict[str, None]] = {}
    for missed in found:
        listen = anybody("staff" if missed.by_staff else "guest", now, settings.conversation.language)
        nearest = next(iter(understand(missed.text, listen(missed.text)).alternatives), "")
        groups.setdefault((missed.reason, nearest), {})[missed.text] = None
    ordered = sorted(groups.items(), key=lambda group: -len(group[1]))
    return [Missed(reason, nearest, tuple(texts)) for (reason, nearest), texts in ordered]


def miss_lines(found: Sequence[Missed]) -> list[str]:
    """For people: a heading for each group, then its messages."""
    printed: list[str] = []
    for each in found:
        heading = "not understood" if each.reason == NOT_UNDERSTOOD else "no entry answers"
        printed += [f"{len(each.texts)} {heading}{f', nearest {each.nearest}' if each.nearest else ''}"]
        printed += [f"    {' '.join(text.split())}" for text in each.texts]
    return printed or ["Everything was understood."]


def ledger_row(store: Store, now: datetime) -> Row:
    """What is to be said, and what became of what was to be said within a day, by state."""
    with store.reading() as db:
        return {**asdict(ledger(db, now)), "sent": count_sent(db, now)}


def ledger_lines(row: Row) -> list[str]:
    """The same for people, a line for each state."""
    given_up = {f"{state}, {why}": count for state, of in row["given_up"].items() for why, count in of.items()}
    named = {
        "queued": row["queued"],
        "waiting until the guest writes": row["waiting"],
        "sending": row["sending"],
        "waiting for members to confirm": row["awaiting_confirmation"],
        "sent": row["sent"],
        **given_up,
    }
    return [f"{count:8} {name}" for name, count in named.items()]


def _speaker(db: Connection, kind: str, person_id: str, name: str, language: str) -> Speaker:
    if kind == "staff":
        return Speaker("", "", "console", name, language, staff=find_staff_member(db, person_id))
    stay = find_current_stay(db, person_id)
    return Speaker("", "", "console", name, language, guest_id=person_id, stay=stay)


def _plain(slots: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in slots.items()}
