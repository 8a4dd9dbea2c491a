"""Talking with a guest: a colleague takes the conversation over, writes there, and hands it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from crm.conversations.accounts import lock_chats
from crm.conversations.handoff_steps import take, take_from, turn_to
from crm.conversations.handoffs import Handoff, asked_handoffs, find_open_handoff, get_handoff, held_by
from crm.conversations.messages import unpack_files
from crm.conversations.reachability import guest_recipients
from crm.errors import NotAllowed, NotFound
from crm.service_requests.levels import service_of
from crm.service_requests.steps import accept, give_back
from crm.staff.roles import may
from crm.stays.bookings import get_stay
from handlers import audit, cards, guests, handoffs
from handlers.houses import houses
from handlers.parties import Party, card, named, party_in, room_of, said_last
from handlers.turn import Button, Call, Question, Reply, Turn
from prompts.words import say

MOST_CHOICES = 8
LONGEST_WAIT = timedelta(days=1)  # then nobody waits for an answer in the chat any more


def take_over(turn: Turn) -> list[Reply]:
    """By room, by a button's `conversation` or `stay`, else the one guest who waits; `from`: out of whose hands."""
    party = _meant(turn)
    if isinstance(party, Reply):
        return [party]
    known, party = _locked(turn, party)
    if known is not None and _is_mine(turn, known):
        turn_to(turn.db, turn.now, turn.member, turn.here, known)
        return [Reply(say(turn.language, "handoff.take_over.front", who=named(turn.language, party)))]
    held = _taken(turn, party, known)
    if held is None:
        return [_in_other_hands(turn, party, known)]
    return [_opened(turn, party, held), handoffs.welcome(turn, party.guest, held), *_relieved(turn, party, known)]


def write_to_guest(turn: Turn) -> list[Reply]:
    """Slot `text` goes to the guest as it is, and with it the conversation is taken over; `drop`: rather not."""
    if turn.slot("drop"):
        return [Reply(say(turn.language, "handoff.write_to_guest.dropped"))]
    party = _meant(turn)
    if isinstance(party, Reply):
        return [party]
    words = str(turn.slot("text") or "")
    attachments = turn.attachments or unpack_files(turn.slot("pictures"))
    if not words and not attachments:
        return [_ask_words(turn, party)]
    known, party = _locked(turn, party)
    if known is not None and _is_mine(turn, known):
        told = handoffs.told_guest(turn, known, words, attachments)
        return [
            Reply(say(turn.language, "handoff.write_to_guest.sent", who=named(turn.language, party))),
            *told,
        ]
    held = _taken(turn, party, known)
    if held is None:
        return [_in_other_hands(turn, party, known, unsent=True)]
    told = [handoffs.welcome(turn, party.guest, held), *handoffs.told_guest(turn, held, words, attachments)]
    return [_opened(turn, party, held, sent=True), *told, *_relieved(turn, party, known)]


def end_handoff(turn: Turn) -> list[Reply]:
    """The one in front, or of the room or button named."""
    mine = [each for each in held_by(turn.db, turn.member.id) if turn.slot("handoff") in (None, each.id)]
    room = turn.slot("room")
    if room:
        mine = [each for each in mine if room_of(party_in(turn, each.conversation_id)) == room]
    told = handoffs.ended(turn, replace(mine[0], staff_conversation_id=turn.here), "handed_back") if mine else []
    return told or [Reply(say(turn.language, "handoff.end_handoff.none"))]


def _meant(turn: Turn) -> Party | Reply:
    """The guest who is meant, or the question that must be asked first."""
    if turn.slot("conversation"):
        return party_in(turn, turn.slot("conversation"))
    room = turn.slot("room")
    if turn.slot("stay"):
        stays = [get_stay(turn.db, turn.slot("stay"))]
    elif room:
        stays = guests.in_room(turn, room)
    else:
        return _who_waits(turn)
    if not stays:
        return guests.nobody_in(turn, room)
    chats = guest_recipients(turn.db, turn.now, [each.guest_id for each in stays])
    if not chats:
        return Reply(say(turn.language, "handoff.take_over.no_chat", room=stays[0].room))
    return _one_of(turn, [party_in(turn, each.conversation_id) for each in chats])


def _who_waits(turn: Turn) -> Party | Reply:
    asked = [
        each for there in houses(turn) for each in asked_handoffs(turn.db, there.house.id, turn.now - LONGEST_WAIT)
    ]
    waiting = [each for each in asked if each.request_number is None or handoffs.request_of(turn, each)]
    if waiting:
        return _one_of(turn, [party_in(turn, each.conversation_id) for each in waiting[:MOST_CHOICES]])
    return Reply(say(turn.language, f"handoff.{turn.call.intent}.ask"), ask=Question(turn.call, "room"))


def _one_of(turn: Turn, parties: Sequence[Party]) -> Party | Reply:
    if len(parties) == 1:
        return parties[0]
    buttons = [
        Button(
            named(turn.language, each),
            Call(turn.call.intent, {**turn.call.slots, "conversation": each.guest.conversation_id}),
        )
        for each in parties
    ]
    return Reply(say(turn.language, "handoff.take_over.which"), buttons)


def _locked(turn: Turn, party: Party) -> tuple[Handoff | None, Party]:
    """What is open with the guest, in the chat they write in, which nobody else changes now.

    Raises NotAllowed for other houses'.
    """
    lock_chats(turn.db, party.guest.conversation_id)
    known = find_open_handoff(turn.db, party.guest.conversation_id)
    if known is not None and known.conversation_id != party.guest.conversation_id:
        party = party_in(turn, known.conversation_id)
    if _home(turn, party, known) not in turn.member.property_ids:
        raise NotAllowed
    if party.guest.staff_id is not None:  # who asked as a guest has become a colleague
        raise NotFound(what="")
    return known, party


def _home(turn: Turn, party: Party, known: Handoff | None) -> str:
    return party.stay.property_id if party.stay else known.property_id if known else turn.house.id


def _is_mine(turn: Turn, known: Handoff) -> bool:
    return known.is_taken and known.staff_id == turn.member.id


def _taken(turn: Turn, party: Party, known: Handoff | None) -> Handoff | None:
    """As the member has it now; None when it is in other hands. The request that somebody come goes with it."""
    member = turn.member
    if known is not None and known.is_taken:
        wanted = turn.slot("from") == known.staff_id and may(member.role, "take_over_from")
        held = (
            get_handoff(turn.db, known.id)
            if wanted and take_from(turn.db, turn.now, member, turn.here, known)
            else None
        )
    else:
        place = {"conversation_id": party.guest.conversation_id, "property_id": _home(turn, party, known)}
        held = take(turn.db, turn.now, member, turn.here, **place)
    if held is None:
        return None
    request = handoffs.request_of(turn, held)
    if request is not None:
        if known is not None and known.is_taken and request.assignee_id == known.staff_id:
            give_back(turn.db, turn.now, request, service_of(turn.catalogue, request))
        accept(turn.db, turn.now, request, member)
    subject = f"guest:{party.stay.guest_id}" if party.stay else f"conversation:{held.conversation_id}"
    audit.act(turn, subject, held.property_id)
    return held


def _relieved(turn: Turn, party: Party, known: Handoff | None) -> list[Reply]:
    """Whoever had it before hears who has it now."""
    was_taken = known is not None and known.is_taken
    return (
        [handoffs.told_colleague(turn, known, party, "taken_from", by=turn.member.name)] if known and was_taken else []
    )


def _in_other_hands(turn: Turn, party: Party, known: Handoff | None, *, unsent: bool = False) -> Reply:
    assert known is not None
    there = turn.at_property(known.property_id)
    text = say(
        turn.language,
        "handoff.take_over.held",
        who=named(turn.language, party),
        by=known.staff_name,
        at=cards.at(there, turn.language, known.taken_at or known.opened_at),
        unsent=unsent,
    )
    if not may(turn.member.role, "take_over_from"):
        return Reply(text)
    here = {"conversation": party.guest.conversation_id, "from": known.staff_id}
    label = say(turn.language, "handoff.take_over.take_from", by=known.staff_name)
    return Reply(text, [Button(label, Call("take_over", here))])


def _ask_words(turn: Turn, party: Party) -> Reply:
    here = {"conversation": party.guest.conversation_id}
    text = say(turn.language, "handoff.write_to_guest.ask_words", who=named(turn.language, party))
    drop = Button(say(turn.language, "handoff.write_to_guest.drop"), Call("write_to_guest", {"drop": True}))
    return Reply(text, [drop], ask=Question(Call("write_to_guest", here), "text"))


def _opened(turn: Turn, party: Party, held: Handoff, *, sent: bool = False) -> Reply:
    """The guest's card, what was said last, and how one talks from now on."""
    there = turn.at_property(held.property_id)
    text = say(
        turn.language,
        "handoff.take_over.opened",
        card=card(there, turn.language, party),
        said=said_last(there, turn.language, held.conversation_id),
        sent=sent,
    )
    end = Button(cards.intent_label(turn.language, "end_handoff"), Call("end_handoff", {"handoff": held.id}))
    return Reply(text, [end])
