"""With a public address: an update is acknowledged once it is committed, and never lost before."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from structlog.testing import capture_logs

from bot.channels.base import MAX_FILE_BYTES, File, Inbound, InboundKind
from bot.channels.telegram import Telegram
from bot.channels.telegram.webhook import MAX_UPDATE_BYTES, SECRET_HEADER, WEBHOOK_PATH
from crm.errors import StoreUnavailable
from tests.channels.test_telegram_reading import DOCUMENTED
from tests.support.telegram_server import TOKEN, TelegramServer

pytestmark = pytest.mark.anyio

SECRET = "the-secret_1"
HELLO = {"update_id": 1, "message": {"chat": {"id": 7}, "from": {"id": 7}, "text": "hello"}}
Receive = Callable[[Inbound], Awaitable[None]]


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as server:
        yield server


class Door:
    """The webhook without a network: what it answers, and what came through it."""

    def __init__(self, server: TelegramServer) -> None:
        self.received: list[Inbound] = []
        self.refusal: Exception | None = None
        self.telegram = Telegram(
            token=TOKEN, base_url=server.base_url, webhook_url="http://127.0.0.1:9", webhook_secret=SECRET
        )
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(Starlette(routes=self.telegram.routes())), base_url="http://house"
        )

    async def receive(self, inbound: Inbound) -> None:
        if self.refusal:
            raise self.refusal
        self.received.append(inbound)

    async def post(self, content: Any, secret: str | None = SECRET) -> httpx.Response:
        headers = {SECRET_HEADER.encode(): secret.encode("latin-1")} if secret is not None else {}
        return await self.client.post(WEBHOOK_PATH, content=content, headers=headers)


@pytest.fixture
async def door(server: TelegramServer) -> AsyncIterator[Door]:
    door = Door(server)
    await door.telegram.start(door.receive)
    yield door
    await door.client.aclose()
    await door.telegram.stop()


async def test_an_update_is_received_with_its_bytes(door: Door) -> None:
    body = json.dumps(HELLO).encode()
    assert (await door.post(body)).status_code == 200
    assert [(inbound.text, inbound.raw) for inbound in door.received] == [("hello", body)]


@pytest.mark.parametrize("secret", [None, "", "the-secret_2", "the-secret", SECRET + "x", "\xe9"])
async def test_the_secret_token_is_compared(door: Door, secret: str | None) -> None:
    assert (await door.post(json.dumps(HELLO).encode(), secret)).status_code == 403
    assert not door.received


def padded(size: int) -> bytes:
    body = json.dumps(HELLO).encode()
    return body + b" " * (size - len(body))


async def test_a_body_over_64_kib_is_413(door: Door) -> None:
    assert MAX_UPDATE_BYTES == 64 * 1024
    assert (await door.post(padded(MAX_UPDATE_BYTES + 1))).status_code == 413
    assert not door.received
    assert (await door.post(padded(MAX_UPDATE_BYTES))).status_code == 200
    assert len(door.received) == 1


class Flood:
    """A body far above the cap; counts what was taken of it."""

    def __init__(self) -> None:
        self.taken = 0

    async def chunks(self) -> AsyncIterator[bytes]:
        for _ in range(1000):
            await asyncio.sleep(0)
            self.taken += 1
            yield b"x" * 8192


async def test_a_body_that_does_not_say_its_size_is_measured(door: Door) -> None:
    flood = Flood()
    assert (await door.post(flood.chunks())).status_code == 413
    assert 8 < flood.taken < 20


async def test_a_body_that_says_it_is_too_large_is_not_even_read(door: Door) -> None:
    flood = Flood()
    headers = {SECRET_HEADER: SECRET, "Content-Length": "8192000"}
    answer = await door.client.post(WEBHOOK_PATH, content=flood.chunks(), headers=headers)
    assert (answer.status_code, flood.taken) == (413, 0)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[]", b"7", b"null", b"[" * 60_000, b"9" * 5_000])
async def test_what_is_no_json_object_is_400(door: Door, body: bytes) -> None:
    assert (await door.post(body)).status_code == 400


@pytest.mark.parametrize("name", DOCUMENTED)
async def test_documented_samples_are_acknowledged(door: Door, name: str) -> None:
    update, text = DOCUMENTED[name]
    assert (await door.post(json.dumps(update).encode())).status_code == 200
    assert [inbound.text for inbound in door.received] == ([] if text is None else [text])


@pytest.mark.parametrize("update", [{}, {"update_id": "x"}, {"update_id": 7, "brand_new_kind": {"a": [1]}}])
async def test_unknown_kinds_are_acknowledged_and_logged_by_number(door: Door, update: dict[str, Any]) -> None:
    with capture_logs() as logs:
        assert (await door.post(json.dumps(update).encode())).status_code == 200
    assert not door.received
    number = 7 if update.get("update_id") == 7 else None
    assert {"event": "telegram_update_ignored", "update_id": number, "log_level": "info"} in logs


async def test_while_the_store_is_away_it_is_503_with_a_time_to_come_back(door: Door) -> None:
    door.refusal = StoreUnavailable()
    answer = await door.post(json.dumps(HELLO).encode())
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


async def test_a_bug_behind_the_door_is_500_and_its_words_stay_out_of_the_log(door: Door) -> None:
    door.refusal = RuntimeError("guest's words")
    with capture_logs() as logs:
        assert (await door.post(json.dumps(HELLO).encode())).status_code == 500
    assert "RuntimeError" in str(logs)
    assert "words" not in str(logs)


async def test_before_the_start_nothing_is_acknowledged(server: TelegramServer) -> None:
    door = Door(server)
    assert (await door.post(json.dumps(HELLO).encode())).status_code == 503
    await door.client.aclose()
    await door.telegram.stop()


async def test_without_a_public_address_there_is_no_door(server: TelegramServer) -> None:
    telegram = Telegram(token=TOKEN, base_url=server.base_url)
    assert telegram.routes() == []
    await telegram.stop()


class House(Door):
    """The webhook as a web server that the stand-in delivers to."""

    def __init__(self, server: TelegramServer, port: int) -> None:
        super().__init__(server)
        self.telegram = Telegram(
            token=TOKEN,
            base_url=server.base_url,
            base_file_url=server.base_file_url,
            webhook_url=f"http://127.0.0.1:{port}",
            webhook_secret=SECRET,
        )

    @property
    def texts(self) -> list[str]:
        return [inbound.text for inbound in self.received]


@asynccontextmanager
async def house_of(server: TelegramServer, receive: Receive | None = None) -> AsyncIterator[House]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        house = House(server, listener.getsockname()[1])
        await house.client.aclose()
        app = Starlette(routes=house.telegram.routes())
        web = uvicorn.Server(uvicorn.Config(app, ws="none", lifespan="off", log_level="critical", access_log=False))
        serving = asyncio.create_task(web.serve(sockets=[listener]))
        await server.until(lambda: web.started)
        await house.telegram.start(receive or house.receive)
        try:
            await server.until(lambda: server.webhook_url)
            yield house
        finally:
            server._set_webhook({})
            await house.telegram.stop()
            web.should_exit = True
            await serving


async def test_the_webhook_is_set_with_its_secret_and_the_kinds_we_read(server: TelegramServer) -> None:
    async with house_of(server):
        assert server.webhook_url.endswith("/telegram/webhook")
        assert server.webhook_secret == SECRET
        assert server.allowed_updates == ["message", "callback_query", "my_chat_member"]


async def test_a_platform_that_is_down_at_the_start_gets_its_webhook_later(server: TelegramServer) -> None:
    await server.hang_up()
    asyncio.get_running_loop().call_later(0.3, asyncio.ensure_future, server.listen())
    async with house_of(server) as house:
        server.user(7).says("hello")
        await server.until(lambda: house.texts == ["hello"])


async def test_an_update_is_acknowledged_only_after_receive_returned(server: TelegramServer) -> None:
    door, entered = asyncio.Event(), asyncio.Event()

    async def receive(inbound: Inbound) -> None:
        entered.set()
        await door.wait()

    async with house_of(server, receive):
        server.user(7).says("hello")
        await asyncio.wait_for(entered.wait(), 5)
        await asyncio.sleep(0.1)
        assert not server.deliveries
        door.set()
        await server.until(lambda: [status for _, status in server.deliveries] == [200])


async def test_what_the_store_could_not_take_comes_again_and_in_order(server: TelegramServer) -> None:
    async with house_of(server) as house:
        house.refusal = StoreUnavailable()
        server.user(7).says("one")
        server.user(7).says("two")
        await server.until(lambda: len(server.deliveries) >= 2)
        assert set(server.deliveries) == {(1000, 503)}
        house.refusal = None
        await server.until(lambda: not server.pending)
        assert house.texts == ["one", "two"]


async def test_a_lost_acknowledgement_brings_the_same_key_again(server: TelegramServer) -> None:
    server.set_faults(lost_acknowledgement=1.0)
    async with house_of(server) as house:
        server.user(7).says("one")
        await server.until(lambda: len(house.received) == 2)
        server.set_faults(lost_acknowledgement=0.0)
        await server.until(lambda: not server.pending)
        assert {status for _, status in server.deliveries} == {200}
        assert {inbound.dedupe_key for inbound in house.received} == {"4242:1000"}


async def test_many_people_at_once_are_all_received(server: TelegramServer) -> None:
    async with house_of(server) as house:
        for number in range(200):
            server.user(number % 20 + 1).says(str(number))
        await server.until(lambda: not server.pending, 20)
        assert sorted(map(int, house.texts)) == list(range(200))
        of_one = [int(inbound.text) for inbound in house.received if inbound.address == "3"]
        assert of_one == sorted(of_one)
        assert len(of_one) == 10


async def test_a_photo_comes_with_its_caption(server: TelegramServer) -> None:
    async with house_of(server) as house:
        server.user(7).sends_photo(b"jpeg bytes", "The tap drips")
        server.user(7).sends_document(b"%PDF", "../bill.pdf", "application/pdf")
        server.user(7).sends_voice(b"ogg")
        await server.until(lambda: not server.pending)
        assert house.texts == ["The tap drips", "", ""]
        assert [file for inbound in house.received for file in inbound.files] == [
            File("photo", "image/jpeg", "photo", b"jpeg bytes"),
            File("document", "application/pdf", "bill.pdf", b"%PDF"),
            File("voice", "audio/ogg", "voice", b"ogg"),
        ]


@pytest.mark.parametrize("claimed", [None, 9, MAX_FILE_BYTES + 1], ids=["measured", "lied about", "told"])
async def test_a_file_that_is_too_large_is_left_out_and_the_words_remain(
    server: TelegramServer, claimed: int | None
) -> None:
    size = 9 if claimed == MAX_FILE_BYTES + 1 else MAX_FILE_BYTES + 1
    with capture_logs() as logs:
        async with house_of(server) as house:
            server.user(7).sends_photo(b"x" * size, "Look", claimed)
            await server.until(lambda: not server.pending)
            (inbound,) = house.received
    assert (inbound.text, inbound.files) == ("Look", ())
    assert b"file_id" in inbound.raw
    assert [log["reason"] for log in logs if log["event"] == "telegram_file_missing"] == ["too large"]


async def test_a_file_of_the_largest_size_is_taken(server: TelegramServer) -> None:
    async with house_of(server) as house:
        server.user(7).sends_photo(b"x" * MAX_FILE_BYTES)
        await server.until(lambda: not server.pending)
        assert len(house.received[0].files[0].content) == MAX_FILE_BYTES


async def test_a_slow_file_server_does_not_hold_back_the_words(server: TelegramServer) -> None:
    server.set_faults(file_delay=30)
    async with house_of(server) as house:
        house.telegram._fetcher._seconds = 0.2
        began = time.monotonic()
        server.user(7).sends_photo(b"jpeg", "It burns")
        await server.until(lambda: not server.pending)
        assert time.monotonic() - began < 2
        assert (house.texts, house.received[0].files) == (["It burns"], ())


async def test_a_button_is_answered_only_after_the_commit(server: TelegramServer) -> None:
    async with house_of(server) as house:
        house.refusal = StoreUnavailable()
        server.user(7).presses_data("token-1", 5, 7)
        await server.until(lambda: server.deliveries)
        assert not server.answered_buttons
        house.refusal = None
        await server.until(lambda: server.answered_buttons)
        assert [(inbound.kind, inbound.button) for inbound in house.received] == [(InboundKind.BUTTON, "token-1")]


async def test_a_block_and_a_move_are_received(server: TelegramServer) -> None:
    guest = server.user(7)
    group = server.group(-9)
    async with house_of(server) as house:
        guest.blocks()
        guest.unblocks()
        moved = group.migrates(guest)
        await server.until(lambda: not server.pending)
        assert [(inbound.kind, inbound.address, inbound.text) for inbound in house.received] == [
            (InboundKind.BLOCKED, "7", ""),
            (InboundKind.MIGRATED, "-9", str(moved)),
        ]
