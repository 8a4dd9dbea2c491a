"""Which of some names are nearly the one that was written: for a question back, never for an answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import nlargest

from crm.names.sound import parts

ALIKE = 80.0  # of 100, from which a name may have been meant: "Jon Miler" and "John Miller" have 90
LEAST_PART = 4  # letters of a part that may stand for a name by itself: "Miler", but no "Li"


def most_alike(wanted: str, names: Iterable[str], most: int) -> list[str]:
    """At most so many of the names, the likest first."""
    said = parts(wanted)
    if not said:
        return []
    found = [(_likeness(said, parts(name)), name) for name in dict.fromkeys(names)]
    return [name for score, name in nlargest(most, found) if score >= ALIKE]


def _likeness(said: list[str], name: list[str]) -> float:
    """0 to 100, of both names, or of a part alone."""
    from rapidfuzz.fuzz import ratio

    scores = [likeness(said, name)]
    if len(said) == 1 and len(said[0]) >= LEAST_PART:
        scores += [ratio(said[0], part) for part in name if len(part) >= LEAST_PART]
    return max(scores)


def likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """0 to 100, of the parts of two names in alphabetical order, or of the whole in the order it is written."""
    from rapidfuzz.fuzz import ratio

    return max(ratio(" ".join(sorted(one)), " ".join(sorted(other))), ratio("".join(one), "".join(other)))
