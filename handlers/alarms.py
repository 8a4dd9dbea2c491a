"""Whom an alarm calls and what they hear of it, until a colleague says that all is clear. Shared by the handlers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from crm.conversations.alarms import Alarm, called
from crm.conversations.messages import Attachment, MessageClass
from crm.conversations.recipients import Recipient, on_duty, recipients_in, staff_chats
from crm.properties.houses import properties
from crm.staff.members import staff_of
from handlers import cards, notices
from handlers.parties import Party, named, room_of, talk_buttons
from handlers.turn import Button, Call, Moment, Reply
from prompts.words import say

IN_ALARM = "in_alarm"  # no capability: what a guest says after their alarm


def first_called(moment: Moment, property_id: str | None) -> list[Recipient]:
    """The desk on duty and every manager, on duty or not; where there is neither, all colleagues."""
    return _each_once(each for there in _houses(moment, property_id) for each in notices.alarmed(there))


def called_again(moment: Moment, known: Alarm) -> list[Recipient]:
    """Nobody is on the way: at first those who were called and all who are on duty, then every account of the house."""
    there = _houses(moment, known.property_id)
    if known.repeats == 0:
        here = [each for house in there for each in on_duty(moment.db, house.house.id)]
        return _each_once([*recipients_in(moment.db, called(moment.db, known)), *here])
    staff = [each.id for house in there for each in staff_of(moment.db, house.house.id)]
    return _each_once(staff_chats(moment.db, staff))


def others_called(moment: Moment, known: Alarm, without: str | None = None) -> list[Recipient]:
    """Everybody who was called, but whoever is speaking, and this colleague."""
    ids = [each for each in called(moment.db, known) if each != moment.here]
    return [each for each in recipients_in(moment.db, ids) if each.staff_id is None or each.staff_id != without]


def pages(
    moment: Moment, known: Alarm, party: Party, people: Sequence[Recipient], photos: Sequence[Attachment] = ()
) -> list[Reply]:
    """The alarm as a card for each of them; `repeats` says whether anybody has answered so far."""
    room = room_of(party)
    return [
        Reply(
            say(
                each.language,
                "cards.staff.emergency",
                room=room,
                name=party.stay.guest_name if party.stay else party.guest.name,
                linked=party.stay is not None,
                channel=party.guest.channel,
                words=known.words,
                since=cards.at(moment, each.language, known.raised_at) if known.repeats else "",
                unanswered=bool(known.repeats),
                stood_down=known.stood_down_at is not None,
            ),
            buttons=[*steps(each.language, known), *_looks(each, party, room)],
            to=each,
            attachments=photos,
            message_class=MessageClass.SERVICE,
        )
        for each in people
    ]


def lines(
    known: Alarm,
    party: Party,
    people: Sequence[Recipient],
    sentence: str,
    photos: Sequence[Attachment] = (),
    **values: Any,
) -> list[Reply]:
    """A line about it for each of them; `sentence` is a key of emergency.toml [told]."""
    return [
        Reply(
            say(each.language, f"emergency.told.{sentence}", who=named(each.language, party), **values),
            buttons=steps(each.language, known) if known.is_open else (),
            to=each,
            attachments=photos,
            message_class=MessageClass.SERVICE,
        )
        for each in people
    ]


def steps(language: str, known: Alarm) -> list[Button]:
    here = {"alarm": known.id}
    return [Button(cards.intent_label(language, name), Call(name, here)) for name in ("answer_alarm", "close_alarm")]


def _houses(moment: Moment, property_id: str | None) -> list[Moment]:
    """Of somebody unlinked nobody knows which house they are in, so every house hears it."""
    ids = [property_id] if property_id else [each.id for each in properties(moment.db)]
    return [moment.at_property(each) for each in ids]


def _looks(person: Recipient, party: Party, room: str) -> list[Button]:
    look = Button(cards.room_label(person.language, room), Call("who_is_in_room", {"room": room}))
    return [*([look] if room else []), *talk_buttons(person, party.guest.conversation_id)]


def _each_once(people: Iterable[Recipient]) -> list[Recipient]:
    return list({each.conversation_id: each for each in people}.values())
