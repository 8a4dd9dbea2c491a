"""`guanjia simulate`: days of a demo house in minutes, and what became of its promises."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.app import App, open_store
from bot.config import Settings, load_settings
from bot.demo import house as demo_house
from bot.demo.simulation import bring_in, staff_address
from bot.simulate.checks import Outcome, look_back
from bot.simulate.days import Agenda, Clock, live
from bot.simulate.people import People
from crm.calendar import local, zone
from crm.properties.houses import Property, properties
from crm.staff.members import staff_of
from crm.store import Connection, Store

LONGEST_DAYS = 7  # after the last wish: whatever is not over then never will be


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for on the command line. `url`: a database of one's own, which is filled."""

    requests: int = 200
    days: int = 2
    seed: int = 1
    url: str = ""


async def simulate(wishes: Wishes, now: datetime) -> Outcome:
    """Lives the days from this morning on, in records that are thrown away, until every request is over."""
    with TemporaryDirectory(prefix="guanjia-simulate-") as folder:
        settings = _settings(Path(folder), wishes.url)
        store = open_store(settings)
        try:
            return await _live(settings, store, wishes, now)
        finally:
            store.close()


def outcome_lines(outcome: Outcome) -> list[str]:
    """As the terminal shows it."""
    states = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in sorted(outcome.by_state.items()))
    done = outcome.by_state.get("done", 0)
    share = f"{outcome.in_time / done:.0%}" if done else "none"
    findings = [f"#{each.number}: {each.what}" for each in outcome.findings]
    return [
        f"{outcome.requests} requests: {states}",
        f"Done by the hour promised first: {share} of those done",
        f"The guest was told of a delay beforehand: {outcome.announced}; the ladder was climbed: {outcome.climbed}",
        *(findings or ["Every request came to an end, every guest heard each step, no promise broke unannounced."]),
    ]


async def _live(settings: Settings, store: Store, wishes: Wishes, now: datetime) -> Outcome:
    with store.transaction() as db:
        house = properties(db)[0]
        clock = Clock(_this_morning(house, now))
        demo_house.furnish(db, clock(), house, settings.catalogue, requests=False)
        found, roles = bring_in(db, clock(), everybody=True), _roles(db, house)
    agenda = Agenda(clock)
    people = People(agenda, wishes.seed, house.time_zone)
    people.move_in(found, roles)
    people.plan_wishes(wishes.requests, wishes.days)
    people.plan_shifts(roles, wishes.days)
    app = App(settings, store, lambda _settings, _records: [people], clock)
    await app.start()
    try:
        await live(app, agenda, first=timedelta(days=wishes.days), last=timedelta(days=wishes.days + LONGEST_DAYS))
        return await app.records.read(lambda db: look_back(db, settings.catalogue))
    finally:
        await app.stop()


def _settings(folder: Path, url: str) -> Settings:
    file = Path(demo_house.__file__).with_name("config.toml")
    settings = load_settings(file, {"GUANJIA_DATABASE_URL": url} if url else {})
    conversation = settings.conversation.model_copy(update={"burst_seconds": 0.0})
    kept = settings.store.model_copy(update={"folder": folder})
    return settings.model_copy(update={"store": kept, "conversation": conversation})


def _this_morning(house: Property, now: datetime) -> datetime:
    return datetime.combine(local(now, house.time_zone).date(), time(6, 30), zone(house.time_zone))


def _roles(db: Connection, house: Property) -> dict[str, str]:
    return {staff_address(each.id): each.role for each in staff_of(db, house.id)}
