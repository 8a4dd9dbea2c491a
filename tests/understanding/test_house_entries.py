"""Questions to the house find the entry that answers them in whatever words, or honestly none."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

import bot.demo
from bot.config import load_settings
from bot.understanding.house_entries import find_entries, named_entries, telling_words
from crm.properties.knowledge import Entry, Words
from prompts.words import LANGUAGES, examples
from tests.eval.lines import read_lines

DEMO = load_settings(Path(bot.demo.__file__).with_name("config.toml"), {}).properties[0].knowledge_entries()
ENTRIES = tuple(Entry(each.key, each.key, tuple(each.words.items()), each.guests_only) for each in DEMO)
RIGHT, WRONG = 0.90, 0.05


def found(question: str, entries: tuple[Entry, ...] = ENTRIES) -> str:
    return next(iter(find_entries(question, entries)), "none")


def entry(key: str, title: str, text: str, *asked: str, language: str = "en") -> Entry:
    return Entry(key, key, ((language, Words(title, text, asked)),))


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_in_other_words_find_their_entry_and_hardly_ever_another(language: str) -> None:
    """Lines never learned from: fifty that an entry answers, twenty that none does."""
    lines = [(next(iter(line.names)), line.text) for line in read_lines(language, "house")]
    assert sum(key != "none" for key, _ in lines) == 50
    heard = [(key, found(text)) for key, text in lines]
    right = [key == entry for key, entry in heard if key != "none"]
    assert sum(right) / len(right) >= RIGHT
    assert sum(entry not in (key, "none") for key, entry in heard) / len(heard) <= WRONG


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_line_was_learned_from(language: str) -> None:
    learned = {line for lines in examples(language).values() for line in lines}
    usual = {asked for each in DEMO for words in each.words.values() for asked in words.asked}
    assert not {line.text for line in read_lines(language, "house")} & (learned | usual)


@pytest.mark.parametrize(
    "question",
    [
        "is the pool heated?",
        "泳池的水是热的吗",
        "how much is the pool",
        "泳池收费吗",
        "when does the bar close",
        "几点可以入住",
        "how deep is the pool",
        "",
        "???",
    ],
)
def test_what_an_entry_does_not_tell_it_does_not_answer(question: str) -> None:
    assert found(question) == "none"


def test_an_entry_in_one_language_answers_in_the_other() -> None:
    sauna = entry("sauna", "桑拿", "16:00 到 22:00，地下一层。", language="zh")
    assert found("when does the sauna open", (*ENTRIES, sauna)) == "sauna"


def test_what_is_in_no_list_is_found_by_its_own_words() -> None:
    falcon = entry("falcon", "Falconry show", "Saturdays at 15:00 on the lawn.", "can we see the falcons")
    assert found("when is the falconry show", (*ENTRIES, falcon)) == "falcon"
    assert found("are there owls", (*ENTRIES, falcon)) == "none"


def test_the_very_question_that_was_answered_is_found() -> None:
    heated = entry("heated", "Is the pool heated", "Yes, 28 °C.", "is the pool heated?")
    assert found("is the pool heated", (*ENTRIES, heated)) == "heated"
    assert found("when does the pool open", (*ENTRIES, heated)) == "pool"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("is the pool heated?", "do you have a heated swimming pool"),
        ("有没有钢琴", "请问你们有钢琴吗"),
        ("where is the sauna", "Where can I find your sauna?"),
    ],
)
def test_the_same_question_is_told_by_the_same_words(one: str, other: str) -> None:
    assert telling_words(one) == telling_words(other) != []


def test_other_questions_are_told_by_other_words() -> None:
    assert telling_words("is the pool heated") != telling_words("is the pool open at night")


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        (["breakfast"], ["breakfast"]),
        (["早", "餐"], ["breakfast"]),
        (["swimming"], ["pool"]),
        (["car", "park"], ["parking"]),
        (["unicorn"], []),
    ],
)
def test_colleagues_name_entries_in_a_word(words: list[str], keys: list[str]) -> None:
    assert list(named_entries(words, ENTRIES)) == keys


def test_several_entries_that_fit_as_well_are_all_named() -> None:
    both = (entry("a", "Breakfast", "From 7."), entry("b", "Breakfast", "In the garden room."))
    assert set(named_entries(["breakfast"], both)) == {"a", "b"}
    in_bed = entry("c", "Breakfast in bed", "At any hour.")
    assert named_entries(["breakfast", "bed"], (*both, in_bed)) == ("c",)
    assert named_entries(["breakfast"], ()) == ()


def test_a_hundred_entries_are_searched_in_a_moment() -> None:
    many = tuple(replace(each, id=f"{each.id}-{at}") for at in range(20) for each in ENTRIES)
    find_entries("when is breakfast", many)
    spent = []
    for line in read_lines("en", "house"):
        began = time.process_time()
        find_entries(line.text, many)
        spent.append(time.process_time() - began)
    assert sorted(spent)[len(spent) // 2] < 0.005
