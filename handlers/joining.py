"""Guests who are kept twice: a colleague joins them after a look, parts them again, and reads who else may be.

staff/doubles.py says what the slots are.
"""

from __future__ import annotations

from collections.abc import Sequence

from crm.encryption import folded
from crm.errors import NotAllowed, NotFound
from crm.guests.survivors import get_records
from crm.identity.comparing import weigh_persons
from crm.identity.joins import Join, get_join, join, joins_of, undo
from crm.identity.pairs import PairState, decide, find_pair, likely_pairs
from crm.staff.members import names_of
from crm.stays.bookings import StayInfo
from handlers import audit, cards, doubles, guests
from handlers.turn import Button, Call, Question, Reply, Turn
from prompts.words import say

MOST_LISTED = 8
JOIN, DIFFERENT = "join", "different"


def join_guests(turn: Turn) -> list[Reply]:
    chosen = [turn.slot("one"), turn.slot("other")]
    names = turn.slot("names") or []
    if not all(chosen) and len(names) != 2:
        return [Reply(say(turn.language, "doubles.join_guests.ask"), ask=Question(turn.call, "names"))]
    if not all(chosen):
        found = _two(turn, names, chosen)
        if isinstance(found, Reply):
            return [found]
        chosen = found
    return [_answered(turn, str(chosen[0]), str(chosen[1]))]


def undo_join(turn: Turn) -> list[Reply]:
    if turn.slot("join"):
        return [_parted(turn, turn.slot("join"))]
    name, person = turn.slot("name"), turn.slot("person")
    if not name and not person:
        return [Reply(say(turn.language, "doubles.undo_join.ask"), ask=Question(turn.call, "name"))]
    if not person:
        found = guests.named(turn, name)
        if not found.stays:
            return [guests.nobody_named(turn, name)]
        joined = [each for each in found.stays if joins_of(turn.db, each.guest_id)]
        if not joined or not found.sure:
            return [Reply(say(turn.language, "doubles.undo_join.none", name=cards.short(name)))]
        if len(joined) > 1:
            return [_which(turn, name, joined, "person")]
        person = joined[0].guest_id
    _check_mine(turn, person)
    standing = joins_of(turn.db, person)
    return [_parted(turn, standing[0].id) if len(standing) == 1 else _which_join(turn, person, standing)]


def possible_doubles(turn: Turn) -> list[Reply]:
    pairs = likely_pairs(turn.db, turn.member.property_ids)
    if not pairs:
        return [Reply(say(turn.language, "doubles.possible_doubles.none"))]
    shown = pairs[:MOST_LISTED]
    known = doubles.persons(turn, [each for pair in shown for each in (pair.one, pair.other)], turn.member.property_ids)
    audit.guests_listed(turn, "possible_doubles", cards.today(turn), len(shown))
    lines = [say(turn.language, "doubles.possible_doubles.title", count=len(pairs))]
    lines += [
        say(
            turn.language,
            "doubles.possible_doubles.line",
            number=number,
            one=doubles.line(turn, turn.language, known[pair.one]),
            other=doubles.line(turn, turn.language, known[pair.other]),
            found=doubles.reasons(turn.language, pair.reasons),
        )
        for number, pair in enumerate(shown, start=1)
    ]
    if len(pairs) > len(shown):
        lines.append(say(turn.language, "common.lists.more", count=len(pairs) - len(shown)))
    buttons = [
        Button(
            say(turn.language, "doubles.possible_doubles.look", number=number),
            Call("join_guests", {"one": pair.one, "other": pair.other}),
        )
        for number, pair in enumerate(shown, start=1)
    ]
    return [Reply("\n".join(lines), buttons)]


def _two(turn: Turn, names: list[str], chosen: list[str | None]) -> list[str] | Reply:
    """The two guests of these names, or what is asked or told where that is not clear."""
    found = [guests.named(turn, name) for name in names]
    for name, each in zip(names, found, strict=True):
        if not each.stays:
            return guests.nobody_named(turn, name)
    meant = [_as_written(name, each.stays) for name, each in zip(names, found, strict=True)]
    if _ids(meant[0]) == _ids(meant[1]):  # two names for the same guests mean all who are called so
        everybody = list({each.guest_id: each for some in found for each in some.stays}.values())
        if len(everybody) == 1:
            return Reply(say(turn.language, "doubles.join_guests.one_only", name=cards.short(everybody[0].guest_name)))
        meant = [everybody, everybody]
    for slot, (name, some) in enumerate(zip(names, meant, strict=True)):
        others = _ids(meant[1 - slot])
        taken = {chosen[1 - slot]} | (others if len(others) == 1 else set())
        rest = [each for each in some if each.guest_id not in taken]
        if not chosen[slot] and len(rest) > 1 and len(_ids([*meant[0], *meant[1]])) > 2:
            return _which(turn, name, rest, ("one", "other")[slot])
        chosen[slot] = chosen[slot] or (rest or some)[0].guest_id
    return [str(each) for each in chosen]


def _ids(stays: Sequence[StayInfo]) -> set[str]:
    return {each.guest_id for each in stays}


def _as_written(name: str, stays: Sequence[StayInfo]) -> list[StayInfo]:
    """Those of that very spelling, where there are any: Zhang San and 张三 sound the same."""
    return [each for each in stays if folded(each.guest_name) == folded(name)] or list(stays)


def _which(turn: Turn, name: str, stays: list[StayInfo], slot: str) -> Reply:
    known = doubles.persons(turn, [each.guest_id for each in stays], turn.member.property_ids)
    audit.guests_listed(turn, "namesakes", cards.today(turn), len(known))
    buttons = [
        Button(doubles.line(turn, turn.language, each), Call(turn.call.intent, {**turn.call.slots, slot: each.id}))
        for each in list(known.values())[:MOST_LISTED]
    ]
    return Reply(say(turn.language, "doubles.join_guests.which", name=cards.short(name)), buttons)


def _answered(turn: Turn, one: str, other: str) -> Reply:
    known = doubles.persons(turn, [one, other], turn.member.property_ids)
    if len(known) < 2:
        return _settled(turn, one, other)
    for each in known.values():
        if not each.stays:
            raise NotAllowed
        audit.act_on_guest(turn, each.stays[0])
    answer = turn.slot("answer")
    pair = find_pair(turn.db, one, other)
    if turn.slot("asked") and pair and pair.state is not PairState.LIKELY:
        return _settled(turn, one, other)
    if answer == JOIN:
        return _joined(turn, known[one], known[other])
    if answer == DIFFERENT:
        decide(turn.db, turn.now, (one, other), PairState.DIFFERENT, turn.member.id)
        return Reply(say(turn.language, "doubles.join_guests.noted"))
    return doubles.question(turn, turn.language, known[one], known[other])


def _joined(turn: Turn, one: doubles.Person, other: doubles.Person) -> Reply:
    findings = weigh_persons(turn.db, one.records, other.records).findings
    made = join(turn.db, turn.now, one.id, other.id, by=turn.member.id, reasons=findings)
    if made is None:
        return _settled(turn, one.id, other.id)
    decide(turn.db, turn.now, (one.id, other.id), PairState.JOINED, turn.member.id)
    kept = one if made.kept_id == one.id else other
    button = Button(say(turn.language, "doubles.undo_join.button"), Call("undo_join", {"join": made.id}))
    return Reply(say(turn.language, "doubles.join_guests.done", kept=cards.short(kept.name)), [button])


def _settled(turn: Turn, one: str, other: str) -> Reply:
    """Somebody was faster: what was decided, and by whom."""
    pair = find_pair(turn.db, one, other)
    records = get_records(turn.db, [one, other])
    if len(records) < 2:
        raise NotFound(what="")
    is_joined = len({each.person for each in records.values()}) == 1
    who = names_of(turn.db, [pair.settled_by if pair else None])
    values = {"who": next(iter(who.values()), ""), "joined": is_joined}
    return Reply(say(turn.language, "doubles.join_guests.decided", **values))


def _which_join(turn: Turn, person: str, standing: list[Join]) -> Reply:
    records = get_records(turn.db, [person, *(each.joined_id for each in standing)])
    who = names_of(turn.db, [each.joined_by for each in standing])
    if not standing:
        return Reply(say(turn.language, "doubles.undo_join.none", name=cards.short(records[person].name)))
    buttons = [
        Button(
            say(
                turn.language,
                "doubles.undo_join.choice",
                name=cards.short(records[each.joined_id].name),
                day=cards.at(turn, turn.language, each.joined_at),
                who=who.get(each.joined_by, ""),
            ),
            Call("undo_join", {"join": each.id}),
        )
        for each in standing[:MOST_LISTED]
    ]
    return Reply(say(turn.language, "doubles.undo_join.which", name=cards.short(records[person].name)), buttons)


def _parted(turn: Turn, join_id: str) -> Reply:
    try:
        standing = get_join(turn.db, join_id)
    except NotFound:
        return Reply(say(turn.language, "doubles.undo_join.gone"))
    records = get_records(turn.db, [standing.kept_id, standing.joined_id])
    _check_mine(turn, records[standing.joined_id].person)
    made = undo(turn.db, turn.now, join_id, turn.member.id)
    decide(turn.db, turn.now, (made.kept_id, made.joined_id), PairState.DIFFERENT, turn.member.id)
    for each in doubles.persons(turn, [made.kept_id, made.joined_id], turn.member.property_ids).values():
        if each.stays:
            audit.act_on_guest(turn, each.stays[0])
    one, other = (cards.short(records[each].name) for each in (made.kept_id, made.joined_id))
    return Reply(say(turn.language, "doubles.undo_join.done", one=one, other=other))


def _check_mine(turn: Turn, person: str) -> None:
    known = doubles.persons(turn, [person], turn.member.property_ids)
    if not known or not known[person].stays:
        raise NotAllowed
