"""Whatever arrives does no harm: never an error, never slow, never a detail that was not said."""

from __future__ import annotations

import re
import time
from datetime import datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.understanding.contract import Context
from bot.understanding.patterns import compile_phrase
from bot.understanding.recogniser import MOST_CALLS, understand
from prompts.words import LANGUAGES, services
from tests.understanding.speakers import GUEST, NOW, STAFF, asking, hear

SAYABLE = [
    "两条", "毛巾", "枕头", ",", "。", ";", "和", "还有", "不用", "取消", "空调", "坏了", "明天", "7点", "6:45",
    "半小时后", "叫醒", "302", "1042", "四位", "for", "two", "towels", "no", "wifi", "and", "also", "taxi",
    "tomorrow", "at", "8", "please", "hi", "谢谢", "done", "invite", "Zhang", "San", "1234", "done", "\n", "!", "?",
    "…", "5", "stars", "投诉", "太差了", "😀", "GJ-7K2M", "/start", "abcdefgh",
]  # fmt: skip
sentences = st.lists(st.sampled_from(SAYABLE), max_size=25).map(" ".join)
texts = st.text(max_size=300) | sentences
HEAVY = [
    "a" * 100_000,
    "1" * 100_000,
    "毛巾" * 50_000,
    "一" * 100_000,
    "two towels and " * 8_000,
    "no " * 40_000,
    "1:" * 50_000,
    "zhang san " * 10_000,
    "towwel pilllow " * 8_000,
    "for two " * 10_000,
    "\u200b" * 100_000,
    "\n" * 100_000,
    " " * 100_000,
    "😀" * 100_000,
    "at 5 " * 20_000,
    "我叫" * 50_000,
    "点" * 100_000,
]


@given(texts)
def test_any_text_is_harmless(text: str) -> None:
    for understood in (hear(text), hear(text, STAFF), hear(text, question=asking("wake_up_call", "time"))):
        assert len(understood.calls) <= MOST_CALLS
        assert 0 <= understood.confidence <= 1
        assert understood.calls or understood.by in ("none", "pending")


@given(sentences)
@example("毛巾 两条 stars , 毛巾 stars")
def test_no_words_are_invented(text: str) -> None:
    for intents in (GUEST, STAFF):
        understood = hear(text, intents)
        for call in understood.calls:
            for name, value in call.slots.items():
                assert _was_said(name, value, understood.text), (name, value)


@pytest.mark.parametrize("text", HEAVY)
def test_a_heavy_text_is_read_quickly(text: str) -> None:
    hear("warm up")
    for intents in (GUEST, STAFF):
        started = time.process_time()
        hear(text, intents)
        assert time.process_time() - started < 1.0


@pytest.mark.parametrize("text", ["", " ", "\n\n", "😀😀", "1234567890", "???", "\u200b", "\x00\x01"])
def test_an_empty_message_wants_nothing(text: str) -> None:
    assert hear(text).by == "none"


def test_hidden_characters_hide_nothing() -> None:
    assert hear("毛\u200b巾\U000e0041").calls == hear("毛巾").calls


def test_an_ordinary_message_takes_about_a_millisecond() -> None:
    ordinary = ["来两条毛巾,还有明天6:45叫醒", "空调坏了,一直滴水", "hi, could I have 2 towels please, thanks"]
    hear("warm up")
    spent = []
    for sentence in ordinary * 20:
        started = time.process_time()
        hear(sentence)
        spent.append(time.process_time() - started)
    assert sorted(spent)[len(spent) * 95 // 100] < 0.005  # the target is 1 ms; a busy machine is given room


def test_services_have_the_same_keys_in_every_language() -> None:
    first, *others = (services(language) for language in LANGUAGES)
    for other in others:
        assert other.keys() == first.keys()
        for code, entry in first.items():
            same = {"phrases", "question", "fault", "time_hint", "name", "unit"}
            assert (entry.keys() & same) == (other[code].keys() & same)
            assert entry.get("question", {}).keys() == other[code].get("question", {}).keys()


@pytest.mark.parametrize("phrase", ["", "[a [b]]", "(a|b", "{name", "a]"])
def test_a_crooked_phrase_is_refused(phrase: str) -> None:
    with pytest.raises(ValueError, match="not a phrase"):
        compile_phrase(phrase)


def _was_said(name: str, value: Any, text: str) -> bool:
    """Numbers and times are read, services and subjects named by codes; everything else stands in the text as it is."""
    if name in ("service", "role", "department", "telling") or isinstance(value, int | datetime):
        return True
    if isinstance(value, list | tuple):
        return all(_was_said(name, each, text) for each in value)
    if isinstance(value, dict):
        return all(part.lower() in text.lower() for part in value.values())
    return all(part in text for part in re.split("; |；", str(value)))


@pytest.mark.parametrize("language", ["en-US", "zh-Hant-TW", "ja", "fr-FR", ""])
def test_a_speaker_of_any_language_is_read(language: str) -> None:
    for text in ("qwert flibber", "嗷呜", "123 !"):
        understand(text, Context(GUEST, NOW, language))
