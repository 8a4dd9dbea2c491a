"""The service catalogue: what can be asked for, who brings it, what must be known, and by when it is promised."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints, ValidationError

SHIPPED = Path(__file__).with_name("catalogue.toml")
MOST_ITEMS = 500

Department = Literal["front_desk", "housekeeping", "maintenance", "kitchen", "marketing"]
DEPARTMENTS: tuple[Department, ...] = get_args(Department)
Detail = Literal["time", "people", "quantity", "note"]
Item = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=60)]
Need = Literal["food_allergy", "room_allergy", "medicine_allergy", "diet", "ages", "money"]
LooksAt = Literal["", "next_arrival", "following_stays", "free_rooms", "previous_stay", "held_items"]
Hour = Annotated[str, StringConstraints(pattern=r"^([01]?\d|2[0-3]):[0-5]\d$")]
Opening = Annotated[str, StringConstraints(pattern=r"^(([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d)?$")]


@dataclass(frozen=True, slots=True)
class Level:
    """How soon somebody takes a request, and how soon it is done, in minutes of working time."""

    accept_minutes: int
    complete_minutes: int


LEVELS = {"urgent": Level(5, 15), "serious": Level(10, 60), "ordinary": Level(15, 120)}


class Service(BaseModel):
    """One entry. `asks` are the details without which nobody can start. `level` says how soon it is taken and
    done, where `accept_minutes` and `complete_minutes` do not; the latter count from the wanted time when there is one.
    `available`: in_house (only while staying), booked (also before), always.
    What is `is_daily` the house does every day by itself, unless the guest wants it not to.
    `times` are hours offered when the guest names none; `day` is the day of the stay (arrival, departure) on which the
    wanted hour always falls. `takes` is what else goes with it when the guest says so; no other department reads it.
    `items` are things of the kind that the house has by name: its dishes, its tours. `looks_at` is what the desk is
    shown of the records before it approves, and what approving changes in them: who comes into the room next (the hour
    of departure), the stays that follow in the room (the day of departure), the rooms that are free (the room), who has
    the room before (the hour of arrival). It may also be what was found and is held; that is kept for `keep_days` until
    it may be disposed of.
    `turns_into` is the service that is meant where the wanted hour is before `earliest`, or not before `latest`. What
    is wanted `on_departure` is meant for that day unless the guest says otherwise; `offers` is what goes well with it.
    `hours` are those it is done in, "07:00-22:00", past midnight too; before an arrival it may be booked from
    `not_before_days` on. `opens_on`: when one of these happens to a stay the house asks it of itself, of the room that
    was left; guests do not."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    department: Department
    asks: tuple[Detail, ...] = ()
    available: Literal["in_house", "booked", "always"] = "in_house"
    hours: Opening = ""
    not_before_days: Annotated[int, Field(ge=0, le=3650)] | None = None
    level: Literal["urgent", "serious", "ordinary"] = "ordinary"
    accept_minutes: Annotated[int, Field(ge=1, le=7 * 24 * 60)] | None = None
    complete_minutes: Annotated[int, Field(ge=0, le=7 * 24 * 60)] | None = None
    needs_approval: StrictBool = False
    is_daily: StrictBool = False
    looks_at: LooksAt = ""
    keep_days: Annotated[int, Field(ge=0, le=3650)] = 90
    opens_on: tuple[Literal["departed", "moved"], ...] = ()
    times: tuple[Hour, ...] = ()
    day: Literal["", "arrival", "departure"] = ""
    on_departure: StrictBool = False
    earliest: Hour | Literal[""] = ""
    latest: Hour | Literal[""] = ""
    turns_into: str = ""
    offers: str = ""
    takes: tuple[Need, ...] = ()
    items: Annotated[tuple[Item, ...], Field(max_length=MOST_ITEMS)] = ()

    @property
    def accept_within(self) -> timedelta:
        minutes = LEVELS[self.level].accept_minutes if self.accept_minutes is None else self.accept_minutes
        return timedelta(minutes=minutes)

    @property
    def complete_within(self) -> timedelta:
        """Nothing where it is to happen at a certain minute, such as a wake-up call."""
        minutes = LEVELS[self.level].complete_minutes if self.complete_minutes is None else self.complete_minutes
        return timedelta(minutes=minutes)

    def times_on(self, day: datetime) -> list[datetime]:
        """The usual hours on the day of this instant, by the clock of its zone."""
        hours = (time.fromisoformat(each.zfill(5)) for each in self.times)
        return [day.replace(hour=each.hour, minute=each.minute, second=0, microsecond=0) for each in hours]


Catalogue = Mapping[str, Service]


@cache
def shipped_catalogue() -> Catalogue:
    return {code: _service(code, entry) for code, entry in tomllib.loads(SHIPPED.read_text("utf-8")).items()}


def house_catalogue(changes: Mapping[str, Mapping[str, Any]]) -> Catalogue:
    """The shipped catalogue with a house's own entries laid over it; `offered = false` takes a service out.

    Raises ValueError naming the service and the key that is wrong.
    """
    catalogue = dict(shipped_catalogue())
    for code, entry in changes.items():
        if code not in catalogue:
            raise ValueError(f"services.{code}: there is no such service")
        values = dict(entry)
        is_offered = values.pop("offered", True)
        if not isinstance(is_offered, bool):
            raise ValueError(f"services.{code}.offered: true or false")
        changed = _service(code, catalogue[code].model_dump(exclude={"code"}) | values)
        if is_offered:
            catalogue[code] = changed
        else:
            del catalogue[code]
    return catalogue


def _service(code: str, entry: Mapping[str, Any]) -> Service:
    try:
        return Service.model_validate({**entry, "code": code})
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"services.{code}.{key}: {first['msg']}") from None
