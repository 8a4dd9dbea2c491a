"""Fire, a fall, a stranger at the door: the desk and the managers hear it at once, the guest hears whom to call."""

from __future__ import annotations

from collections.abc import Sequence

from crm.conversations.messages import MessageClass
from crm.conversations.recipients import Recipient
from crm.properties.emergency import emergency_numbers
from crm.properties.houses import properties
from handlers import cards, notices
from handlers.parties import talk_buttons
from handlers.turn import Button, Call, Reply, Turn
from prompts.words import say


def emergency(turn: Turn) -> list[Reply]:
    """Opens no request: nobody is to wait for a list."""
    people = _people(turn)
    numbers = emergency_numbers(turn.house)
    text = say(
        turn.language,
        "emergency.emergency.answer",
        told=bool(people),
        room=_room(turn),
        ambulance=numbers.ambulance,
        fire=numbers.fire,
        police=numbers.police,
        phone=turn.house.phone,
    )
    return [Reply(text, urgent=True), *_cards(turn, people)]


def _people(turn: Turn) -> list[Recipient]:
    """The desk on duty and every manager, on duty or not; where there is neither, all colleagues.

    Of somebody unlinked nobody knows which house they are in, so every house hears it.
    """
    stay = turn.speaker.stay
    ids = [stay.property_id] if stay else [each.id for each in properties(turn.db)]
    there = [turn.at_property(each) for each in ids]
    found = [each for house in there for each in notices.alarmed(house)]
    return list({each.conversation_id: each for each in found}.values())


def _cards(turn: Turn, people: Sequence[Recipient]) -> list[Reply]:
    stay, room = turn.speaker.stay, _room(turn)
    look = Call("who_is_in_room", {"room": room})
    return [
        Reply(
            say(
                each.language,
                "cards.staff.emergency",
                room=room,
                name=stay.guest_name if stay else turn.speaker.name,
                linked=stay is not None,
                channel=turn.speaker.channel,
                words=str(turn.slot("text") or turn.text).strip(),
            ),
            buttons=[
                *([Button(cards.room_label(each.language, room), look)] if room else []),
                *talk_buttons(each, turn.here),
            ],
            to=each,
            attachments=turn.attachments,
            message_class=MessageClass.SERVICE,
        )
        for each in people
    ]


def _room(turn: Turn) -> str:
    stay = turn.speaker.stay
    return stay.room if stay and stay.is_in_house else ""
