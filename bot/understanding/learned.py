"""Classifiers that have learned: kept on disk, so that a house learns once for each version of its example lines."""

from __future__ import annotations

from dataclasses import fields
from functools import lru_cache

import numpy as np

from bot.understanding import classifier, kept
from bot.understanding.classifier import Classifier
from bot.understanding.features import Collection
from bot.understanding.lessons import OUT_OF_SCOPE, lesson_name
from prompts.words import examples


@lru_cache(maxsize=8)
def classifier_for(names: frozenset[str], language: str) -> Classifier:
    """What the example lines of these names, and of what is out of scope, teach."""
    name = lesson_name(names, language)
    found = _find(name)
    if found is None:
        lines = examples(language)
        found = classifier.train({each: lines[each] for each in sorted({*names, OUT_OF_SCOPE} & lines.keys())})
        _keep(name, found)
    return found


def _find(name: str) -> Classifier | None:
    stored = kept.find(name)
    if stored is None:
        return None
    collection = Collection(**{field.name: stored[field.name] for field in fields(Collection)})
    return Classifier(tuple(stored["names"].tolist()), collection, stored["meant"], stored["lessons"])


def _keep(name: str, learned: Classifier) -> None:
    arrays = {field.name: getattr(learned.examples, field.name) for field in fields(Collection)}
    told = {"names": np.array(learned.names), "meant": learned.meant, "lessons": learned.lessons}
    kept.keep(name, {**arrays, **told})
