"""The table of everything that may be asked, by whom and how one says it, in Markdown; made from the declarations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from crm.properties.catalogue import Catalogue, Service
from crm.staff import roles
from handlers import cards
from handlers.intents import INTENTS
from handlers.turn import Audience, Intent
from prompts.words import LANGUAGES, saying

SPOKEN = {"zh": "中文", "en": "English"}


def capabilities(catalogue: Catalogue) -> str:
    return "\n".join(
        [
            "# What one may ask",
            "",
            "Printed by `guanjia capabilities` from the declarations. Any words will do; these are examples.",
            "",
            *_section("Guests", Audience.GUEST),
            *_section("Colleagues", Audience.STAFF),
            *_services(catalogue),
        ]
    )


def _section(title: str, audience: Audience) -> Iterator[str]:
    yield from _head(title, "", "who", *SPOKEN.values(), "details")
    for intent in INTENTS:
        if intent.audience is audience and saying("en", intent.name):
            said = [saying(language, intent.name) for language in LANGUAGES]
            slots = ", ".join(slot.name for slot in intent.slots)
            yield _row([cards.intent_label("en", intent.name), _who(intent), *said, slots])
    yield ""


def _who(intent: Intent) -> str:
    if intent.audience is Audience.GUEST:
        return "everybody" if roles.may(roles.STRANGER, intent.action) else "with a stay"
    allowed = [role for role in roles.staff_roles() if roles.may(role, intent.action)]
    return (
        "everybody"
        if len(allowed) == len(roles.staff_roles())
        else ", ".join(role.replace("_", " ") for role in allowed)
    )


def _services(catalogue: Catalogue) -> Iterator[str]:
    yield from _head("Services", "code", *SPOKEN.values(), "department", "when", "asks for", "promised")
    for service in sorted(catalogue.values(), key=lambda each: (each.department, each.code)):
        names = [cards.capital(cards.service_name(language, service.code)) for language in LANGUAGES]
        department, asks = service.department.replace("_", " "), ", ".join(service.asks)
        minutes = int(service.complete_within.total_seconds() // 60)
        promised = f"{minutes} min" if minutes else "on the minute"
        yield _row([f"`{service.code}`", *names, department, _when(service), asks, promised])


def _when(service: Service) -> str:
    if service.opens_on:
        return f"by itself, when a guest has {' or '.join(service.opens_on)}"
    when = {"in_house": "in house", "booked": "from booking on", "always": "always"}[service.available]
    return f"{when}, after approval" if service.needs_approval else when


def _head(title: str, *columns: str) -> Iterable[str]:
    return [f"## {title}", "", _row(columns), _row(["---"] * len(columns))]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
