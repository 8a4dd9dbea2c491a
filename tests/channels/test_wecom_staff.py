"""The app for staff, from the platform's call to what a colleague's phone shows: the real house over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import select

from crm.conversations.accounts import account, conversation
from crm.conversations.attachments import AttachmentRow
from crm.conversations.messages import Body, Choice, NewMessage, message
from crm.conversations.outbox import queue_messages
from crm.service_requests.requests import RequestState, all_requests
from crm.store import Connection, table
from tests.support.wecom import AGENT, WeComHouse, buttons, said, until, wecom_house
from tests.support.weixin import Sent

pytestmark = pytest.mark.anyio

SEND = "/cgi-bin/message/send"
PICTURE = b"\xff\xd8\xff\xe0 a leaking tap"
HOSTILE = {
    "no xml": "hello",
    "nothing": "",
    "an entity": '<!DOCTYPE x [<!ENTITY a "b">]><xml><MsgType>&a;</MsgType></xml>',
    "a file": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><MsgType>&a;</MsgType></xml>',
    "a mountain of laughs": '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><xml><Content>&b;</Content></xml>',
    "deep": "<xml>" + "<a>" * 5_000 + "</a>" * 5_000 + "</xml>",
    "wide": "<xml>" + "<a/>" * 8_000 + "</xml>",
    "another root": "<x><MsgType>text</MsgType></x>",
    "cut off": "<xml><MsgType>text</MsgType>",
}


async def tell(house: WeComHouse, texts: Sequence[str], labels: Sequence[str] = (), member: str = "LiNa") -> None:
    """News for a colleague, written down as handlers do."""

    def queue(db: Connection) -> None:
        chat = db.execute(select(conversation.c.id).where(conversation.c.address == member)).scalar_one()
        choices = [Choice(label, "staff_help") for label in labels]
        news = [NewMessage(chat, "wecom", "zh", Body(text, choices)) for text in texts]
        queue_messages(db, house.clock(), news)

    await house.app.records.write(queue)
    house.app.delivery.nudge()


async def outcome(house: WeComHouse) -> tuple[str, str]:
    """State and reason of what was said to staff last, once it is settled."""
    query = select(message.c.state, message.c.reason).where(message.c.direction == "out", message.c.channel == "wecom")
    newest = query.order_by(message.c.id.desc()).limit(1)

    async def settled() -> tuple[str, str] | None:
        row = await house.app.records.read(lambda db: db.execute(newest).one())
        return None if row.state in ("sending", "queued") else (row.state, row.reason)

    return await until(settled)


@asynccontextmanager
async def time_flies(house: WeComHouse, step: float = 1.0) -> AsyncIterator[None]:
    """For the house and the platform alike, but for moments in which something is on its way between them."""
    sending = select(message.c.id).where(message.c.state == "sending").limit(1)

    async def fly() -> None:
        while True:
            house.weixin.later(step)
            house.app.delivery.nudge()
            await asyncio.sleep(0.02)
            while await house.app.records.read(lambda db: db.execute(sending).first()):  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    flying = asyncio.create_task(fly())
    try:
        yield
    finally:
        flying.cancel()


async def test_a_card_is_accepted_by_a_button_and_another_by_words(records_url: str, tmp_path: Path) -> None:
    async with wecom_house(tmp_path, records_url) as house:
        colleague, guest = await house.colleague(), await house.guest()
        await guest.says("two towels please")
        card = await house.hears("LiNa", "303 · 毛巾 2条")
        assert (card.kind, list(buttons(card))) == ("template_card", ["接单", "马上到", "完成", "做不了"])
        for _ in range(2):  # a double click
            await colleague.presses(buttons(card)["接单"])
        await house.hears("wm1", "is looking after it: 2 towels")
        await guest.says("one pillow please")
        await house.hears("LiNa", "枕头")
        await colleague.says("接 2")
        await house.hears("wm1", "is looking after it: 1 pillow")
        await colleague.presses(buttons(card)["完成"])
        await house.hears("wm1", "2 towels: done")
        states = {each.service: each.state for each in await house.app.records.read(all_requests)}
        assert states == {"towels": RequestState.DONE, "pillows": RequestState.ACCEPTED}


async def test_whoever_opens_the_app_for_the_first_time_is_asked_for_the_invitation(
    sqlite_records_url: str, tmp_path: Path
) -> None:
    async with wecom_house(tmp_path, sqlite_records_url) as house:
        colleague = house.weixin.member("LiNa", AGENT)
        for _ in range(3):
            await colleague.enters()
        await house.hears("LiNa", "请发来邀请码")
        await colleague.says(house.invitation())
        await house.hears("LiNa", "李娜，欢迎")
        await colleague.enters()
        await colleague.clicks("我的任务")
        await house.hears("LiNa", "任务")
        assert len(house.weixin.sent_to("LiNa")) == 3


async def test_a_message_told_again_by_the_platform_is_answered_once(sqlite_records_url: str, tmp_path: Path) -> None:
    async with wecom_house(tmp_path, sqlite_records_url) as house:
        colleague = await house.colleague()
        same = {"ToUserName": house.weixin.corp_id, "FromUserName": "LiNa", "CreateTime": int(house.weixin.state.now())}
        same |= {"MsgType": "text", "Content": "谁值班", "MsgId": 7, "AgentID": AGENT}
        for _ in range(3):
            assert [each.status for each in (await house.callbacks[0].push(same)).tries] == [200]
        await colleague.says("工单")
        await house.hears("LiNa", "", count=3)
        await asyncio.sleep(0.2)
        assert len(house.weixin.sent_to("LiNa")) == 3


async def test_a_colleagues_picture_reaches_the_house(sqlite_records_url: str, tmp_path: Path) -> None:
    async with wecom_house(tmp_path, sqlite_records_url) as house:
        colleague = await house.colleague()
        await colleague.sends_picture(house.weixin.media.keep(PICTURE))
        await colleague.sends_picture("media-that-is-gone")
        await house.hears("LiNa", "", count=3)
        kept = table(AttachmentRow).c
        files = select(kept.kind, kept.mime, kept.size)
        (file,) = await house.app.records.read(lambda db: db.execute(files).all())
        assert tuple(file) == ("photo", "image/jpeg", len(PICTURE))


async def test_of_forty_cards_in_a_minute_none_is_swallowed_and_none_is_lost(
    sqlite_records_url: str, tmp_path: Path
) -> None:
    async with wecom_house(tmp_path, sqlite_records_url) as house:
        await house.colleague()
        await tell(house, [f"card {number}" for number in range(40)], ["接单", "完成"])
        async with time_flies(house):
            await house.hears("LiNa", "card", count=40)
        assert not [each for each in house.weixin.state.sent if each.is_dropped]
        cards = [each for each in house.weixin.sent_to("LiNa") if each.kind == "template_card"]
        assert sorted(said(each) for each in cards) == sorted(f"card {number}" for number in range(40))
        assert most_in_a_minute(house.weixin.sent_to("LiNa")) <= 28


async def is_after(house: WeComHouse, moment: datetime) -> bool:
    return house.clock() > moment


def most_in_a_minute(sent: Sequence[Sent]) -> int:
    times = [each.at for each in sent]
    return max(sum(begin <= at <= begin + 60 for at in times) for begin in times)


async def test_the_parts_of_a_long_message_count_one_by_one(sqlite_records_url: str, tmp_path: Path) -> None:
    async with wecom_house(tmp_path, sqlite_records_url) as house:
        await house.colleague()
        long = "\n".join(f"{number} 房间 {'需要打扫' * 20}" for number in range(300))
        await tell(house, [long])
        async with time_flies(house):
            await house.hears("LiNa", "299 房间")
        parts = [each for each in house.weixin.sent_to("LiNa") if "房间" in said(each)]
        assert len(parts) > 30
        assert "\n".join(said(each) for each in parts) == long
        assert most_in_a_minute(house.weixin.sent_to("LiNa")) <= 28


async def test_what_fits_no_card_has_its_choices_as_numbered_lines(sqlite_records_url: str, tmp_path: Path) -> None:
    async with wecom_house(tmp_path, sqlite_records_url) as house:
        colleague = await house.colleague()
        await tell(house, ["which one"], [f"第{number}位" for number in range(1, 8)])
        shown = await house.hears("LiNa", "which one")
        assert (shown.kind, said(shown).splitlines()[1:3]) == ("text", ["1. 第1位", "2. 第2位"])
        await colleague.says("1")
        await house.hears("LiNa", "直接说就行", count=2)


async def test_while_the_platform_answers_with_pages_of_html_nothing_is_lost(
    sqlite_records_url: str, tmp_path: Path
) -> None:
    async with wecom_house(tmp_path, sqlite_records_url) as house:
        await house.colleague()
        house.weixin.fail_next("html502", "html503", "html200", path=SEND)
        await tell(house, ["news"])
        async with time_flies(house):
            await house.hears("LiNa", "news")
        assert await outcome(house) == ("sent", "")


async def test_a_token_that_is_refused_for_ever_is_not_fetched_for_ever_and_all_arrives_once_it_is_mended(
    sqlite_records_url: str, tmp_path: Path
) -> None:
    async with wecom_house(tmp_path, sqlite_records_url) as house:
        await house.colleague()
        house.weixin.tokens.refuses_all = True
        await tell(house, ["news"])
        fetches, begun = house.weixin.fetches, house.clock()
        async with time_flies(house, 10):
            await until(lambda: is_after(house, begun + timedelta(minutes=10)))
            assert 2 < house.weixin.fetches - fetches < 60
            house.weixin.tokens.refuses_all = False
            await house.hears("LiNa", "news")


async def test_whoever_may_use_the_app_no_longer_is_out_of_reach_until_they_may_again(
    sqlite_records_url: str, tmp_path: Path
) -> None:
    async with wecom_house(tmp_path, sqlite_records_url) as house:
        colleague = await house.colleague()
        since = select(account.c.unreachable_since).where(account.c.external_id == "LiNa")
        await colleague.does("unsubscribe")
        assert await house.app.records.read(lambda db: db.execute(since).scalar())
        await colleague.does("subscribe")
        assert not await house.app.records.read(lambda db: db.execute(since).scalar())
        del house.weixin.members.records["LiNa"]
        await tell(house, ["news"])
        assert await outcome(house) == ("failed", "blocked")
        assert await house.app.records.read(lambda db: db.execute(since).scalar())


@pytest.mark.parametrize("xml", HOSTILE.values(), ids=HOSTILE)
async def test_hostile_xml_is_refused_or_ignored(house: WeComHouse, xml: str) -> None:
    (attempt,) = (await house.callbacks[0].push(xml)).tries[:1]
    assert attempt.status in (200, 400, 403, 413)


@pytest.mark.parametrize(
    "fields",
    [
        {"MsgType": "event", "Event": "brand_new_event"},
        {"MsgType": "event", "Event": "change_contact", "ChangeType": "delete_user"},
        {"MsgType": "hologram", "MsgId": 7},
        {"MsgType": "text", "MsgId": 7},
        {},
    ],
)
async def test_unknown_kinds_are_acknowledged_and_left_alone(house: WeComHouse, fields: dict[str, object]) -> None:
    head = {"ToUserName": house.weixin.corp_id, "FromUserName": "LiNa", "CreateTime": 1, "AgentID": AGENT}
    assert [each.status for each in (await house.callbacks[0].push(head | fields)).tries] == [200]
    said_to_us = select(message.c.id).where(message.c.channel == "wecom")
    assert not await house.app.records.read(lambda db: db.execute(said_to_us).all())


async def test_the_address_is_accepted_by_the_console_with_an_encrypted_echo(house: WeComHouse) -> None:
    answer = await house.callbacks[0].greet("4711")
    assert (answer.status, answer.body) == (200, b"4711")


async def test_who_does_not_know_the_token_is_shown_the_door(house: WeComHouse) -> None:
    async with aiohttp.ClientSession() as anybody:
        url = house.callbacks[0].url
        for body in (b"", b"<xml/>", b"<xml><Encrypt>AAAA</Encrypt></xml>"):
            async with anybody.post(url, data=body) as answer:
                assert answer.status in (400, 403)
        async with anybody.post(url, data=b"x" * 70_000) as answer:
            assert answer.status == 413
        async with anybody.get(url, params={"echostr": "1"}) as answer:
            assert answer.status in (400, 403)


@pytest.fixture
async def house(sqlite_records_url: str, tmp_path: Path) -> AsyncIterator[WeComHouse]:
    async with wecom_house(tmp_path, sqlite_records_url) as house:
        yield house
