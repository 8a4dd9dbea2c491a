"""How the house is reached: in words, and as a picture to keep."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from crm.properties.emergency import EmergencyNumbers, emergency_numbers
from crm.properties.knowledge import Words, entries_for, knowledge
from crm.stays.bookings import StayInfo
from crm.stays.links import create_stay_link
from handlers import cards, drawings
from handlers.turn import Reply, Turn
from prompts.pictures import Card, Section
from prompts.words import say

WIFI = "wifi"  # the key of the entry that tells it


def contact_card(turn: Turn) -> list[Reply]:
    """What only guests may know, and the code that opens this chat, is shown to those who are linked."""
    stay, wifi, numbers = turn.speaker.stay, _wifi(turn), emergency_numbers(turn.house)
    room = stay.room if stay and stay.is_in_house else ""
    text = say(
        turn.language,
        "contact.contact_card.answer",
        phone=turn.house.phone,
        room=room,
        wifi=say(turn.language, "house_knowledge.ask_house.answer", title=wifi.title, text=wifi.text) if wifi else "",
        ambulance=numbers.ambulance,
        fire=numbers.fire,
        police=numbers.police,
    )
    card = Card(
        title=say(turn.language, "contact.contact_card.title"),
        subtitle=say(turn.language, "contact.contact_card.where", house=turn.house.name, room=room),
        sections=list(_sections(turn, wifi, numbers)),
        qr=_own_link(turn, stay) if stay else "",
        caption=say(turn.language, "contact.contact_card.scan"),
        accent=drawings.accent(turn),
        large=turn.speaker.elder_mode,
    )
    return [Reply(text, attachments=[drawings.kept(turn, "contact", card)])]


def _wifi(turn: Turn) -> Words | None:
    """As guests in rooms of this type are told it."""
    is_linked, stay = turn.speaker.guest_id is not None, turn.speaker.stay
    known = entries_for(knowledge(turn.db, turn.house), stay.room_type if stay else "")
    entry = next((each for each in known if each.key == WIFI and (is_linked or not each.guests_only)), None)
    return entry.spoken(turn.language) if entry else None


def _sections(turn: Turn, wifi: Words | None, numbers: EmergencyNumbers) -> Iterator[Section]:
    if turn.house.phone:
        yield Section(facts=[(say(turn.language, "contact.contact_card.desk"), turn.house.phone)])
    if wifi:
        yield Section(wifi.title, [wifi.text])
    if numbers.is_one:
        facts = [(say(turn.language, "contact.contact_card.all"), numbers.ambulance)]
    else:
        facts = [
            (say(turn.language, "contact.contact_card.ambulance"), numbers.ambulance),
            (say(turn.language, "contact.contact_card.fire"), numbers.fire),
            (say(turn.language, "contact.contact_card.police"), numbers.police),
        ]
    yield Section(say(turn.language, "contact.contact_card.emergency"), facts=facts)


def _own_link(turn: Turn, stay: StayInfo) -> str:
    """What opens the chat of this stay; nothing where the house cannot be reached from outside."""
    if not turn.house.chat_link or not stay.may_be_linked(cards.today(turn)):
        return ""
    lifetime = timedelta(days=(stay.departure - cards.today(turn)).days + 1)
    return turn.house.chat_link + create_stay_link(turn.db, turn.now, stay.id, lifetime)
