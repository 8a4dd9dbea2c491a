"""The table of contents: everything the concierge can do, and how each call is answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from crm.conversations.accounts import Place, Speaker, load_speaker
from crm.errors import NoStay, Refusal
from crm.properties.houses import Property
from crm.staff import roles
from handlers import alarms, cards, handoffs, reach
from handlers.guest import emergency, pictures, small_talk
from handlers.guest_intents import GUEST_INTENTS
from handlers.permissions import check_permission, is_for, role_of
from handlers.refusals import call_label, refused
from handlers.staff import bookings_upload, duty, photos
from handlers.staff_intents import STAFF_INTENTS
from handlers.turn import Audience, Button, Call, Intent, Reply, Turn, slots
from prompts.words import say

MOST_ALTERNATIVES = 4
GUEST, STAFF, ANYONE = Audience.GUEST, Audience.STAFF, Audience.ANYONE


def _picture(turn: Turn) -> list[Reply]:
    if turn.speaker.staff is not None and any(map(bookings_upload.is_table, turn.attachments)):
        return answer(replace(turn, call=Call("import_bookings")))
    return photos.show_photo(turn) if turn.speaker.staff is not None else pictures.show_picture(turn)


INTENTS: tuple[Intent, ...] = (
    *GUEST_INTENTS,
    Intent("show_picture", ANYONE, "talk", _picture, slots("number")),
    Intent("help", GUEST, "talk", lambda turn: small_talk.help_guest(turn, offered(turn.speaker, turn.house))),
    *STAFF_INTENTS,
    Intent("staff_help", STAFF, "staff_help", lambda turn: duty.staff_help(turn, offered(turn.speaker, turn.house))),
)
_PASSED_ON = {handoffs.RELAY: handoffs.relayed, alarms.IN_ALARM: emergency.in_alarm}
_BY_NAME = {intent.name: intent for intent in INTENTS}


def offered(speaker: Speaker, house: Property) -> tuple[Intent, ...]:
    """What this speaker may ask for in this house."""
    return tuple(each for each in _offered(role_of(speaker), speaker.staff is not None) if each.is_here(house))


@cache
def _offered(role: str, to_staff: bool) -> tuple[Intent, ...]:
    return tuple(intent for intent in INTENTS if is_for(intent, to_staff) and roles.may(role, intent.action))


def answer(turn: Turn) -> list[Reply]:
    """Answers the call if this speaker may make it, then whatever was waiting for it; a refusal becomes its sentence.

    A refusal keeps what was written before it, such as the count of failed links: handlers refuse before they write.
    """
    return reach.noted(turn, _answered(turn))


def not_understood(turn: Turn, alternatives: Sequence[Call]) -> list[Reply]:
    """Says so, and offers the nearest choices and a person."""
    names = {intent.name for intent in offered(turn.speaker, turn.house)}
    near = [call for call in alternatives if call.intent in names and _is_offered(turn, call)][:MOST_ALTERNATIVES]
    if turn.speaker.staff is not None:
        near = near or [Call(name) for name in ("open_requests", "my_tasks") if name in names]
        calls = [*near, Call("staff_help")]
    else:
        common = [Call("request_service", {"service": code}) for code in cards.COMMON_SERVICES]
        near = near or [call for call in common if _is_offered(turn, call)][:MOST_ALTERNATIVES]
        calls = [*near, Call("ask_for_person")]
    labelled = {call_label(turn.language, call): call for call in calls if call.intent in names}
    buttons = [Button(label, call) for label, call in labelled.items()]
    return [Reply(say(turn.language, "refusals.not_understood.text", staff=turn.speaker.staff is not None), buttons)]


def _answered(turn: Turn) -> list[Reply]:
    if turn.call.intent in _PASSED_ON:
        return _PASSED_ON[turn.call.intent](turn)
    intent = _BY_NAME.get(turn.call.intent)
    if intent is None or not intent.is_here(turn.house):
        return not_understood(turn, ())
    try:
        check_permission(turn, intent)
        replies = intent.handle(turn)
    except Refusal as refusal:
        return [refused(turn, refusal), *_told_anyway(turn, refusal)]
    follow_up = next((reply.follow_up for reply in replies if reply.follow_up is not None), None)
    return replies + _answered(_afresh(turn, follow_up)) if follow_up else replies


def _told_anyway(turn: Turn, refusal: Refusal) -> list[Reply]:
    """An allergy is not lost with the order that is refused; one that waits for a link waits with its order."""
    allergy = turn.slot("allergy")
    if not allergy or turn.call.intent != "request_service" or isinstance(refusal, NoStay):
        return []
    return _answered(_afresh(turn, Call("tell_needs", {"allergy": allergy, "note": turn.text})))


def _afresh(turn: Turn, call: Call) -> Turn:
    """The turn for a following call, with the speaker as the records know them now."""
    speaker = load_speaker(turn.db, Place(turn.speaker.conversation_id, turn.speaker.account_id))
    home = speaker.stay.property_id if speaker.stay else turn.house.id
    if speaker.staff is not None and turn.house.id not in speaker.staff.property_ids:
        home = speaker.staff.property_ids[0]
    if speaker.staff is None:  # guests are answered as they wrote, a new colleague as the invitation says
        speaker = replace(speaker, language=turn.language)
    return replace(turn.at_property(home), speaker=speaker, call=call)


def _is_offered(turn: Turn, call: Call) -> bool:
    return call.intent != "request_service" or call.slots.get("service") in turn.catalogue
