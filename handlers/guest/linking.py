"""Joining a chat to a stay or to a staff member: by reservation code, by name and digits, by link or invitation."""

from __future__ import annotations

from crm.conversations.accounts import bind_staff, set_language
from crm.conversations.linking import bind_to_stay, link_by_code, link_by_name_and_digits
from crm.errors import LinkRefused, TokenRefused
from crm.properties.houses import get_property
from crm.staff.invites import use_invite
from crm.stays.bookings import StayInfo, get_stay
from crm.stays.links import find_linked_stay_id
from handlers import cards
from handlers.turn import Button, Call, Question, Reply, Turn
from prompts.words import say

STAY_TOKEN, STAFF_TOKEN = "g", "s"


def link_stay(turn: Turn) -> list[Reply]:
    """Slot `then` holds the call that waits for the link."""
    credential = turn.slot("credential")
    if not credential:
        return [Reply(say(turn.language, "linking.link_stay.ask"), ask=Question(turn.call, "credential"))]
    account, today = turn.speaker.account_id, cards.today(turn)
    if "code" in credential:
        stay = link_by_code(turn.db, turn.now, account, credential["code"], today)
    else:
        name, digits = credential["name"], credential["digits"]
        stay = link_by_name_and_digits(turn.db, turn.now, account, name, digits, today)
    if stay is None:
        raise LinkRefused
    return [_welcome(turn, stay)]


def enter_token(turn: Turn) -> list[Reply]:
    token = turn.slot("token")
    if not token:
        return [Reply(say(turn.language, "linking.enter_token.ask"), ask=Question(turn.call, "token"))]
    if turn.speaker.staff is not None:
        return [Reply(say(turn.language, "linking.enter_token.already_staff", name=turn.speaker.staff.name))]
    if token.startswith(STAFF_TOKEN):
        return [_welcome_colleague(turn, token)]
    if token.startswith(STAY_TOKEN):
        return [_open_stay_link(turn, token)]
    raise TokenRefused


def _open_stay_link(turn: Turn, token: str) -> Reply:
    """Slot `choice` (join, keep) is there once somebody who already speaks for another guest was asked."""
    stay_id = find_linked_stay_id(turn.db, turn.now, token)
    stay = get_stay(turn.db, stay_id) if stay_id else None
    if stay is None or not _may_be_linked(turn, stay):
        raise TokenRefused
    own, choice = turn.speaker.stay, turn.slot("choice")
    if own is not None and own.guest_id != stay.guest_id and _may_be_linked(turn, own):
        if choice == "keep":
            return Reply(say(turn.language, "linking.move.kept", name=own.guest_name, room=own.room))
        if choice != "join":
            return _ask_to_move(turn, token, own, stay)
    bind_to_stay(turn.db, turn.speaker.account_id, stay, verified=False)  # companions have it too
    return _welcome(turn, stay)


def _may_be_linked(turn: Turn, stay: StayInfo) -> bool:
    return stay.may_be_linked(cards.today(turn.at_property(stay.property_id)))


def _ask_to_move(turn: Turn, token: str, own: StayInfo, other: StayInfo) -> Reply:
    labels = {
        "join": say(turn.language, "linking.move.join", name=other.guest_name, room=other.room),
        "keep": say(turn.language, "linking.move.keep", name=own.guest_name, room=own.room),
    }
    buttons = [
        Button(label, Call("enter_token", {"token": token, "choice": choice})) for choice, label in labels.items()
    ]
    return Reply(say(turn.language, "linking.move.ask", name=own.guest_name, room=own.room), buttons)


def _welcome(turn: Turn, stay: StayInfo) -> Reply:
    then = turn.slot("then")
    text = say(
        turn.language,
        "linking.link_stay.linked",
        name=stay.guest_name,
        room=stay.room,
        arrival=cards.on(turn, turn.language, stay.arrival),
        departure=cards.on(turn, turn.language, stay.departure),
        in_house=stay.is_in_house,
        offer=then is None,
    )
    follow_up = Call(then["intent"], then["slots"]) if then else None
    return Reply(text, follow_up=follow_up, elder_mode=stay.elder_mode)


def _welcome_colleague(turn: Turn, token: str) -> Reply:
    member = use_invite(turn.db, turn.now, token)
    bind_staff(turn.db, turn.speaker.account_id, member)
    set_language(turn.db, turn.speaker.account_id, member.language)
    text = say(
        member.language,
        "linking.enter_token.welcome",
        name=member.name,
        role=cards.role(member.language, member.role),
        house=get_property(turn.db, member.property_ids[0]).name,
    )
    return Reply(text, follow_up=Call("staff_help"))
