"""Two guests who may be one: what is known of each, what speaks for it, and the question. For the handlers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crm.guests.survivors import Record, records_of, values
from crm.identity.comparing import weigh_persons
from crm.identity.contacts import last_digits, masked
from crm.identity.joins import goes_on
from crm.stays.bookings import StayInfo
from crm.stays.returning import stays_of
from handlers import cards
from handlers.turn import Button, Call, Moment, Reply
from prompts.words import say, table


@dataclass(frozen=True, slots=True)
class Person:
    """`stays` are those in the houses of whoever asks, the present one first."""

    id: str
    records: Sequence[Record]
    stays: Sequence[StayInfo]

    @property
    def name(self) -> str:
        return next(each.name for each in self.records if each.id == self.id)


def persons(moment: Moment, ids: Sequence[str], property_ids: Sequence[str]) -> dict[str, Person]:
    """Of those ids that are persons of their own; a record that was joined is none any more."""
    records, stays = records_of(moment.db, ids), stays_of(moment.db, ids, property_ids)
    found = {each: [record for record in records[each] if record.person == each] for each in ids}
    return {each: Person(each, some, stays[each]) for each, some in found.items() if some}


def question(moment: Moment, language: str, one: Person, other: Person, *, asked: bool = False) -> Reply:
    """What would come together, and the choice; `asked` by the house, not by the colleague."""
    findings = weigh_persons(moment.db, one.records, other.records).findings
    kept, _ = goes_on(one.records, other.records)
    text = say(
        language,
        "doubles.join_guests.preview",
        one=line(moment, language, one),
        other=line(moment, language, other),
        found=reasons(language, findings),
        kept=cards.short(one.name if kept == one.id else other.name),
    )
    both = {"one": one.id, "other": other.id, **({"asked": True} if asked else {})}
    buttons = [
        Button(say(language, f"doubles.join_guests.{answer}"), Call("join_guests", {**both, "answer": answer}))
        for answer in ("join", "different")
    ]
    return Reply(text, buttons)


def line(moment: Moment, language: str, person: Person) -> str:
    """Names, the present or latest stay, and no more of a phone than tells it from another."""
    stay = next(iter(person.stays), None)
    there = moment.at_property(stay.property_id) if stay else moment
    phones, emails = values(person.records, "phone"), values(person.records, "email")
    return say(
        language,
        "doubles.lines.person",
        names=[cards.short(each) for each in dict.fromkeys([person.name, *values(person.records, "name")])],
        room=stay.room if stay else "",
        state=stay.state if stay else "",
        arrival=cards.on(there, language, stay.arrival) if stay else "",
        departure=cards.on(there, language, stay.departure) if stay else "",
        count=len(person.stays),
        phone=last_digits(phones[0]) if phones else "",
        email=masked(emails[0]) if emails else "",
    )


def reasons(language: str, findings: Mapping[str, str]) -> list[str]:
    """phone the same · name alike"""
    fields, levels = table(language, "doubles", "fields"), table(language, "doubles", "levels")
    return [
        say(language, "doubles.lines.finding", field=fields[field], level=levels[found])
        for field, found in findings.items()
    ]
