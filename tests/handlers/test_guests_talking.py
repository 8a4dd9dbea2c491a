"""Linking, feedback, a person, the own stay, and small talk."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from crm.feedback import Feedback
from crm.properties.hours import Hours, Shifts
from crm.staff.invites import Invitation, create_invite
from crm.stays.bookings import StayState
from crm.stays.links import create_stay_link
from crm.store import table
from handlers import intents
from handlers.turn import Call
from tests.support.house import PHONE, Heard, House

feedback = table(Feedback)


def test_code_links_the_chat_to_the_stay(house: House) -> None:
    house.book("Anna Berg", "302", code="GJ-ANNA")
    chat = house.stranger()
    heard = house.ask(chat, "link_stay", credential={"code": "gj-anna"})
    assert heard.own == "Welcome, Anna Berg. Room 302, until Thu. What may I do for you?"
    assert house.ask(chat, "greet").own == "Hello Anna Berg. What may I do for you?"


def test_name_and_digits_link_the_chat_before_arrival(house: House) -> None:
    house.book("张三", state=StayState.BOOKED, days=(2, 5), phone="+86 138 0013 8000")
    chat = house.stranger(language="zh")
    heard = house.ask(chat, "link_stay")
    assert heard.own == "请告诉我预订号，或者您的姓名和手机后四位。"
    heard = house.reply(chat, heard, {"name": "张三", "digits": "8000"})
    assert heard.own == "张三，您好。您周三到周六的预订已经关联。需要什么，直接告诉我。"


def test_five_wrong_codes_lock_the_attempt_and_say_for_how_long(house: House) -> None:
    house.book("Anna Berg", "302", code="GJ-ANNA")
    chat = house.stranger()
    for _ in range(5):
        heard = house.ask(chat, "link_stay", credential={"code": "GJ-WRONG"})
        assert heard.own.startswith("That does not match any current booking.")
        assert heard.labels == ["A person, please"]
    heard = house.ask(chat, "link_stay", credential={"code": "GJ-ANNA"})
    assert "try again in 15 minutes" in heard.own
    assert PHONE in heard.own
    house.later(minutes=15)
    assert house.ask(chat, "link_stay", credential={"code": "GJ-ANNA"}).own.startswith("Welcome, Anna Berg.")


def test_departed_stay_is_not_linked(house: House) -> None:
    house.book("Anna Berg", "302", code="GJ-ANNA", state=StayState.DEPARTED, days=(-5, -1))
    heard = house.ask(house.stranger(), "link_stay", credential={"code": "GJ-ANNA"})
    assert heard.own.startswith("That does not match")


def test_stay_link_works_on_several_devices_until_it_ends(house: House) -> None:
    token = create_stay_link(house.db, house.now, house.book("Anna Berg", "302").id)
    for _ in range(2):
        assert house.ask(house.stranger(), "enter_token", token=token).own.startswith("Welcome, Anna Berg.")
    house.later(days=91)
    heard = house.ask(house.stranger(language="zh"), "enter_token", token=token)
    assert heard.own == "这个链接已经失效，请要一个新的。"


def test_unknown_token_is_refused(house: House) -> None:
    for token in ("gnonsense", "snonsense", "nonsense"):
        assert house.ask(house.stranger(), "enter_token", token=token).own.startswith("This link is no longer valid.")


def test_whoever_is_invited_reads_as_the_manager_does_or_as_the_name_is_written(house: House) -> None:
    boss = house.staff("Max", "manager")
    for name, welcome in (("Rosa", "Welcome, Rosa."), ("小李", "小李，欢迎。")):
        invited = house.ask(boss, "invite_staff", role="housekeeping", name=name)
        token = invited.own.rpartition("/start ")[2]
        assert house.ask(house.stranger(), "enter_token", token=token).own.startswith(welcome)


def test_invited_colleague_is_welcomed_in_their_language_with_what_they_may_ask(house: House) -> None:
    invitation = Invitation("小李", "housekeeping", "housekeeping", "zh", (house.home.id,))
    token = create_invite(house.db, house.now, invitation)
    chat = house.stranger("whoever", "en")
    heard = house.ask(chat, "enter_token", token=token)
    assert heard.own.startswith("小李，欢迎。已加入Lakeside，岗位：客房，现在起在岗。\n直接说就行：")
    assert "邀请" not in heard.own
    assert house.ask(house.stranger(), "enter_token", token=token).own.startswith("This link is no longer valid.")
    assert house.ask(chat, "enter_token", token=token).own == "这个账号已经是员工 小李。请用另一个账号打开链接。"


def test_invitation_ends_after_ten_minutes(house: House) -> None:
    invitation = Invitation("小李", "housekeeping", "housekeeping", "zh", (house.home.id,))
    token = create_invite(house.db, house.now, invitation)
    house.later(minutes=10)
    assert house.ask(house.stranger(), "enter_token", token=token).own.startswith("This link is no longer valid.")


def test_complaint_reaches_the_duty_manager_in_the_guests_words(house: House) -> None:
    guest = house.guest("Anna Berg", "302")
    boss, away = house.staff("Max", "manager"), house.staff("Mia", "manager", on_duty=False)
    heard = house.ask(guest, "complain", text="The room smells of smoke")
    assert heard.own == "I am sorry about this. Max, the duty manager, has your words now and will come back to you."
    assert heard.by(boss) == "Complaint · room 302 · Anna Berg\n“The room smells of smoke”"
    assert heard.labels_of(boss) == ["Room 302", "Take over", "Answer"]
    assert not heard.by(away)
    rows = house.db.execute(select(feedback.c.kind, feedback.c.room, feedback.c.words)).all()
    assert [(row.kind, row.room) for row in rows] == [("complaint", "302")]
    assert b"smoke" not in rows[0].words


def test_whoever_goes_on_complaining_does_not_hear_the_same_again(house: House) -> None:
    guest, boss = house.guest(), house.staff("Max", "manager")
    house.ask(guest, "complain", text="The room smells of smoke")
    heard = house.ask(guest, "complain", text="and the staff is rude")
    assert heard.own == "I am sorry about this as well. Max has it now too."
    assert "rude" in heard.by(boss)
    house.later(hours=1)
    assert "will come back to you" in house.ask(guest, "complain", text="still smells").own


def test_complaint_in_chinese_with_only_the_desk_on_duty(house: House) -> None:
    guest, desk = house.guest("张三", language="zh"), house.staff("小周", "front_desk", language="zh")
    heard = house.ask(guest, "complain", text="隔壁太吵了")
    assert heard.own == "很抱歉给您添了麻烦。前台已经收到您的话，会来回复您。"
    assert heard.by(desk) == "投诉 · 302 · 张三\n“隔壁太吵了”"


def test_complaint_at_night_goes_to_whoever_may_hear_it_and_promises_nothing(house: House) -> None:
    guest, boss = house.guest(), house.staff("Max", "manager", on_duty=False)
    maid = house.staff("Lily")
    heard = house.ask(guest, "complain", text="No hot water, again")
    assert "not on duty just now" in heard.own
    assert PHONE in heard.own
    assert heard.by(boss)
    assert not heard.by(maid)


def test_complaint_of_somebody_unlinked_is_heard_too(house: House) -> None:
    chat, boss = house.stranger("Pat"), house.staff("Max", "manager")
    heard = house.ask(chat, "complain", text="Nobody answers the phone")
    assert heard.by(boss) == "Complaint · Pat · not linked to a stay\n“Nobody answers the phone”"
    assert house.db.execute(select(feedback.c.guest_id)).scalar_one() is None


def test_complaint_without_words_asks_what_happened(house: House) -> None:
    guest = house.guest()
    heard = house.ask(guest, "complain")
    assert (heard.own, heard.asks) == ("I am sorry to hear that. What happened?", "text")
    house.reply(guest, heard, "It is noisy")
    assert len(house.db.execute(select(feedback.c.id)).all()) == 1


def test_wanting_to_complain_is_no_complaint_yet(house: House) -> None:
    heard = house.ask(house.guest(language="zh"), "complain", text="我要投诉！")
    assert (heard.own, heard.asks) == ("很抱歉。请告诉我发生了什么。", "text")
    assert house.db.execute(select(feedback.c.id)).all() == []


def test_praise_and_ideas_are_written_down(house: House) -> None:
    guest = house.guest(language="zh")
    assert house.ask(guest, "compliment", text="早餐很好吃").own == "谢谢您。已经替大家记下了。"
    assert house.ask(guest, "suggest", text="多放一盏灯").own == "谢谢您。您的建议已经原话记下。"
    kinds = house.db.execute(select(feedback.c.kind).order_by(feedback.c.id)).scalars().all()
    assert kinds == ["compliment", "suggestion"]


def test_asking_for_a_person_is_a_request_to_the_desk(house: House) -> None:
    guest, desk = house.guest(), house.staff("Dora", "front_desk")
    heard = house.ask(guest, "ask_for_person", said="I want to talk to somebody")
    assert heard.own == (
        f"The front desk knows and will write here, call or come to room 302 by 9:10 am. You can also call {PHONE}."
    )
    assert heard.by(desk) == "Room 302 · person to talk to\nby 9:10 am · #1\n“I want to talk to somebody”"
    assert heard.labels_of(desk)[:2] == ["Take over", "Answer"]


def test_asking_for_a_person_when_nobody_is_there(house: House) -> None:
    heard = house.ask(house.guest(language="zh"), "ask_for_person")
    assert heard.own == f"前台现在没有人在岗。已经记下，一有人到岗就会看到。急的话请拨 {PHONE}。"
    assert len(house.requests()) == 1


def test_when_nobody_is_on_duty_managers_hear_it_and_the_guest_is_told_so(house: House) -> None:
    boss = house.staff("Max", "manager", on_duty=False)
    heard = house.ask(house.guest(), "ask_for_person", said="human")
    assert heard.own == (
        "Nobody is at the desk just now. The manager and the desk have your message and will get back to you once "
        f"they are on duty. If it cannot wait, please call {PHONE}."
    )
    assert heard.labels_of(boss)[:2] == ["Take over", "Answer"]


def test_out_of_hours_the_guest_hears_when_the_desk_works_again(house: House) -> None:
    shifts = Shifts(work=((8 * 60, 22 * 60),), rest=((9 * 60, 22 * 60),))
    house.home = replace(house.home, hours=Hours({"front_desk": shifts}))
    house.now = house.at(23)
    house.staff("Max", "manager", on_duty=False)
    assert house.ask(house.guest(), "ask_for_person").own.startswith(
        "Nobody is at the desk just now; it opens tomorrow 8:00 am. The manager and the desk have your message"
    )
    assert (
        "前台现在没有人在岗，明天 8:00 上班，您的消息已经留给他们"
        in house.ask(house.stranger(language="zh"), "ask_for_person").own
    )


def test_unlinked_person_is_announced_to_the_desk_and_asked_who_they_are(house: House) -> None:
    chat, desk = house.stranger("Pat"), house.staff("Dora", "front_desk")
    heard = house.ask(chat, "ask_for_person", said="human please")
    assert heard.by(desk) == "Somebody wants a person · Pat · fake · not linked to a stay\n“human please”"
    assert heard.asks == "credential"
    assert house.requests() == []


def test_own_stay_is_told(house: House) -> None:
    guest = house.guest("张三", "302", language="zh", adults=2, children=1)
    heard = house.ask(guest, "my_stay")
    assert heard.own == "302 房，昨天到周四，4 晚，2 位大人、1 位小朋友。周四退房。"
    assert heard.labels == ["延迟退房"]
    guest = house.guest("Ben", "", state=StayState.BOOKED, days=(0, 1), expected_time="15:00")
    assert house.ask(guest, "my_stay").own == "Today to tomorrow, 1 night, 1 adult. We expect you at 3:00 pm."


def test_own_stay_of_somebody_unlinked_asks_who_they_are_and_goes_on(house: House) -> None:
    house.book("Anna Berg", "302", code="GJ-ANNA")
    chat = house.stranger()
    heard = house.ask(chat, "my_stay")
    assert heard.asks == "credential"
    assert "Room 302, yesterday to Thu" in house.reply(chat, heard, {"code": "GJ-ANNA"}).own


def test_stranger_is_welcomed_with_the_way_to_link(house: House) -> None:
    heard = house.ask(house.stranger(language="zh"), "greet")
    assert heard.own == "您好，这里是Lakeside。告诉我预订号，或者姓名和手机后四位，就可以为您的房间办事。"
    assert heard.asks == "credential"
    assert house.ask(house.guest("张三", language="zh"), "greet").own == "张三，您好。需要什么，直接告诉我。"


def test_thanks_and_farewell_are_short(house: House) -> None:
    guest = house.guest()
    assert house.ask(guest, "thank").own == "You are welcome."
    assert house.ask(guest, "farewell").own == "Goodbye. Write whenever you need us."


def test_help_offers_common_services_and_a_person(house: House) -> None:
    heard = house.ask(house.guest(), "help")
    assert heard.labels == [
        "Towels",
        "Water",
        "Room cleaning",
        "Air conditioning",
        "Taxi",
        "Wake-up call",
        "A person, please",
    ]
    assert "reservation code" not in heard.own
    assert "reservation code" in house.ask(house.stranger(), "help").own


def test_not_understood_offers_the_nearest_choices_and_a_person(house: House) -> None:
    guest, lily = house.guest(), house.staff("小李", language="zh")
    near = [Call("request_service", {"service": "pillows"}), Call("open_requests"), Call("my_stay")]
    heard = Heard(intents.not_understood(house.turn(guest, ""), near))
    assert heard.labels == ["Pillows", "My stay", "A person, please"]
    assert not house.requests()
    heard = Heard(intents.not_understood(house.turn(lily, ""), near))
    assert heard.labels == ["未完成的请求", "能问什么"]
    heard = Heard(intents.not_understood(house.turn(guest, ""), []))
    assert heard.labels[-1] == "A person, please"
    assert len(heard.labels) == 5


def test_call_nobody_knows_any_more_is_not_understood(house: House) -> None:
    assert house.ask(house.guest(), "forgotten").own.startswith("I am not sure what you need.")


def test_follow_up_speaks_as_the_guest_wrote(house: House) -> None:
    from dataclasses import replace

    house.book("张三", "302", code="GJ-ZS")
    chat = house.stranger(language="en")
    turn = house.turn(chat, "link_stay", credential={"code": "GJ-ZS"}, then={"intent": "my_stay", "slots": {}})
    heard = Heard(intents.answer(replace(turn, speaker=replace(turn.speaker, language="zh"))))
    assert "302 房，昨天到周四" in heard.own


def test_house_of_the_stay_answers_after_linking(house: House) -> None:
    hill = house.another_property()
    own, house.home = house.home, hill
    house.book("Anna Berg", "302", code="GJ-HILL")
    hillside_maid = house.staff("Hanna", properties=[hill])
    house.home = own
    lily, chat = house.staff("Lily"), house.stranger()
    heard = house.ask(chat, "request_service", service="towels")
    heard = house.reply(chat, heard, {"code": "GJ-HILL"})
    assert heard.by(hillside_maid)
    assert not heard.by(lily)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("谢谢您", "不客气。"),
        ("好的，thank you", "不客气。"),
        ("好的", "好的，需要什么随时告诉我。"),
        ("收到", "好的，需要什么随时告诉我。"),
    ],
)
def test_a_mere_yes_is_not_taken_for_thanks(house: House, said: str, answer: str) -> None:
    guest = house.guest("王芳", language="zh")
    assert house.ask(guest, "thank", said=said).own == answer


def test_a_colleague_who_has_read_it_is_not_thanked_for_it(house: House) -> None:
    assert house.ask(house.staff("小李", language="zh"), "thank", said="收到").own == "好的。"
