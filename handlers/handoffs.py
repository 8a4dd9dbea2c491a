"""A guest in a colleague's hands: words are passed on as they are, and both hear how it begins and ends. Shared."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from crm.conversations.accounts import lock_conversation
from crm.conversations.handoff_steps import colleague_said, end, follow, guest_said, let_go
from crm.conversations.handoffs import Handoff, get_handoff, held_by
from crm.conversations.messages import Attachment, MessageClass, pack_files
from crm.conversations.recipients import Recipient, recipient_in
from crm.properties.hours import next_opening
from crm.service_requests.levels import service_of
from crm.service_requests.requests import ServiceRequest, get_request
from crm.service_requests.steps import complete, give_back
from crm.staff.members import StaffMember, find_staff_member
from handlers import cards, notices
from handlers.parties import Party, named, party_in, talk_buttons
from handlers.turn import Button, Call, Moment, Reply, Turn
from prompts.words import say

RELAY = "relay"  # no capability: what is said between the two
DESK_ROLES = (notices.DESK, notices.MANAGER)


def relayed(turn: Turn) -> list[Reply]:
    """What one of the two has said, for the other; slot `handoff` is theirs."""
    held = get_handoff(turn.db, turn.slot("handoff"))
    return _to_colleague(turn, held) if turn.speaker.staff is None else _to_guest(turn, held)


def told_guest(turn: Turn, held: Handoff, words: str, attachments: Sequence[Attachment]) -> list[Reply]:
    """The member's own words in the guest's conversation; or that it is over."""
    party = party_in(turn, held.conversation_id)
    if not colleague_said(turn.db, turn.now, turn.member, turn.here, held):
        return [Reply(say(turn.language, "handoff.talk.over", who=named(turn.language, party)))]
    request = request_of(turn, held) if held.answered_at is None else None
    if request is not None:  # that a person come: one has
        complete(turn.db, turn.now, request, turn.member)
    text = say(
        party.guest.language,
        "handoff.talk.from_colleague",
        who=_speaker(party.guest.language, turn.member.name, turn.member.role),
        words=words,
        photo=_has_photo(attachments),
    )
    return [Reply(text, to=party.guest, attachments=attachments)]


def welcome(moment: Moment, guest: Recipient, held: Handoff) -> Reply:
    """What the guest hears when a colleague takes over, and where they go on in another chat; the button ends it."""
    language = guest.language
    text = say(
        language,
        "handoff.talk.begins",
        name=cards.speakable(language, held.staff_name),
        department=cards.department(language, held.staff_role),
        is_manager=held.staff_role == notices.MANAGER,
    )
    end = Button(cards.intent_label(language, "back_to_house"), Call("back_to_house"))
    return Reply(text, [end], to=None if guest.conversation_id == moment.here else guest)


def ended(moment: Moment, held: Handoff, how: str, **values: Any) -> list[Reply]:
    """The house speaks to the guest again, and both hear it; nothing when it was over already.

    `how` is a key of handoff.toml [back] and [ended].
    """
    lock_conversation(moment.db, held.conversation_id)
    if not end(moment.db, moment.now, held, how):
        return []
    party, waiting = party_in(moment, held.conversation_id), held.waiting_since is not None
    guest = party.guest.language
    who = _speaker(guest, held.staff_name, held.staff_role)
    text = say(guest, f"handoff.back.{how}", who=who, waiting=waiting)
    buttons = [cards.person_button(guest)] if how == "quiet" else []
    return [
        told_colleague(moment, held, party, how, waiting=waiting, **values),
        _reply(moment, party.guest, text, buttons),
    ]


def returned(moment: Moment, held: Handoff, how: str) -> list[Reply]:
    """The guest waits for somebody else, and the desk hears it; nothing when it was over already.

    `how` (unanswered, left) is a key of handoff.toml [returned] and [waiting].
    """
    lock_conversation(moment.db, held.conversation_id)
    if not let_go(moment.db, moment.now, held):
        return []
    there = moment.at_property(held.property_id)
    request = request_of(there, held)
    if request is not None and request.assignee_id == held.staff_id:
        give_back(there.db, there.now, request, service_of(there.catalogue, request))
    party, (people, attended) = party_in(there, held.conversation_id), desk(there, without=held.staff_id)
    guest = party.guest.language
    text = say(
        guest,
        f"handoff.returned.{how}",
        who=_speaker(guest, held.staff_name, held.staff_role),
        attended=attended,
        told=bool(people),
        opens=opens(there, guest),
        phone=there.house.phone,
    )
    told = [waiting_card(each, party, how, by=held.staff_name) for each in people]
    return [_reply(moment, party.guest, text), *told]


def left_behind(moment: Moment, member: StaffMember) -> list[Reply]:
    """The member goes: the guests they were talking with wait for somebody else."""
    return [reply for held in held_by(moment.db, member.id) for reply in returned(moment, held, "left")]


def waiting_card(person: Recipient, party: Party, how: str, **values: Any) -> Reply:
    """That a guest waits for a person; `how` is a key of handoff.toml [waiting]."""
    text = say(person.language, f"handoff.waiting.{how}", who=named(person.language, party), **values)
    buttons = talk_buttons(person, party.guest.conversation_id)
    return Reply(text, buttons, to=person, message_class=MessageClass.SERVICE)


def desk(moment: Moment, without: str | None = None) -> tuple[list[Recipient], bool]:
    """Desk and managers on duty but for one colleague, else all of them at home; and whether any of them is on duty."""
    on_duty = [*notices.people_for(moment, notices.DESK)[0], *notices.managers(moment)]
    here = {each.staff_id: each for each in on_duty if each.staff_id != without}
    if here:
        return list(here.values()), True
    return [each for each in notices.everybody(moment, DESK_ROLES) if each.staff_id != without], False


def opens(moment: Moment, language: str) -> str:
    """When the desk works again, where its hours are known and it does not work now."""
    hours, zone = moment.house.hours, moment.house.time_zone
    at = next_opening(hours, notices.DESK, moment.now, zone)
    return cards.at(moment, language, at) if at > moment.now else ""


def request_of(moment: Moment, held: Handoff) -> ServiceRequest | None:
    """The request that a person come, while it is unfinished."""
    request = get_request(moment.db, held.request_number) if held.request_number is not None else None
    return request if request is not None and request.is_unfinished else None


def told_colleague(moment: Moment, held: Handoff, party: Party, how: str, **values: Any) -> Reply:
    """How it went on for whoever had it, and to whom their words go now; `how` is a key of handoff.toml [ended]."""
    assert held.staff_id is not None
    assert held.staff_conversation_id is not None
    colleague, rest = recipient_in(moment.db, held.staff_conversation_id), held_by(moment.db, held.staff_id)
    text = say(
        colleague.language,
        f"handoff.ended.{how}",
        who=named(colleague.language, party),
        next=named(colleague.language, party_in(moment, rest[0].conversation_id)) if rest else "",
        **values,
    )
    return _reply(moment, colleague, text)


def _to_colleague(turn: Turn, held: Handoff) -> list[Reply]:
    """Marked when the colleague's words go to somebody else meanwhile, and when the guest writes on another channel."""
    assert held.staff_id is not None
    assert held.staff_conversation_id is not None
    if find_staff_member(turn.db, held.staff_id) is None:
        return returned(turn, held, "left")
    has_moved = follow(turn.db, held, turn.here)
    guest_said(turn.db, turn.now, held)
    colleague, front = recipient_in(turn.db, held.staff_conversation_id), held_by(turn.db, held.staff_id)[0]
    is_front, language = front.id == held.id, colleague.language
    text = say(
        language,
        "handoff.talk.from_guest",
        who=named(language, party_in(turn, turn.here)),
        channel=turn.speaker.channel if has_moved else "",
        words=turn.text.strip(),
        photo=_has_photo(turn.attachments),
        translation=turn.meaning(turn.text),
        front="" if is_front else named(language, party_in(turn, front.conversation_id)),
    )
    buttons = [] if is_front else [_turn_to(language, held)]
    told = [welcome(turn, recipient_in(turn.db, turn.here), held)] if has_moved else []
    return [*told, Reply(text, buttons, to=colleague, attachments=turn.attachments)]


def _to_guest(turn: Turn, held: Handoff) -> list[Reply]:
    """Nobody hears what was meant for another: where two guests may be meant, the colleague says which."""
    mine = held_by(turn.db, turn.member.id)
    last_word = mine[0].front_at if mine else None
    others = [each for each in mine if each.id != held.id and _has_spoken(each, last_word)]
    if not others:
        return told_guest(turn, held, turn.text, turn.attachments)
    slots = {"text": turn.text, "pictures": pack_files(turn.attachments)}
    buttons = [
        Button(
            named(turn.language, party_in(turn, each.conversation_id)),
            Call("write_to_guest", {**slots, "conversation": each.conversation_id}),
        )
        for each in (held, *others)
    ]
    return [Reply(say(turn.language, "handoff.talk.to_whom", words=cards.short(turn.text)), buttons)]


def _turn_to(language: str, held: Handoff) -> Button:
    return Button(say(language, "handoff.talk.turn_to"), Call("take_over", {"conversation": held.conversation_id}))


def _speaker(language: str, name: str, role: str) -> str:
    """The colleague as the guest reads it: a name they could say, else the department."""
    return cards.speakable(language, name) or cards.capital(cards.department(language, role))


def _has_spoken(held: Handoff, since: datetime | None) -> bool:
    return bool(held.guest_said_at and since and held.guest_said_at > since)


def _has_photo(attachments: Sequence[Attachment]) -> bool:
    return any(each.kind == "photo" for each in attachments)


def _reply(moment: Moment, person: Recipient, text: str, buttons: Sequence[Button] = ()) -> Reply:
    """To whoever is speaking it is the answer."""
    if person.conversation_id == moment.here:
        return Reply(text, buttons)
    return Reply(text, buttons, to=person, message_class=MessageClass.SERVICE)
