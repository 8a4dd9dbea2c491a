"""One guest on the web page, on another app, and where the house may only speak by grant: nothing is told twice."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.channels.base import Grant
from crm.conversations.accounts import account, bind_guest
from crm.conversations.granted import ELSEWHERE_AFTER
from crm.conversations.messages import MessageClass, message
from tests.support.fake_channel import FakeChannel, GrantingChannel
from tests.turn.houses import House

pytestmark = pytest.mark.anyio

FIVE = Grant("message", 120.0, 5)


async def test_one_guest_in_three_chats_hears_everything_once_and_a_colleague_reads_it_in_one_line(
    house: House,
) -> None:
    house.language = "en"
    place = house.add_guest("wang", room="205", channel="web")
    ((guest_id,),) = house.rows(select(account.c.guest_id).where(account.c.id == place.account_id))
    for channel in ("telegram", "wechat"):
        _link(house, channel, guest_id)
    house.add_staff("maria", "housekeeping")
    house.add_staff("dora", "front_desk")
    web, telegram, wechat, staff = FakeChannel("web"), FakeChannel("telegram"), GrantingChannel("wechat"), FakeChannel()
    async with house.running(web, telegram, wechat, staff):
        await web.says("wang", "two towels please")
        await staff.hears("maria", "2 towels")
        await telegram.says("wang", "two towels please")
        await wechat.says("wang", "two towels please", grants=[FIVE])
        await wechat.hears("wang", "towels")
        await house.quiet()
        before = _heard(web, telegram, wechat)
        await staff.says("maria", "1 accept")
        await staff.hears("maria", "guest told")
        await wechat.hears("wang", "towels", count=2)
        await house.quiet()
        assert _heard(web, telegram, wechat) == {**before, "wechat": before["wechat"] + 1}

        house.clock.forward(130)
        await staff.says("maria", "1 on my way")
        await staff.hears("maria", "#1 on the way", count=1)
        await house.quiet()
        told = _heard(web, telegram, wechat)
        assert sum(told.values()) == sum(before.values()) + 2
        assert told["wechat"] == before["wechat"] + 1

        await wechat.says("wang", "thank you", grants=[FIVE])
        await house.quiet()
        await staff.says("dora", "take over 205")
        line = (await staff.hears("dora", "Yours: 205")).text
    assert {name for name in ("web chat", "Telegram", "WeChat") if f"· {name} ·" in line} == {
        "web chat",
        "Telegram",
        "WeChat",
    }
    assert line.index("thank you") > line.rindex("two towels please")
    assert "WeChat · Guest: thank you" in line


async def test_what_waits_in_vain_is_told_once_in_the_chat_that_is_left(house: House) -> None:
    place = house.add_guest("wang", channel="wechat")
    ((guest_id,),) = house.rows(select(account.c.guest_id).where(account.c.id == place.account_id))
    _link(house, "telegram", guest_id)
    telegram, wechat = FakeChannel("telegram"), GrantingChannel("wechat")
    async with house.running(telegram, wechat):
        house.queue(place, "towels are there", message_class=MessageClass.SERVICE, channel="wechat")
        await house.until(lambda: house.rows(select(message.c.id).where(message.c.reason == "no_grant")))
        house.clock.forward(ELSEWHERE_AFTER.total_seconds())
        await telegram.hears("wang", "towels")
        await wechat.says("wang", "hello", grants=[FIVE])
        await wechat.hears("wang", "")
        await house.quiet()
    assert [text for text in wechat.texts("wang") + telegram.texts("wang") if "towels are there" in text] == [
        "towels are there"
    ]


def _link(house: House, channel: str, guest_id: str) -> None:
    there = house.place("wang", channel=channel).account_id
    house.write(lambda db: bind_guest(db, there, guest_id))


def _heard(*channels: FakeChannel) -> dict[str, int]:
    return {each.name: len(each.texts("wang")) for each in channels}
