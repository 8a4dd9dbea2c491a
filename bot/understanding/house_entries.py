"""Which entries of the house's knowledge answer a question: by likeness to their titles, texts and usual questions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from bot.understanding.features import Collection, Text, collect, grams_of
from bot.understanding.nearest import small_words
from bot.understanding.reading import read
from crm.properties.knowledge import Entry
from handlers.turn import Call

ANSWERS = 0.45
MOST_SERVICES = 2  # offered where nothing answers
ASKED_MORE_LIKE = 1.6  # a usual question says more of what is asked than the text of the answer


@dataclass(frozen=True, slots=True, eq=False)
class _Index:
    texts: Collection
    owners: tuple[int, ...]  # which entry each text belongs to
    weights: tuple[float, ...]


def question_to_house(question: str, about: Iterable[str], entries: tuple[Entry, ...]) -> Call:
    """With the entry that answers it, else with the services it is about: nobody guesses what is not written down."""
    found, services = find_entries(question, entries), list(dict.fromkeys(about))[:MOST_SERVICES]
    beside = {"entries": list(found)} if found else {"about": services} if services else {}
    return Call("ask_house", {"question": question, **beside})


def find_entries(question: str, entries: tuple[Entry, ...]) -> tuple[str, ...]:
    """The id of the entry that answers best, if any answers at all."""
    text = _text(question)
    if not entries or not text:
        return ()
    index = _index(entries)
    likeness = index.texts.likeness(grams_of([text]), 1, strangers_count=True)[0] * np.array(index.weights)
    best = int(np.argmax(likeness))
    return (entries[index.owners[best]].id,) if likeness[best] >= ANSWERS else ()


@lru_cache(maxsize=256)
def _index(entries: tuple[Entry, ...]) -> _Index:
    said = [
        (at, line, weight)
        for at, entry in enumerate(entries)
        for _, words in entry.words
        for line, weight in [
            *((asked, ASKED_MORE_LIKE) for asked in (words.title, *words.asked)),
            (f"{words.title} {words.text}", 1.0),
        ]
    ]
    owners, lines, weights = zip(*said, strict=True)
    return _Index(collect(grams_of([_text(line) for line in lines]), len(lines)), owners, weights)


def _text(line: str) -> Text:
    """Its telling words: among so few entries "when do you" would count as much as "breakfast"."""
    small = small_words()
    return [token.norm for token in read(line).tokens if token.norm and token.norm not in small]
