"""A flight's number by itself is a detail of the transfer that was asked for."""

from __future__ import annotations

import pytest

from handlers.turn import Call
from tests.understanding.speakers import asking, hear


@pytest.mark.parametrize(
    "said",
    [
        "航班号CA1702",
        "航班號 CA1702",
        "我们的航班是CA1702",
        "航班 MU5101，晚点了",
        "航班改成CA1703了",
        "车次G1234",
        "flight CA1702",
        "our flight number is BA 27",
        "flight CA1702, landing 9:30",
        "the train is G1234",
    ],
)
def test_a_number_alone_changes_the_transfer(said: str) -> None:
    (call,) = hear(said).calls
    assert call == Call("change_request", {"service": "airport_transfer", "note": said})


@pytest.mark.parametrize(
    "said",
    [
        "what time does flight CA1702 leave?",
        "airport transfer tomorrow at 9, flight CA1702",
        "接机，航班CA1702，明天九点",
    ],
)
def test_with_a_wish_or_a_question_it_is_part_of_that(said: str) -> None:
    assert all(call.intent != "change_request" for call in hear(said).calls)


def test_while_the_hour_is_asked_for_it_goes_along_and_the_hour_is_asked_again() -> None:
    (call,) = hear("flight CA1702", question=asking("airport_transfer", "time")).calls
    assert call == Call("request_service", {"service": "airport_transfer", "words": "flight CA1702"})
    assert all("words" not in call.slots for call in hear("flight CA1702", question=asking("towels", "quantity")).calls)
