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
    stored = kept.recall(name, lambda: _arrays(classifier.train(lines_of(names, language))))
    collection = Collection(**{field.name: stored[field.name] for field in fields(Collection)})
    return Classifier(tuple(stored["names"].tolist()), collection, stored["meant"], stored["lessons"])


def lines_of(names: frozenset[str], language: str) -> dict[str, list[str]]:
    """The example lines it learns from, by name."""
    lines = examples(language)
    return {name: lines[name] for name in sorted({*names, OUT_OF_SCOPE} & lines.keys())}


def _arrays(learned: Classifier) -> kept.Arrays:
    arrays = {field.name: getattr(learned.examples, field.name) for field in fields(Collection)}
    return {**arrays, "names": np.array(learned.names), "meant": learned.meant, "lessons": learned.lessons}
