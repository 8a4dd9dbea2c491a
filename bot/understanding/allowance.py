"""How much a model may be asked: tokens for each conversation and day, and a pause when it keeps failing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

FAILURES = 3  # in a row, after which it is left alone
PAUSE = timedelta(seconds=60)
SHAKEN = timedelta(seconds=5)  # after a failure


@dataclass(slots=True)
class Allowance:
    """Kept in memory, so that each process has its own; a new day begins at midnight of `now`'s zone."""

    per_conversation: int
    per_day: int
    _day: date | None = None
    _spent: Counter[str] = field(default_factory=Counter)
    _total: int = 0
    _failed: int = 0
    _failed_at: datetime | None = None
    _resumes_at: datetime | None = None

    def allows(self, now: datetime, conversation_id: str) -> bool:
        """Whether it may be asked now; after a pause one question is let through to see whether it answers again."""
        if now.date() != self._day:
            self._day, self._total = now.date(), 0
            self._spent.clear()
        if self._resumes_at is not None and now < self._resumes_at:
            return False
        return self._total < self.per_day and self._spent[conversation_id] < self.per_conversation

    def spend(self, conversation_id: str, tokens: int) -> None:
        self._spent[conversation_id] += tokens
        self._total += tokens

    def answered(self) -> None:
        self._failed, self._failed_at, self._resumes_at = 0, None, None

    def failed(self, now: datetime) -> None:
        self._failed, self._failed_at = self._failed + 1, now
        if self._failed >= FAILURES:
            self._resumes_at = now + PAUSE

    def has_just_failed(self, now: datetime) -> bool:
        """The last question failed a moment ago."""
        return self._failed_at is not None and now < self._failed_at + SHAKEN
