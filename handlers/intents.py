"""The table of contents: everything the concierge can do, and how each call is answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from crm.conversations.accounts import Place, Speaker, load_speaker
from crm.errors import NoStay, Refusal
from crm.service_requests.needs import NEEDS
from crm.staff import roles
from handlers import alarms, cards, handoffs, reach
from handlers.guest import (
    allergies,
    changes,
    contact,
    elder,
    emergency,
    feedback,
    handoff,
    house_knowledge,
    linking,
    offers,
    pictures,
    preferring,
    reopening,
    service_requests,
    small_talk,
    stay,
    waiting,
)
from handlers.permissions import check_permission, is_for, role_of
from handlers.refusals import refused
from handlers.staff import (
    answering,
    arrivals,
    bookings_upload,
    brief,
    counter_offers,
    deliveries,
    duty,
    elder_mode,
    guest_lookup,
    handing_over,
    knowledge,
    knowledge_changes,
    leads,
    lost_items,
    merging,
    open_for_guest,
    photos,
    planning,
    reassigning,
    request_desk,
    request_lists,
    roster,
    swapping,
    takeover,
)
from handlers.turn import Audience, Button, Call, Intent, Reply, Slot, Turn, slots
from prompts.words import say

MOST_ALTERNATIVES = 4
GUEST, STAFF, ANYONE = Audience.GUEST, Audience.STAFF, Audience.ANYONE


def _picture(turn: Turn) -> list[Reply]:
    if turn.speaker.staff is not None and any(map(bookings_upload.is_table, turn.attachments)):
        return answer(replace(turn, call=Call("import_bookings")))
    return photos.show_photo(turn) if turn.speaker.staff is not None else pictures.show_picture(turn)


_WISH = slots("service", "quantity", "more", "time", "people", "room", *NEEDS, "note")
_CHANGE = tuple(each for each in _WISH if each.name != "more")
_ITEM, _ENTRY, _WORDS = Slot("item", "item"), (Slot("entries", "entry"),), slots("content", "title")
_TO_WHOM = slots("number", "name", "department")
INTENTS: tuple[Intent, ...] = (
    Intent("request_service", GUEST, "request_service", service_requests.request_service, _WISH),
    Intent("cancel_request", GUEST, "request_service", service_requests.cancel_request, slots("service")),
    Intent("change_request", GUEST, "request_service", changes.change_request, _CHANGE),
    Intent(
        "repeat_request", GUEST, "request_service", changes.repeat_request, slots("service", "day", "time", "quantity")
    ),
    Intent("resume_request", GUEST, "request_service", waiting.resume_request, slots("service", "time")),
    Intent("my_requests", GUEST, "request_service", service_requests.my_requests, slots("service")),
    Intent("reopen_request", GUEST, "request_service", reopening.reopen_request, slots("service", "text")),
    Intent(
        "rate_request", GUEST, "rate_request", service_requests.rate_request, slots("rating", "note", number="ticket")
    ),
    Intent("accept_offer", GUEST, "answer_offers", offers.accept_offer, slots(number="ticket")),
    Intent("decline_offer", GUEST, "answer_offers", offers.decline_offer, slots(number="ticket")),
    Intent("ask_house", GUEST, "ask_house", house_knowledge.ask_house, slots(question="text")),
    Intent("link_stay", GUEST, "link", linking.link_stay, slots("credential")),
    Intent("enter_token", ANYONE, "link", linking.enter_token, slots("token")),
    Intent("complain", GUEST, "give_feedback", feedback.complain, slots("text")),
    Intent("compliment", GUEST, "give_feedback", feedback.compliment, slots("text")),
    Intent("suggest", GUEST, "give_feedback", feedback.suggest, slots("text")),
    Intent("tell_needs", GUEST, "talk", allergies.tell_needs, slots("allergy", "diet", "note")),
    Intent("ask_for_person", GUEST, "talk", handoff.ask_for_person),
    Intent("back_to_house", GUEST, "talk", handoff.back_to_house),
    Intent("emergency", GUEST, "talk", emergency.emergency, slots("text")),
    Intent("show_picture", ANYONE, "talk", _picture, slots("number")),
    Intent("my_stay", GUEST, "see_own_stay", stay.my_stay),
    Intent("contact_card", GUEST, "ask_house", contact.contact_card),
    Intent("elder_mode", GUEST, "elder_mode", elder.elder_mode, slots("switch")),
    Intent("prefer_channel", GUEST, "prefer_channel", preferring.prefer_channel, slots("channel")),
    Intent("call_me", GUEST, "talk", elder.call_me),
    Intent("greet", ANYONE, "talk", small_talk.greet),
    Intent("thank", ANYONE, "talk", small_talk.thank),
    Intent("farewell", ANYONE, "talk", small_talk.farewell),
    Intent("help", GUEST, "talk", lambda turn: small_talk.help_guest(turn, offered(turn.speaker))),
    Intent("open_requests", STAFF, "see_requests", request_desk.open_requests, slots("department", "room")),
    Intent("overdue_requests", STAFF, "see_requests", request_lists.overdue_requests),
    Intent("show_request", STAFF, "see_requests", request_lists.show_request, slots("number")),
    Intent("requests_of_room", STAFF, "see_requests", request_lists.requests_of_room, slots("room")),
    Intent("work_done", STAFF, "see_requests", request_lists.work_done, slots("day")),
    Intent("my_tasks", STAFF, "see_requests", request_desk.my_tasks),
    Intent("accept_request", STAFF, "work_requests", request_desk.accept_request, slots("number")),
    Intent("start_request", STAFF, "work_requests", request_desk.start_request, slots("number")),
    Intent("complete_request", STAFF, "work_requests", request_desk.complete_request, slots("number", "note")),
    Intent("decline_request", STAFF, "work_requests", request_desk.decline_request, slots("number", "reason")),
    Intent(
        "make_offer", STAFF, "work_requests", counter_offers.offer_instead, slots("number", "time", "room", "quantity")
    ),
    Intent("reassign_request", STAFF, "work_requests", reassigning.reassign_request, _TO_WHOM),
    Intent("open_for_guest", STAFF, "open_for_guest", open_for_guest.open_for_guest, _WISH),
    Intent("merge_requests", STAFF, "work_requests", merging.merge_requests, slots("numbers")),
    Intent("who_is_in_room", STAFF, "see_rooms", guest_lookup.who_is_in_room, slots("room")),
    Intent("guest_card", STAFF, "see_rooms", guest_lookup.guest_card, slots("room")),
    Intent("room_elder_mode", STAFF, "set_elder_mode", elder_mode.room_elder_mode, slots("room", "switch")),
    Intent("find_guest", STAFF, "see_guest_profile", guest_lookup.find_guest, slots("name")),
    Intent("why_not_delivered", STAFF, "see_deliveries", deliveries.why_not_delivered, slots("name", "room")),
    Intent("where_reached", STAFF, "see_deliveries", deliveries.where_reached, slots("name", "room")),
    Intent("take_over", STAFF, "take_over", takeover.take_over, slots("room")),
    Intent("write_to_guest", STAFF, "take_over", takeover.write_to_guest, slots("room")),
    Intent("end_handoff", STAFF, "take_over", takeover.end_handoff, slots("room")),
    Intent("answer_alarm", STAFF, "answer_alarms", answering.answer_alarm, slots("room")),
    Intent("close_alarm", STAFF, "answer_alarms", answering.close_alarm, slots("room")),
    Intent("import_bookings", STAFF, "import_bookings", bookings_upload.import_bookings),
    Intent("arrivals", STAFF, "see_arrivals", arrivals.arrivals, slots("day")),
    Intent("departures", STAFF, "see_arrivals", arrivals.departures, slots("day")),
    Intent("in_house", STAFF, "see_arrivals", arrivals.in_house),
    Intent("found_item", STAFF, "record_lost_items", lost_items.found_item, (*slots("room"), Slot("words", "text"))),
    Intent("lost_items", STAFF, "see_lost_items", lost_items.lost_items),
    Intent("match_item", STAFF, "see_lost_items", lost_items.match_item, (_ITEM, Slot("number", "ticket"))),
    Intent("return_item", STAFF, "settle_lost_items", lost_items.return_item, (_ITEM,)),
    Intent("dispose_item", STAFF, "dispose_lost_items", lost_items.dispose_item, (_ITEM,)),
    Intent("go_on_duty", STAFF, "set_own_duty", duty.go_on_duty),
    Intent("go_off_duty", STAFF, "set_own_duty", duty.go_off_duty),
    Intent("hand_over", STAFF, "see_requests", handing_over.hand_over, slots("note")),
    Intent("who_is_on_duty", STAFF, "see_duty", duty.who_is_on_duty, slots("days", "department")),
    Intent("show_roster", STAFF, "see_duty", roster.show_roster, slots("days", "department")),
    Intent("my_shifts", STAFF, "see_duty", roster.my_shifts, slots("days")),
    Intent("plan_shift", STAFF, "plan_shifts", planning.plan_shift, slots("colleagues", "days", "hours")),
    Intent("cancel_shift", STAFF, "plan_shifts", planning.cancel_shift, slots("colleagues", "days")),
    Intent("swap_shifts", STAFF, "plan_shifts", swapping.swap_shifts, slots("colleagues", "days")),
    Intent("brief_now", STAFF, "have_brief", brief.brief_now),
    Intent("set_brief", STAFF, "have_brief", brief.set_daily_brief, (Slot("time", "morning"),)),
    Intent("stop_brief", STAFF, "have_brief", brief.stop_daily_brief),
    Intent("invite_staff", STAFF, "manage_staff", duty.invite_staff, slots("role", "department", "name")),
    Intent("make_lead", STAFF, "manage_staff", leads.make_lead, slots("name")),
    Intent("end_lead", STAFF, "manage_staff", leads.end_lead, slots("name")),
    Intent("revoke_staff", STAFF, "manage_staff", duty.revoke_staff, slots("name")),
    Intent("unanswered_questions", STAFF, "edit_knowledge", knowledge.unanswered_questions),
    Intent("add_knowledge", STAFF, "edit_knowledge", knowledge.add_knowledge, _WORDS),
    Intent("change_knowledge", STAFF, "edit_knowledge", knowledge_changes.change_knowledge, (*_ENTRY, *_WORDS)),
    Intent("show_knowledge", STAFF, "edit_knowledge", knowledge_changes.show_knowledge, _ENTRY),
    Intent("delete_knowledge", STAFF, "edit_knowledge", knowledge_changes.delete_knowledge, _ENTRY),
    Intent("knowledge_history", STAFF, "edit_knowledge", knowledge_changes.knowledge_history, _ENTRY),
    Intent("staff_help", STAFF, "staff_help", lambda turn: duty.staff_help(turn, offered(turn.speaker))),
)
_PASSED_ON = {handoffs.RELAY: handoffs.relayed, alarms.IN_ALARM: emergency.in_alarm}
_BY_NAME = {intent.name: intent for intent in INTENTS}


def offered(speaker: Speaker) -> tuple[Intent, ...]:
    """What this speaker may ask for."""
    return _offered(role_of(speaker), speaker.staff is not None)


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
    names = {intent.name for intent in offered(turn.speaker)}
    near = [call for call in alternatives if call.intent in names and _is_offered(turn, call)][:MOST_ALTERNATIVES]
    if turn.speaker.staff is not None:
        near = near or [Call(name) for name in ("open_requests", "my_tasks") if name in names]
        calls = [*near, Call("staff_help")]
    else:
        common = [Call("request_service", {"service": code}) for code in cards.COMMON_SERVICES]
        near = near or [call for call in common if _is_offered(turn, call)][:MOST_ALTERNATIVES]
        calls = [*near, Call("ask_for_person")]
    labelled = {_label(turn.language, call): call for call in calls if call.intent in names}
    buttons = [Button(label, call) for label, call in labelled.items()]
    return [Reply(say(turn.language, "refusals.not_understood.text", staff=turn.speaker.staff is not None), buttons)]


def _answered(turn: Turn) -> list[Reply]:
    if turn.call.intent in _PASSED_ON:
        return _PASSED_ON[turn.call.intent](turn)
    intent = _BY_NAME.get(turn.call.intent)
    if intent is None:
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


def _label(language: str, call: Call) -> str:
    if call.intent == "request_service":
        return cards.service_button(language, call.slots["service"]).label
    return cards.intent_label(language, call.intent)
