"""Fire, a fall, a stranger at the door: the desk and the managers hear it at once, the guest hears whom to call."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache

from crm.conversations.alarms import (
    Alarm,
    call,
    called,
    find_open_alarm,
    get_alarm,
    raise_again,
    raise_alarm,
    stand_down,
)
from crm.conversations.handoffs import get_handoff
from crm.conversations.recipients import Recipient
from crm.properties.emergency import emergency_numbers
from handlers import alarms
from handlers.parties import party_in, room_of
from handlers.turn import Reply, Turn
from prompts.words import LANGUAGES, say, table


def emergency(turn: Turn) -> list[Reply]:
    """Opens no request: nobody is to wait for a list. What goes on is passed on, what is new calls everybody anew."""
    known = find_open_alarm(turn.db, turn.here, turn.speaker.guest_id)
    kinds = _kinds(_words(turn))
    if known is not None and _goes_on(turn, known, kinds):
        return _passed_on(turn, known, alone=True)
    return _called(turn, known, kinds)


def in_alarm(turn: Turn) -> list[Reply]:
    """What the guest says after it. `alone`: nobody else answers; `handoff`: a colleague of that one hears it too;
    `guessed`: it may be an alarm, which is believed where it names what has happened.
    """
    known, kinds = get_alarm(turn.db, turn.slot("alarm")), _kinds(_words(turn))
    if turn.slot("guessed") and kinds and not _goes_on(turn, known, kinds):
        return _called(turn, known, kinds)
    return _passed_on(turn, known, alone=bool(turn.slot("alone")))


def _called(turn: Turn, known: Alarm | None, kinds: Sequence[str]) -> list[Reply]:
    stay = turn.speaker.stay
    house = stay.property_id if stay else None
    people = alarms.first_called(turn, house)
    raised = _raise(turn, house, known, kinds)
    call(turn.db, raised.id, (each.conversation_id for each in people))
    party = party_in(turn, turn.here)
    return [_answer(turn, people), *alarms.pages(turn, raised, party, people, turn.attachments)]


def _goes_on(turn: Turn, known: Alarm, kinds: Sequence[str]) -> bool:
    """Whether these words are about what everybody was called for."""
    if known.heard_until < turn.now or not called(turn.db, known) or set(kinds) - set(known.kinds):
        return False
    return known.stood_down_at is None or _stands_down(_words(turn))


def _raise(turn: Turn, house: str | None, known: Alarm | None, kinds: Sequence[str]) -> Alarm:
    stay = turn.speaker.stay
    room = stay.room if stay and stay.is_in_house else ""
    if known is not None and known.is_open:
        is_heard = known.heard_until >= turn.now
        both = sorted({*known.kinds, *kinds}) if is_heard else kinds
        raise_again(turn.db, turn.now, known, _words(turn), both, room)
        return get_alarm(turn.db, known.id)
    alarm_id = raise_alarm(
        turn.db,
        turn.now,
        property_id=house,
        conversation_id=turn.here,
        guest_id=turn.speaker.guest_id,
        room=room,
        words=_words(turn),
        kinds=kinds,
    )
    return get_alarm(turn.db, alarm_id)


def _answer(turn: Turn, people: Sequence[Recipient]) -> Reply:
    numbers, stay = emergency_numbers(turn.house), turn.speaker.stay
    text = say(
        turn.language,
        "emergency.emergency.answer",
        told=bool(people),
        room=stay.room if stay and stay.is_in_house else "",
        ambulance=numbers.ambulance,
        fire=numbers.fire,
        police=numbers.police,
        phone=turn.house.phone,
    )
    return Reply(text, urgent=True)


def _passed_on(turn: Turn, known: Alarm, *, alone: bool) -> list[Reply]:
    """Word for word. Who stands an alarm down is looked after nevertheless: a colleague closes it."""
    party, over = party_in(turn, turn.here), _stands_down(_words(turn))
    if over:
        stand_down(turn.db, turn.now, known)
        known = replace(known, stood_down_at=turn.now)
    held = get_handoff(turn.db, turn.slot("handoff")) if turn.slot("handoff") else None
    people = alarms.others_called(turn, known, without=held.staff_id if held else None)
    sentence = "stood_down" if over else "said"
    told = alarms.lines(
        known, party, people, sentence, turn.attachments, words=_words(turn), photo=bool(turn.attachments)
    )
    if over and not held:
        text = say(turn.language, "emergency.after.stood_down", told=bool(people), room=room_of(party))
    elif alone:
        text = say(turn.language, "emergency.after.passed_on", told=bool(people), phone=turn.house.phone)
    else:
        return told
    return [Reply(text, urgent=True), *told]


def _words(turn: Turn) -> str:
    return str(turn.slot("text") or turn.text).strip()


def _kinds(words: str) -> list[str]:
    """What has happened, as far as words tell; a mere cry for help tells nothing."""
    return [kind for kind, forms in _kinds_said().items() if _says(words, forms)]


def _stands_down(words: str) -> bool:
    """Whoever asks, or tells of blood or smoke beside it, does not say that all is well."""
    if _says(words, _listed("doubts")):
        return False
    return _says(words, _listed("over")) or (_says(words, _listed("calm")) and not _kinds(words))


def _says(words: str, forms: Iterable[re.Pattern[str]]) -> bool:
    folded = words.casefold().replace("’", "'")
    return any(form.search(folded) for form in forms)


@cache
def _kinds_said() -> dict[str, list[re.Pattern[str]]]:
    tables = [table(language, "emergency", "kinds") for language in LANGUAGES]
    return {kind: _forms(word for each in tables for word in each[kind]) for kind in tables[0]}


@cache
def _listed(name: str) -> list[re.Pattern[str]]:
    return _forms(word for language in LANGUAGES for word in table(language, "emergency", "standing_down")[name])


def _forms(said: Iterable[str]) -> list[re.Pattern[str]]:
    """A word may have any ending, but begins where it stands: "burn" is in burning, "hit" not in white."""
    return [re.compile(rf"(?<![a-z]){re.escape(each)}" if each.isascii() else re.escape(each)) for each in said]
