"""What the guest asks about their own stay."""

from __future__ import annotations

from crm.properties.knowledge import find_entry
from handlers import cards, entries, windows
from handlers.turn import Reply, Turn
from prompts.words import clock, say


def my_stay(turn: Turn) -> list[Reply]:
    stay = turn.speaker.stay
    if stay is None:
        raise windows.no_stay(turn)
    text = say(
        turn.language,
        "stay.my_stay.details",
        room=stay.room,
        arrival=cards.on(turn, turn.language, stay.arrival),
        departure=cards.on(turn, turn.language, stay.departure),
        nights=(stay.departure - stay.arrival).days,
        adults=stay.adults,
        children=stay.children,
        in_house=stay.is_in_house,
        expected=clock(turn.language, stay.expected_time),
        until=clock(turn.language, stay.departure_time),
    )
    asked = [find_entry(turn.db, str(each)) for each in turn.slot("entries") or () if not stay.departure_time]
    told = [entries.spoken(turn.language, each.spoken(turn.language)) for each in asked if each and not each.is_removed]
    offer = "late_checkout" if stay.is_in_house else "early_checkin"
    buttons = [cards.service_button(turn.language, offer)] if offer in turn.catalogue else []
    return [Reply("\n".join([cards.capital(text), *told]), buttons)]
