"""Plays a scripted conversation with the real app: its records, its clock and its turns, on channels that only listen.

A story is a file beside this one:

    story = "what it shows"
    now = 2026-05-02T18:00:00          # by the house's clock; this Saturday evening when left out

    [people]                           # who takes part; the house is the one of `guanjia demo`, before any request
    guest = "guest 王芳"
    housekeeper = "staff 李秀英"
    visitor = "stranger, telegram"     # on another channel than the web chat
    everybody = "stranger, wechat_followers"   # hears what is sent to many at once

    [[turn]]
    who = "clock"                      # nobody says anything: time passes, and what is due happens
    after = "15m"
    leaves = "王芳"                    # this guest checks out first

    [[turn]]
    who = "guest"
    after = "10m"                      # the clock moves on first (s, m, h)
    says = "再来两条毛巾"              # a list is a burst; {link of 王芳} is her stay link, {invite} the last invite
    presses = "接单"                   # instead of says: the newest button of this name that was shown to them
    sends = "orders.csv"               # a file of this name beside this one, with or without words
    hears.guest = ["毛巾", "302"]      # each is part of what they hear; also { without = "…" }, { exactly = "…" }
    offers.guest = ["1", "2"]          # the buttons of the last message they hear
    requests = [{ service = "towels", quantity = 2, state = "open" }]    # all requests, as `guanjia requests --json`
    feedback = [{ kind = "complaint", room = "302" }]                    # all feedback

Whoever is not named under `hears` must hear nothing.
"""

from __future__ import annotations

import asyncio
import re
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text, update

from bot.app import App, open_store
from bot.channels.base import File, Inbound, Outbound
from bot.chat import find_person
from bot.config import Settings, parse_settings
from bot.demo import house as demo_house
from bot.listing import request_rows
from crm.calendar import zone
from crm.conversations.accounts import bind_guest, bind_staff, locate
from crm.conversations.messages import message
from crm.feedback import Feedback
from crm.properties.houses import PropertyRow, properties
from crm.staff.members import find_staff_member
from crm.stays.bookings import find_current_stay
from crm.stays.links import create_stay_link
from crm.stays.steps import check_out
from crm.store import Connection, Store, table
from tests.support.fake_channel import FakeChannel

FOLDER = Path(__file__).parent
SATURDAY_EVENING = datetime(2026, 5, 2, 18, 0)
SECONDS = {"s": 1, "m": 60, "h": 3600}
BURST_SECONDS = 0.3
CLOCK = "clock"
CHANNELS = ("web", "telegram", "wechat", "wechat_followers")
STORY_KEYS = {"story", "now", "people", "turn"}
TURN_KEYS = {"who", "after", "leaves", "says", "sends", "presses", "hears", "offers", "requests", "feedback"}


def stories() -> list[Path]:
    return sorted(FOLDER.glob("*.toml"))


@dataclass
class Player:
    """Somebody of the story. `heard` is what they were told so far; `read` how much of it earlier turns have seen."""

    key: str
    kind: str  # guest | staff | stranger
    name: str
    channel: FakeChannel
    language: str = ""
    read: int = field(default=0)

    @property
    def heard(self) -> list[Outbound]:
        return [each.outbound for each in self.channel.heard[self.key]]

    def news(self) -> list[Outbound]:
        new = self.heard[self.read :]
        self.read += len(new)
        return new


class StoryFailed(AssertionError):
    """What was heard or written down is not what the story tells."""


async def play(path: Path, database_url: str, folder: Path, model_url: str = "") -> None:
    """Raises StoryFailed, naming the turn, what was expected, and what everybody heard instead.

    `model_url` is where a language model answers.
    """
    story = _read(path)
    async with _stage(story, database_url, folder, model_url) as stage:
        for number, turn in enumerate(story["turn"], start=1):
            await stage.play(f"{path.name}, turn {number}", turn)


def _read(path: Path) -> dict[str, Any]:
    story = tomllib.loads(path.read_text("utf-8"))
    unknown = set(story) - STORY_KEYS | {key for turn in story["turn"] for key in turn} - TURN_KEYS
    assert not unknown, f"{path.name}: unknown {', '.join(sorted(unknown))}"
    return story


@asynccontextmanager
async def _stage(story: dict[str, Any], database_url: str, folder: Path, model_url: str) -> AsyncIterator[Stage]:
    is_burst = any(isinstance(turn.get("says"), list) for turn in story["turn"])
    settings = _settings(database_url, folder, BURST_SECONDS if is_burst else 0.0, model_url)
    store = open_store(settings)
    clock = _Clock(story.get("now", SATURDAY_EVENING).replace(tzinfo=zone(settings.properties[0].time_zone)))
    channels = {name: FakeChannel(name) for name in CHANNELS}
    with store.transaction() as db:
        db.execute(update(PropertyRow).values(sends_to_followers=True))
        demo_house.furnish(db, clock(), properties(db)[0], settings.catalogue, requests=False)
        people = {key: _cast(db, clock(), key, who, channels) for key, who in story["people"].items()}
    app = App(settings, store, lambda _settings, _records: list(channels.values()), clock)
    await app.start()
    try:
        yield Stage(app, settings, store, clock, people)
    finally:
        await app.stop()


def _settings(database_url: str, folder: Path, burst_seconds: float, model_url: str) -> Settings:
    values = tomllib.loads(Path(demo_house.__file__).with_name("config.toml").read_text("utf-8"))
    values["store"] = {"folder": str(folder), "url": database_url}
    values["conversation"]["burst_seconds"] = burst_seconds
    values["model"] = {"base_url": model_url, "name": "stand-in"}
    return parse_settings(values, {})


def _cast(db: Connection, now: datetime, key: str, who: str, channels: dict[str, FakeChannel]) -> Player:
    who, _, channel = who.partition(", ")
    kind, _, name = who.partition(" ")
    player = Player(key, kind, name, channels[channel or "web"])
    if kind == "stranger":
        return player
    person = find_person(db, f"{kind}:{name}")
    player.language = person.language
    place = locate(
        db, now, channel=player.channel.name, address=key, sender_id=key, name=name, language=person.language
    )
    if kind == "guest":
        bind_guest(db, place.account_id, person.id)
    else:
        member = find_staff_member(db, person.id)
        assert member
        bind_staff(db, place.account_id, member)
    return player


class _Clock:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, by: str) -> None:
        self.now += timedelta(seconds=int(by[:-1]) * SECONDS[by[-1]])


@dataclass
class Stage:
    """The running house and the people of one story."""

    app: App
    settings: Settings
    store: Store
    clock: _Clock
    people: dict[str, Player]

    async def play(self, where: str, turn: dict[str, Any]) -> None:
        if "after" in turn:
            self.clock.move(turn["after"])
        if "leaves" in turn:
            self._check_out(turn["leaves"])
        await self.app.comparing.tick()
        await self.app.timed.tick()
        if turn["who"] != CLOCK:
            await self._speak(where, self.people[turn["who"]], turn)
        await self._quiet()
        self._compare(where, turn)

    def _check_out(self, name: str) -> None:
        with self.store.transaction() as db:
            stay = find_current_stay(db, find_person(db, f"guest:{name}").id)
            assert stay
            assert check_out(db, self.clock(), stay.id)

    async def _speak(self, where: str, player: Player, turn: dict[str, Any]) -> None:
        if "presses" in turn:
            self._check_shown(where, player, turn["presses"])
            await player.channel.presses(player.key, turn["presses"])
        if "sends" in turn:
            content = (FOLDER / turn["sends"]).read_bytes()
            file = File("document", "text/csv", turn["sends"], content)
            told = Inbound(player.channel.name, f"{where}-file", player.key, player.key, files=(file,))
            await player.channel.tells(replace(told, text=turn.get("says", "")))
            return
        said = turn.get("says", [])
        for words in [said] if isinstance(said, str) else said:
            await player.channel.says(player.key, self._filled(words), language=player.language)

    def _check_shown(self, where: str, player: Player, label: str) -> None:
        labels = [shown for each in player.heard for _, shown in each.buttons]
        if label not in labels:
            raise StoryFailed(f"{where}: {player.key} was shown no button {label!r}, only {labels}")

    def _filled(self, words: str) -> str:
        return re.sub(r"\{(.+?)\}", lambda match: self._token(match[1]), words)

    def _token(self, name: str) -> str:
        if name == "invite":
            shown = [each.text for player in self.people.values() for each in player.heard]
            tokens = re.findall(r"(?<![\w-])s[\w-]{32}(?![\w-])", "\n".join(shown))
            assert tokens, "nobody was shown an invitation"
            return str(tokens[-1])
        with self.store.transaction() as db:
            guest = find_person(db, f"guest:{name.removeprefix('link of ')}")
            stay = find_current_stay(db, guest.id)
            assert stay
            return create_stay_link(db, self.clock(), stay.id)

    async def _quiet(self) -> None:
        """Waits until everything said is answered and every answer is out."""
        async with asyncio.timeout(20):
            while await self.app.records.read(_is_busy):  # noqa: ASYNC110 (it is the records that become quiet)
                await asyncio.sleep(0.01)

    def _compare(self, where: str, turn: dict[str, Any]) -> None:
        heard = {key: player.news() for key, player in self.people.items()}
        wrong = list(_differences(turn, heard))
        if "requests" in turn:
            wrong += _unlike("request", turn["requests"], request_rows(self.store, self.settings))
        if "feedback" in turn:
            with self.store.reading() as db:
                rows = db.execute(select(table(Feedback)).order_by(table(Feedback).c.id)).mappings().all()
            wrong += _unlike("feedback", turn["feedback"], [dict(row) for row in rows])
        if wrong:
            raise StoryFailed("\n".join([where, *wrong, "", *_transcript(turn, heard)]))


def _is_busy(db: Connection) -> bool:
    busy = text("message.state IN ('new', 'queued', 'sending')")
    return bool(db.execute(select(func.count()).select_from(message).where(busy)).scalar())


def _differences(turn: dict[str, Any], heard: dict[str, list[Outbound]]) -> list[str]:
    wrong = []
    hears, offers = turn.get("hears", {}), turn.get("offers", {})
    for key, outbounds in heard.items():
        whole = "\n".join(each.text for each in outbounds)
        if outbounds and key not in hears:
            wrong.append(f"{key} should hear nothing")
        if key in hears and not outbounds:
            wrong.append(f"{key} hears nothing")
        wrong += [f"{key} should hear {wanted!r}" for wanted in hears.get(key, ()) if not _is_heard(wanted, whole)]
        labels = [label for _, label in outbounds[-1].buttons] if outbounds else []
        if key in offers and labels != offers[key]:
            wrong.append(f"{key} should be offered {offers[key]}, not {labels}")
    return wrong + [f"nobody is called {key}" for key in {*hears, *offers} - set(heard)]


def _is_heard(wanted: Any, whole: str) -> bool:
    if isinstance(wanted, str):
        return wanted in whole
    return wanted["without"] not in whole if "without" in wanted else bool(wanted["exactly"].strip() == whole)


def _unlike(kind: str, wanted: list[dict[str, Any]], rows: list[dict[str, Any]]) -> list[str]:
    """Compares the fields the story names, "" with nothing; a row too many or too few is a difference too."""
    shown = [f"  {row}" for row in rows]
    if len(wanted) != len(rows):
        return [f"{len(wanted)} {kind} rows expected, {len(rows)} found:", *shown]
    return [
        f"{kind} {number}: {name} should be {value!r}, is {row.get(name)!r}"
        for number, (entry, row) in enumerate(zip(wanted, rows, strict=True), start=1)
        for name, value in entry.items()
        if value != ("" if row.get(name) is None else row[name])
    ]


def _transcript(turn: dict[str, Any], heard: dict[str, list[Outbound]]) -> list[str]:
    lines = [f"{turn['who']}: {turn.get('says', turn.get('presses'))}"]
    for key, outbounds in heard.items():
        for each in outbounds:
            buttons = "".join(f" [{label}]" for _, label in each.buttons)
            lines.append(f"  -> {key}: {each.text}{buttons}")
    return lines
