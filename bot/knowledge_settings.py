"""Settings of what a house tells about itself; a text may stand in a file of its own, beside config.toml."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.markdown import as_plain_text
from crm.properties.knowledge import Words
from crm.properties.knowledge_changes import LONGEST_TEXT, LONGEST_TITLE
from prompts.words import LANGUAGES


class TextFileError(ValueError):
    """Names the key and says what is wrong with its file."""


class WordsSettings(BaseModel):
    """The words of an entry; `text_file` was read into `text` by now."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(min_length=1, max_length=LONGEST_TITLE)
    text: str = Field(min_length=1, max_length=LONGEST_TEXT)
    text_file: str = ""
    asked: tuple[str, ...] = ()

    def spoken(self) -> Words:
        return Words(self.title, as_plain_text(self.text), self.asked)


class KnowledgeSettings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str = Field(pattern=r"^[a-z0-9_-]{1,40}$")
    guests_only: bool = False
    room_types: tuple[str, ...] = ()
    zh: WordsSettings | None = None
    en: WordsSettings | None = None

    @model_validator(mode="after")
    def _in_some_language(self) -> Self:
        if not self.words():
            raise ValueError("needs its words in zh or en")
        return self

    def words(self) -> dict[str, Words]:
        said = {"zh": self.zh, "en": self.en}
        return {code: each.spoken() for code, each in said.items() if each}


def read_text_files(values: dict[str, Any], folder: Path) -> None:
    """Puts them where the other texts stand. What is not of the form of settings is refused later, by its key."""
    for where, words in _told_words(values):
        if "text_file" in words:
            words["text"] = _read(f"{where}.text_file", words, folder)


def _read(key: str, words: dict[str, Any], folder: Path) -> str:
    if "text" in words:
        raise TextFileError(f"{key}: there is a text already, keep one of them")
    file = folder / str(words["text_file"])
    try:
        return file.read_text("utf-8").strip()
    except OSError as error:
        raise TextFileError(f"{key}: {file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise TextFileError(f"{key}: {file} is not text in UTF-8") from None


def _told_words(values: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The words of each entry of each house, and their key."""
    for place, house in _tables(values, "properties"):
        for at, entry in _tables(house, "knowledge"):
            for language in LANGUAGES:
                if isinstance(entry.get(language), dict):
                    yield f"properties.{place}.knowledge.{at}.{language}", entry[language]


def _tables(values: dict[str, Any], name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    found = values.get(name)
    for at, each in enumerate(found if isinstance(found, list) else ()):
        if isinstance(each, dict):
            yield at, each
