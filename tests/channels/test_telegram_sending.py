"""Sending: what arrives on the phone, and what is said of a send that did not certainly arrive."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from telegram import Bot

from bot.channels.base import File, MaybeSent, Moved, NotSent, Outbound, Rate, Refused, SendError, Unreachable
from bot.channels.telegram import Telegram, deep_link
from bot.channels.telegram.request import AiohttpRequest
from bot.channels.telegram.sending import AT_ONCE, Sender
from tests.support.telegram_server import TOKEN, TelegramServer

pytestmark = pytest.mark.anyio

PICTURE = File("photo", "image/jpeg", "pool.jpg", b"\xff\xd8 a picture")
PAPER = File("document", "application/pdf", "bill.pdf", b"%PDF a bill")


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as server:
        server.user(7)
        yield server


@asynccontextmanager
async def telegram_of(server: TelegramServer, token: str = TOKEN) -> AsyncIterator[Telegram]:
    telegram = Telegram(token=token, base_url=server.base_url, answer_seconds=0.3)
    try:
        yield telegram
    finally:
        await telegram.stop()


@pytest.fixture
async def telegram(server: TelegramServer) -> AsyncIterator[Telegram]:
    async with telegram_of(server) as telegram:
        yield telegram


def saying(
    text: str = "Two towels, by 8 pm.",
    *,
    id: str = "m1",
    to: str = "7",
    buttons: tuple[tuple[str, str], ...] = (),
    files: tuple[File, ...] = (),
) -> Outbound:
    return Outbound(id, to, text, "en", buttons, files)


async def test_text_and_buttons_arrive_as_they_are(server: TelegramServer, telegram: Telegram) -> None:
    text = "*Towels* <b>by 8</b> _pm_ & [more](x) 毛巾😀"
    message_id = await telegram.send(saying(text, buttons=(("t1", "Yes"), ("t2", "No"))))
    (sent,) = server.sent
    assert (sent.text, sent.chat_id, str(sent.message_id)) == (text, 7, message_id)
    assert sent.keyboard == ((("Yes", "t1"), ("No", "t2")),)


async def test_a_long_text_comes_in_parts_with_the_buttons_on_the_last(
    server: TelegramServer, telegram: Telegram
) -> None:
    words = [f"word{number}" for number in range(1200)]
    message_id = await telegram.send(saying(" ".join(words), buttons=(("t", "Yes"),)))
    assert len(server.sent) == 3
    assert " ".join(sent.text for sent in server.sent).split() == words
    assert [sent.labels for sent in server.sent] == [[], [], ["Yes"]]
    assert message_id == str(server.sent[-1].message_id)


async def test_a_picture_carries_its_text_and_buttons(server: TelegramServer, telegram: Telegram) -> None:
    await telegram.send(saying("The pool", files=(PICTURE,), buttons=(("t", "Book"),)))
    (sent,) = server.sent
    assert (sent.method, sent.text, sent.labels, sent.file) == ("sendPhoto", "The pool", ["Book"], PICTURE.content)


async def test_a_caption_too_long_for_a_picture_follows_it(server: TelegramServer, telegram: Telegram) -> None:
    await telegram.send(saying("😀" * 512, files=(PICTURE,)))
    await telegram.send(saying("😀" * 512 + "!", id="m2", files=(PICTURE,), buttons=(("t", "Book"),)))
    assert [(sent.method, len(sent.text), sent.labels) for sent in server.sent] == [
        ("sendPhoto", 512, []),
        ("sendPhoto", 0, []),
        ("sendMessage", 513, ["Book"]),
    ]


async def test_several_files_come_one_by_one_with_the_text_on_the_last(
    server: TelegramServer, telegram: Telegram
) -> None:
    await telegram.send(saying("Your bill", files=(PICTURE, PAPER)))
    assert [(sent.method, sent.text, sent.file_name) for sent in server.sent] == [
        ("sendPhoto", "", "pool.jpg"),
        ("sendDocument", "Your bill", "bill.pdf"),
    ]
    assert server.sent[-1].file == PAPER.content


async def test_a_picture_telegram_does_not_like_goes_as_a_document(server: TelegramServer, telegram: Telegram) -> None:
    await telegram.send(saying("A long chart", files=(File("photo", "image/png", "chart.png", b"narrow picture"),)))
    assert [(sent.method, sent.text) for sent in server.sent] == [("sendDocument", "A long chart")]


async def test_a_second_try_does_not_repeat_the_parts_that_arrived(server: TelegramServer, telegram: Telegram) -> None:
    long = saying("first " * 680 + "second " * 580 + "third " * 600)
    server.fail_next("", "server_error", "", "too_many")
    for _ in range(2):
        with pytest.raises(NotSent):
            await telegram.send(long)
    await telegram.send(long)
    assert " ".join(sent.text for sent in server.sent).split() == long.text.split()
    await telegram.send(long)
    assert len(server.sent) == 6, "a message that arrived is forgotten, and sent anew when asked to"


async def test_labels_are_cut_and_short_ones_share_a_row(server: TelegramServer, telegram: Telegram) -> None:
    await telegram.send(saying(id="a", buttons=tuple((f"t{n}", str(n)) for n in range(1, 6))))
    await telegram.send(saying(id="b", buttons=tuple((f"t{n}", "毛巾浴巾") for n in range(4))))
    await telegram.send(saying(id="c", buttons=(("1", "Yes, please"), ("2", "No, thanks"), ("3", "Later"))))
    await telegram.send(saying(id="d", buttons=(("1", "Yes"), ("2", "x" * 70))))
    assert [[len(row) for row in sent.keyboard] for sent in server.sent] == [[5], [2, 2], [2, 1], [1, 1]]
    assert server.sent[-1].labels == ["Yes", "x" * 59 + "…"]


async def test_half_an_emoji_does_not_stop_a_message(server: TelegramServer, telegram: Telegram) -> None:
    await telegram.send(saying("towels \ud83d", buttons=(("t", "Yes \ud83d"),)))
    assert (server.sent[0].text, server.sent[0].labels) == ("towels \ufffd", ["Yes \ufffd"])


@pytest.mark.parametrize(
    "message",
    [saying(" \n "), saying(buttons=(("x" * 65, "Yes"),)), saying(buttons=(("", "Yes"),))],
    ids=["nothing to say", "token too long", "token empty"],
)
async def test_what_can_never_be_sent_is_refused_without_asking(
    server: TelegramServer, telegram: Telegram, message: Outbound
) -> None:
    with pytest.raises(Refused):
        await telegram.send(message)
    assert not server.calls


async def test_an_address_of_another_kind_is_unreachable(telegram: Telegram) -> None:
    with pytest.raises(Unreachable):
        await telegram.send(saying(to="somebody"))


async def test_too_many_requests_names_when_to_come_again(server: TelegramServer, telegram: Telegram) -> None:
    server.set_faults(too_many=1.0, retry_after=7)
    with pytest.raises(NotSent) as refusal:
        await telegram.send(saying())
    assert refusal.value.retry_after == 7


async def test_a_server_error_is_certainly_not_sent(server: TelegramServer, telegram: Telegram) -> None:
    server.fail_next("server_error")
    with pytest.raises(NotSent):
        await telegram.send(saying())
    assert not server.sent


@pytest.mark.parametrize("fault", ["reset", "silent", "lost_answer"])
async def test_an_answer_that_did_not_come_is_uncertain(server: TelegramServer, telegram: Telegram, fault: str) -> None:
    await telegram.send(saying())
    server.fail_next(fault)
    with pytest.raises(MaybeSent):
        await telegram.send(saying())
    # Only the platform knows: of these three the first did not arrive and the last did.
    assert len(server.sent) == 1 or fault != "reset"
    assert len(server.sent) == 2 or fault != "lost_answer"


async def test_a_refused_connection_is_certainly_not_sent(server: TelegramServer, telegram: Telegram) -> None:
    await telegram.send(saying())
    await server.hang_up()
    with pytest.raises(NotSent):
        await telegram.send(saying())
    await server.listen()
    await telegram.send(saying())
    assert len(server.sent) == 2


@asynccontextmanager
async def impatient_sender(address: str, *, connections: int = 1) -> AsyncIterator[Sender]:
    request = AiohttpRequest(connections, answer_seconds=0.5, connect_seconds=0.2)
    try:
        yield Sender(Bot(TOKEN, f"{address}/bot", request=request, get_updates_request=request))
    finally:
        await request.shutdown()


async def test_a_connection_that_never_opens_is_certainly_not_sent() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        address = deaf.getsockname()
        with socket.socket() as first, socket.socket() as second:
            for waiting in (first, second):  # they fill the queue of a server that takes nobody in
                waiting.setblocking(False)
                waiting.connect_ex(address)
            async with impatient_sender(f"http://127.0.0.1:{address[1]}") as sender:
                with pytest.raises(NotSent, match="ConnectionTimeout"):
                    await sender.send(saying())


async def test_no_free_connection_is_certainly_not_sent(server: TelegramServer) -> None:
    server.fail_next("silent", "silent")
    async with impatient_sender(server.address) as sender:
        first = asyncio.create_task(sender.send(saying()))
        await server.until(lambda: server.busy)
        with pytest.raises(NotSent, match="ConnectionTimeout"):
            await sender.send(saying(id="m2"))
        with pytest.raises(MaybeSent):
            await first


async def test_an_answer_that_is_no_json_is_uncertain_and_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\nConnection: close\r\n\r\nsecret words")
        await writer.drain()
        writer.close()

    caplog.set_level(logging.DEBUG)
    strange = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with strange:
        telegram = Telegram(token=TOKEN, base_url=f"http://127.0.0.1:{strange.sockets[0].getsockname()[1]}/bot")
        with pytest.raises(MaybeSent):
            await telegram.send(saying())
        await telegram.stop()
    assert "secret words" not in caplog.text


async def test_a_guest_who_blocked_us_is_unreachable(server: TelegramServer, telegram: Telegram) -> None:
    server.user(7).blocks()
    with pytest.raises(Unreachable, match="blocked"):
        await telegram.send(saying())


async def test_a_refusal_of_something_in_between_says_nothing_of_the_guest(
    server: TelegramServer, telegram: Telegram
) -> None:
    server.user(7).blocks()
    server.set_faults(garbled=True)
    with pytest.raises(NotSent):
        await telegram.send(saying())


async def test_a_chat_that_does_not_exist_is_unreachable(telegram: Telegram) -> None:
    with pytest.raises(Unreachable, match="not found"):
        await telegram.send(saying(to="12345"))


async def test_a_group_that_moved_names_its_new_address(server: TelegramServer, telegram: Telegram) -> None:
    moved = server.group(-5).migrates(server.user(7))
    with pytest.raises(Moved) as refusal:
        await telegram.send(saying(to="-5"))
    assert refusal.value.address == str(moved)
    await telegram.send(saying(to=refusal.value.address))
    assert server.sent[-1].chat_id == moved


async def test_what_telegram_will_never_take_is_refused(server: TelegramServer, telegram: Telegram) -> None:
    empty = File("document", "text/plain", "empty.txt", b"")
    with pytest.raises(Refused, match="no file"):
        await telegram.send(saying(files=(empty,)))
    assert server.refused == {400: 1}


async def test_a_refused_token_waits_for_its_owner(server: TelegramServer) -> None:
    async with telegram_of(server, token="4242:another") as telegram:
        with pytest.raises(NotSent) as refusal:
            await telegram.send(saying())
    assert refusal.value.retry_after >= 30


async def test_at_most_thirty_are_on_their_way_at_once(server: TelegramServer) -> None:
    server.set_faults(silent=1.0)
    async with telegram_of(server) as telegram:
        sends = [asyncio.create_task(telegram.send(saying(id=f"m{number}"))) for number in range(AT_ONCE + 10)]
        await server.until(lambda: server.busy >= AT_ONCE)
        await asyncio.sleep(0.1)
        assert server.busy == AT_ONCE
        outcomes = await asyncio.gather(*sends, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {MaybeSent}


async def test_after_the_end_nothing_is_sent(server: TelegramServer, telegram: Telegram) -> None:
    await telegram.stop()
    with pytest.raises(NotSent):
        await telegram.send(saying())
    assert not server.calls


async def test_the_token_is_in_no_log_and_no_error(
    server: TelegramServer, telegram: Telegram, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await telegram.send(saying("secret words"))
    await server.hang_up()
    with pytest.raises(SendError) as refusal:
        await telegram.send(saying("secret words"))
    assert refusal.value.__cause__ is None, "the library's error may carry the address"
    assert TOKEN not in caplog.text
    assert "secret words" not in caplog.text
    await server.listen()
    logging.getLogger("telegram").setLevel(logging.DEBUG)
    await telegram.send(saying("secret words"))
    assert "secret words" in caplog.text, "the premise: the library would tell them"


def most_in(seconds: float, *rates: Rate) -> int:
    """Sends in the fullest span of so many seconds, when somebody sends whenever these rates let him."""
    free_at = [0.0 for _ in rates]
    sent: list[float] = []
    while not sent or sent[-1] < seconds * 3:
        now = max(
            0.0, *(at - rate.interval * (rate.burst - 1) for at, rate in zip(free_at, rates, strict=True)), *sent[-1:]
        )
        free_at = [max(now, at) + rate.interval for at, rate in zip(free_at, rates, strict=True)]
        sent.append(now)
    return max(sum(1 for other in sent if first <= other <= first + seconds) for first in sent)


async def test_rates_use_the_allowance_and_never_exceed_it(telegram: Telegram) -> None:
    whole_bot, private = telegram.rates("7")
    same_bot, group = telegram.rates("-7")
    assert whole_bot == same_bot
    assert whole_bot.key == "telegram:4242"
    assert (private.key, group.key) == ("telegram:4242:7", "telegram:4242:-7")
    assert 27 <= most_in(1.0, whole_bot) <= 30
    assert 18 <= most_in(60.0, group) <= 20
    assert private == Rate("telegram:4242:7", 1.0, burst=3)


async def test_a_broadcast_at_these_rates_meets_no_limit(server: TelegramServer, telegram: Telegram) -> None:
    server.limits.on = True
    for user_id in range(1, 46):
        server.user(user_id)
    whole_bot = telegram.rates("1")[0]
    sends = []
    for user_id in range(1, 46):
        sends.append(asyncio.create_task(telegram.send(saying(id=str(user_id), to=str(user_id)))))
        await asyncio.sleep(whole_bot.interval)
    await asyncio.gather(*sends)
    assert len(server.sent) == 45


async def test_it_can_reach_every_conversation(telegram: Telegram) -> None:
    assert telegram.addresses() is None


def test_a_deep_link_carries_its_token() -> None:
    assert deep_link("guanjia_bot", "abc_-1") == "https://t.me/guanjia_bot?start=abc_-1"


@pytest.mark.parametrize(
    ("token", "url", "secret"),
    [
        ("no token", "", ""),
        ("4242:a-token", "https://house.example", ""),
        ("4242:a-token", "https://house.example", "with space"),
    ],
)
def test_wrong_settings_are_refused_without_showing_them(token: str, url: str, secret: str) -> None:
    with pytest.raises(ValueError, match=r"token|webhook_secret") as refusal:
        Telegram(token=token, webhook_url=url, webhook_secret=secret)
    assert token not in str(refusal.value)
    assert not secret or secret not in str(refusal.value)
