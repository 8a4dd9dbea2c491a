"""How a service request is worded and what can be done with it: shared by the handlers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from crm.calendar import local
from crm.encryption import folded
from crm.service_requests.levels import service_of
from crm.service_requests.requests import RequestState, ServiceRequest
from handlers import needs
from handlers.turn import Button, Call, Intent, Moment, Turn
from prompts.words import day, moment, say, saying, services, table

COMMON_SERVICES = ("towels", "drinking_water", "cleaning", "air_conditioning", "taxi", "wake_up_call")
LONGEST_NOTE = 40
JUST_NOW = timedelta(minutes=5)
RATINGS = range(1, 6)
_NAMES = ("name", "name_some", "name_plural", "unit", "unit_plural")
STEPS = {
    "accept": "accept_request",
    "start": "start_request",
    "complete": "complete_request",
    "approve": "complete_request",
    "decline": "decline_request",
    "reassign": "reassign_request",
}


def what(language: str, request: ServiceRequest, *, noted: bool = True, translated: bool = False) -> str:
    """The thing asked for: 2 towels, 毛巾 2条, restaurant table (4 people), room items “hair dryer”.

    `noted`: with the guest's own words where they tell what is wanted and do not stand beside it; `translated`: and
    with what these mean in the language of the house.
    """
    word = services(language).get(request.service, {})
    is_telling = "note" in word.get("question", {}) and not only_names(language, request.service, request.note)
    note = short(request.note) if is_telling and noted else ""
    is_told = (is_telling and request.note) or word.get("fault")  # two bowls and a cup are no three orders
    quantity = request.quantity if not is_told and (request.quantity or 0) >= word.get("counted_from", 1) else None
    return say(
        language,
        "cards.request.what",
        name=_name(word, request.service, quantity),
        quantity=quantity or 0,
        unit=word.get("unit_plural" if quantity != 1 and "unit_plural" in word else "unit", ""),
        people=request.people or 0,
        note=note,
        translation=short(request.translation) if note and translated else "",
    )


def service_name(language: str, code: str) -> str:
    """What a service is called when no number goes with it."""
    return _name(services(language).get(code, {}), code, None)


def is_fault(language: str, code: str) -> bool:
    return bool(services(language).get(code, {}).get("fault"))


def promises_answer(language: str, code: str) -> bool:
    """Whether all that can be promised is an answer: nobody knows whether what was lost is found."""
    return bool(services(language).get(code, {}).get("answer"))


def promises_contact(language: str, code: str) -> bool:
    """Whether somebody gets in touch first: a doctor is not "done" in ten minutes."""
    return bool(services(language).get(code, {}).get("contact"))


def capital(text: str) -> str:
    """The text with a capital first letter, as a sentence begins."""
    return text[:1].upper() + text[1:]


def at(turn: Moment, language: str, instant: datetime) -> str:
    """An instant as this reader says it, by the house's clock."""
    zone = turn.house.time_zone
    return moment(language, local(instant, zone), local(turn.now, zone).date())


def over(turn: Turn, wanted: datetime | None) -> str:
    """Says that the hour cannot be meant, being some minutes ago; nothing of one that is still to come."""
    if wanted is None or wanted >= turn.now - JUST_NOW:
        return ""
    return capital(say(turn.language, "cards.request.over", wanted=at(turn, turn.language, wanted)))


def on(turn: Moment, language: str, which: date) -> str:
    return day(language, which, today(turn))


def today(turn: Moment) -> date:
    return local(turn.now, turn.house.time_zone).date()


def department(language: str, code: str) -> str:
    return str(table(language, "common", "departments").get(code, code))


def role(language: str, code: str) -> str:
    return str(table(language, "common", "roles").get(code, code))


def room_label(language: str, room: str) -> str:
    return say(language, "cards.request.room", room=room)


def speakable(language: str, name: str) -> str:
    """The name where this reader could say it aloud, else nothing."""
    return name if language.startswith("zh") or name.isascii() else ""


def server(language: str, request: ServiceRequest, there: str = "") -> str:
    """Who looks after the request, as this reader would say it: a name, else the department (which is `there` for it).

    Chinese sets a blank between a Latin name and the character that follows, and none after a Chinese one.
    """
    who = speakable(language, request.assignee_name) or department(language, there or request.department)
    return f"{who} " if language.startswith("zh") and who.isascii() else who


def service_button(language: str, code: str) -> Button:
    return Button(capital(service_name(language, code)), Call("request_service", {"service": code}))


def person_button(language: str) -> Button:
    return Button(intent_label(language, "ask_for_person"), Call("ask_for_person"))


def intent_label(language: str, intent: str) -> str:
    return str(table(language, "cards", "intents")[intent])


def sayings(language: str, intents: Sequence[Intent], most: int = 20) -> list[str]:
    """How to ask for these: one line for each action of the matrix of permissions, with so many of its sayings."""
    lines: dict[str, list[str]] = {}
    for intent in intents:
        if said := saying(language, intent.name):
            lines.setdefault(intent.action, []).append(f"“{said}”")
    return [" · ".join(line[:most]) for line in lines.values()]


def headline(language: str, request: ServiceRequest, *, noted: bool = True) -> str:
    """The first line of a card: Room 302 · 2 towels; with the room the guest lives in by now, where it is another."""
    thing = what(language, request, noted=noted, translated=True)
    stays_in = request.room_now if request.is_unfinished and request.guest_id else ""  # a room check follows nobody
    now_in = stays_in if request.room and stays_in != request.room else ""
    return capital(say(language, "cards.request.headline", room=request.room, what=thing, now_in=now_in))


def line(turn: Moment, language: str, request: ServiceRequest) -> str:
    """One row of a list; what is late says so first."""
    turn = turn.at_property(request.property_id)
    return say(
        language,
        "cards.request.line",
        late=late(turn, language, request),
        number=request.number,
        headline=headline(language, request),
        warning=needs.warning(language, request.needs),
        due=at(turn, language, request.due_at),
        wanted=at(turn, language, request.wanted_at) if request.wanted_at else "",
        state=request.state.value,
        who=request.assignee_name,
    )


def late(turn: Moment, language: str, request: ServiceRequest) -> str:
    """By how much, for what is late; nothing while it waits for the guest."""
    is_late = request.due_at < turn.now and request.state is not RequestState.WAITING
    return lateness(language, turn.now - request.due_at) if is_late else ""


def lateness(language: str, by: timedelta) -> str:
    hours, minutes = divmod(max(1, int(by.total_seconds() // 60)), 60)
    return say(language, "cards.request.late", hours=hours, minutes=minutes)


def state(turn: Moment, language: str, request: ServiceRequest) -> str:
    """What has become of a request, for staff: #12 已由 小李 接单 7:42."""
    turn = turn.at_property(request.property_id)
    begun = request.waiting_since or request.on_the_way_at or request.accepted_at or request.opened_at
    return say(
        language,
        "cards.request.state",
        number=request.number,
        state=request.state.value,
        who=request.assignee_name,
        at=at(turn, language, request.finished_at or begun),
        reason=reason_words(language, request.reason),
        into=request.merged_into,
    )


def reason_words(language: str, reason: str) -> str:
    """One of the reasons offered as buttons in this reader's language; a reason in own words stays as it is."""
    return str((table(language, "cards", "reasons") | table(language, "cards", "withdrawals")).get(reason, reason))


def steps(turn: Moment, language: str, request: ServiceRequest, *, numbered: bool = False) -> list[Button]:
    """What staff may do with the request next; in a list the number goes with it."""
    if not request.is_unfinished:
        return []
    names = ["accept", "start", "complete", "decline"]
    if needs_approval(turn, request):
        names = ["approve", "decline"]
    elif request.state is not RequestState.OPEN:
        names = [*(names[1:] if request.state is RequestState.ACCEPTED else names[2:]), "reassign"]
    suffix = f" #{request.number}" if numbered else ""
    labels = table(language, "cards", "steps")
    return [
        Button(f"{labels[name]}{suffix}", Call(STEPS[name], {"number": request.number}))
        for name in (names[:1] if numbered else names)
    ]


def looks_at(turn: Moment, request: ServiceRequest) -> str:
    return service_of(turn.catalogue, request).looks_at


def needs_approval(turn: Moment, request: ServiceRequest) -> bool:
    return service_of(turn.catalogue, request).needs_approval


def rating_buttons(request: ServiceRequest) -> list[Button]:
    return [Button(str(each), Call("rate_request", {"rating": each, "number": request.number})) for each in RATINGS]


def short(text: str, longest: int = LONGEST_NOTE) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= longest else flat[: longest - 1].rstrip() + "…"


def only_names(language: str, code: str, note: str) -> bool:
    """Whether the guest's words are only the name of the service again."""
    word, said = services(language).get(code, {}), folded(note)
    names = {folded(str(each)) for each in (*word.get("phrases", ()), *(word.get(key, "") for key in _NAMES))} - {""}
    for name in sorted(names, key=len, reverse=True):
        said = said.replace(name, "")
    return not any(each.isalpha() for each in said)


def _name(word: dict[str, object], code: str, quantity: int | None) -> str:
    name = str(word.get("name", code.replace("_", " ")))
    if quantity is None:
        return str(word.get("name_some", name))
    return name if quantity == 1 or word.get("unit") else str(word.get("name_plural", name))
