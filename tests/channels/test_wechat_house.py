"""Guests on WeChat and the real house: answered within the five seconds, or later where that is permitted."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from sqlalchemy import select

from crm.conversations.attachments import Content, attachment, store_files
from crm.conversations.messages import MessageClass, message
from crm.service_requests.requests import all_requests
from crm.stays.bookings import stays_in_room
from crm.stays.steps import check_out
from tests.support.wechat_house import PUBLIC_URL, SUBSCRIPTION, WechatHouse, until, wechat_house
from tests.support.weixin.fans import Fan

pytestmark = pytest.mark.anyio

JPEG = b"\xff\xd8\xff\xe0 the air conditioner"
LANGUAGES = {
    "zh": ("再来两条毛巾", "毛巾"),
    "en": ("two more towels please", "towels"),
}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_guest_scans_the_code_and_asks_for_towels(records_url: str, tmp_path: Path, language: str) -> None:
    asks, thing = LANGUAGES[language]
    async with wechat_house(tmp_path, records_url, language=language) as house:
        wang = house.fan()
        welcome = await wang.follows(house.stay_token())
        assert "303" in welcome.text
        answer = await wang.says(asks)
        assert thing in answer.text
        (request,) = await house.app.records.read(all_requests)
        assert (request.service, request.quantity, request.room) == ("towels", 2, "303")
        assert all(len(each.tries) == 1 for each in (welcome, answer))
        assert [each.path for each in house.weixin.sent] == ["passive", "passive"]


async def test_choices_are_numbered_and_a_number_chooses(sqlite_records_url: str, tmp_path: Path) -> None:
    async with wechat_house(tmp_path, sqlite_records_url) as house:
        wang = house.fan()
        await wang.follows(house.stay_token("303"))
        asked = await wang.follows(house.stay_token("302"))
        assert "1. " in asked.text
        assert "2. " in asked.text
        assert "302" in (await wang.says("1")).text
        assert "302" in (await wang.says("我哪天退房")).text


async def test_a_pressed_menu_is_understood_like_words(sqlite_records_url: str, tmp_path: Path) -> None:
    async with wechat_house(tmp_path, sqlite_records_url) as house:
        wang = house.fan()
        await wang.follows(house.stay_token())
        assert "303" in (await wang.clicks("我的入住")).text
        assert (await wang.views("https://example.com")).tries[0].body == b"success"


async def test_told_three_times_it_is_answered_once(records_url: str, tmp_path: Path) -> None:
    """At once, while the first is still open, and after it was answered: always the same bytes."""
    async with wechat_house(tmp_path, records_url, burst_seconds=0.6) as house:
        wang = house.fan()
        await wang.follows(house.stay_token())
        said = {"MsgId": 77, "CreateTime": int(house.weixin.state.now())}
        first, second = await asyncio.gather(wang.says("再来两条毛巾", **said), wang.says("再来两条毛巾", **said))
        third = await wang.says("再来两条毛巾", **said)
        assert "毛巾" in first.text
        assert first.tries[0].body == second.tries[0].body == third.tries[0].body
        assert len(await house.app.records.read(all_requests)) == 1


async def test_the_same_msgid_from_two_people_is_two_messages(sqlite_records_url: str, tmp_path: Path) -> None:
    async with wechat_house(tmp_path, sqlite_records_url) as house:
        same = {"MsgId": 77, "CreateTime": int(house.weixin.state.now())}
        for person in (house.fan("o-wang"), house.fan("o-li")):
            assert (await person.says("你好", **same)).text


async def test_a_burst_is_answered_with_its_last_message(sqlite_records_url: str, tmp_path: Path) -> None:
    async with wechat_house(tmp_path, sqlite_records_url, burst_seconds=0.7) as house:
        wang = house.fan()
        await wang.follows(house.stay_token())
        first = asyncio.create_task(wang.says("再来两条毛巾"))
        await asyncio.sleep(0.2)
        last = await wang.says("还有一瓶水")
        assert "毛巾" in last.text
        assert "水" in last.text
        assert (await first).tries[0].body == b"success"
        assert (await first).tries[0].seconds < 3


async def test_without_customer_service_news_wait_for_the_guest(records_url: str, tmp_path: Path) -> None:
    async with wechat_house(tmp_path, records_url) as house:
        wang = house.fan()
        await wang.says("你好")
        news = house.news("o-wang", "毛巾已经送到门口。")
        await house.until(news, "queued", "no_grant")
        told = await wang.says("谢谢")
        assert "毛巾已经送到门口。" in told.text
        await house.until(news, "sent")
        assert house.weixin.sent[-1].path == "passive"


async def test_with_customer_service_news_come_by_themselves(records_url: str, tmp_path: Path) -> None:
    async with wechat_house(tmp_path, records_url, customer_service=True) as house:
        wang = house.fan()
        await wang.says("你好")
        ids = [house.news("o-wang", f"消息 {number}。", of=MessageClass.CARE) for number in range(6)]
        for each in ids[:5]:
            await house.until(each, "sent")
        await house.until(ids[5], "queued", "no_grant")
        assert [each.text for each in house.weixin.sent_to("o-wang")[1:]] == [f"消息 {number}。" for number in range(5)]
        assert house.weixin.state.codes[45047] == 0


async def test_whoever_leaves_hears_nothing_more_until_they_are_back(sqlite_records_url: str, tmp_path: Path) -> None:
    async with wechat_house(tmp_path, sqlite_records_url, customer_service=True) as house:
        wang = house.fan()
        await wang.says("你好")
        assert (await wang.unfollows()).tries[0].seconds < 2
        news = house.news("o-wang", "毛巾已经送到门口。")
        await house.until(news, "queued", "no_grant")
        assert len(house.weixin.sent_to("o-wang")) == 1
        assert "毛巾已经送到门口。" in (await wang.follows()).text


async def test_the_platform_that_says_it_is_over_is_believed(sqlite_records_url: str, tmp_path: Path) -> None:
    async with wechat_house(tmp_path, sqlite_records_url, customer_service=True) as house:
        wang = house.fan()
        await wang.says("你好")
        house.weixin.fail_next(45015, path="/cgi-bin/message/custom/send")
        news = house.news("o-wang", "毛巾已经送到门口。")
        await house.until(news, "queued", "no_grant")
        assert "毛巾已经送到门口。" in (await wang.says("在吗")).text


async def test_a_picture_comes_with_the_message_and_one_goes_out(sqlite_records_url: str, tmp_path: Path) -> None:
    async with wechat_house(tmp_path, sqlite_records_url, customer_service=True) as house:
        wang = house.fan()
        await wang.follows(house.stay_token())
        picture = house.weixin.media.keep(JPEG)
        assert (await wang.sends_picture(picture)).text
        kept = await house.app.records.read(lambda db: db.execute(select(attachment.c.kind)).scalars().all())
        assert list(kept) == ["photo"]
        await wang.says("怎么联系你们")
        await until(
            lambda: "image" in [each.kind for each in house.weixin.sent_to("o-wang")], lambda: house.weixin.sent
        )


async def test_a_picture_goes_with_the_open_request_and_needs_no_name(sqlite_records_url: str, tmp_path: Path) -> None:
    """As one from Telegram comes, where files have none."""
    async with wechat_house(tmp_path, sqlite_records_url) as house:
        wang = house.fan()
        await wang.says("你好")
        with house.app.records.store.transaction() as db:
            (photo,) = store_files(db, house.app.clock(), [Content("photo", "image/jpeg", "photo", JPEG)])
        news = house.news("o-wang", "", attachments=[photo])
        await house.until(news, "queued", "no_grant")
        told = await wang.scans("a-poster")
        sent = house.weixin.state.find_media(told.reply["Image"]["MediaId"])
        assert (sent.content, sent.name) == (JPEG, "photo.jpg")


async def test_a_picture_that_cannot_be_had_holds_nothing_up(sqlite_records_url: str, tmp_path: Path) -> None:
    async with wechat_house(tmp_path, sqlite_records_url) as house:
        wang = house.fan()
        house.weixin.fail_always("hang", path="/cgi-bin/media/get")
        told = await wang.speaks("some-media", recognition="你好")
        assert told.text
        assert told.tries[0].seconds < 4.5


async def test_service_news_come_by_template_where_nothing_else_is_permitted(
    sqlite_records_url: str, tmp_path: Path
) -> None:
    fields = {"thing1": "house", "thing2": "text", "thing3": "text", "time4": "time"}
    async with wechat_house(tmp_path, sqlite_records_url, template={"id": "t1", "fields": fields}) as house:
        house.weixin.notices.templates["t1"] = tuple(fields)
        wang = house.fan()
        await wang.says("你好")
        offer = house.news("o-wang", "周末八折。", of=MessageClass.OFFER)
        news = house.news("o-wang", "您要的两条毛巾已经在送来的路上了，大约十分钟后到 303 房，请稍等。")
        await house.until(news, "sent")
        await house.until(offer, "queued", "no_grant")
        (sent,) = [each for each in house.weixin.sent_to("o-wang") if each.kind == "template"]
        said = {name: each["value"] for name, each in sent.body["data"].items()}
        assert said["thing1"] == "湖畔"
        assert (said["thing2"] + said["thing3"]).startswith("您要的两条毛巾已经在送来的路上了")
        assert all(len(value) <= 20 for value in said.values())


async def test_a_template_message_that_did_not_arrive_is_shown_as_failed(
    sqlite_records_url: str, tmp_path: Path
) -> None:
    async with wechat_house(tmp_path, sqlite_records_url, template={"id": "t1"}) as house:
        house.weixin.notices.templates["t1"] = ("thing1",)
        wang = house.fan()
        await wang.says("你好")
        news = [house.news("o-wang", f"毛巾在路上 {number}。") for number in range(2)]
        for each in news:
            await house.until(each, "sent")
        with house.app.records.store.reading() as db:
            told = db.execute(select(message.c.external_id).where(message.c.id == news[1])).scalar_one()
        await wang.does("TEMPLATESENDJOBFINISH", MsgID=told, Status="failed: system failed")
        await house.until(news[1], "failed", "template_failed")
        assert house.state_of(news[0]) == ("sent", "")


async def test_a_refused_template_ends_its_permission(sqlite_records_url: str, tmp_path: Path) -> None:
    async with wechat_house(tmp_path, sqlite_records_url, template={"id": "t1"}) as house:
        house.weixin.notices.templates["t1"] = ("thing1",)
        wang = house.fan(refuses={"t1"})
        await wang.says("你好")
        first = house.news("o-wang", "毛巾在路上。")
        await house.until(first, "queued", "no_grant")
        await wang.does("TEMPLATESENDJOBFINISH", MsgID=1, Status="failed:user block")
        second = house.news("o-wang", "毛巾到了。")
        await house.until(second, "queued", "no_grant")
        assert house.weixin.state.codes[43101] == 1


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_guest_agrees_to_one_message_and_gets_one(
    sqlite_records_url: str, tmp_path: Path, language: str
) -> None:
    async with wechat_house(tmp_path, sqlite_records_url, subscription=SUBSCRIPTION) as house:
        wang = house.fan()
        back = agreed(await consent_link(house, wang), "o-wang")
        wang.agrees("after-the-stay", "7")
        async with httpx.AsyncClient(base_url=house.url, headers={"Accept-Language": language}) as phone:
            for _ in range(2):  # opened again, it gives nothing more
                page = await phone.get("/wechat/consent", params=back)
                assert page.status_code == 200
                assert {"zh": "只发这一条", "en": "no more"}[language] in page.text
            assert (await phone.get("/wechat/consent", params={**back, "openid": "o-li"})).status_code == 403
            assert (await phone.get("/wechat/consent", params={**back, "reserved": "签" * 20})).status_code == 403
            assert (await phone.get("/wechat/consent")).status_code == 403
        ids = [house.news("o-wang", f"住得好吗 {number}", of=MessageClass.CARE) for number in range(2)]
        await house.until(ids[0], "sent")
        await house.until(ids[1], "queued", "no_grant")
        (sent,) = [each for each in house.weixin.sent_to("o-wang") if each.kind == "subscription"]
        assert sent.body["data"]["content"]["value"] == "住得好吗 0"


async def test_who_declines_gets_none(sqlite_records_url: str, tmp_path: Path) -> None:
    async with wechat_house(tmp_path, sqlite_records_url, subscription=SUBSCRIPTION) as house:
        back = agreed(await consent_link(house, house.fan()), "o-wang")
        async with httpx.AsyncClient(base_url=house.url) as phone:
            page = await phone.get("/wechat/consent", params={**back, "action": "cancel"})
        assert page.status_code == 200
        await house.until(house.news("o-wang", "住得好吗", of=MessageClass.CARE), "queued", "no_grant")


async def consent_link(house: WechatHouse, guest: Fan) -> str:
    """As the guest is sent it after leaving; they write once more, so that we may."""
    await guest.follows(house.stay_token())
    with house.app.records.store.transaction() as db:
        (stay,) = stays_in_room(db, house.home.id, "303")
        check_out(db, house.app.clock() - timedelta(hours=1), stay.id)
    await until(lambda: house.waiting() == ["no_grant"], house.waiting)
    (link,) = re.findall(r"https://mp\.weixin\.qq\.com/\S+", (await guest.says("谢谢")).text)
    return str(link)


def agreed(link: str, openid: str) -> dict[str, str]:
    """With what the platform leads back from its page."""
    query = dict(parse_qsl(urlsplit(link).query))
    assert query["redirect_url"] == f"{PUBLIC_URL}/wechat/consent"
    assert query["reserved"].isalnum()
    return {
        "openid": openid,
        "template_id": query["template_id"],
        "action": "confirm",
        "scene": query["scene"],
        "reserved": query["reserved"],
    }


async def test_the_address_is_greeted_and_strangers_are_not_let_in(sqlite_records_url: str, tmp_path: Path) -> None:
    async with wechat_house(tmp_path, sqlite_records_url) as house:
        assert (await house.callback.greet("4711")).body == b"4711"
        async with httpx.AsyncClient(base_url=house.url) as client:
            assert (await client.get("/wechat", params={"echostr": "x"})).status_code == 403
            assert (await client.post("/wechat", content=b"<xml/>")).status_code in (400, 403)
            assert (await client.post("/wechat", content=b"x" * 70_000)).status_code == 413
        assert not house.weixin.sent


async def test_a_stopped_house_keeps_nobody_waiting(sqlite_records_url: str, tmp_path: Path) -> None:
    async with wechat_house(tmp_path, sqlite_records_url, burst_seconds=3) as house:
        waiting = asyncio.create_task(house.fan().says("你好"))
        await asyncio.sleep(0.5)
        await house.app.stop_listening()
        assert (await waiting).tries[0].body == b"success"
        assert (await waiting).tries[0].seconds < 2


async def test_told_again_to_another_replica_it_is_answered_there_once(
    postgres_records_url: str, tmp_path: Path
) -> None:
    """The first replica handles it; the second holds the request that is open, and so has the permission."""
    async with (
        wechat_house(tmp_path, postgres_records_url, burst_seconds=1.0) as first,
        wechat_house(tmp_path, postgres_records_url, furnished=False) as second,
    ):
        await first.fan().follows(first.stay_token())
        said = {"MsgId": 77, "CreateTime": int(first.weixin.state.now())}
        there = asyncio.create_task(first.fan().says("再来两条毛巾", **said))
        await asyncio.sleep(0.3)
        here = await second.fan().says("再来两条毛巾", **said)
        assert "毛巾" in here.text
        assert not (await there).text
        assert len(await first.app.records.read(all_requests)) == 1
