"""What a question is about: which of the guest's requests, which entries beside the stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.understanding.contract import Understanding
from bot.understanding.reading import Token
from bot.understanding.vocabulary import Kind, find_hits
from crm.properties.knowledge import Entry
from handlers.turn import Call

WHERE, STAY = "my_requests", "my_stay"


def about_what(found: Understanding, tokens: Sequence[Token], entries: tuple[Entry, ...]) -> Understanding:
    """Whoever asks where the taxi is asks of the taxi; whoever asks when to leave, of the house's hours too."""
    asked = [call.intent for call in found.calls]
    if asked == [WHERE]:
        hits = find_hits(tokens, (), True)
        things = {hit.meaning.name for hit in hits if hit.meaning.kind is Kind.SERVICE}
        return replace(found, calls=(Call(WHERE, {"service": things.pop()} if len(things) == 1 else {}),))
    if asked == [STAY] and entries:
        from bot.understanding.house_entries import entries_about_hours

        return replace(found, calls=(Call(STAY, {"entries": list(entries_about_hours(found.text, entries))}),))
    return found
