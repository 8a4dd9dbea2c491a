"""The words are complete: every sentence in every language, with the same variables, none of them shouting."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, meta

from crm import errors
from crm.properties.catalogue import DEPARTMENTS, shipped_catalogue
from crm.service_requests.requests import RequestState
from crm.staff.roles import GUEST, STRANGER, roles
from handlers.intents import INTENTS
from prompts import words
from prompts.words import LANGUAGES, phrases, services, table

ROOT = Path(__file__).parent.parent
NOT_SPOKEN = {"services", "listening", "kinds", "diet"}  # words we listen for and names, not sentences
# Sentences whose key is put together from a value, with what may stand in its place.
COMPOSED = {
    "mass_sends.": {
        *(f"send_to_customers.{each}" for each in ("counting", "used_up")),
        *(
            f"send_to_{people}.{each}"
            for people in ("customers", "followers")
            for each in ("one_house", "ask", "too_long", "meanwhile", "already", "started")
        ),
    },
    "wechat.consent.": {"agreed", "declined", "later", "unknown"},
    "wechat.menu.": {"room", "stay", "help"},
    "cards.guest.": {
        "reopened",
        "cancelled",
        "ordered",
        "withdrawn",
        "amended",
        "photo",
        "accepted",
        "on_the_way",
        "done",
        "approved",
        "cannot",
        "waiting",
        "still_waiting",
        "given_up",
    }
    | {"unconfirmed", "delayed", "handed_up", "found"}
    | {"offer_next_arrival", "offer_following_stays", "offer_previous_stay", "offer_otherwise", "offer_in_words"},
    "cards.outlook.": {"next_arrival", "following_stays", "free_rooms", "held_items"},
    "quiet.card.": {"undisturbed", "uncleaned"},
    "lost_items.": {f"{name}.title" for name in ("lost_items", "match_item", "return_item", "dispose_item")}
    | {f"{name}.{what}" for name in ("item_brought", "item_not_brought") for what in ("title", "button")}
    | {"return_item.button", "dispose_item.button"},
    "cards.obstacle.": {
        "arrives_before",
        "taken",
        "leaves_after",
        "occupied",
        "arrived",
        "none_free",
        "over",
        "changed",
    },
    "cards.staff.": {
        "reopened_again",
        "changed",
        "cancelled",
        "withdrawn",
        "asked_again",
        "declined",
        "low_rating",
        "picture",
        "handed_on",
        "taken_over",
        "merged",
        "unanswered",
    }
    | {"reminder", "overdue", "handed_up", "returned", "resumed"}
    | {"offer_accepted", "offer_taken", "offer_agreed", "offer_declined", "offer_gone"},
    "service_requests.said_again.": {"instead", "on_top"},
    "allergies.take_back_allergy.": {"sure", "keep"},
    "request_desk.steps.": {"accepted", "on_the_way", "done", "cannot", "waiting"},
    "offers.": {"accept_offer.button", "decline_offer.button"},
    "offers.make_offer.": {"next_arrival", "following_stays", "previous_stay"},
    "offers.make_offer.ask_": {"time", "quantity", "room"},
    "amending.amend_request.": {"ask", "odd", "over", "no_room"},
    "leads.": {f"{each}_lead.{name}" for each in ("make", "end") for name in ("done", "told")},
    "guest_lookup.lines.": {"stay", "choice"},
    "service_requests.request_service.": {"opened", "for_approval", "unattended", "searched", "already", "added"},
    "guest_lookup.guest_card.": {"title", "dates", "state", "history", "stayed", "requests", "none", "know"}
    | {"elder", "language", "preferred", "expected", "leaves", "low"},
    "elder.elder_mode.": {"on", "off"},
    "elder.room_elder_mode.told_": {"on", "off"},
    "service_requests.questions.": {"time", "quantity", "people", "note"},
    "refusals.": {f"{each.code}.text" for each in errors.Refusal.__subclasses__()} | {"refused.text"},
    "feedback.": {f"{kind}.{name}" for kind in ("compliment", "suggest") for name in ("ask", "thanks")}
    | {"complain.ask"},
    "handoff.back.": {"handed_back", "by_guest", "quiet"},
    "handoff.returned.": {"unanswered", "left"},
    "handoff.waiting.": {"unanswered", "left", "asked_again"},
    "handoff.ended.": {"handed_back", "by_guest", "quiet", "unanswered", "taken_from"},
    "emergency.told.": {"said", "stood_down", "coming", "closed"},
    "emergency.after.": {"coming", "closed"},
    "handoff.": {"take_over.ask", "write_to_guest.ask"},
    "cards.needs.": {"children", "elders"},
    "request_desk.": {"open_requests.none", "my_tasks.none", "accept_request.none"}
    | {"open_requests.title", "my_tasks.title", "accept_request.title"},
    "brief.brief_now.": {"alarms", "overdue", "overnight", "complaints", "unreached"} | {"timed", "diets", "unplanned"},
    "roster.": {
        f"{each}.ask_{what}" for each in ("plan_shift", "cancel_shift", "swap_shifts") for what in ("who", "days")
    }
    | {"plan_shift.ask_hours"},
    "doubles.join_guests.": {"join", "different"},
    "brief.stop_brief.": {"done", "none"},
    "deliveries.why_not_delivered.": {"title", "all_sent"},
    "bookings.import_bookings.": set(table("en", "bookings", "import_bookings")) - {"phrases", "says"},
    "bookings.problems.": set(table("en", "bookings", "problems")),
    "bookings.unreadable.": set(table("en", "bookings", "unreadable")),
    "feeds.why.": set(table("en", "feeds", "why")),
    "bookings.states.": set(table("en", "bookings", "states")),
    "deliveries.advice.": set(table("en", "deliveries", "reasons")),
    "request_lists.work_done.": {"title", "line"},
    "knowledge.which.": {"change", "show", "delete", "history"},
    "arrivals.": {
        f"{list_}.{name}" for list_ in ("arrivals", "departures", "in_house") for name in ("none", "title", "line")
    },
}
SAMPLES: dict[str, list[Any]] = {
    "state": [each.value for each in RequestState]
    + ["held", "returned", "disposed"]
    + ["in_house", "booked", "departed", "cancelled", "no_show"],
    "heard_by": ["manager", "desk", "nobody"],
    "quantity": [0, 1, 2],
    "count": [1, 2],
    "guests": [1, 3],
    "left": [0, 4],
    "allowed": [[], ["by template"], ["the guest wrote", "by template"]],
    "people": [0, 1, 4],
    "adults": [1, 2],
    "children": [0, 1, 2],
    "nights": [1, 2],
    "stays": [[], ["Fri to Sun, Li Wei", "Mon to Tue"]],
    "choices": [["tomorrow 5:00 am", "Tue 5:00 am"]],
    "items": [["Item 7"], ["Item 7", "Item 9"]],
    "asked": [[], ["#12 Room 302 · lost and found"]],
    "rooms": [[], ["301", "303 suite"]],
    "minutes": [1, 15],
    "hours": [0, 1],
    "number": [12],
    "rating": [2],
    "apologies": [0, 1],
    "reason_code": ["no_answer", "do_not_disturb", "guest_away"],
    "standings": [[], ["Towels: on the way.", "Taxi: Sat 8:00 am."]],
    "more": [0, 3],
    "times": [1, 2, 5],
    "askers": [1, 1, 3],
    "place": [1],
    "types": [[], ["double", "suite"]],
    "languages": [["Chinese", "English"]],
    "others": [[], ["Chinese"]],
    "kind": ["added", "changed", "removed"],
    "tasks": [[], ["#12", "#14"]],
    "things": [["peanuts"], ["peanuts", "eggs"]],
    "beside": [[], ["Children: 3", "Budget: up to 200"]],
    "bound": ["at_most", "at_least", "about"],
    "facts": [["long stay"], ["long stay", "1 open"]],
    "on_time": [0, 1],
    "share": [0, 100],
    "overdue": [0, 2],
    "unfinished": [0, 1],
    "finished": [0, 2],
    "card": [["302 Emma"], ["302 Emma", "#12 Room 302 · 2 towels"]],
    "said": [[], ["9:00 am Guest: hello"]],
    "next": ["", "303 Emma"],
    "front": ["", "303 Emma"],
    "names": [["Lily", "小李"]],
    "days": [["Tue"], ["Tue", "Wed"]],
    "shifts": [["7:00–15:00"], ["7:00–15:00", "18:00–20:00"]],
    "spans": [[], ["7:00–15:00"], ["7:00–15:00", "18:00–20:00"]],
    "departments": [["Kitchen"], ["Kitchen", "Housekeeping 7:00–15:00"]],
    "gaps": [[], ["Tue · Nobody planned: Kitchen"]],
    "notes": [[], ["Mei, 7:00: “302 waits”"]],
    "instead": [[], ["Tue 8:00–16:00"]],
    "elsewhere": [[], ["Tue 8:00–16:00"]],
    "past": [[], ["Mon 8:00–16:00"]],
    "lines": [[], ["open requests · my tasks", "on duty"]],
}
FLAGS = {"fault", "attended", "told", "linked", "late", "in_house", "offer", "returning", "alone", "known", "done"}
FLAGS |= {"same_day", "by_house", "approval", "staff", "desk", "each", "months", "other", "away", "lead", "elder"}
FLAGS |= {"changed", "heard", "on", "waits", "here", "preferred", "bound", "refused", "service"}
FLAGS |= {"waiting", "guests_only", "unanswered", "stood_down", "wish", "untold", "counted"}
FLAGS |= {"photo", "waiting", "unsent", "sent", "inbound", "is_manager"}
WARNINGS = {"cards.needs.allergy"}  # the one sign in the house: nobody may overlook it

environment = Environment(trim_blocks=True, lstrip_blocks=True)


def sentences(language: str) -> dict[str, str]:
    """Every sentence by its key; lists and tables of lists are listened for, not said."""
    return {
        f"{file}.{name}.{key}": text
        for file, tables in words._files(language).items()
        if file not in NOT_SPOKEN
        for name, entries in tables.items()
        for key, text in entries.items()
        if isinstance(text, str) and key != "says"
    }


def variables(text: str) -> frozenset[str]:
    return frozenset(meta.find_undeclared_variables(environment.parse(text)))


def said_in_code() -> Iterator[tuple[str, str]]:
    """Each key handed to say(), as (place, key); a composed part reads as *."""
    for path in [*(ROOT / "handlers").rglob("*.py"), *(ROOT / "bot").rglob("*.py")]:
        source = path.read_text("utf-8")
        if not re.search(r"^from prompts\.words import .*\bsay\b", source, re.MULTILINE):
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
                yield f"{path.relative_to(ROOT)}:{node.lineno}", _key(node.args[1])


def _key(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    assert isinstance(node, ast.JoinedStr), ast.unparse(node)
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)


def test_every_sentence_exists_in_every_language() -> None:
    assert set(sentences("zh")) == set(sentences("en"))


def test_sentences_speak_of_the_same_things_in_every_language() -> None:
    chinese, english = sentences("zh"), sentences("en")
    different = {
        key: (variables(chinese[key]) ^ variables(english[key]))
        for key in english
        if variables(chinese[key]) != variables(english[key])
    }
    assert different == {}


def test_every_sentence_the_code_says_exists() -> None:
    known = set(sentences("en"))
    said = dict.fromkeys(key for _, key in said_in_code())
    assert len(said) > 50
    for key in said:
        if "*" not in key:
            assert key in known
            continue
        start = key.partition("*")[0]
        assert start in COMPOSED, f"{key}: name its parts in COMPOSED"
        assert {start + each for each in COMPOSED[start]} <= known


def test_no_sentence_is_left_over() -> None:
    exact = {key for _, key in said_in_code() if "*" not in key}
    composed = {start + each for start, names in COMPOSED.items() for each in names}
    tables_of_names = (
        "cards.intents.",
        "cards.steps.",
        "cards.reasons.",
        "cards.withdrawals.",
        "cards.waiting.",
        "common.",
        "mass_sends.reasons.",
        "deliveries.kinds.",
        "deliveries.reasons.",
        "reach.names.",
        "reach.kinds.",
        "guest_lookup.languages.",
        "doubles.fields.",
        "doubles.levels.",
        "knowledge.languages.",
    )
    left = {key for key in set(sentences("en")) - exact - composed if not key.startswith(tables_of_names)}
    assert left == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_can_be_said_and_reads_well(language: str) -> None:
    for key, text in sentences(language).items():
        if key.startswith("common.days"):
            continue
        names = sorted(variables(text))
        for turn in range(6):
            values = {name: _sample(name, turn) for name in names}
            said = words.say(language, key, **values) if names else words.say(language, key)
            assert said, key
            assert "!!" not in said, key
            assert "！！" not in said, key
            assert not re.search(r"[\U0001F300-\U0001FAFF\u2600-\u27BF]", said.lstrip("⚠" * (key in WARNINGS))), key
            assert not re.search(r" {2,}|\( | \)|，，|。。|\.\.| [,.;:!?](?!\d)", said.replace("…", "")), (key, said)
            assert "None" not in said or key.startswith("cards.reasons"), (key, said)


def _sample(name: str, turn: int) -> Any:
    if name in FLAGS:
        return bool(turn % 2)
    if name in SAMPLES:
        return SAMPLES[name][turn % len(SAMPLES[name])]
    return f"<{name}>"


@pytest.mark.parametrize("language", LANGUAGES)
def test_at_most_one_exclamation_mark(language: str) -> None:
    assert [key for key, text in sentences(language).items() if len(re.findall(r"[!！]", text)) > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_service_has_words(language: str) -> None:
    known = services(language)
    assert set(shipped_catalogue()) == set(known)
    for code, service in shipped_catalogue().items():
        assert known[code]["name"]
        for detail in service.asks:
            assert known[code]["question"][detail], f"{code} asks {detail}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_capability_has_phrases_and_a_label(language: str) -> None:
    heard, labels = phrases(language), table(language, "cards", "intents")
    for intent in INTENTS:
        assert heard[intent.name], intent.name
        assert labels[intent.name]
    assert set(labels) == {intent.name for intent in INTENTS}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_department_and_role_has_a_name(language: str) -> None:
    assert set(table(language, "common", "departments")) == {*DEPARTMENTS, "manager"}
    assert set(table(language, "common", "roles")) == set(roles()) - {GUEST, STRANGER}


def test_one_of_what_has_no_measure_word_is_not_counted() -> None:
    said = {"people": 0, "note": "", "translation": ""}
    assert words.say("zh", "cards.request.what", name="换房", quantity=1, unit="", **said) == "换房"
    assert words.say("zh", "cards.request.what", name="换房", quantity=2, unit="", **said) == "换房 2"
    assert words.say("zh", "cards.request.what", name="毛巾", quantity=1, unit="条", **said) == "毛巾 1条"
