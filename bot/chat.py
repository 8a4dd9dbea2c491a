"""`guanjia chat`: the house in a terminal, as one guest or one staff member."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from bot.app import App
from bot.channels.console import Console
from bot.config import Settings
from crm.conversations.accounts import bind_guest, bind_staff, locate
from crm.conversations.inbound import is_idle
from crm.guests.profile import guest
from crm.staff.members import find_staff_member, staff_member
from crm.store import Connection, Store

POLL_SECONDS = 0.02


class PersonNotFound(LookupError):
    """Nobody, or more than one person, has this name."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whose place at the terminal is taken."""

    kind: str  # guest | staff
    id: str
    name: str
    language: str

    @property
    def address(self) -> str:
        return f"{self.kind}:{self.id}"


def find_person(db: Connection, who: str) -> Person:
    """`who` is guest:NAME or staff:NAME. Raises PersonNotFound."""
    kind, _, name = who.partition(":")
    if kind not in ("guest", "staff") or not name.strip():
        raise PersonNotFound(f"{who!r} is neither guest:NAME nor staff:NAME")
    people = guest if kind == "guest" else staff_member
    query = select(people.c.id, people.c.name, people.c.language).where(
        func.lower(people.c.name) == name.strip().lower()
    )
    rows = db.execute(query.limit(2)).all()
    if len(rows) != 1:
        raise PersonNotFound(f"{'nobody' if not rows else 'more than one ' + kind} is called {name!r}")
    return Person(kind, rows[0].id, rows[0].name, rows[0].language)


async def chat(settings: Settings, store: Store, who: str) -> None:
    """Reads lines until the input ends and prints every reply; each line waits for the reply to the one before."""
    with store.reading() as db:
        person = find_person(db, who)
    console = Console(person.address, lambda line: print(line, flush=True))
    quick = settings.conversation.model_copy(update={"burst_seconds": 0.0})  # a line on a terminal is complete
    app = App(settings.model_copy(update={"conversation": quick}), store, lambda _settings, _records: [console])
    now = app.clock()
    conversation_id = await app.records.write(lambda db: _take_place(db, now, person))
    await app.start()
    try:
        await _converse(app, console, person, conversation_id)
    finally:
        await app.stop()


async def _converse(app: App, console: Console, person: Person, conversation_id: str) -> None:
    is_terminal = sys.stdin.isatty()
    await _idle(app, conversation_id)
    while True:
        if is_terminal:
            print("> ", end="", flush=True)
        line = await asyncio.to_thread(sys.stdin.buffer.readline)
        if not line:
            return
        text = line.decode("utf-8", "replace").strip()
        if text:
            await console.say(text, person.language)
            await _idle(app, conversation_id)


async def _idle(app: App, conversation_id: str) -> None:
    while not await app.records.read(lambda db: is_idle(db, conversation_id)):  # noqa: ASYNC110 (another process may answer)
        await asyncio.sleep(POLL_SECONDS)


def _take_place(db: Connection, now: datetime, person: Person) -> str:
    place = locate(
        db,
        now,
        channel=Console.name,
        address=person.address,
        sender_id=person.address,
        name=person.name,
        language=person.language,
    )
    if person.kind == "guest":
        bind_guest(db, place.account_id, person.id)
    elif (member := find_staff_member(db, person.id)) is not None:
        bind_staff(db, place.account_id, member)
    else:
        raise PersonNotFound(f"{person.name} no longer works here")
    return place.conversation_id
