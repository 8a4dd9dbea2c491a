"""What understanding is given and what it gives, whichever brain understands; loaded without any of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from crm.properties.catalogue import Catalogue, shipped_catalogue
from crm.properties.knowledge import Entry
from handlers.turn import Button, Call, Intent, Question

TALK = "talk"  # by no brain: what a guest and a colleague say to each other
DOUBTFUL = 0.55  # the confidence below which a guess may be questioned


@dataclass(frozen=True, slots=True)
class Context:
    """What is known before the text is read; `now` is aware, in the zone of the house.

    `names` are guests whom a colleague's text seems to name; nobody else's text is ever compared with them.
    `house_language` is what colleagues read, where a guest speaks.
    """

    offered: tuple[Intent, ...]
    now: datetime
    language: str
    rooms: frozenset[str] = frozenset()
    question: Question | None = None
    choices: tuple[Button, ...] = ()
    entries: tuple[Entry, ...] = ()
    names: tuple[str, ...] = ()
    house_language: str = ""
    catalogue: Catalogue = field(default_factory=shipped_catalogue)


@dataclass(frozen=True, slots=True)
class Understanding:
    """`by` is the brain that understood: button, pending, phrases, classifier, model or none; TALK: none was needed.

    By `pending` with no calls, the open question was waved away and there is nothing to cancel.
    `alternatives` are service codes and intents that come nearest when nothing fits.
    """

    text: str
    language: str
    calls: tuple[Call, ...]
    by: str
    confidence: float
    alternatives: tuple[str, ...] = ()

    @property
    def is_doubtful(self) -> bool:
        """Whether another brain may do better: nothing was understood, or it is hardly more than a guess."""
        return self.by == "none" or (self.by == "classifier" and self.confidence < DOUBTFUL)
