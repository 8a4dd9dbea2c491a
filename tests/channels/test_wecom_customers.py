"""A mass send to WeCom customers, from a colleague's words to what each member confirmed: real house, real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from crm.broadcasts.mass_sends import mass_send, mass_send_member
from crm.conversations.ledger import ledger
from crm.conversations.messages import message
from tests.support.wecom import AGENT, WeComHouse, buttons, said, until, wecom_house
from tests.support.weixin.contacts import Task
from tests.support.weixin.members import Member

pytestmark = pytest.mark.anyio

API = "/cgi-bin/externalcontact"
ADD, REMIND = f"{API}/add_msg_template", f"{API}/remind_groupmsg_send"
WORDS = "群发给企微客户：周末本店有热干面早餐"


@asynccontextmanager
async def house_with_customers(
    folder: Path, url: str, *, processes: int = 1
) -> AsyncIterator[tuple[WeComHouse, Member]]:
    """李娜 knows two customers, Wang one of them and one more; 小陈 of marketing writes. It is morning."""
    async with wecom_house(folder, url, processes=processes) as house:
        now = house.clock()
        house.weixin.later(hours=(26 - now.hour) % 24 or 24)  # ten in Shanghai
        await house.colleague("李娜", "LiNa")
        contacts = house.weixin.contacts
        contacts.knows("LiNa", "wm1", "wm2")
        contacts.knows("WangWei", "wm2", "wm3")
        contacts.without.append("NoCustomers")
        yield house, await house.colleague("小陈", "XiaoChen", "marketing")


async def start(house: WeComHouse, author: Member, words: str = WORDS, label: str = "确认群发") -> Task:
    await author.says(words)
    counted = await house.hears("XiaoChen", "每位成员要在企业微信里确认")
    await author.presses(buttons(counted)[label])
    await house.hears("XiaoChen", "已交给企业微信")

    async def created() -> Task | None:
        return next(iter(house.weixin.contacts.tasks.values()), None)

    return await until(created)


async def state(house: WeComHouse) -> list[tuple[str, str]]:
    query = select(message.c.state, message.c.reason).where(message.c.channel == "wecom_customers")
    return [tuple(row) for row in await house.app.records.read(lambda db: db.execute(query).all())]


async def until_state(house: WeComHouse, *expected: tuple[str, str]) -> None:
    async def so() -> bool:
        return await state(house) == list(expected)

    try:
        await until(so)
    except TimeoutError:
        raise AssertionError(await state(house)) from None


async def test_the_author_sees_whom_it_reaches_and_each_customer_is_reached_once(
    records_url: str, tmp_path: Path
) -> None:
    async with house_with_customers(tmp_path, records_url) as (house, author):
        await author.says(WORDS)
        counted = await house.hears("XiaoChen", "3 位客户：")
        assert "李娜 2 位" in said(counted)
        assert "WangWei 2 位" in said(counted)
        assert "周末本店有热干面早餐" in said(counted)
        assert not house.weixin.contacts.tasks
        button = buttons(counted)["确认群发"]
        for _ in range(2):
            await author.presses(button)
        await house.hears("XiaoChen", "3 位客户，等 2 位成员确认")
        await until_state(house, ("awaiting_confirmation", ""))
        (task,) = house.weixin.contacts.tasks.values()
        assert task.body["external_userid"] == ["wm1", "wm2", "wm3"]
        assert task.body["text"]["content"] == "周末本店有热干面早餐"
        waiting = await house.hears("LiNa", "有一条群发等您确认")
        assert "1 位客户" in said(waiting)


async def test_who_has_not_confirmed_is_told_by_name_and_the_end_by_itself(
    sqlite_records_url: str, tmp_path: Path
) -> None:
    async with house_with_customers(tmp_path, sqlite_records_url) as (house, author):
        contacts = house.weixin.contacts
        task = await start(house, author)
        await house.hears("LiNa", "有一条群发等您确认")
        contacts.friends["wm3"].remove("WangWei")
        contacts.confirms(task.id, "WangWei")
        house.weixin.later(minutes=31)
        await until_confirmed(house, 1)
        await author.says("谁还没确认群发")
        told = said(await house.hears("XiaoChen", "已确认 1/2 位成员"))
        assert "已到 1 位客户；1 位已不是好友" in told
        assert "没确认：李娜" in told
        contacts.confirms(task.id, "LiNa")
        house.weixin.later(minutes=31)
        told = said(await house.hears("XiaoChen", "已确认 2/2 位成员"))
        assert "已到 2 位客户" in told
        await until_state(house, ("sent", ""))


async def until_confirmed(house: WeComHouse, count: int) -> None:
    query = select(mass_send_member.c.member).where(mass_send_member.c.is_confirmed.is_(True))

    async def so() -> bool:
        return len(await house.app.records.read(lambda db: db.execute(query).all())) == count

    await until(so)


async def test_members_are_reminded_in_their_day_and_after_three_days_it_is_taken_back(
    sqlite_records_url: str, tmp_path: Path
) -> None:
    async with house_with_customers(tmp_path, sqlite_records_url) as (house, author):
        task = await start(house, author)
        await house.hears("LiNa", "有一条群发等您确认")
        assert not house.weixin.state.calls[REMIND], "the platform has just told them itself"
        for hours, count in ((8.1, 1), (15, 2)):  # after six, then nine the next morning
            house.weixin.later(hours=hours)
            await house.hears("LiNa", "提醒：有一条群发等您确认", count=count)
        assert house.weixin.state.calls[REMIND] == 2
        assert not house.weixin.state.codes[45009]
        house.weixin.later(hours=72)
        told = said(await house.hears("XiaoChen", "已过期"))
        assert "没确认：" in told
        assert "李娜" in told
        assert task.is_cancelled
        await until_state(house, ("expired", "unconfirmed"))


@pytest.mark.parametrize(
    ("fault", "state_then"), [("cut_after", "uncertain"), ("html502_after", "uncertain"), (48002, "failed")]
)
async def test_a_send_of_which_nothing_is_certain_is_never_repeated(
    fault: str | int, state_then: str, sqlite_records_url: str, tmp_path: Path
) -> None:
    async with house_with_customers(tmp_path, sqlite_records_url) as (house, author):
        house.weixin.fail_next(fault, path=ADD)
        await author.says(WORDS)
        await author.presses(buttons(await house.hears("XiaoChen", "每位成员要在企业微信里确认"))["确认群发"])
        told = said(await house.hears("XiaoChen", "不确定是否" if state_then == "uncertain" else "平台不收"))
        assert "周末本店有热干面早餐" in told
        ((ended, _),) = await state(house)
        assert ended == state_then
        house.weixin.later(minutes=5)
        assert house.weixin.state.calls[ADD] == 1


async def test_a_second_send_within_a_day_is_pointed_out(sqlite_records_url: str, tmp_path: Path) -> None:
    async with house_with_customers(tmp_path, sqlite_records_url) as (house, author):
        await author.says(WORDS)
        first = buttons(await house.hears("XiaoChen", "3 位客户："))["确认群发"]
        await author.says("群发给企微客户：今晚有鱼汤")
        second = buttons(await house.hears("XiaoChen", "今晚有鱼汤"))["确认群发"]
        await author.presses(first)
        await house.hears("XiaoChen", "已交给企业微信")
        await author.presses(second)
        asked = await house.hears("XiaoChen", "还没有发：")
        await author.presses(buttons(asked)["仍然群发"])
        await house.hears("XiaoChen", "已交给企业微信", count=2)
        await author.says("群发给企微客户：明天有粥")
        assert "已群发过一次" in said(await house.hears("XiaoChen", "明天有粥"))


async def test_what_cannot_be_sent_is_answered_plainly(sqlite_records_url: str, tmp_path: Path) -> None:
    async with house_with_customers(tmp_path, sqlite_records_url) as (house, author):
        await author.says("群发给企微客户")
        await house.hears("XiaoChen", "内容是什么")
        await author.says("春节价 8 折")
        assert "春节价 8 折" in said(await house.hears("XiaoChen", "3 位客户："))
        await author.says("群发给企微客户：" + "粥" * 1334)
        await house.hears("XiaoChen", "内容太长：4002 字节")
        house.weixin.contacts.friends.clear()
        await author.says("群发给企微客户：有粥")
        await house.hears("XiaoChen", "没有客户")


async def test_in_english_from_the_words_to_the_last_confirmation(records_url: str, tmp_path: Path) -> None:
    async with house_with_customers(tmp_path, records_url) as (house, _):
        author = house.weixin.member("Mei", AGENT)
        await author.says(f"/start {house.invitation('Mei', 'marketing', 'en')}")
        await author.says("mass send to WeCom customers: dry noodles for breakfast this weekend")
        counted = await house.hears("Mei", "3 customers: ")
        assert "李娜 2" in said(counted)
        assert "It goes out once each member confirms it in WeCom." in said(counted)
        await author.presses(buttons(counted)["Send it"])
        await house.hears("Mei", "Customers: 3; members who have to confirm: 2.")
        await until_state(house, ("awaiting_confirmation", ""))
        assert await awaiting(house) == 1
        (task,) = house.weixin.contacts.tasks.values()
        assert task.body["text"]["content"] == "dry noodles for breakfast this weekend"
        await author.says("who has not confirmed the mass send")
        assert "Not confirmed: 李娜, WangWei" in said(await house.hears("Mei", "Confirmed by 0 of 2"))
        for member in task.people:
            house.weixin.contacts.confirms(task.id, member)
        house.weixin.later(minutes=31)
        await house.hears("Mei", "Confirmed by 2 of 2, arrived at 3.")
        await until_state(house, ("sent", ""))
        assert await awaiting(house) == 0


async def awaiting(house: WeComHouse) -> int:
    """As the health page and `guanjia ledger` count them."""
    found = await house.app.records.read(lambda db: ledger(db, house.clock()))
    return found.awaiting_confirmation


async def test_two_replicas_make_one_task_and_tell_of_it_once(records_url: str, tmp_path: Path) -> None:
    async with house_with_customers(tmp_path, records_url, processes=2) as (house, author):
        await author.says(WORDS)
        button = buttons(await house.hears("XiaoChen", "3 位客户："))["确认群发"]
        presses = []
        for number in (0, 1, 0, 1):
            house.calls(number)
            presses.append(asyncio.create_task(author.presses(button)))
            await asyncio.sleep(0.01)
        await asyncio.gather(*presses)
        await until_state(house, ("awaiting_confirmation", ""))
        await house.hears("LiNa", "有一条群发等您确认")
        await asyncio.sleep(3)  # both have looked again
        assert house.weixin.state.calls[ADD] == 1
        assert len(house.weixin.contacts.tasks) == 1
        assert len([each for each in house.weixin.sent_to("LiNa") if "有一条群发等您确认" in said(each)]) == 1


async def test_a_process_killed_before_it_wrote_the_task_down_makes_no_second_one(
    records_url: str, tmp_path: Path
) -> None:
    async with house_with_customers(tmp_path, records_url) as (house, author):
        house.weixin.fail_next("hang_after", path=ADD)
        await start(house, author)
        for sending in list(house.app.delivery.lanes["wecom_customers"]._sending):
            sending.cancel()  # nobody is left who could write down what became of it
        assert await state(house) == [("sending", "")]
        house.weixin.later(seconds=31)
        await until_state(house, ("uncertain", "process_died"))
        told = said(await house.hears("XiaoChen", "不确定是否已发出"))
        assert "周末本店有热干面早餐" in told
        house.weixin.later(hours=1)
        await asyncio.sleep(2)
        assert house.weixin.state.calls[ADD] == 1


async def test_nobody_is_reminded_more_than_three_times_in_a_day(sqlite_records_url: str, tmp_path: Path) -> None:
    async with house_with_customers(tmp_path, sqlite_records_url) as (house, author):
        task = await start(house, author)
        await house.hears("LiNa", "有一条群发等您确认")
        for _ in range(11):
            house.weixin.later(hours=3)
            await until_looked(house)
        assert not task.is_cancelled
        heard = [each.at for each in house.weixin.sent_to("LiNa") if "有一条群发等您确认" in said(each)]
        assert len(heard) >= 4
        for begin in heard:
            assert sum(begin <= at < begin + 24 * 3600 for at in heard) <= 3
        assert not house.weixin.state.codes[45009]
        hours = {datetime.fromtimestamp(at, UTC) + timedelta(hours=8) for at in heard}
        assert all(9 <= at.hour < 21 for at in hours)


async def until_looked(house: WeComHouse) -> None:
    """At what members have confirmed, and told whom there is to tell; while it looks, it holds it for two minutes."""
    soon = house.clock() + timedelta(minutes=3)
    due = select(mass_send.c.id).where((mass_send.c.look_at <= soon) | mass_send.c.tell_at.is_not(None))
    unsaid = select(message.c.id).where(message.c.state.in_(["queued", "sending"]))

    async def so() -> bool:
        return not await house.app.records.read(lambda db: [*db.execute(due).all(), *db.execute(unsaid).all()])

    await until(so)


async def test_more_customers_than_one_send_may_reach_are_told_at_once(sqlite_records_url: str, tmp_path: Path) -> None:
    async with house_with_customers(tmp_path, sqlite_records_url) as (house, author):
        house.weixin.contacts.knows("LiNa", *(f"wm{number}" for number in range(10, 10_010)))
        await author.says(WORDS)
        assert "按标签群发" in said(await house.hears("XiaoChen", "数不了企微客户"))
        assert not house.weixin.contacts.tasks


async def test_who_unsubscribed_in_the_guests_chat_is_no_customer_to_send_to(
    sqlite_records_url: str, tmp_path: Path
) -> None:
    async with house_with_customers(tmp_path, sqlite_records_url) as (house, author):
        guest = await house.guest("wm1")
        await guest.says("退订")
        await house.hears("wm1", "不再给您发优惠和活动消息")
        await author.says(WORDS)
        assert "李娜 1 位" in said(await house.hears("XiaoChen", "2 位客户："))
        task = await start(house, author, "群发给企微客户：今晚有鱼汤")
        assert task.body["external_userid"] == ["wm2", "wm3"]
