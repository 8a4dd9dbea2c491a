"""微信客服 from the platform's call to what a guest's phone shows: the real house over HTTP, the platform's bounds."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from bot.app import App
from crm.conversations.accounts import account, conversation
from crm.conversations.messages import Body, NewMessage, message
from crm.conversations.outbox import queue_messages
from crm.service_requests.requests import all_requests
from crm.store import Connection
from tests.support.wecom import WeComHouse, buttons, furnished, opened, said, until, wecom_house
from tests.support.weixin import WeixinServer
from tests.support.weixin.kf import ENDED, MEMBER

pytestmark = pytest.mark.anyio

ON_EVENT, PLAIN = "/cgi-bin/kf/send_msg_on_event", "/cgi-bin/kf/send_msg"
PICTURE = b"\xff\xd8\xff\xe0 the air conditioner"


async def outcomes(app: App) -> list[tuple[str, str]]:
    """State and reason of all that was said to guests, oldest first."""
    to_guests = (message.c.channel == "wecom_kf", message.c.direction == "out")
    query = select(message.c.state, message.c.reason).where(*to_guests).order_by(message.c.id)
    return [(row.state, row.reason) for row in await app.records.read(lambda db: db.execute(query).all())]


async def heard_by_the_house(app: App) -> list[str]:
    """The states of all that guests said."""
    from_guests = (message.c.channel == "wecom_kf", message.c.direction == "in")
    query = select(message.c.state).where(*from_guests).order_by(message.c.id)
    return list(await app.records.read(lambda db: db.execute(query).scalars().all()))


async def until_answered(app: App, count: int) -> None:
    """So much was said, and everything is answered."""

    async def answered() -> bool:
        return await heard_by_the_house(app) == ["handled"] * count

    await until(answered)


async def until_settled(app: App, *expected: tuple[str, str]) -> None:
    """The last ones became of this."""

    async def settled() -> bool:
        return (await outcomes(app))[-len(expected) :] == list(expected)

    try:
        await until(settled)
    except TimeoutError:
        raise AssertionError(f"{await outcomes(app)}") from None


async def tell(house: WeComHouse, text: str, guest: str = "wm1") -> None:
    """News for a guest, written down as handlers do."""

    def queue(db: Connection) -> None:
        chat = db.execute(select(conversation.c.id).where(conversation.c.address == guest)).scalar_one()
        queue_messages(db, house.clock(), [NewMessage(chat, "wecom_kf", "en", Body(text))])

    await house.app.records.write(queue)
    house.app.delivery.nudge()


@pytest.mark.parametrize(
    ("wish", "answer", "accepted", "done"),
    [
        ("two towels please", "2 towels for room 303", "is looking after it: 2 towels", "2 towels: done"),
        ("请送两条毛巾", "303 房，毛巾 2条", "李娜正在办：毛巾 2条", "毛巾 2条，已经办好"),
    ],
)
async def test_a_guest_orders_towels_and_hears_each_step_in_their_language(
    wish: str, answer: str, accepted: str, done: str, records_url: str, tmp_path: Path
) -> None:
    async with wecom_house(tmp_path, records_url) as house:
        colleague, guest = await house.colleague(), await house.guest()
        await guest.says(wish)
        await house.hears("wm1", answer)
        (request,) = await house.app.records.read(all_requests)
        assert (request.service, request.quantity, request.room) == ("towels", 2, "303")
        card = buttons(await house.hears("LiNa", "303"))
        await colleague.presses(card["接单"])
        await house.hears("wm1", accepted)
        await colleague.presses(card["完成"])
        stars = buttons(await house.hears("wm1", done))
        assert list(stars) == ["1", "2", "3", "4", "5"]
        await guest.says("5", menu_id=stars["5"])
        await house.hears("wm1", "", count=5)
        (request,) = await house.app.records.read(all_requests)
        assert request.rating == 5


async def test_whoever_comes_in_is_welcomed_by_the_code_and_joined_by_the_link(
    sqlite_records_url: str, tmp_path: Path
) -> None:
    async with wecom_house(tmp_path, sqlite_records_url) as house:
        guest = house.weixin.customer("wm1")
        await guest.enters()
        assert (await house.hears("wm1", "Lakeside")).path == ON_EVENT
        for _ in range(3):
            await guest.enters()
        link = house.stay_link()
        for _ in range(3):
            await guest.enters(scene_param=link)
        await until_settled(house.app, ("sent", ""), ("queued", "no_grant"))
        await guest.says("hello")
        told = await house.hears("wm1", "Emma Clarke")
        assert (told.path, said(told).count("303")) == (PLAIN, 1)


async def test_a_welcome_that_comes_too_late_waits_for_the_guests_first_word(
    sqlite_records_url: str, tmp_path: Path
) -> None:
    async with wecom_house(tmp_path, sqlite_records_url) as house:
        guest = house.weixin.customer("wm1")
        house.weixin.fail_next(41050, path=ON_EVENT)
        await guest.enters()
        await until_settled(house.app, ("queued", "no_grant"))
        await guest.says("hello")
        assert (await house.hears("wm1", "Lakeside")).path == PLAIN


async def test_five_messages_after_a_word_and_the_rest_in_one_after_the_next(records_url: str, tmp_path: Path) -> None:
    async with wecom_house(tmp_path, records_url) as house:
        guest = await house.guest()
        await guest.says("hello")
        for number in range(4):
            await house.hears("wm1", "", count=2 + number)
            await tell(house, f"news {number}")
        await house.hears("wm1", "news 3")
        await tell(house, "news 4")
        await tell(house, "news 5")
        await until_settled(house.app, ("queued", "no_grant"), ("queued", "no_grant"))
        assert not house.weixin.state.codes[95001], "the platform had nothing to refuse"
        await guest.says("thanks")
        told = said(await house.hears("wm1", "news 4"))
        assert "news 5" in told


async def test_forty_eight_hours_after_the_last_word_nothing_is_tried(sqlite_records_url: str, tmp_path: Path) -> None:
    async with wecom_house(tmp_path, sqlite_records_url) as house:
        guest = await house.guest()
        await guest.says("hello")
        await house.hears("wm1", "", count=2)
        house.weixin.later(hours=48)
        await tell(house, "news")
        await until_settled(house.app, ("queued", "no_grant"))
        assert not house.weixin.state.codes[95002]


async def test_while_a_member_speaks_in_wecom_the_house_does_not_and_says_why(
    sqlite_records_url: str, tmp_path: Path
) -> None:
    async with wecom_house(tmp_path, sqlite_records_url) as house:
        guest = await house.guest()
        await guest.says("hello")
        await house.hears("wm1", "", count=2)
        guest.record.state, guest.record.member = MEMBER, "LiNa"
        await tell(house, "news")
        await until_settled(house.app, ("failed", "colleague_speaks"))
        await guest.hears("LiNa", "I bring it myself")
        await guest.session_ends("LiNa")
        assert guest.record.state == ENDED
        await tell(house, "more news")
        await until_settled(house.app, ("queued", "no_grant"))
        await guest.says("two towels please")
        assert "more news" in said(await house.hears("wm1", "2 towels"))
        heard = await heard_by_the_house(house.app)
        assert heard.count("handled") == len(heard) == 3, "what the member said is no guest's word"


async def test_a_guest_who_wants_no_messages_gets_none_until_the_next_word(
    sqlite_records_url: str, tmp_path: Path
) -> None:
    async with wecom_house(tmp_path, sqlite_records_url) as house:
        guest = await house.guest()
        await guest.says("hello")
        await house.hears("wm1", "", count=2)
        guest.record.fails_with = 10
        await tell(house, "news")
        await until_settled(house.app, ("sent", ""))
        house.weixin.later(minutes=1.1)
        since = select(account.c.unreachable_since).where(account.c.external_id == "wm1")
        await until(lambda: house.app.records.read(lambda db: db.execute(since).scalar()))
        await until_settled(house.app, ("failed", "blocked"))
        guest.record.fails_with = 0
        await guest.says("two towels please")
        await house.hears("wm1", "2 towels")


async def test_what_the_platform_had_taken_and_lost_is_shown_as_failed(sqlite_records_url: str, tmp_path: Path) -> None:
    async with wecom_house(tmp_path, sqlite_records_url) as house:
        guest = await house.guest()
        await guest.says("hello")
        await house.hears("wm1", "", count=2)
        guest.record.fails_with = 6
        await tell(house, "news")
        await until_settled(house.app, ("sent", ""))
        house.weixin.later(minutes=1.1)
        await until_settled(house.app, ("failed", "wecom_fail_6"))
        guest.record.fails_with = 0
        await guest.says("two towels please")
        await house.hears("wm1", "2 towels")


async def test_a_chosen_item_of_the_menu_and_a_typed_number_are_understood(
    sqlite_records_url: str, tmp_path: Path
) -> None:
    async with wecom_house(tmp_path, sqlite_records_url) as house:
        guest = await house.guest()
        await guest.says("help")
        menu = buttons(await house.hears("wm1", "in your own words"))
        assert list(menu)[:2] == ["Towels", "Water"]
        await guest.says("Water", menu_id=menu["Water"])
        await house.hears("wm1", "Water, room 303")
        await guest.says("help")
        await house.hears("wm1", "in your own words", count=2)
        await guest.says("1")
        await house.hears("wm1", "Towels, room 303")


async def test_a_guests_picture_goes_to_the_colleague(sqlite_records_url: str, tmp_path: Path) -> None:
    async with wecom_house(tmp_path, sqlite_records_url) as house:
        await house.colleague(role="maintenance")
        guest = await house.guest()
        await guest.sends_picture(house.weixin.media.keep(PICTURE))
        await house.hears("wm1", "照片收到了")
        await guest.says("the air conditioning is broken")
        await house.hears("LiNa", "303")
        *_, picture, card = house.weixin.sent_to("LiNa")
        assert (picture.kind, card.kind) == ("image", "template_card")
        assert house.weixin.state.media[picture.body["image"]["media_id"]].content == PICTURE


async def test_what_was_said_while_the_house_was_away_is_answered_once(records_url: str, tmp_path: Path) -> None:
    async with WeixinServer() as weixin:
        house = furnished(tmp_path, records_url, weixin)
        async with opened(house):
            guest = await house.guest()
            await guest.says("two towels please")
            await house.hears("wm1", "2 towels")
        await guest.says("one pillow please")
        async with opened(house):
            await house.hears("wm1", "pillow")
            await guest.says("a bottle of water please")
            await house.hears("wm1", "water")
            services = [each.service for each in await house.app.records.read(all_requests)]
            assert services == ["towels", "pillows", "drinking_water"]


async def test_two_processes_and_one_that_leaves_hear_every_word_once(
    postgres_records_url: str, tmp_path: Path
) -> None:
    async with wecom_house(tmp_path, postgres_records_url, processes=2) as house:
        house.weixin.kf.page = 3
        guests = [house.weixin.customer(f"wm{number}") for number in range(6)]
        for number in range(30):
            house.calls(number % 2)
            await guests[number % 6].says(f"hello {number}")
        await until_answered(house.app, 30)
        await house.apps[0].stop_listening()
        for number in range(30, 42):
            house.calls(1)
            await guests[number % 6].says(f"hello {number}")
        await until_answered(house.apps[1], 42)
