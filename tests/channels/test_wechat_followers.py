"""A mass send of the official account, from a colleague's words to what the platform reports: real house, real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from crm.broadcasts.mass_sends import Send, To, sends_since
from crm.conversations.accounts import conversation
from crm.conversations.messages import MessageState
from crm.staff.invites import Invitation, create_invite
from crm.staff.roles import department_of
from tests.support.wechat_house import WechatHouse, until, wechat_house
from tests.support.weixin.fans import Fan

pytestmark = pytest.mark.anyio

SEND = "/cgi-bin/message/mass/send"
LANE = "wechat_followers"
SAID = {
    "zh": {
        "agree": "有优惠请告诉我",
        "asked": "1. 接收优惠消息",
        "agreed": "有优惠和活动会发到这里",
        "stop": "退订",
        "send": "群发给公众号粉丝：周末有热干面早餐",
        "words": "周末有热干面早餐",
        "counted": "能到 3 位",
        "started": "已开始发",
        "arrived": "已到 3 位",
    },
    "en": {
        "agree": "send me your offers",
        "asked": "1. Get news and offers",
        "agreed": "News and offers will come here",
        "stop": "unsubscribe",
        "send": "mass send to WeChat followers: dry noodles for breakfast",
        "words": "dry noodles for breakfast",
        "counted": "Reaches 3.",
        "started": "On its way",
        "arrived": "arrived at 3",
    },
}


@dataclass
class Account:
    """The house, its author in a chat with the account, and three who agreed; a fourth did not."""

    house: WechatHouse
    clock: Ahead
    language: str
    author: Fan
    fans: list[Fan]

    @property
    def weixin(self) -> Any:
        return self.house.weixin

    def later(self, seconds: float) -> None:
        self.clock.offset += seconds
        self.weixin.state.offset += seconds

    def word(self, name: str) -> str:
        return SAID[self.language][name]

    async def starts(self) -> None:
        counted = await self.author.says(self.word("send"))
        assert self.word("counted") in counted.text
        assert self.word("words") in counted.text
        assert self.word("started") in (await self.author.says("1")).text
        self.later(3)

    async def hears(self, words: str) -> None:
        await self.house.until_sent(self.author.record.openid, words)

    def got(self, openid: str) -> int:
        return sum(each.path == SEND for each in self.weixin.sent_to(openid))

    async def until_state(self, state: str) -> None:
        await until(lambda: self.states() == [state], self.states)

    def states(self) -> list[str]:
        return [each.state.value for each in self.send().batches]

    def send(self) -> Send:
        with self.house.app.records.store.reading() as db:
            (send,) = sends_since(db, self.clock() - timedelta(days=1), To.FOLLOWERS)
            return send

    def chats(self) -> int:
        with self.house.app.records.store.reading() as db:
            return int(db.execute(select(func.count()).select_from(conversation)).scalar_one())


@dataclass
class Ahead:
    """The clock of the house and of the platform: ten in the morning of a day that is near."""

    offset: float = 0.0

    def __call__(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.offset)


@asynccontextmanager
async def account(folder: Path, url: str, language: str = "zh") -> AsyncIterator[Account]:
    clock = Ahead(3600.0 * ((26 - datetime.now(UTC).hour) % 24))  # ten in Shanghai
    options: dict[str, Any] = {"customer_service": True, "mass_send": True}
    async with wechat_house(folder, url, clock=clock, language=language, **options) as house:
        house.weixin.state.offset = clock.offset
        invitation = Invitation("小陈", "marketing", department_of("marketing"), language, (house.home.id,))
        with house.app.records.store.transaction() as db:
            token = create_invite(db, clock(), invitation)
        author = house.fan("o-author")
        await author.says(f"/start {token}")
        fans = [house.fan(f"o-{number}") for number in range(4)]
        there = Account(house, clock, language, author, fans[:3])
        for fan in fans[:3]:
            assert there.word("asked") in (await fan.says(there.word("agree"))).text
            assert there.word("agreed") in (await fan.says("1")).text
        await fans[3].says("hello" if language == "en" else "你好")
        yield there


@pytest.mark.parametrize("language", SAID)
async def test_who_agreed_gets_it_once_and_the_author_hears_the_result(
    records_url: str, tmp_path: Path, language: str
) -> None:
    async with account(tmp_path, records_url, language) as there:
        chats = there.chats()
        await there.starts()
        await there.hears(there.word("arrived"))
        assert [there.got(f"o-{number}") for number in range(4)] == [1, 1, 1, 0]
        (sent,) = [body for path, _, body in there.weixin.state.requests if path == SEND]
        assert sent["touser"] == ["o-0", "o-1", "o-2"]
        assert sent["clientmsgid"] == there.send().batches[0].id
        assert there.word("words") in sent["text"]["content"]
        assert (
            there.chats() == chats + 1
        )  # with all of them at once; whoever the platform reports in the name of said nothing
        assert there.got("o-author") == 0


@pytest.mark.parametrize("language", SAID)
async def test_who_unsubscribes_before_it_goes_out_does_not_get_it(
    sqlite_records_url: str, tmp_path: Path, language: str
) -> None:
    async with account(tmp_path, sqlite_records_url, language) as there:
        await there.author.says(there.word("send"))
        await there.author.says("1")
        await there.fans[0].says(there.word("stop"))
        there.later(3)
        await there.until_state("sent")
        assert [there.got(f"o-{number}") for number in range(4)] == [0, 1, 1, 0]


async def test_an_account_without_the_permission_is_told_so(sqlite_records_url: str, tmp_path: Path) -> None:
    async with account(tmp_path, sqlite_records_url) as there:
        there.weixin.notices.may_broadcast = False
        await there.starts()
        await there.until_state("failed")
        there.later(10)
        await there.hears("没有群发接口的权限")


async def test_what_does_not_pass_the_review_is_told(sqlite_records_url: str, tmp_path: Path) -> None:
    async with account(tmp_path, sqlite_records_url) as there:
        there.weixin.notices.verdict = "err(10001)"
        await there.starts()
        await there.hears("没有通过微信的审核")
        assert [there.got(f"o-{number}") for number in range(3)] == [0, 0, 0]


@pytest.mark.parametrize("fault", ["cut_after", "html502_after"])
async def test_a_lost_answer_is_asked_for_again_and_nobody_gets_it_twice(
    records_url: str, tmp_path: Path, fault: str
) -> None:
    async with account(tmp_path, records_url) as there:
        there.weixin.fail_next(fault, path=SEND)
        await there.starts()
        await settled_at_last(there)


async def test_a_process_killed_before_it_wrote_the_result_down_sends_nothing_twice(
    records_url: str, tmp_path: Path
) -> None:
    async with account(tmp_path, records_url) as there:
        there.weixin.fail_next("hang_after", path=SEND)
        await there.starts()
        await until(lambda: there.got("o-0") == 1, lambda: there.got("o-0"))
        for sending in list(there.house.app.delivery.lanes[LANE]._sending):
            sending.cancel()
        assert there.states() == ["sending"]
        there.later(31)
        await settled_at_last(there)


async def settled_at_last(there: Account) -> None:
    """The platform knows it by its number, and tells the id it has."""

    def is_tried_again() -> bool:
        return any(each.state is MessageState.QUEUED and each.attempts for each in there.send().batches)

    await until(is_tried_again, there.states)
    there.later(75)
    await there.until_state("sent")
    there.later(60)
    await there.hears(there.word("arrived"))
    assert there.weixin.state.codes[45065] == 1
    assert [there.got(f"o-{number}") for number in range(4)] == [1, 1, 1, 0]


async def test_one_follower_alone_is_written_to_in_their_own_chat(sqlite_records_url: str, tmp_path: Path) -> None:
    async with account(tmp_path, sqlite_records_url) as there:
        for fan in there.fans[1:]:
            await fan.says("退订")
        await there.author.says(there.word("send"))
        await there.author.says("1")
        there.later(3)
        await there.house.until_sent("o-0", "周末有热干面早餐")
        there.later(30)
        await there.hears("已到 1 位")
        assert there.weixin.state.calls[SEND] == 0


async def test_a_report_of_a_send_that_is_not_ours_changes_nothing(sqlite_records_url: str, tmp_path: Path) -> None:
    async with account(tmp_path, sqlite_records_url) as there:
        chats = there.chats()
        fields = {"MsgID": "77", "Status": "send success", "TotalCount": "x", "SentCount": "9" * 40}
        stranger = there.house.fan("o-stranger")
        told = await asyncio.gather(*(stranger.does("MASSSENDJOBFINISH", **fields) for _ in range(3)))
        assert {each.tries[-1].status for each in told} == {200}
        assert there.chats() == chats
