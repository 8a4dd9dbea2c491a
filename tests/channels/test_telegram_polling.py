"""Without a public address: updates are asked for, and confirmed only once they are committed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from structlog.testing import capture_logs
from telegram.error import NetworkError

from bot.channels.base import Inbound, InboundKind
from bot.channels.telegram import Telegram
from bot.channels.telegram.polling import POISON_ATTEMPTS, Poller
from crm.errors import StoreUnavailable
from tests.support.telegram_server import TOKEN, TelegramServer

pytestmark = pytest.mark.anyio


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as server:
        yield server


class Book:
    """Receives and commits, unless the store is away or the door is held."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.received: list[Inbound] = []
        self.attempts: list[str] = []
        self.store_is_away = False
        self.held: dict[str, asyncio.Event] = {}

    async def receive(self, inbound: Inbound) -> None:
        self.attempts.append(inbound.text)
        if door := self.held.get(inbound.text):
            await door.wait()
        if self.store_is_away:
            raise StoreUnavailable
        self.received.append(inbound)
        self.texts.append(inbound.text)


@asynccontextmanager
async def polling(server: TelegramServer, receive: Callable[[Inbound], Awaitable[None]]) -> AsyncIterator[Telegram]:
    telegram = Telegram(token=TOKEN, base_url=server.base_url, base_file_url=server.base_file_url, poll_seconds=2)
    await telegram.start(receive)
    try:
        yield telegram
    finally:
        await telegram.stop()


async def test_what_people_say_is_received_once_and_confirmed(server: TelegramServer) -> None:
    book, guest = Book(), server.user(7)
    async with polling(server, book.receive):
        guest.says("one")
        await server.until(lambda: book.texts == ["one"] and not server.pending)
        guest.says("two")
        await server.until(lambda: book.texts == ["one", "two"] and not server.pending)
    assert [inbound.dedupe_key for inbound in book.received] == ["4242:1000", "4242:1001"]


async def test_a_webhook_left_from_before_is_removed_first(server: TelegramServer) -> None:
    server.webhook_url = "http://127.0.0.1:9/old"
    book = Book()
    server.user(7).says("hello")
    async with polling(server, book.receive):
        await server.until(lambda: book.texts)
    assert not server.webhook_url
    assert server.refused == {}


async def test_nothing_is_confirmed_before_it_is_committed(server: TelegramServer) -> None:
    book = Book()
    book.held["two"] = asyncio.Event()
    for text in ("one", "two", "three"):
        server.user(7).says(text)
    async with polling(server, book.receive):
        await server.until(lambda: "two" in book.attempts)
        await asyncio.sleep(0.1)
        assert (book.texts, len(server.pending)) == (["one"], 3)
        book.held["two"].set()
        await server.until(lambda: not server.pending)
    assert book.texts == ["one", "two", "three"]


async def test_while_the_store_is_away_the_same_is_asked_for_again(server: TelegramServer) -> None:
    book = Book()
    book.store_is_away = True
    server.user(7).says("one")
    server.user(7).says("two")
    async with polling(server, book.receive):
        await server.until(lambda: len(book.attempts) >= 2)
        assert book.attempts == ["one", "one"], "the second waits for the first"
        assert list(server.pending) == [1000, 1001]
        book.store_is_away = False
        await server.until(lambda: not server.pending)
    assert book.texts == ["one", "two"]


async def test_chats_do_not_wait_for_each_other_but_each_keeps_its_order(server: TelegramServer) -> None:
    book = Book()
    book.held["slow"] = asyncio.Event()
    server.user(7).says("slow")
    server.user(7).says("after slow")
    server.user(8).says("quick")
    async with polling(server, book.receive):
        await server.until(lambda: "quick" in book.texts)
        assert book.attempts == ["slow", "quick"]
        book.held["slow"].set()
        await server.until(lambda: not server.pending)
    assert book.texts == ["quick", "slow", "after slow"]


async def test_a_conflict_with_another_bot_passes(server: TelegramServer) -> None:
    book = Book()
    with capture_logs() as logs:
        async with polling(server, book.receive):
            await server.until(lambda: server.is_polled)
            await server._get_updates({"timeout": 0})
            await server.until(lambda: server.refused[409])
            server.user(7).says("still here")
            await server.until(lambda: book.texts == ["still here"])
    assert {"event": "telegram_polling_failed", "reason": "Conflict", "log_level": "warning"} in logs


async def test_a_platform_that_is_down_neither_stops_nor_delays_the_start(server: TelegramServer) -> None:
    book = Book()
    server.user(7).says("waiting")
    await server.hang_up()
    with capture_logs() as logs:
        began = time.monotonic()
        async with polling(server, book.receive):
            assert time.monotonic() - began < 0.5
            await server.until(lambda: logs)
            await server.listen()
            await server.until(lambda: book.texts == ["waiting"] and not server.pending)
            await server.hang_up()
            await server.listen()
            server.user(7).says("again")
            await server.until(lambda: book.texts == ["waiting", "again"])
    assert TOKEN not in str(logs)


async def test_a_number_that_starts_again_after_an_idle_week_hides_nothing(server: TelegramServer) -> None:
    book = Book()
    async with polling(server, book.receive):
        server.user(7).says("before")
        await server.until(lambda: book.texts and not server.pending)
        await server.until(lambda: server.busy)
        server.next_update_id = 5
        server.user(7).says("after")
        await server.until(lambda: book.texts == ["before", "after"] and not server.pending)
        server.user(7).says("and on")
        await server.until(lambda: book.texts == ["before", "after", "and on"] and not server.pending)


async def test_an_odd_update_does_not_hold_up_the_next(server: TelegramServer) -> None:
    book = Book()
    server.tell({"update_id": 1000, "message": {"chat": "what?"}})
    server.user(7).says("next")
    async with polling(server, book.receive):
        await server.until(lambda: book.texts == ["next"] and not server.pending)


async def test_a_button_is_received_and_its_spinner_ended(server: TelegramServer) -> None:
    book, guest = Book(), server.user(7)
    async with polling(server, book.receive):
        guest.presses_data("token-1", 5, 7)
        await server.until(lambda: server.answered_buttons)
    assert [(inbound.kind, inbound.button) for inbound in book.received] == [(InboundKind.BUTTON, "token-1")]


async def test_the_end_is_prompt_even_in_the_middle_of_asking(server: TelegramServer) -> None:
    async with polling(server, Book().receive) as telegram:
        await server.until(lambda: server.calls["getUpdates"] and server.busy)
        began = time.monotonic()
        await telegram.stop()
        assert time.monotonic() - began < 0.5


async def test_the_end_waits_for_what_is_being_committed(server: TelegramServer) -> None:
    book = Book()
    book.held["last"] = asyncio.Event()
    server.user(7).says("last")
    async with polling(server, book.receive) as telegram:
        await server.until(lambda: book.attempts)
        asyncio.get_running_loop().call_later(0.2, book.held["last"].set)
        await telegram.stop()
    assert book.texts == ["last"]


async def test_our_name_is_learned_for_the_groups(server: TelegramServer) -> None:
    book, guest = Book(), server.user(7)
    group = server.group(-9)
    with capture_logs() as logs:
        async with polling(server, book.receive):
            await server.until(lambda: "telegram_username_known" in str(logs))
            guest.says(f"@{server.username} two towels", group)
            await server.until(lambda: book.texts)
    assert (book.received[0].text, book.received[0].address) == ("two towels", "-9")


class Script:
    """Plays the platform for a Poller: answers, or errors, one for each question."""

    def __init__(self, *answers: Sequence[Any] | Exception) -> None:
        self.answers = list(answers)
        self.offsets: list[int | None] = []
        self.stopping = asyncio.Event()

    async def ask(self, offset: int | None) -> Sequence[Any]:
        self.offsets.append(offset)
        if not self.answers:
            self.stopping.set()
            return []
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def said(update_id: int, chat: int) -> dict[str, Any]:
    return {"update_id": update_id, "message": {"chat": {"id": chat}}}


async def test_the_offset_stays_through_errors_and_is_dropped_once_nothing_waits() -> None:
    async def take(update: Any) -> None:
        pass

    script = Script([said(5, 1), said(6, 2)], NetworkError("gone"), RuntimeError("odd"), [], [said(3, 1)])
    await Poller(script.ask, take, longest_pause=0.001).run(script.stopping)
    assert script.offsets == [None, 7, 7, 7, None, 4]


async def test_the_offset_goes_only_up_to_the_first_update_that_was_not_committed() -> None:
    async def take(update: Any) -> None:
        if update["update_id"] == 6:
            raise StoreUnavailable

    script = Script([said(5, 1), said(6, 2), said(7, 1)])
    await Poller(script.ask, take, longest_pause=0.001).run(script.stopping)
    assert script.offsets == [None, 6]


async def test_a_poisoned_update_is_given_up_at_last_and_the_next_one_served() -> None:
    taken: list[int] = []

    async def take(update: Any) -> None:
        if update["update_id"] == 6:
            raise ZeroDivisionError
        taken.append(update["update_id"])

    batch = [said(6, 1), said(7, 1)]
    script = Script(*[batch] * POISON_ATTEMPTS)
    with capture_logs() as logs:
        await Poller(script.ask, take, longest_pause=0.001).run(script.stopping)
    assert taken == [7]
    assert script.offsets[-1] == 8
    assert script.offsets[:-1] == [None] * POISON_ATTEMPTS
    assert [log["given_up"] for log in logs] == [False] * (POISON_ATTEMPTS - 1) + [True]


async def test_a_store_that_is_away_poisons_nothing() -> None:
    attempts = 0

    async def take(update: Any) -> None:
        nonlocal attempts
        attempts += 1
        raise StoreUnavailable

    script = Script(*[[said(6, 1)]] * POISON_ATTEMPTS * 2)
    await Poller(script.ask, take, longest_pause=0.001).run(script.stopping)
    assert attempts == POISON_ATTEMPTS * 2
    assert set(script.offsets) == {None}
