"""What a record says of a person, in the form in which records are compared, and the keys others may share with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crm.encryption import lookup_hash
from crm.guests.profile import digits_of
from crm.guests.survivors import Record
from crm.identity.contacts import birthday, e164, home, mailbox, paper
from crm.names.comparing import sound_of
from crm.store import Connection

ALONE = {"p": "phone", "e": "email", "d": "document"}  # kinds of keys that are a field's own
KEY_LENGTH = 32  # hexadecimal digits of a keyed hash


@dataclass(frozen=True, slots=True)
class Facts:
    """`sound` is the name as it is said; "" is what is not known."""

    id: str
    person: str
    name: str
    sound: str
    phone: str
    email: str
    document: str
    born: str
    address: str


def facts_of(record: Record, country: str) -> Facts:
    """`country` is meant by a phone that names none."""
    return Facts(
        record.id,
        record.person,
        record.name,
        sound_of(record.name),
        e164(record.phone, country) if record.phone else "",
        mailbox(record.email),
        paper(record.document),
        birthday(record.born),
        home(record.address),
    )


def keys_of(db: Connection, facts: Facts) -> list[str]:
    """Whoever shares one of these is compared: a letter for the kind and a keyed hash. A name alone is none."""
    return [f"{kind}:{lookup_hash(db, 'identity', said)[:KEY_LENGTH]}" for kind, said in _shared(facts)]


def _shared(facts: Facts) -> Iterator[tuple[str, str]]:
    place = digits_of(facts.address)
    pairs = {
        "n": (facts.sound, facts.born),
        "t": (facts.sound, facts.phone[-4:]),
        "a": (facts.sound, place),
        "b": (facts.born, place),
    }
    yield from ((kind, f"{kind} {said}") for kind, field in ALONE.items() if (said := getattr(facts, field)))
    yield from ((kind, f"{kind} {one} {other}") for kind, (one, other) in pairs.items() if one and other)
