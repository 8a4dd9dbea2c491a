"""The stand-in itself, as the official account's platform: what the other tests believe of it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bot.channels.base import File, NoGrant, NotSent, Refused, SendError, Unreachable
from bot.weixin.client import Client
from tests.channels.weixin.conftest import Replicas
from tests.support.weixin import WeixinServer

pytestmark = pytest.mark.anyio

PICTURE = File("photo", "image/jpeg", "pool.jpg", b"\xff\xd8 a picture")

PAPER = File("document", "application/pdf", "bill.pdf", b"%PDF a bill")


@pytest.fixture
def client(house: Replicas) -> Client:
    return house.wechat()


async def say(client: Client, openid: str, text: str = "hello") -> None:
    await client.call("/cgi-bin/message/custom/send", {"touser": openid, "msgtype": "text", "text": {"content": text}})


async def refusal(client: Client, path: str, body: Mapping[str, object]) -> str:
    with pytest.raises(SendError) as error:
        await client.call(path, body)
    return str(error.value)


async def test_five_answers_in_48_hours_and_a_new_message_begins_anew(weixin: WeixinServer, client: Client) -> None:
    fan = weixin.fan("o1")
    with pytest.raises(NoGrant, match="wechat_45015"):
        await say(client, "o1")
    await fan.says("hi")
    for number in range(3):
        await say(client, "o1", str(number))
    await fan.says("hi again")  # it resets, it does not add up
    for number in range(3, 8):
        await say(client, "o1", str(number))
    with pytest.raises(NoGrant, match="wechat_45047"):
        await say(client, "o1")
    assert [each.text for each in weixin.sent_to("o1")] == [str(number) for number in range(8)]


async def test_a_window_ends_with_its_time(weixin: WeixinServer, house: Replicas, client: Client) -> None:
    await weixin.fan("o1").says("hi")
    house.later(hours=47.9)
    await say(client, "o1")
    house.later(hours=0.2)
    with pytest.raises(NoGrant, match="wechat_45015"):
        await say(client, "o1")


async def test_a_click_opens_one_minute_for_three(weixin: WeixinServer, house: Replicas, client: Client) -> None:
    fan = weixin.fan("o1")
    await fan.clicks("MENU")
    for _ in range(3):
        await say(client, "o1")
    with pytest.raises(NoGrant, match="wechat_45047"):
        await say(client, "o1")
    await fan.scans("room302")
    house.later(seconds=61)
    with pytest.raises(NoGrant, match="wechat_45015"):
        await say(client, "o1")


async def test_who_does_not_follow_is_not_reached(weixin: WeixinServer, client: Client) -> None:
    fan = weixin.fan("o1")
    await fan.says("hi")
    await fan.unfollows()
    with pytest.raises(Unreachable, match="wechat_43004"):
        await say(client, "o1")
    with pytest.raises(Unreachable, match="wechat_40003"):
        await say(client, "nobody")
    await fan.follows("stay-1")
    fan.record.is_blacklisted = True
    with pytest.raises(Unreachable, match="wechat_43019"):
        await say(client, "o1")


async def test_a_template_is_filled_in_and_may_be_refused(weixin: WeixinServer, client: Client) -> None:
    fan = weixin.fan("o1")
    weixin.notices.templates["T1"] = ("thing1", "time2")
    path = "/cgi-bin/message/template/send"
    whole = {"thing1": {"value": "毛巾已送到"}, "time2": {"value": "11月26日 8:00"}}

    def message(**values: object) -> dict[str, object]:
        return {"touser": "o1", "template_id": "T1", "data": whole, **values}

    answer = await client.call(path, message())
    assert answer["msgid"] == weixin.sent_to("o1")[-1].number
    assert await refusal(client, path, message(template_id="T2")) == "wechat_40037"
    assert await refusal(client, path, message(data={"thing1": {"value": "x"}})) == "wechat_47003"
    assert await refusal(client, path, message(data=whole | {"thing1": {"value": "x" * 21}})) == "wechat_47003"
    fan.record.refuses.add("T1")
    with pytest.raises(NoGrant, match="wechat_43101"):
        await client.call(path, message())


async def test_one_consent_gives_one_message(weixin: WeixinServer, client: Client) -> None:
    fan = weixin.fan("o1")
    weixin.notices.templates["S1"] = ("thing1",)
    path = "/cgi-bin/message/subscribe/bizsend"
    message = {"touser": "o1", "template_id": "S1", "data": {"thing1": {"value": "住得好吗"}}}
    assert await refusal(client, path, message) == "wechat_43101"
    await fan.answers_consent("S1", accepts=False)
    assert await refusal(client, path, message) == "wechat_43101"
    await fan.answers_consent("S1")
    await fan.answers_consent("S1")
    await client.call(path, message)
    await client.call(path, message)
    assert await refusal(client, path, message) == "wechat_43101"


async def test_agreeing_twice_to_a_one_time_message_gives_one(weixin: WeixinServer, client: Client) -> None:
    fan = weixin.fan("o1")
    path = "/cgi-bin/message/template/subscribe"
    message = {"touser": "o1", "template_id": "S1", "scene": "7", "title": "入住感受"}
    whole = message | {"data": {"content": {"value": "您住得好吗"}}}
    fan.agrees("S1", "7")
    fan.agrees("S1", "7")
    assert await refusal(client, path, message | {"data": {"content": {"value": ""}}}) == "wechat_47003"
    await client.call(path, whole)
    assert await refusal(client, path, whole) == "wechat_43101"


async def test_a_picture_is_put_there_sent_and_fetched(weixin: WeixinServer, house: Replicas, client: Client) -> None:
    await weixin.fan("o1").says("hi")
    media_id = await client.upload("/cgi-bin/media/upload", PICTURE, type="image")
    picture = {"touser": "o1", "msgtype": "image", "image": {"media_id": media_id}}
    await client.call("/cgi-bin/message/custom/send", picture)
    assert weixin.sent_to("o1")[-1].body["image"]["media_id"] == media_id
    assert await client.download("/cgi-bin/media/get", media_id=media_id) == PICTURE
    address = await client.upload("/cgi-bin/media/uploadimg", PICTURE)
    assert address.startswith("http://mmbiz.qpic.cn/")
    house.later(hours=73)
    await weixin.fan("o1").says("hi")
    with pytest.raises(Refused, match="wechat_40007"):
        await client.call("/cgi-bin/message/custom/send", picture)


async def test_what_is_no_picture_is_refused(client: Client) -> None:
    with pytest.raises(Refused, match="wechat_40005"):
        await client.upload(
            "/cgi-bin/media/upload", File("document", "application/pdf", "a.pdf", b"%PDF a bill"), type="image"
        )
    with pytest.raises(Refused, match="wechat_40009"):
        await client.upload("/cgi-bin/media/upload", File("photo", "image/png", "a.png", b"x"), type="image")
    with pytest.raises(Refused, match="wechat_40004"):
        await client.upload("/cgi-bin/media/upload", PICTURE, type="poem")


async def test_a_menu_is_made_and_read(client: Client) -> None:
    with pytest.raises(Refused, match="wechat_46003"):
        await client.call("/cgi-bin/menu/get")
    below = [{"type": "click", "name": "毛巾", "key": "towels"}]
    menu = {"button": [{"name": "服务", "sub_button": below}, {"type": "view", "name": "网站", "url": "https://x.cn"}]}
    await client.call("/cgi-bin/menu/create", menu)
    assert (await client.call("/cgi-bin/menu/get"))["menu"] == menu
    path = "/cgi-bin/menu/create"
    assert await refusal(client, path, {"button": menu["button"] * 2}) == "wechat_40016"
    assert await refusal(client, path, {"button": [{"name": "x" * 17, "type": "click", "key": "k"}]}) == "wechat_40018"
    assert await refusal(client, path, {"button": [{"name": "x", "sub_button": below * 6}]}) == "wechat_40023"


async def test_a_follower_gets_four_broadcasts_a_month(weixin: WeixinServer, client: Client) -> None:
    people = [weixin.fan(openid).record.openid for openid in ("o1", "o2")]
    path = "/cgi-bin/message/mass/send"
    message = {"touser": people, "msgtype": "text", "text": {"content": "新年好"}}
    first = await client.call(path, message | {"clientmsgid": "a"})
    with pytest.raises(NotSent, match="wechat_45066"):
        await client.call(path, message | {"clientmsgid": "a"})
    weixin.later(minutes=2)
    with pytest.raises(Refused, match="wechat_45065"):
        await client.call(path, message | {"clientmsgid": "a"})
    weixin.later(minutes=2)
    again = await client.call(path, message | {"clientmsgid": "a"}, takes=frozenset({45065}))
    assert again["msg_id"] == first["msg_id"]
    for _ in range(5):
        await client.call(path, message)
    assert [len(weixin.sent_to(each)) for each in people] == [4, 4]
    assert first["msg_id"]
    assert await refusal(client, path, message | {"touser": ["o1"]}) == "wechat_40130"


async def test_tags_are_put_on_and_taken_off(weixin: WeixinServer, client: Client) -> None:
    weixin.fan("o1")
    tag = (await client.call("/cgi-bin/tags/create", {"tag": {"name": "茶友"}}))["tag"]["id"]
    assert await refusal(client, "/cgi-bin/tags/create", {"tag": {"name": "茶友"}}) == "wechat_45157"
    on = {"openid_list": ["o1"], "tagid": tag}
    await client.call("/cgi-bin/tags/members/batchtagging", on)
    assert (await client.call("/cgi-bin/user/tag/get", {"tagid": tag}))["data"]["openid"] == ["o1"]
    await client.call("/cgi-bin/tags/members/batchuntagging", on)
    assert (await client.call("/cgi-bin/tags/getidlist", {"openid": "o1"}))["tagid_list"] == []
    assert await refusal(client, "/cgi-bin/tags/members/batchtagging", on | {"tagid": 999}) == "wechat_45159"


async def test_force_is_allowed_twenty_times_a_day_and_not_within_half_a_minute(weixin: WeixinServer) -> None:
    account = weixin.app_id
    first = weixin.tokens.stable(account, weixin.secret, False)["access_token"]
    assert weixin.tokens.stable(account, weixin.secret, False)["access_token"] == first
    forced = weixin.tokens.stable(account, weixin.secret, True)["access_token"]
    assert forced != first
    assert weixin.tokens.stable(account, weixin.secret, True)["access_token"] == forced
    for _ in range(19):
        weixin.later(31)
        weixin.tokens.stable(account, weixin.secret, True)
    weixin.later(31)
    with pytest.raises(Exception, match="daily quota"):
        weixin.tokens.stable(account, weixin.secret, True)


async def test_for_five_minutes_both_the_old_and_the_new_token_are_taken(weixin: WeixinServer) -> None:
    account = weixin.app_id
    old = weixin.tokens.stable(account, weixin.secret, False)["access_token"]
    weixin.later(7200 - 299)
    new = weixin.tokens.stable(account, weixin.secret, False)["access_token"]
    assert old != new
    assert weixin.tokens.check(old, 40001).name == weixin.tokens.check(new, 40001).name == account
    weixin.later(300)
    with pytest.raises(Exception, match="expired"):
        weixin.tokens.check(old, 40001)


async def test_the_platform_is_away_until_it_listens_again(weixin: WeixinServer, client: Client) -> None:
    await weixin.fan("o1").says("hi")
    await say(client, "o1")
    await weixin.hang_up()
    with pytest.raises(NotSent):
        await say(client, "o1")
    await weixin.listen()
    await say(client, "o1")
    assert len(weixin.sent_to("o1")) == 2
