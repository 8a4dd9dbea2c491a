"""The stand-in itself, as WeCom: the application of the staff, 微信客服, and broadcasts that members confirm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from bot.channels.base import NoGrant, NotSent, Refused, SendError, Unreachable
from bot.weixin.client import Client
from tests.channels.weixin.conftest import Replicas
from tests.support.weixin import WeixinServer
from tests.support.weixin.kf import BOT, ENDED, MEMBER, NEW, QUEUE

pytestmark = pytest.mark.anyio

AGENT = "1000002"
MESSAGE = "/cgi-bin/message/send"
KF = "/cgi-bin/kf"
CONTACT = "/cgi-bin/externalcontact"


@pytest.fixture
def staff(house: Replicas) -> Client:
    return house.wecom(AGENT)


@pytest.fixture
def kf(house: Replicas) -> Client:
    return house.wecom("kf")


@pytest.fixture
def contacts(house: Replicas) -> Client:
    return house.wecom("contacts")


def task(text: str, to: str = "zhang") -> dict[str, Any]:
    return {"touser": to, "agentid": AGENT, "msgtype": "text", "text": {"content": text}}


def answer(text: str, guest: str = "wm1") -> dict[str, Any]:
    return {"touser": guest, "open_kfid": "wk1", "msgtype": "text", "text": {"content": text}}


async def refusal(client: Client, path: str, body: Mapping[str, Any]) -> str:
    with pytest.raises(SendError) as error:
        await client.call(path, body)
    return str(error.value)


async def turn_to(client: Client, state: int, **more: str) -> dict[str, Any]:
    body = {"open_kfid": "wk1", "external_userid": "wm1", "service_state": state, **more}
    return await client.call(f"{KF}/service_state/trans", body)


async def test_the_thirty_first_message_of_a_minute_vanishes(
    weixin: WeixinServer, house: Replicas, staff: Client
) -> None:
    weixin.member("zhang", AGENT)
    for number in range(35):
        assert (await staff.call(MESSAGE, task(str(number))))["errcode"] == 0
    assert [each.text for each in weixin.sent_to("zhang")] == [str(number) for number in range(30)]
    house.later(seconds=61)
    await staff.call(MESSAGE, task("later"))
    assert weixin.sent_to("zhang")[-1].text == "later"


async def test_a_text_too_long_arrives_cut_off(weixin: WeixinServer, staff: Client) -> None:
    weixin.member("zhang", AGENT)
    await staff.call(MESSAGE, task("管" * 1000))
    assert weixin.sent_to("zhang")[-1].text == "管" * 682


async def test_an_unknown_member_and_another_application_are_refused(weixin: WeixinServer, staff: Client) -> None:
    weixin.member("zhang", AGENT)
    with pytest.raises(Unreachable, match="wecom_81013"):
        await staff.call(MESSAGE, task("hi", "nobody"))
    assert (await staff.call(MESSAGE, task("hi", "zhang|nobody")))["invaliduser"] == "nobody"
    assert await refusal(staff, MESSAGE, task("hi") | {"agentid": "1000003"}) == "wecom_301002"


async def test_the_code_of_a_card_changes_it_once(weixin: WeixinServer, staff: Client) -> None:
    weixin.member("zhang", AGENT)
    buttons = [{"text": "接单", "key": "accept"}, {"text": "完成", "key": "done"}]
    card = {"card_type": "button_interaction", "task_id": "t1", "button_list": buttons}
    message = {"touser": "zhang", "agentid": AGENT, "msgtype": "template_card", "template_card": card}
    code = (await staff.call(MESSAGE, message))["response_code"]
    update = {"userids": ["zhang"], "agentid": AGENT, "response_code": code, "button": {"replace_name": "已接单"}}
    await staff.call("/cgi-bin/message/update_template_card", update)
    assert await refusal(staff, "/cgi-bin/message/update_template_card", update) == "wecom_42014"


async def test_what_guests_say_is_fetched_by_cursor_and_only_once(weixin: WeixinServer, kf: Client) -> None:
    guest = weixin.customer("wm1")
    for number in range(5):
        await guest.says(str(number))
    weixin.kf.page = 2
    cursor, found, more = "", [], 1
    while more:
        told = await kf.call(f"{KF}/sync_msg", {"cursor": cursor, "open_kfid": "wk1"})
        cursor, more = told["next_cursor"], told["has_more"]
        found += [each["text"]["content"] for each in told["msg_list"]]
    assert found == ["0", "1", "2", "3", "4"]
    assert (await kf.call(f"{KF}/sync_msg", {"cursor": cursor}))["msg_list"] == []


async def test_without_the_token_of_the_callback_ten_fetches_a_minute(weixin: WeixinServer, kf: Client) -> None:
    await weixin.customer("wm1").says("hi")
    for _ in range(10):
        await kf.call(f"{KF}/sync_msg", {"token": "wrong"})
    with pytest.raises(NotSent, match="wecom_45009"):
        await kf.call(f"{KF}/sync_msg", {})


async def test_five_answers_in_48_hours(weixin: WeixinServer, house: Replicas, kf: Client) -> None:
    guest = weixin.customer("wm1")
    await guest.says("hi")
    for number in range(5):
        await kf.call(f"{KF}/send_msg", answer(str(number)))
    with pytest.raises(NoGrant, match="wecom_95001"):
        await kf.call(f"{KF}/send_msg", answer("6"))
    await guest.says("hi again")
    house.later(hours=48, seconds=1)
    with pytest.raises(NoGrant, match="wecom_95002"):
        await kf.call(f"{KF}/send_msg", answer("6"))
    with pytest.raises(Unreachable, match="wecom_40096"):
        await kf.call(f"{KF}/send_msg", answer("6", "nobody"))


async def test_a_guest_is_welcomed_once_within_twenty_seconds(
    weixin: WeixinServer, house: Replicas, kf: Client
) -> None:
    async def code_of(guest: str) -> str:
        await weixin.customer(guest).enters("lobby")
        return str(weixin.kf.log[-1]["event"].get("welcome_code", ""))

    def welcome(code: str) -> dict[str, Any]:
        return {"code": code, "msgtype": "text", "text": {"content": "欢迎"}}

    code = await code_of("wm1")
    await kf.call(f"{KF}/send_msg_on_event", welcome(code))
    with pytest.raises(NoGrant):
        await kf.call(f"{KF}/send_msg_on_event", welcome(code))
    assert not await code_of("wm1")
    late = await code_of("wm2")
    house.later(seconds=21)
    with pytest.raises(NoGrant):
        await kf.call(f"{KF}/send_msg_on_event", welcome(late))
    assert [each.to for each in weixin.sent] == ["wm1"]


async def test_a_session_is_handed_to_a_member_and_back_by_the_guests_next_word(
    weixin: WeixinServer, kf: Client
) -> None:
    guest = weixin.customer("wm1")
    weixin.kf.servicers.add("zhang")
    await guest.says("a person please")
    assert guest.record.state == NEW
    await turn_to(kf, BOT)
    queued = await turn_to(kf, QUEUE)
    with pytest.raises(NoGrant, match="wecom_95018"):
        await kf.call(f"{KF}/send_msg", answer("hi"))
    please_wait = {"code": queued["msg_code"], "msgtype": "text", "text": {"content": "请稍候"}}
    await kf.call(f"{KF}/send_msg_on_event", please_wait)
    with pytest.raises(Refused, match="wecom_95014"):
        await turn_to(kf, MEMBER, servicer_userid="nobody")
    await turn_to(kf, MEMBER, servicer_userid="zhang")
    with pytest.raises(Refused, match="wecom_95016"):
        await turn_to(kf, BOT)
    told = await kf.call(f"{KF}/service_state/get", {"open_kfid": "wk1", "external_userid": "wm1"})
    assert (told["service_state"], told["servicer_userid"]) == (MEMBER, "zhang")
    await turn_to(kf, ENDED)
    with pytest.raises(NoGrant, match="wecom_95018"):
        await kf.call(f"{KF}/send_msg", answer("hi"))
    await guest.says("hello again")
    await kf.call(f"{KF}/send_msg", answer("hi"))


async def test_what_a_guest_rejects_is_told_afterwards(weixin: WeixinServer, kf: Client) -> None:
    guest = weixin.customer("wm1")
    await guest.says("hi")
    guest.record.fails_with = 10
    msgid = (await kf.call(f"{KF}/send_msg", answer("hi")))["msgid"]
    event = (await kf.call(f"{KF}/sync_msg", {"open_kfid": "wk1"}))["msg_list"][-1]["event"]
    assert (event["event_type"], event["fail_msgid"]) == ("msg_send_fail", msgid)
    assert not weixin.sent_to("wm1")


async def test_a_broadcast_is_sent_when_the_member_confirms(
    weixin: WeixinServer, house: Replicas, contacts: Client
) -> None:
    weixin.contacts.knows("zhang", "wm1", "wm2")
    weixin.contacts.knows("li", "wm3")
    order = {"external_userid": ["wm1", "wm2", "wm3", "wm9"], "text": {"content": "周末茶会"}}
    told = await contacts.call(f"{CONTACT}/add_msg_template", order)
    msgid = told["msgid"]
    assert told["fail_list"] == ["wm9"]
    assert not weixin.sent

    async def results(member: str) -> list[int]:
        body = {"msgid": msgid, "userid": member, "limit": 1}
        states, cursor = [], ""
        while True:
            page = await contacts.call(f"{CONTACT}/get_groupmsg_send_result", body | {"cursor": cursor})
            states += [each["status"] for each in page["send_list"]]
            if not (cursor := page["next_cursor"]):
                return states

    assert await results("zhang") == [0, 0]
    for _ in range(3):
        await contacts.call(f"{CONTACT}/remind_groupmsg_send", {"msgid": msgid})
    with pytest.raises(NotSent):
        await contacts.call(f"{CONTACT}/remind_groupmsg_send", {"msgid": msgid})
    weixin.contacts.friends["wm2"].remove("zhang")
    assert weixin.contacts.confirms(msgid, "zhang") == 1
    assert await results("zhang") == [1, 2]
    tasks = (await contacts.call(f"{CONTACT}/get_groupmsg_task", {"msgid": msgid}))["task_list"]
    assert {each["userid"]: each["status"] for each in tasks} == {"zhang": 2, "li": 0}
    await contacts.call(f"{CONTACT}/cancel_groupmsg_send", {"msgid": msgid})
    assert weixin.contacts.confirms(msgid, "li") == 0
    assert await refusal(contacts, f"{CONTACT}/add_msg_template", order | {"external_userid": ["wm9"]}) == "wecom_41048"


async def test_a_new_contact_is_welcomed_once(weixin: WeixinServer, house: Replicas, contacts: Client) -> None:
    await weixin.contacts.adds("wm1", "zhang")
    (code,) = weixin.contacts.welcomes
    welcome = {"welcome_code": code, "text": {"content": "欢迎"}}
    await contacts.call(f"{CONTACT}/send_welcome_msg", welcome)
    with pytest.raises(NoGrant, match="wecom_41051"):
        await contacts.call(f"{CONTACT}/send_welcome_msg", welcome)
    await weixin.contacts.adds("wm2", "zhang")
    late = list(weixin.contacts.welcomes)[1]
    house.later(seconds=21)
    with pytest.raises(NoGrant, match="wecom_41050"):
        await contacts.call(f"{CONTACT}/send_welcome_msg", welcome | {"welcome_code": late})
