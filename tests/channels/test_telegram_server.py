"""The stand-in itself: what the other tests, the benchmarks and the drills believe of it."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.telegram_server import TOKEN, TelegramServer

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as server:
        yield server


@pytest.fixture
async def bot(server: TelegramServer) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"{server.base_url}{TOKEN}/", timeout=10) as bot:
        yield bot


async def send(bot: httpx.AsyncClient, chat_id: int, text: str = "hi") -> httpx.Response:
    return await bot.post("sendMessage", data={"chat_id": chat_id, "text": text})


async def test_a_chat_takes_three_at_once_and_then_one_a_second(server: TelegramServer, bot: httpx.AsyncClient) -> None:
    server.limits.on = True
    server.user(7)
    answers = [await send(bot, 7) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[3].json() == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 3",
        "parameters": {"retry_after": 3},
    }


async def test_a_group_takes_twenty_a_minute(server: TelegramServer, bot: httpx.AsyncClient) -> None:
    server.limits.on = True
    server.group(-7)
    answers = [await send(bot, -7) for _ in range(21)]
    assert [answer.status_code for answer in answers] == [200] * 20 + [429]
    assert 55 <= answers[20].json()["parameters"]["retry_after"] <= 60


async def test_the_bot_takes_thirty_a_second(server: TelegramServer, bot: httpx.AsyncClient) -> None:
    server.limits.on = True
    server.limits.per_second = 5
    for chat_id in range(1, 8):
        server.user(chat_id)
    answers = [await send(bot, chat_id) for chat_id in range(1, 8)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
    await asyncio.sleep(1.0)
    assert (await send(bot, 7)).status_code == 200


async def test_the_same_seed_brings_the_same_faults(server: TelegramServer, bot: httpx.AsyncClient) -> None:
    server.user(7)
    runs = []
    for seed in (5, 5, 6):
        server.set_faults(seed=seed, too_many=0.3, server_error=0.3)
        runs.append([(await send(bot, 7)).status_code for _ in range(30)])
    assert runs[0] == runs[1] != runs[2]
    assert set(runs[0]) == {200, 429, 500}


@pytest.mark.parametrize(
    ("method", "params", "description"),
    [
        ("sendMessage", {"chat_id": 7, "text": " "}, "message text is empty"),
        ("sendMessage", {"chat_id": 7, "text": "😀" * 2049}, "message is too long"),
        ("sendMessage", {"chat_id": 8, "text": "hi"}, "chat not found"),
        (
            "sendMessage",
            {"chat_id": 7, "text": "hi", "reply_markup": '{"inline_keyboard":[[{"text":"a","callback_data":""}]]}'},
            "BUTTON_DATA_INVALID",
        ),
        ("getFile", {"file_id": "nothing"}, "invalid file_id"),
        ("setWebhook", {"url": "https://elsewhere.example/"}, "loopback only"),
    ],
)
async def test_what_telegram_refuses_is_refused(
    server: TelegramServer, bot: httpx.AsyncClient, method: str, params: dict[str, Any], description: str
) -> None:
    server.user(7)
    answer = await bot.post(method, data=params)
    assert (answer.status_code, answer.json()["ok"]) == (400, False)
    assert description in answer.json()["description"]
    assert not server.sent


async def test_updates_are_kept_until_a_higher_offset_is_asked_for(
    server: TelegramServer, bot: httpx.AsyncClient
) -> None:
    for number in range(3):
        server.user(7).says(str(number))

    async def ask(**params: int) -> list[int]:
        answer = await bot.get("getUpdates", params=params)
        return [update["update_id"] for update in answer.json()["result"]]

    assert await ask() == [1000, 1001, 1002]
    assert await ask(limit=2) == [1000, 1001]
    assert await ask(offset=1001) == [1001, 1002]
    assert await ask(offset=-1) == [1002]
    assert await ask(offset=1003) == []


async def test_a_long_poll_ends_with_the_first_update(server: TelegramServer, bot: httpx.AsyncClient) -> None:
    asking = asyncio.create_task(bot.get("getUpdates", params={"timeout": 5}))
    await server.until(lambda: server.busy)
    server.user(7).says("hello")
    answer = await asyncio.wait_for(asking, 1)
    assert answer.json()["result"][0]["message"]["text"] == "hello"


async def test_the_newer_of_two_long_polls_wins(server: TelegramServer, bot: httpx.AsyncClient) -> None:
    older = asyncio.create_task(bot.get("getUpdates", params={"timeout": 5}))
    await server.until(lambda: server.busy)
    newer = asyncio.create_task(bot.get("getUpdates", params={"timeout": 5}))
    assert (await asyncio.wait_for(older, 1)).status_code == 409
    server.user(7).says("hello")
    assert len((await asyncio.wait_for(newer, 1)).json()["result"]) == 1


async def test_people_hear_and_press(server: TelegramServer, bot: httpx.AsyncClient) -> None:
    guest = server.user(7)
    keyboard = '{"inline_keyboard":[[{"text":"Yes","callback_data":"t1"}]]}'
    await bot.post("sendMessage", data={"chat_id": 7, "text": "Towels?", "reply_markup": keyboard})
    assert (await guest.hears("Towels")).labels == ["Yes"]
    guest.presses("Yes")
    (update,) = server.pending.values()
    assert update["callback_query"]["data"] == "t1"
    with pytest.raises(LookupError):
        guest.presses("No")
    with pytest.raises(AssertionError, match="did not hear"):
        await guest.hears("Towels", 0.05)


async def test_it_runs_as_a_process_of_its_own() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.telegram_server", "--port", "0", "--limits",
        cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), 10)
        match = re.fullmatch(r"ready (http://127\.0\.0\.1:\d+)\n", line.decode())
        assert match
        async with httpx.AsyncClient(base_url=match[1]) as client:
            await talk_with_the_process(client)
    finally:
        process.terminate()
        await process.wait()


async def talk_with_the_process(client: httpx.AsyncClient) -> None:
    async def control(name: str, **params: Any) -> Any:
        answer = await client.post(f"/control/{name}", json=params)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]

    assert await control("says", user_id=7, text="hello") == 1000
    updates = (await client.get(f"/bot{TOKEN}/getUpdates")).json()["result"]
    assert updates[0]["message"]["text"] == "hello"
    sent = await client.post(f"/bot{TOKEN}/sendMessage", data={"chat_id": "7", "text": "welcome"})
    assert sent.status_code == 200
    (record,) = await control("sent")
    assert (record["chat_id"], record["text"]) == (7, "welcome")
    assert await control("sent", since=record["number"]) == []
    assert (await control("faults", too_many=1.0))["too_many"] == 1.0
    assert (await client.post(f"/bot{TOKEN}/sendMessage", data={"chat_id": "7", "text": "a"})).status_code == 429
    assert (await control("stats"))["refused"] == {"429": 1}
    assert (await client.post("/control/faults", json={"nonsense": 1})).status_code == 400
    assert (await client.post("/bot1:wrong/getMe")).status_code == 401
