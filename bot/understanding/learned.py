"""Classifiers that have learned: kept on disk, so that a house learns once for each version of its example lines."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from functools import lru_cache
from pathlib import Path

import numpy as np

from bot.understanding import classifier, features, kept
from bot.understanding.classifier import Classifier
from bot.understanding.features import Collection
from prompts.words import LANGUAGES, examples, table

OUT_OF_SCOPE = "out_of_scope"


@lru_cache(maxsize=8)
def classifier_for(names: frozenset[str], language: str) -> Classifier:
    """What the example lines of these names, and of what is out of scope, teach."""
    lines = examples(language)
    lessons = {name: lines[name] for name in sorted({*names, OUT_OF_SCOPE} & lines.keys())}
    name = f"{language}-{_fingerprint(lessons)}"
    found = _find(name)
    if found is None:
        found = classifier.train(lessons)
        _keep(name, found)
    return found


def _fingerprint(lessons: dict[str, list[str]]) -> str:
    """Of all that what is learned depends on: the lines, the kinds of words, and how it is learned."""
    kinds = [table(language, "kinds", "kinds") for language in LANGUAGES]
    code = [Path(str(module.__file__)).read_text("utf-8") for module in (classifier, features)]
    told = json.dumps([lessons, kinds, code, np.__version__], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()[:24]


def _find(name: str) -> Classifier | None:
    stored = kept.find(name)
    if stored is None:
        return None
    collection = Collection(**{field.name: stored[field.name] for field in fields(Collection)})
    return Classifier(
        tuple(stored["names"].tolist()), collection, stored["lessons"], frozenset(stored["words"].tolist())
    )


def _keep(name: str, learned: Classifier) -> None:
    arrays = {field.name: getattr(learned.examples, field.name) for field in fields(Collection)}
    words = np.array(sorted(learned.words))
    kept.keep(name, {**arrays, "names": np.array(learned.names), "words": words, "lessons": learned.lessons})
