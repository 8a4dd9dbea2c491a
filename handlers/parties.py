"""The guest of a conversation as colleagues see them: who it is, what is open for them, and what was said last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crm.conversations.history import Said, last_lines
from crm.conversations.messages import find_choice
from crm.conversations.reachability import ways_around
from crm.conversations.recipients import Recipient, recipient_in
from crm.service_requests.requests import ServiceRequest, guest_requests
from crm.staff.roles import may
from crm.stays.bookings import StayInfo, find_current_stay, find_last_stay
from handlers import cards, reach
from handlers.turn import Button, Call, Moment
from prompts.words import say

LINES_SHOWN = 10
PERSON = "person"  # the service of talking with somebody


@dataclass(frozen=True, slots=True)
class Party:
    """The guest of a conversation: where they are reached, and their stay, the last one when they have left."""

    guest: Recipient
    stay: StayInfo | None


def party_in(moment: Moment, conversation_id: str) -> Party:
    guest, stay = recipient_in(moment.db, conversation_id), None
    if guest.guest_id:
        stay = find_current_stay(moment.db, guest.guest_id) or find_last_stay(moment.db, guest.guest_id)
    return Party(guest, stay)


def named(language: str, party: Party) -> str:
    """The guest as colleagues call them: 302 王芳."""
    stay = party.stay
    return say(
        language,
        "handoff.talk.guest",
        room=room_of(party),
        name=cards.short(stay.guest_name if stay else party.guest.name),
        channel="" if stay else party.guest.channel,
    )


def room_of(party: Party) -> str:
    return party.stay.room if party.stay and party.stay.is_in_house else ""


def card(moment: Moment, language: str, party: Party) -> list[str]:
    """Who it is, from when to when, and the open requests with their allergies; a line each."""
    stay = party.stay
    if stay is None:
        return [named(language, party)]
    nights = say(
        language,
        "handoff.take_over.stay",
        arrival=cards.on(moment, language, stay.arrival),
        departure=cards.on(moment, language, stay.departure),
        nights=(stay.departure - stay.arrival).days,
        adults=stay.adults,
        children=stay.children,
        state=stay.state,
    )
    open_ = [cards.line(moment, language, each) for each in guest_requests(moment.db, stay.guest_id)]
    return [named(language, party), nights, *open_]


def said_last(moment: Moment, language: str, conversation_id: str) -> list[str]:
    """The last that was said in all chats of the guest, shortened, a line each, the newest last."""
    (ways,) = ways_around(moment.db, moment.now, [conversation_id])
    said = last_lines(moment.db, [each.to.conversation_id for each in ways], LINES_SHOWN)
    return list(_said_lines(moment, language, said))


def card_buttons(person: Recipient, request: ServiceRequest, steps: Sequence[Button]) -> list[Button]:
    """Of a request: its steps, and to talk with the guest; that comes first where a person is asked for."""
    if request.service == PERSON:
        return [*talk_buttons(person, request.conversation_id), *steps]
    return [*steps, *talk_buttons(person, request.conversation_id, answer=False)]


def talk_buttons(person: Recipient, conversation_id: str | None, *, answer: bool = True) -> list[Button]:
    """To take the guest's conversation over, or to answer there at once; none for who may not."""
    if conversation_id is None or not may(person.role, "take_over"):
        return []
    here = {"conversation": conversation_id}
    take, write = (cards.intent_label(person.language, name) for name in ("take_over", "write_to_guest"))
    return [Button(take, Call("take_over", here)), *([Button(write, Call("write_to_guest", here))] if answer else [])]


def _said_lines(moment: Moment, language: str, said: list[Said]) -> Iterator[str]:
    """Each with the name of its chat, where it was in several."""
    is_in_several = len({each.conversation_id for each in said}) > 1
    for each in said:
        pressed = find_choice(moment.db, each.conversation_id, each.body.button) if each.body.button else None
        words = cards.short(each.body.text or (pressed.label if pressed else ""))
        if words or each.body.attachments:
            at = cards.at(moment, language, each.at)
            channel = reach.channel_name(language, each.channel) if is_in_several else ""
            yield say(language, "handoff.take_over.line", at=at, channel=channel, inbound=each.is_inbound, words=words)
