"""A platform's calendar that cannot be read for hours is told of, once, to who can look on the platform."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crm.stays.feeds.status import note_failed, note_unchanged, try_claim
from handlers.timed.feeds import feed_work
from handlers.turn import Moment
from tests.support.house import Heard, House

SIX = timedelta(hours=6)
WORK = feed_work(["airbnb-302", "airbnb-303"])


def fail(house: House, reason: str = "status 503") -> None:
    try_claim(house.db, house.now, "airbnb-302", house.home.id, house.now)
    note_failed(house.db, house.now, "airbnb-302", reason, house.now + SIX)


def tick(house: House) -> Heard:
    moment = Moment(db=house.db, now=house.now, house=house.home, catalogue=house.catalogue)
    return Heard([reply for key in WORK.due(house.db, house.now, 10) for reply in WORK.act(moment, key)])


def test_the_desk_and_the_manager_on_duty_hear_of_it_once(house: House) -> None:
    desk = house.staff("Lily", "front_desk")
    manager = house.staff("李娜", "manager", language="zh")
    cook, away = house.staff("Chen", "kitchen"), house.staff("Mo", "front_desk", on_duty=False)
    fail(house)
    house.later(hours=5, minutes=59)
    fail(house)
    assert tick(house).replies == []
    house.later(minutes=2)
    fail(house)
    heard = tick(house)
    assert heard.by(desk).startswith("Calendar airbnb-302: not read since 9:00 am (its server answers 503).")
    assert heard.by(manager).startswith("日历 airbnb-302：9:00 起读不到（对方服务器返回 503）。")
    assert not heard.by(cook)
    assert not heard.by(away)
    house.later(hours=12)
    fail(house)
    assert tick(house).replies == []


def test_one_that_is_read_again_is_not_told_of_and_may_fail_anew(house: House) -> None:
    desk = house.staff("Lily", "front_desk")
    fail(house)
    house.later(hours=5)
    note_unchanged(house.db, house.now, "airbnb-302")
    house.later(hours=2)
    assert tick(house).replies == []
    fail(house, "empty")
    house.later(hours=6)
    assert "none was cancelled" in tick(house).by(desk)


def test_where_nobody_is_on_duty_it_does_not_stay_unseen(house: House) -> None:
    desk = house.staff("Lily", "front_desk", on_duty=False)
    fail(house)
    house.later(hours=6)
    assert tick(house).by(desk)


def test_telling_that_failed_is_tried_again_later(house: House) -> None:
    desk = house.staff("Lily", "front_desk")
    fail(house)
    house.later(hours=6)
    WORK.put_off(house.db, house.now, "airbnb-302")
    assert tick(house).replies == []
    house.later(hours=1)
    assert tick(house).by(desk)


def test_a_calendar_that_is_no_longer_named_is_nobodys_business(house: House) -> None:
    house.staff("Lily", "front_desk")
    fail(house)
    house.later(hours=6)
    assert feed_work(["airbnb-303"]).due(house.db, house.now, 10) == []
    assert feed_work(["airbnb-302"]).due(house.db, house.now, 10) == ["airbnb-302"]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("reason", ["other_host a.example", "private", "unreachable Name", "truncated", "shrunk"])
def test_every_reason_is_a_sentence(house: House, language: str, reason: str) -> None:
    desk = house.staff("Lily", "front_desk", language=language)
    fail(house, reason)
    house.later(hours=6)
    assert "airbnb-302" in tick(house).by(desk)
    assert "{{" not in tick(house).by(desk)
