"""What guests may say, and how each is answered."""

from __future__ import annotations

from handlers.guest import (
    allergies,
    arriving,
    changes,
    consenting,
    contact,
    elder,
    emergency,
    feedback,
    found_things,
    handoff,
    house_knowledge,
    linking,
    offers,
    preferring,
    quiet,
    reopening,
    service_requests,
    small_talk,
    stay,
    waiting,
)
from handlers.ordering import WISH
from handlers.turn import Audience, Intent, slots

GUEST, ANYONE = Audience.GUEST, Audience.ANYONE

_CHANGE = tuple(each for each in WISH if each.name != "more")

GUEST_INTENTS: tuple[Intent, ...] = (
    Intent("request_service", GUEST, "request_service", service_requests.request_service, WISH),
    Intent("cancel_request", GUEST, "request_service", service_requests.cancel_request, slots("service", "day")),
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
    Intent("take_back_allergy", GUEST, "talk", allergies.take_back_allergy, slots("allergy")),
    Intent("ask_for_person", GUEST, "talk", handoff.ask_for_person),
    Intent("back_to_house", GUEST, "talk", handoff.back_to_house),
    Intent("emergency", GUEST, "talk", emergency.emergency, slots("text")),
    Intent("report_found", GUEST, "talk", found_things.report_found, slots(words="text")),
    Intent("tell_arrival", GUEST, "see_own_stay", arriving.tell_arrival, slots("time")),
    Intent("keep_quiet", GUEST, "request_service", quiet.keep_quiet, slots("time")),
    Intent("skip_cleaning", GUEST, "request_service", quiet.skip_cleaning, slots("day")),
    Intent("end_quiet", GUEST, "request_service", quiet.end_quiet),
    Intent("my_stay", GUEST, "see_own_stay", stay.my_stay),
    Intent("contact_card", GUEST, "ask_house", contact.contact_card),
    Intent("elder_mode", GUEST, "elder_mode", elder.elder_mode, slots("switch")),
    Intent("prefer_channel", GUEST, "prefer_channel", preferring.prefer_channel, slots("channel")),
    Intent("agree_to_news", GUEST, "talk", consenting.agree_to_news),
    Intent("end_news", GUEST, "talk", consenting.end_news),
    Intent("call_me", GUEST, "talk", elder.call_me),
    Intent("greet", ANYONE, "talk", small_talk.greet),
    Intent("thank", ANYONE, "talk", small_talk.thank),
    Intent("farewell", ANYONE, "talk", small_talk.farewell),
)
