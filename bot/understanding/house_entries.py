"""Which entries of the house's knowledge answer a question: by what they speak of, and by likeness to their words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from bot.understanding.features import Collection, Floats, Text, collect, grams_of
from bot.understanding.nearest import small_words
from bot.understanding.patterns import weight_of
from bot.understanding.reading import read
from bot.understanding.subjects import Asked, asked_in, subjects_of, told_in
from crm.properties.knowledge import Entry
from handlers.turn import Call

ANSWERS = 0.45  # the likeness from which an entry answers a question about something no list names
SURE = 0.9  # and from which it does although the question is about something else as well
LEFT_OVER = 0.3  # of a question about a subject, weighed, may be words that its entry does not have
NAMED, AS_NEAR, MOST_NAMED = 0.4, 0.85, 4
MOST_SERVICES = 2  # offered where nothing answers
ASKED_MORE_LIKE = 1.6  # a usual question says more of what is asked than the text of the answer


@dataclass(frozen=True, slots=True)
class _About:
    """What an entry speaks of: by its titles and usual questions, and in all its words; of which aspects it tells."""

    named: frozenset[str]
    subjects: frozenset[str]
    words: frozenset[str]
    told: frozenset[str]
    usual: tuple[Asked, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Index:
    texts: Collection
    owners: tuple[int, ...]  # which entry each text belongs to
    weights: tuple[float, ...]
    about: tuple[_About, ...]

    def likeness(self, text: Text, *, strangers_count: bool) -> Floats:
        """Of each entry to these words, by that of its lines which is most like them."""
        lines = self.texts.likeness(grams_of([text]), 1, strangers_count=strangers_count)[0] * np.array(self.weights)
        best: Floats = np.zeros(len(self.about), dtype=np.float32)
        np.maximum.at(best, np.array(self.owners), lines.astype(np.float32))
        return best


def question_to_house(question: str, about: Iterable[str], entries: tuple[Entry, ...]) -> Call:
    """With the entry that answers it, else with the services it is about: nobody guesses what is not written down.

    The words that tell what was asked go with a question that waits for somebody who knows.
    """
    found, services = find_entries(question, entries), list(dict.fromkeys(about))[:MOST_SERVICES]
    if found:
        return Call("ask_house", {"question": question, "entries": list(found)})
    beside = {"about": services} if services else {}
    return Call("ask_house", {"question": question, "telling": telling_words(question), **beside})


def telling_words(question: str) -> list[str]:
    """What it is about and the words that say more, for two people ask the same in different words."""
    asked = asked_in(question)
    return sorted({*(f"about {each}" for each in asked.names), *asked.aspects, *asked.rest} or set(_text(question)))


def find_entries(question: str, entries: tuple[Entry, ...]) -> tuple[str, ...]:
    """The id of the entry that answers best, if any answers at all."""
    best, score = _best(question, entries)
    return (best.id,) if best and score > 0 else ()


def find_sure_entries(question: str, entries: tuple[Entry, ...]) -> tuple[str, ...]:
    """As find_entries, where it speaks of what the question is about: then it needs no other reason to be one."""
    best, score = _best(question, entries)
    return (best.id,) if best and score > 1 else ()


def entries_about_hours(question: str, entries: tuple[Entry, ...]) -> tuple[str, ...]:
    """As find_sure_entries, where it is asked when."""
    return find_sure_entries(question, entries) if "time" in asked_in(question).aspects else ()


def named_entries(words: Text, entries: tuple[Entry, ...]) -> tuple[str, ...]:
    """The ids of those a colleague's words name: the best one, and what comes as near."""
    if not entries:
        return ()
    index = _index(entries)
    likeness = index.likeness(words, strangers_count=True)
    subjects = subjects_of(" ".join(words))
    likeness = likeness + np.array([float(not subjects.isdisjoint(each.named)) for each in index.about])
    near = [at for at, like in enumerate(likeness) if like >= max(NAMED, AS_NEAR * likeness.max())]
    return tuple(entries[at].id for at in sorted(near, key=lambda at: -likeness[at])[:MOST_NAMED])


def _best(question: str, entries: tuple[Entry, ...]) -> tuple[Entry | None, float]:
    """And how well it answers, as _score tells."""
    text, asked = _text(question), asked_in(question)
    if not entries or not (text or asked.subjects):
        return None, 0.0
    index = _index(entries)
    alike = index.likeness(text, strangers_count=True)
    scores = [_score(asked, about, float(like)) for about, like in zip(index.about, alike, strict=True)]
    best = max(range(len(entries)), key=scores.__getitem__)
    return entries[best], scores[best]


def _score(asked: Asked, about: _About, like: float) -> float:
    """How well an entry answers, 0 where it does not, more than 1 where it speaks of what is asked about."""
    if about.subjects.isdisjoint(asked.names):
        return like if like >= (SURE if asked.subjects else ANSWERS) else 0.0
    is_told = about.told.issuperset(asked.aspects) and _is_covered(asked, about)
    if not is_told and not any(asked.is_part_of(usual) for usual in about.usual):
        return 0.0
    return 1.0 + like + sum(each in about.named for each in asked.names) + (asked.names[0] in about.named)


def _is_covered(asked: Asked, about: _About) -> bool:
    """Whether hardly anything is asked of which the entry does not speak."""
    known = [word for name, said in asked.subjects if name in about.subjects for word in said]
    strange = [word for name, said in asked.subjects if name not in about.subjects for word in said]
    strange += [word for word in asked.rest if word not in about.words]
    weights = [sum(map(weight_of, some)) for some in (strange, (*known, *strange))]
    return weights[0] <= LEFT_OVER * weights[1]


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
    texts = collect(grams_of([_text(line) for line in lines]), len(lines))
    return _Index(texts, owners, weights, tuple(map(_about, entries)))


def _about(entry: Entry) -> _About:
    named = "\n".join(line for _, words in entry.words for line in (words.title, *words.asked))
    text = "\n".join(words.text for _, words in entry.words)
    both = f"{named}\n{text}"
    usual = tuple(asked_in(line) for _, words in entry.words for line in (words.title, *words.asked))
    return _About(subjects_of(named), subjects_of(both), frozenset(_text(both)), told_in(text), usual)


def _text(line: str) -> Text:
    """Its telling words: among so few entries "when do you" would count as much as "breakfast"."""
    small = small_words()
    return [token.norm for token in read(line).tokens if token.norm and token.norm not in small]
