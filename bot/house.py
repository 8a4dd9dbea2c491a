"""What every turn needs of the properties, kept in memory; read again every minute and when knowledge changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crm.conversations.accounts import Speaker
from crm.properties.catalogue import Catalogue
from crm.properties.houses import Property, properties, room_numbers, room_types
from crm.properties.knowledge import Entry, entries_for, knowledge, knowledge_version
from crm.store import Connection


@dataclass(frozen=True, slots=True)
class House:
    """The properties by id; the first one serves who is linked to none.

    `knowledge` is by property and room type, "" for who has no room; as it was at `knowledge_version`.
    """

    properties: Mapping[str, Property]
    rooms: Mapping[str, frozenset[str]]
    knowledge: Mapping[tuple[str, str], tuple[Entry, ...]]
    every_entry: Mapping[str, tuple[Entry, ...]]
    knowledge_version: int
    catalogue: Catalogue
    language: str
    asks_model: bool = False

    def of(self, speaker: Speaker) -> Property:
        if speaker.stay is not None:
            return self.properties[speaker.stay.property_id]
        if speaker.staff is not None and speaker.staff.property_ids:
            return self.properties[speaker.staff.property_ids[0]]
        return next(iter(self.properties.values()))

    def entries(self, speaker: Speaker) -> tuple[Entry, ...]:
        """What this guest is told; for a colleague all there is in their houses."""
        if speaker.staff is not None:
            return tuple(each for key in speaker.staff.property_ids for each in self.every_entry[key])
        here, stay = self.of(speaker).id, speaker.stay
        return self.knowledge.get((here, stay.room_type if stay else ""), self.knowledge[here, ""])


def load_house(db: Connection, catalogue: Catalogue, language: str, *, asks_model: bool = False) -> House:
    known = {each.id: each for each in properties(db)}
    version = knowledge_version(db)  # first: a change meanwhile makes this one too old, not its entries
    every_entry = {key: knowledge(db, each) for key, each in known.items()}
    return House(
        properties=known,
        rooms={key: room_numbers(db, each) for key, each in known.items()},
        knowledge={
            (key, kind): entries_for(every_entry[key], kind)
            for key, each in known.items()
            for kind in ("", *room_types(db, each))
        },
        every_entry=every_entry,
        knowledge_version=version,
        catalogue=catalogue,
        language=language,
        asks_model=asks_model,
    )
