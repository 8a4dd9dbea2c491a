"""After an alarm the guest's words reach whoever was called, it is repeated unanswered, and a colleague closes it."""

from __future__ import annotations

import pytest

from crm.conversations.alarms import find_open_alarm, open_alarms
from handlers.alarms import IN_ALARM
from tests.support.house import Heard, House, Person


def says(house: House, guest: Person, words: str) -> Heard:
    """What is no new alarm."""
    known = find_open_alarm(house.db, guest.place.conversation_id, None)
    assert known
    return house.ask(guest, IN_ALARM, said=words, alarm=known.id, alone=True)


def test_next_words_go_to_everybody_who_was_called(house: House) -> None:
    guest = house.guest("王芳", "302", language="zh")
    desk, boss, lily = house.staff("Dora", "front_desk"), house.staff("Max", "manager"), house.staff("Lily")
    house.ask(guest, "emergency", text="我妈摔倒了")
    heard = says(house, guest, "他现在醒了")
    assert heard.by(desk) == heard.by(boss) == "302 王芳: “他现在醒了”"
    assert heard.labels_of(desk) == ["On my way", "All clear"]
    assert not heard.by(lily)
    assert heard.own == "您的话已转给接到通知的同事。"


@pytest.mark.parametrize(
    ("first", "then", "is_new"),
    [
        ("she fell down", "she is bleeding", False),
        ("she fell down", "now there is smoke", True),
        ("help me", "fire", True),
        ("fire", "help help", False),
        ("我妈摔倒了", "房间着火了", True),
        ("着火了", "好大的火", False),
        ("有人闯进来", "他流血了", True),
    ],
)
def test_only_another_kind_of_alarm_calls_everybody_again(house: House, first: str, then: str, is_new: bool) -> None:
    guest, desk = house.guest(), house.staff("Dora", "front_desk")
    house.ask(guest, "emergency", text=first)
    assert house.ask(guest, "emergency", text=then).by(desk).startswith("EMERGENCY") is is_new
    assert len(open_alarms(house.db, [house.home.id])) == 1


@pytest.mark.parametrize("words", ["false alarm, sorry", "没事了", "误报，不好意思", "Never mind, all good now"])
def test_guest_stands_it_down_and_is_looked_after_anyway(house: House, words: str) -> None:
    guest, desk = house.guest(), house.staff("Dora", "front_desk")
    house.ask(guest, "emergency", text="help me")
    heard = says(house, guest, words)
    assert heard.by(desk) == f"302 Anna Berg · stood down by the guest, go and look all the same\n“{words}”"
    assert heard.own == (
        "Thank you for telling us. The colleagues who were called know. Somebody comes by anyway to look."
    )
    assert len(open_alarms(house.db, [house.home.id])) == 1
    house.later(minutes=1)
    assert house.ask(guest, "emergency", text="help me").by(desk).startswith("EMERGENCY")  # the same, after all


@pytest.mark.parametrize("words", ["this is not a false alarm", "没事了吗？", "我没事了，可是他流血了", "he is ok now"])
def test_what_does_not_stand_it_down(house: House, words: str) -> None:
    guest, desk = house.guest(), house.staff("Dora", "front_desk")
    house.ask(guest, "emergency", text="help me")
    assert says(house, guest, words).by(desk) == f"302 Anna Berg: “{words}”"


def test_somebody_on_the_way_is_told_once_and_ends_the_repeats(house: House) -> None:
    guest = house.guest()
    desk, boss = house.staff("Dora", "front_desk"), house.staff("Max", "manager")
    paged = house.ask(guest, "emergency", text="fire")
    heard = house.press(desk, paged, "On my way")
    assert heard.by(boss) == "302 Anna Berg · Dora is on the way"
    assert heard.by(guest) == "Dora is on the way to you."
    assert house.press(desk, paged, "On my way").listeners() == set()
    assert house.press(boss, paged, "On my way").by(desk) == "302 Anna Berg · Max is on the way"
    assert house.wait(minutes=10).replies == []


def test_unanswered_alarm_is_repeated_to_those_on_duty_and_then_to_every_account(house: House) -> None:
    guest = house.guest()
    desk, boss = house.staff("Dora", "front_desk"), house.staff("Max", "manager", on_duty=False)
    lily, asleep = house.staff("Lily"), house.staff("Nina", on_duty=False)
    house.ask(guest, "emergency", text="fire")
    assert house.wait(seconds=115).replies == []
    first = house.wait(seconds=10)
    expected = "EMERGENCY since 9:00 am · nobody is on the way yet · Room 302 · Anna Berg\n“fire”"
    assert [first.by(each) for each in (desk, boss, lily, asleep)] == [expected, expected, expected, ""]
    says(house, guest, "false alarm")
    second = house.wait(minutes=2)
    assert [bool(second.by(each)) for each in (desk, boss, lily, asleep)] == [True] * 4
    assert "stood down by the guest" in second.by(asleep)
    assert house.wait(minutes=10).replies == []
    assert says(house, guest, "where are you").by(asleep)


def test_alarm_of_another_house_is_not_repeated_here(house: House) -> None:
    hill = house.another_property()
    far, _ = house.staff("Hanna", "manager", properties=[hill]), house.staff("Dora", "front_desk")
    house.ask(house.guest(), "emergency", text="fire")
    assert not house.wait(minutes=5).by(far)
    house.home = hill
    heard = house.ask(far, "close_alarm", room="302")
    assert heard.own == "No alarm of room 302 is open."


def test_colleague_closes_it_and_everybody_hears_who(house: House) -> None:
    guest = house.guest()
    desk, boss = house.staff("Dora", "front_desk"), house.staff("Max", "manager")
    paged = house.ask(guest, "emergency", text="fire")
    heard = house.ask(desk, "close_alarm", room="302")
    assert heard.own == "302 Anna Berg: closed. All who were called hear it."
    assert heard.by(boss) == "302 Anna Berg · all clear · Dora"
    assert heard.by(guest) == "Dora has noted that all is well. Write whenever you need us."
    assert house.press(boss, paged, "All clear").own == "302 Anna Berg: all clear since 9:00 am, Dora."
    assert house.press(boss, paged, "On my way").own == "302 Anna Berg: all clear since 9:00 am, Dora."
    assert house.wait(minutes=5).replies == []
    assert house.ask(guest, "emergency", text="fire").by(desk).startswith("EMERGENCY")


def test_words_about_another_room_do_not_close_the_only_alarm(house: House) -> None:
    desk = house.staff("Dora", "front_desk")
    house.ask(house.guest("Anna Berg", "303"), "emergency", text="help me")
    heard = house.ask(desk, "close_alarm", said="302 is fine, close the alarm")
    assert (heard.own, heard.labels) == ("Which one?", ["303 Anna Berg"])
    assert len(open_alarms(house.db, [house.home.id])) == 1
    assert house.ask(desk, "close_alarm", said="all clear, 303 is fine").own.startswith("303 Anna Berg: closed.")


def test_which_alarm_is_asked_where_two_are_open(house: House) -> None:
    anna, ben = house.guest(), house.guest("Ben", "303")
    desk = house.staff("Dora", "front_desk")
    house.ask(anna, "emergency", text="fire")
    house.ask(ben, "emergency", text="fire")
    asked = house.ask(desk, "close_alarm")
    assert asked.labels == ["302 Anna Berg", "303 Ben"]
    assert house.press(desk, asked, "303 Ben").by(ben)
    assert house.ask(desk, "close_alarm").by(anna)
    assert house.ask(desk, "close_alarm").own == "No alarm is open."


def test_half_an_hour_later_it_is_an_alarm_of_its_own(house: House) -> None:
    guest, desk = house.guest(), house.staff("Dora", "front_desk")
    house.ask(guest, "emergency", text="fire")
    house.later(minutes=31)
    assert house.ask(guest, "emergency", text="fire").by(desk).startswith("EMERGENCY")


def test_another_chat_of_the_guest_is_of_the_same_alarm(house: House) -> None:
    guest, desk = house.guest(), house.staff("Dora", "front_desk")
    house.ask(guest, "emergency", text="fire")
    assert not house.ask(house.another_chat(guest), "emergency", text="the fire grows").by(desk).startswith("EMERG")


def test_stranger_is_closed_by_whoever_was_called(house: House) -> None:
    desk = house.staff("Dora", "front_desk")
    pat = house.stranger("Pat")
    paged = house.ask(pat, "emergency", text="smoke everywhere")
    assert house.wait(minutes=2).by(desk).startswith("EMERGENCY since")
    assert house.press(desk, paged, "All clear").by(pat)


def test_nobody_reached_is_never_passed_on(house: House) -> None:
    guest = house.guest()
    house.ask(guest, "emergency", text="fire")
    assert house.ask(guest, "emergency", text="fire").own.endswith("Please call.")
