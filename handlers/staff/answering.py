"""Colleagues answer an alarm: somebody is on the way, and somebody who has looked says that all is clear."""

from __future__ import annotations

import re

from crm.conversations.alarms import Alarm, get_alarm, open_alarms, try_close, try_go
from crm.conversations.messages import MessageClass
from crm.conversations.open_alarms import alarms_of_houses
from crm.errors import NotAllowed
from crm.properties.houses import room_numbers
from handlers import alarms, audit, cards, lists
from handlers.houses import houses
from handlers.parties import Party, named, party_in
from handlers.turn import Button, Call, Reply, Turn
from prompts.words import say

MOST_CHOICES = 8
MOST_BUTTONS = 3


def show_alarms(turn: Turn) -> list[Reply]:
    """What is not closed, the oldest first, with what may be done about each."""
    found = alarms_of_houses(turn.db, turn.member.property_ids)
    if not found:
        return [Reply(say(turn.language, "emergency.close_alarm.none", room=""))]
    title = say(turn.language, "emergency.open_alarms.title", count=len(found))
    lines = lists.alarm_lines(houses(turn), turn.language, turn.member.role, found)
    buttons = [
        Button(f"{cards.intent_label(turn.language, name)}{room}", Call(name, {"alarm": each.id}))
        for each in found[:MOST_BUTTONS]
        for room in ((f" {each.room}" if each.room and len(found) > 1 else ""),)
        for name in ("answer_alarm", "close_alarm")
    ]
    return [Reply("\n".join([title, *lines]), buttons)]


def answer_alarm(turn: Turn) -> list[Reply]:
    """By a button's `alarm`, by room, else the one that is open."""
    meant = _meant(turn)
    if isinstance(meant, Reply):
        return [meant]
    return [reply for known in meant for reply in _answered(turn, known)]


def close_alarm(turn: Turn) -> list[Reply]:
    meant = _meant(turn)
    if isinstance(meant, Reply):
        return [meant]
    return [reply for known in meant for reply in _closed(turn, known)]


def _answered(turn: Turn, known: Alarm) -> list[Reply]:
    party = party_in(turn, known.conversation_id)
    if not known.is_open:
        return [_over(turn, known, party)]
    own = Reply(say(turn.language, "emergency.answer_alarm.done", who=named(turn.language, party)))
    if not try_go(turn.db, known, turn.here):  # pressed twice: they know
        return [own]
    audit.act(turn, f"alarm:{known.id}", known.property_id or turn.house.id)
    others = alarms.others_called(turn, known)
    return [own, _for_guest(turn, party, "coming"), *alarms.lines(known, party, others, "coming", name=_name(turn))]


def _closed(turn: Turn, known: Alarm) -> list[Reply]:
    party = party_in(turn, known.conversation_id)
    if not try_close(turn.db, turn.now, known, turn.member.id):
        return [_over(turn, get_alarm(turn.db, known.id), party)]
    audit.act(turn, f"alarm:{known.id}", known.property_id or turn.house.id)
    closed, others = get_alarm(turn.db, known.id), alarms.others_called(turn, known)
    own = Reply(say(turn.language, "emergency.close_alarm.done", who=named(turn.language, party), told=bool(others)))
    told = alarms.lines(closed, party, others, "closed", name=_name(turn))
    return [own, _for_guest(turn, party, "closed"), *told]


def _meant(turn: Turn) -> list[Alarm] | Reply:
    """Of a room all of them: two who share it may both have called."""
    if turn.slot("alarm"):
        known = get_alarm(turn.db, turn.slot("alarm"))
        if known.property_id is not None and known.property_id not in turn.member.property_ids:
            raise NotAllowed
        return [known]
    found, room = open_alarms(turn.db, turn.member.property_ids), turn.slot("room")
    if room:
        found = [each for each in found if each.room == room]
    if not found:
        return Reply(say(turn.language, "emergency.close_alarm.none", room=room or ""))
    is_certain = room or (len(found) == 1 and not _tells_of_another(turn, found[0]))
    return found if is_certain else _which(turn, found)


def _tells_of_another(turn: Turn, known: Alarm) -> bool:
    """Another room stands somewhere in these words: "302 is fine, close the alarm", where only 303 has one."""
    numbers = set(re.findall(r"\d+", turn.text))
    rooms = {number for there in houses(turn) for number in room_numbers(turn.db, there.house)}
    return known.room not in numbers and not numbers.isdisjoint(rooms)


def _which(turn: Turn, found: list[Alarm]) -> Reply:
    buttons = [
        Button(named(turn.language, party_in(turn, each.conversation_id)), Call(turn.call.intent, {"alarm": each.id}))
        for each in found[:MOST_CHOICES]
    ]
    return Reply(say(turn.language, "emergency.close_alarm.which"), buttons)


def _over(turn: Turn, known: Alarm, party: Party) -> Reply:
    at = cards.at(turn, turn.language, known.closed_at or turn.now)
    return Reply(
        say(turn.language, "emergency.close_alarm.over", who=named(turn.language, party), name=known.closed_by, at=at)
    )


def _for_guest(turn: Turn, party: Party, how: str) -> Reply:
    """`how` is a key of emergency.toml [after]."""
    language = party.guest.language
    who = cards.speakable(language, turn.member.name)
    text = say(language, f"emergency.after.{how}", name=who, department=cards.department(language, turn.member.role))
    return Reply(cards.capital(text), to=party.guest, message_class=MessageClass.SERVICE)


def _name(turn: Turn) -> str:
    return turn.member.name
