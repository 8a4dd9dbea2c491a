"""What every turn needs of the properties, kept in memory and read again every minute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crm.conversations.accounts import Speaker
from crm.properties.catalogue import Catalogue
from crm.properties.houses import Property, properties, room_numbers
from crm.properties.knowledge import Entry, knowledge
from crm.store import Connection


@dataclass(frozen=True, slots=True)
class House:
    """The properties by id; the first one serves who is linked to none."""

    properties: Mapping[str, Property]
    rooms: Mapping[str, frozenset[str]]
    knowledge: Mapping[str, tuple[Entry, ...]]
    catalogue: Catalogue
    language: str
    asks_model: bool = False

    def of(self, speaker: Speaker) -> Property:
        if speaker.stay is not None:
            return self.properties[speaker.stay.property_id]
        if speaker.staff is not None and speaker.staff.property_ids:
            return self.properties[speaker.staff.property_ids[0]]
        return next(iter(self.properties.values()))


def load_house(db: Connection, catalogue: Catalogue, language: str, *, asks_model: bool = False) -> House:
    known = {each.id: each for each in properties(db)}
    return House(
        properties=known,
        rooms={key: room_numbers(db, each) for key, each in known.items()},
        knowledge={key: knowledge(db, each) for key, each in known.items()},
        catalogue=catalogue,
        language=language,
        asks_model=asks_model,
    )
