"""Settings of the hours a department works."""

from __future__ import annotations

from pydantic import Field, field_validator

from bot.channel_settings import Section
from crm.properties.hours import Shifts, read_shift


class ShiftSettings(Section):
    """When a department works; without `rest` as on working days."""

    work: tuple[str, ...] = Field(min_length=1)
    rest: tuple[str, ...] | None = None

    @field_validator("work", "rest")
    @classmethod
    def _readable(cls, words: tuple[str, ...] | None) -> tuple[str, ...] | None:
        for each in words or ():
            read_shift(each)
        return words

    def shifts(self) -> Shifts:
        work, rest = (tuple(sorted(map(read_shift, each))) for each in (self.work, self.rest or ()))
        return Shifts(work, work if self.rest is None else rest)
