"""In elder mode nothing that matters is left out, and every reply ends with a few numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from bot.elders import plain, simply
from bot.understanding.pending import pressed
from crm.conversations.history import lines
from crm.conversations.messages import Attachment
from handlers.turn import Button, Call, Question, Reply
from prompts import words
from prompts.words import LANGUAGES, table
from tests.support.fake_channel import FakeChannel
from tests.test_words import _sample, sentences, variables
from tests.turn.houses import House

NOT_A_REPLY = ("cards.staff.", "cards.request.", "cards.intents.", "cards.steps.", "cards.reasons.", "common.")
MENU = {"zh": ["请打电话给我", "退出大字模式"], "en": ["Please call me", "Usual size again"]}


def said_to_guests(language: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every sentence a guest may hear, said with six sets of values: its key, the text, the values."""
    for key, template in sentences(language).items():
        if key.startswith(NOT_A_REPLY):
            continue
        for turn in range(6):
            values = {name: _sample(name, turn) for name in variables(template)}
            yield key, words.say(language, key, **values), values


def facts(text: str, values: dict[str, Any]) -> set[str]:
    """What the text tells beside its wording: the values that stand in it, numbers, quotations."""
    told = {str(value) for value in values.values() if value}
    told |= set(re.findall(r"\d[\d:.\- ]*\d|\d|“[^”]*”", text))
    return {each for each in told if each in text}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_fact_of_any_sentence_is_left_out(language: str) -> None:
    checked = 0
    for key, text, values in said_to_guests(language):
        simple = plain(language, text)
        for fact in facts(text, values):
            assert fact in simple, (key, text, simple)
            checked += 1
    assert checked > 500


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_whole_sentences_are_left_out_and_never_the_first(language: str) -> None:
    left_out = 0
    for key, text, _ in said_to_guests(language):
        simple = plain(language, text)
        rest = "".join(text.split())
        for line in simple.split("\n"):
            assert "".join(line.split()) in rest, (key, text, simple)
        left_out += len(simple.replace("\n", "")) < len("".join(text.split()))
        assert simple, key
    assert left_out


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_offer_is_listed_that_nobody_makes(language: str) -> None:
    said = [text for _, text, _ in said_to_guests(language)]
    for offer in table(language, "elder", "offers")["left_out"]:
        assert any(re.search(offer, text) for text in said), offer


@pytest.mark.parametrize(
    ("text", "simple"),
    [
        ("302 房，毛巾 2条，18:15 前办好。客房部已经收到。", "302 房，毛巾 2条，18:15 前办好。\n客房部已经收到。"),
        ("王芳，您好。需要什么，直接告诉我。", "王芳，您好。"),
        ("前台会找。您的原话：“丢了。真的！找找？”。", "前台会找。\n您的原话：“丢了。真的！找找？”。"),
        ("需要什么，直接告诉我。", "需要什么，直接告诉我。"),
        ("", ""),
    ],
)
def test_a_sentence_stands_on_a_line_of_its_own(text: str, simple: str) -> None:
    assert plain("zh", text) == simple


def test_english_sentences_are_parted_too() -> None:
    said = "Room 302, 2 towels by 6:15 pm. Housekeeping has it. What may I do for you?"
    assert plain("en", said) == "Room 302, 2 towels by 6:15 pm.\nHousekeeping has it."


def buttons(*labels: str) -> list[Button]:
    return [Button(label, Call("request_service", {"service": label})) for label in labels]


def labels_of(reply: Reply) -> list[str]:
    return [button.label for button in reply.buttons]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("count", [0, 1, 3, 7])
def test_at_most_five_numbered_choices_with_a_call_and_the_way_out(language: str, count: int) -> None:
    reply = simply(Reply("x.", buttons(*"abcdefg"[:count])), language)
    wanted = [*"abcdefg"[: min(count, 3)], *MENU[language]]
    assert labels_of(reply) == [f"{number}. {label}" for number, label in enumerate(wanted, start=1)]
    assert [button.call.intent for button in reply.buttons[-2:]] == ["call_me", "elder_mode"]
    assert len(reply.buttons) <= 5


@pytest.mark.parametrize("said", ["2", "2.", "2. pillows", "pillows", "Pillows"])
def test_the_number_or_the_words_press_it(said: str) -> None:
    reply = simply(Reply("x.", buttons("towels", "pillows")), "en")
    button = pressed(said, reply.buttons)
    assert button
    assert button.call.slots == {"service": "pillows"}


def test_a_button_that_begins_with_a_count_is_not_taken_for_another() -> None:
    choices = buttons("2 towels", "3 pillows")
    assert pressed("towels", choices) is None


def test_where_a_number_is_the_answer_no_menu_takes_it() -> None:
    for question in (
        Reply("How many?", ask=Question(Call("request_service"), "people")),
        Reply("How was it, from 1 to 5?", buttons(*"12345")),
    ):
        reply = simply(question, "en")
        assert labels_of(reply) == [button.label for button in question.buttons]
        assert "please call me" in reply.text
        assert "usual size again" in reply.text


def test_an_alarm_is_left_as_it_is() -> None:
    alarm = Reply("Call 120. What may I do for you?", urgent=True)
    assert simply(alarm, "en") == alarm


def test_pictures_and_questions_go_along() -> None:
    shown = [Attachment("1", "card", "image/png")]
    question = Question(Call("request_service"), "time")
    reply = simply(Reply("When?", buttons("7:00"), ask=question, attachments=shown, about="9"), "en")
    assert (reply.ask, reply.attachments, reply.about) == (question, shown, "9")


@pytest.mark.anyio
async def test_from_the_first_reply_on_it_is_simple_and_large(house: House) -> None:
    house.add_guest("wang")
    house.add_staff("dora", "front_desk")
    channel = FakeChannel()
    async with house.running(channel):
        await channel.says("wang", "hello")
        plain_one = await channel.hears("wang", "Hello")
        assert not plain_one.outbound.buttons
        await channel.says("wang", "large text please")
        heard = await channel.hears("wang", "large now")
        assert [label for _, label in heard.outbound.buttons] == ["1. Please call me", "2. Usual size again"]
        await channel.says("wang", "1")
        await channel.hears("dora", "call back")
        await channel.hears("wang", "all back")
        await channel.says("wang", "2")
        back = await channel.hears("wang", "Back to the usual size")
        assert not back.outbound.buttons
        await house.quiet()
    said = house.look(lambda db: lines(db, "fake", "wang"))
    assert [each.body.large for each in said if not each.is_inbound] == [False, True, True, False]
