"""Two guests who are likely one: the desk is asked once, when one of them is here or about to arrive."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from crm.conversations.messages import MessageClass
from crm.conversations.recipients import Recipient, on_duty
from crm.identity.pairs import Pair, PairState, ask_later, due_pairs, find_pair, try_ask, unanswered_count
from crm.staff.roles import matrix
from crm.store import Connection
from handlers.turn import Moment, Reply, Timed

MOST_OPEN = 5  # questions that a house has not answered for a day: no more are asked meanwhile
PATIENCE = timedelta(days=1)
NOBODY_THERE, AGAIN = timedelta(minutes=30), timedelta(hours=1)


def _ask(moment: Moment, key: str) -> list[Reply]:
    pair = find_pair(moment.db, *key.split())
    if pair is None or pair.state is not PairState.LIKELY or pair.property_id is None:
        return []
    if pair.one == pair.other:  # joined over others meanwhile
        ask_later(moment.db, pair, None)
        return []
    there = moment.at_property(pair.property_id)
    people = _desk(there)
    if not people or unanswered_count(there.db, there.house.id, there.now - PATIENCE) >= MOST_OPEN:
        ask_later(there.db, pair, there.now + (AGAIN if people else NOBODY_THERE))
        return []
    return _questions(there, pair, people) if try_ask(there.db, there.now, pair) else []


def _desk(there: Moment) -> list[Recipient]:
    """Those on duty who may join guests, the desk before managers."""
    roles = sorted(matrix()["join_guests"])
    found = (on_duty(there.db, there.house.id, role=role) for role in roles)
    return next((people for people in found if people), [])


def _questions(there: Moment, pair: Pair, people: Sequence[Recipient]) -> list[Reply]:
    from handlers import doubles  # with the first question

    known = doubles.persons(there, [pair.one, pair.other], [there.house.id])
    one, other = known[pair.one], known[pair.other]
    asked = {each.language: doubles.question(there, each.language, one, other, asked=True) for each in people}
    return [
        Reply(
            asked[each.language].text,
            asked[each.language].buttons,
            to=each,
            message_class=MessageClass.SERVICE,
        )
        for each in people
    ]


def _put_off(db: Connection, now: datetime, key: str) -> None:
    pair = find_pair(db, *key.split())
    if pair is not None:
        ask_later(db, pair, now + AGAIN)


WORK = Timed("doubles", due_pairs, _ask, _put_off)
