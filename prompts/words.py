"""Loads the house's words and renders them: `<lang>/<handler>.toml` has a table of phrases and replies per intent."""

from __future__ import annotations

import hashlib
import tomllib
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined, Template

ROOT = Path(__file__).parent
LANGUAGES = ("zh", "en")
FALLBACK = "en"
KINDS = "kinds.toml"
MEANINGS = ROOT / "meanings.npz"

_environment = Environment(undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True)


def say(language: str, key: str, /, **values: Any) -> str:
    """The sentence `file.table.name` in this language; raises KeyError when no such sentence exists."""
    template = _template(spoken(language), key)
    # render() would first copy Jinja's globals, which no sentence uses: that took two thirds of its time.
    return "".join(template.root_render_func(template.new_context(values, shared=True))).strip()


@cache
def spoken(language: str) -> str:
    """The language we answer in: the asked one where our words are complete, else English."""
    code = language.partition("-")[0].lower()
    return code if code in LANGUAGES else FALLBACK


def render_llm(name: str, /, **values: Any) -> str:
    """What a language model is told: prompts/llm/<name>.j2."""
    return _llm(name).render(**values).strip()


def phrases(language: str) -> dict[str, list[str]]:
    """What people say for each intent, by intent name."""
    return {
        intent: list(table["phrases"])
        for file in _files(language).values()
        for intent, table in file.items()
        if "phrases" in table
    }


def saying(language: str, intent: str) -> str:
    """How one may ask for it, as help and documents quote it; "" for what nobody has to be taught."""
    return _sayings(spoken(language)).get(intent, "")


def examples(language: str) -> dict[str, list[str]]:
    """Whole messages as people write them, by the code of the service or the intent they mean, or `out_of_scope`."""
    return {path.stem: _lines(path) for path in _taught(language)}


def taught_names(language: str) -> list[str]:
    """What there are example lines of."""
    return [path.stem for path in _taught(language)]


def kinds(language: str) -> dict[str, list[str]]:
    """Words that mean the same kind of thing, by the name of the kind; read anew each time, for they are many."""
    groups: dict[str, list[str]] = tomllib.loads((ROOT / language / KINDS).read_text(encoding="utf-8"))["kinds"]
    return groups


@cache
def lessons_digest() -> str:
    """Changes when an example line, a word of a kind or what a word means does, in any language."""
    files = (path for language in LANGUAGES for path in sorted((ROOT / language).glob("**/*")) if _is_lesson(path))
    told = (path.name.encode() + path.read_bytes() for path in (MEANINGS, *files))
    return hashlib.sha256(b"\0".join(told)).hexdigest()


def _is_lesson(path: Path) -> bool:
    return path.parent.name == "examples" or path.name == KINDS


def services(language: str) -> dict[str, dict[str, Any]]:
    """The words of each service by its code: name, unit, phrases, questions by slot."""
    return _files(spoken(language))["services"]


def may_be_called(language: str, code: str, other: str) -> bool:
    """Whether guests say the other service for this one, as they call the car to the airport a taxi."""
    word, named = (services(language).get(each, {}) for each in (code, other))
    return other in (code, word.get("instead_of")) or named.get("instead_of") == code


def table(language: str, file: str, name: str) -> dict[str, Any]:
    """One table of words, such as the names of the departments."""
    found: dict[str, Any] = _files(spoken(language))[file][name]
    return found


def moment(language: str, at: datetime, today: date) -> str:
    """A local time in the reader's habit, with the day when it is not today: 周六 8:00, Sat 8:00 am."""
    hour = at.hour if spoken(language) == "zh" else at.hour % 12 or 12
    half = "" if spoken(language) == "zh" else " am" if at.hour < 12 else " pm"
    clock = f"{hour}:{at.minute:02}{half}"
    if at.date() == today:
        return clock
    return f"{day(language, at.date(), today)} {clock}"


def clock(language: str, told: str) -> str:
    """An hour as it was written down, 14:00, in the reader's habit; one told in other words stays as it is."""
    try:
        at = datetime.combine(date.min, time.fromisoformat(told))
    except ValueError:
        return told
    return moment(language, at, at.date())


def day(language: str, on: date, today: date) -> str:
    """A date as one says it: 今天, tomorrow, 周六 (within a week), 12月3日, 3 Dec, with the year when it is another."""
    names = table(language, "common", "days")
    offset = (on - today).days
    if offset in (-1, 0, 1):
        return str(names[("yesterday", "today", "tomorrow")[offset + 1]])
    if 1 < offset < 7:
        return str(names["weekdays"][on.weekday()])
    months = names["months"]
    pattern = names["date"] if on.year == today.year else names["date_with_year"]
    return str(pattern.format(day=on.day, month=months[on.month - 1], year=on.year))


@cache
def _sayings(language: str) -> dict[str, str]:
    tables = (found for file in _files(language).values() for found in file.items())
    return {intent: str(entry["says"]) for intent, entry in tables if "says" in entry}


@cache
def _llm(name: str) -> Template:
    return _environment.from_string((ROOT / "llm" / f"{name}.j2").read_text(encoding="utf-8"))


@cache
def _template(language: str, key: str) -> Template:
    file, name, sentence = key.split(".")
    return _environment.from_string(_files(language)[file][name][sentence])


@cache
def _files(language: str) -> dict[str, dict[str, Any]]:
    folder = ROOT / language
    return {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in _worded(folder)}


def _worded(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.toml") if path.name != KINDS)


def _taught(language: str) -> list[Path]:
    return sorted((ROOT / language / "examples").glob("*.txt"))


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
