"""The model reads what nobody else understood; off, slow, mad or malicious, it changes nothing that it may not."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import openai  # noqa: F401  (its second is not to be counted as the model's)
import pytest

from bot.understanding.allowance import Allowance
from bot.understanding.client import Client
from bot.understanding.contract import Context, Understanding
from bot.understanding.model import Model
from bot.understanding.redaction import redacted
from bot.understanding.tools import tools_for
from crm.properties.knowledge import Entry, Words
from handlers.turn import Audience, Intent
from tests.support.model_server import Answer, Json, ModelServer, calling, silent
from tests.understanding.speakers import GUEST, NOW, ROOMS, STAFF

pytestmark = pytest.mark.anyio

POOL = Entry("e1", "pool", (("en", Words("Pool", "Open 7:00 to 21:00.")),))
GUEST_CANARY = "Zhang Secret 302"


def context(intents: tuple[Intent, ...] = GUEST) -> Context:
    return Context(intents, NOW, "en", ROOMS, entries=(POOL,))


def not_understood(text: str) -> Understanding:
    return Understanding(text, "en", (), "none", 0.0)


@asynccontextmanager
async def model_of(
    answer: Answer, *, delay: float = 0.0, seconds: float = 2.5, conversation: int = 10_000, day: int = 100_000
) -> AsyncIterator[tuple[Model, ModelServer]]:
    with ModelServer(answer, delay) as server:
        allowance = Allowance(conversation, day)
        client = Client(
            base_url=server.base_url, name="stand-in", key="", seconds=seconds, allowance=allowance, clock=lambda: NOW
        )
        model = Model(client)
        yield model, server
        await model.close()


async def heard(answer: Answer, text: str, intents: tuple[Intent, ...] = GUEST, **how: Any) -> Understanding:
    async with model_of(answer, **how) as (model, _):
        return await model.ask(not_understood(text), context(intents), "c1")


async def test_it_understands_what_nobody_else_did() -> None:
    understood = await heard(
        lambda _: calling("request_service", service="towels", quantity=2), "2 of the fluffy things"
    )
    (call,) = understood.calls
    assert understood.by == "model"
    assert (call.intent, call.slots["service"], call.slots["quantity"]) == ("request_service", "towels", 2)
    assert call.slots["note"] == "2 of the fluffy things"


async def test_an_allergy_counts_where_the_text_bears_it_out() -> None:
    def hearing(_request: Json) -> Json:
        return calling("tell_needs", allergy=["peanuts", "milk", "kryptonite"], diet=["vegan", "no_peanuts"])

    (call,) = (await heard(hearing, "peanuts make his lips tingle and he feels sick")).calls
    assert (call.intent, call.slots["allergy"], call.slots["diet"]) == ("tell_needs", ["peanuts"], ["no_peanuts"])
    assert (await heard(hearing, "no idea what you mean")).calls == ()
    (call,) = (await heard(lambda _: calling("tell_needs", allergy=["peanuts"], diet=["no_peanuts"]), "peanuts")).calls
    assert "allergy" not in call.slots


async def test_ages_and_money_count_only_where_their_numbers_stand_in_the_text() -> None:
    def hearing(_request: Json) -> Json:
        money = {"amount": "200", "bound": "at_most", "currency": "XXX"}
        return calling("request_service", service="food_order", ages=["3y", "99y", "x", 4], money=money)

    (call,) = (await heard(hearing, "munchies, wee one is 3ish, 200 tops")).calls
    assert call.slots["ages"] == ["3y"]
    assert call.slots["money"] == {"amount": "200", "currency": "", "bound": "at_most"}
    (call,) = (await heard(hearing, "munchies")).calls
    assert call.slots.keys() == {"service", "note"}


async def test_what_the_model_missed_of_an_allergy_is_heard_nevertheless() -> None:
    said = "the fluffy things, and I'm allergic to peanuts"
    towels, told = (await heard(lambda _: calling("request_service", service="towels"), said)).calls
    assert (towels.slots["service"], told.intent, told.slots["allergy"]) == ("towels", "tell_needs", ["peanuts"])


def test_the_tools_list_the_codes() -> None:
    tools = {each["function"]["name"]: each["function"]["parameters"]["properties"] for each in tools_for(context())}
    assert "peanuts" in tools["request_service"]["allergy"]["items"]["enum"]
    assert {"vegetarian", "no_pork"} <= set(tools["tell_needs"]["diet"]["items"]["enum"])
    assert tools["request_service"]["money"]["properties"]["bound"]["enum"] == ["at_most", "about", "at_least"]


async def test_a_question_is_answered_by_the_entry_it_names() -> None:
    understood = await heard(lambda _: calling("ask_house", entry="pool"), "where can I splash about")
    assert understood.calls[0].slots["entries"] == ["e1"]


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("find_guest", {"name": GUEST_CANARY}),
        ("revoke_staff", {"name": "Lily"}),
        ("emergency", {}),
        ("drop_tables", {}),
        ("request_service", {"service": "nuclear"}),
        ("request_service", {}),
    ],
)
async def test_what_the_speaker_is_not_offered_is_not_called(tool: str, arguments: Json) -> None:
    assert (await heard(lambda _: calling(tool, **arguments), "hello there")).calls == ()


async def test_details_that_were_not_said_are_dropped() -> None:
    def lying(_request: Json) -> Json:
        return calling("request_service", service="towels", quantity=99, room="999", people=7, note=GUEST_CANARY)

    (call,) = (await heard(lying, "the fluffy things")).calls
    assert call.slots == {"service": "towels", "note": "the fluffy things"}
    (call,) = (await heard(lambda _: calling("find_guest", name="Somebody Else"), "where is Ann Lee", STAFF)).calls
    assert call.slots == {}


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: 500,
        lambda _: 401,
        lambda _: b"data: {garbage",
        lambda _: b"[]",
        lambda _: b'{"choices": []}',
        lambda _: calling("request_service", raw="{not json"),
        lambda _: calling("request_service", raw="[" * 5_000),
        lambda _: calling("request_service", raw='{"service": ["towels"]}'),
        silent,
    ],
    ids=["500", "401", "garbage", "list", "no-choices", "broken", "deep", "wrong-type", "silent"],
)
async def test_whatever_it_says_the_offline_brain_stands(answer: Answer) -> None:
    assert (await heard(answer, "the fluffy things")).by == "none"


async def test_a_model_that_hangs_costs_less_than_three_seconds() -> None:
    started = time.perf_counter()
    assert (await heard(silent, "the fluffy things", delay=60, seconds=0.5)).by == "none"
    assert time.perf_counter() - started < 3


async def test_a_server_that_refuses_tools_is_asked_in_plain_json() -> None:
    def old(request: Json) -> Json | int:
        if "tools" in request:
            return 500
        return {"role": "assistant", "content": 'Sure: {"calls": [{"tool": "my_stay", "arguments": {}}]}'}

    async with model_of(old) as (model, server):
        for _ in range(2):
            understood = await model.ask(not_understood("how long do we still have"), context(), "c1")
            assert [call.intent for call in understood.calls] == ["my_stay"]
    assert ["tools" in request for request in server.requests] == [True, False, False]


async def test_after_three_failures_it_is_left_alone() -> None:
    async with model_of(lambda _: b"no") as (model, server):
        for _ in range(5):
            await model.ask(not_understood("the fluffy things"), context(), "c1")
    assert len(server.requests) == 3


async def test_a_conversation_that_has_spent_its_tokens_is_read_offline() -> None:
    async with model_of(silent, conversation=100) as (model, server):
        for conversation in ("c1", "c1", "c1", "c2"):
            await model.ask(not_understood("the fluffy things"), context(), conversation)
    assert len(server.requests) == 3


async def test_it_hears_no_phone_code_or_document_and_no_other_guest() -> None:
    text = "I am Ann, +86 139 1234 5678, ann@example.com, GJ-7K2M, passport E12345678, ending in 4711"
    async with model_of(silent) as (model, server):
        await model.ask(not_understood(text), context(), "c1")
    assert "Ann" in server.told
    for secret in ("1234 5678", "ann@example.com", "GJ-7K2M", "E12345678", "4711", GUEST_CANARY):
        assert secret not in server.told


def test_a_guest_is_offered_no_tool_of_the_staff() -> None:
    staff_only = {intent.name for intent in STAFF if intent.audience is Audience.STAFF}
    offered = {tool["function"]["name"] for tool in tools_for(context())}
    assert not offered & staff_only
    assert "request_service" in offered


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("call 13912345678", "call [phone]"),
        ("我的手机尾号是1234", "我的手机尾号是[digits]"),
        ("2 towels to 302 at 7:30", "2 towels to 302 at 7:30"),
        ("mail a.b@c.de", "mail [e-mail]"),
    ],
)
def test_only_what_names_a_person_is_taken_out(text: str, safe: str) -> None:
    assert redacted(text) == safe
