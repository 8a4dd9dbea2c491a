"""What colleagues read of a room that is not to be disturbed, or not to be cleaned. For the handlers."""

from __future__ import annotations

from dataclasses import replace

from crm.service_requests.requests import ServiceRequest
from crm.stays.quiet import Quiet, find_quiet
from handlers import cards
from handlers.turn import Moment
from prompts.words import say

HOUSEKEEPING = "housekeeping"
IN_THE_ROOM = (HOUSEKEEPING, "maintenance")  # who works there may find the door closed


def of(moment: Moment, request: ServiceRequest) -> Quiet | None:
    """Asked of the records only for whoever would knock."""
    if request.stay_id is None or request.department not in IN_THE_ROOM:
        return None
    held = find_quiet(moment.db, moment.now, request.stay_id)
    return held if held is None or request.department == HOUSEKEEPING else replace(held, uncleaned_until=None)


def warning(moment: Moment, language: str, held: Quiet | None) -> str:
    """A line each, for a card or by itself."""
    if held is None:
        return ""
    lines = [
        say(language, f"quiet.card.{name}", until=cards.at(moment, language, until))
        for name, until in (("undisturbed", held.undisturbed_until), ("uncleaned", held.uncleaned_until))
        if until is not None
    ]
    return "\n".join(lines)
