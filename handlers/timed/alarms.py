"""Alarms that nobody answers: everybody on duty is called once more, then the whole house."""

from __future__ import annotations

from crm.conversations.alarms import call, due_alarms, get_alarm, put_off_repeat, try_repeat
from handlers import alarms
from handlers.parties import party_in
from handlers.turn import Moment, Reply, Timed


def _repeat(moment: Moment, key: str) -> list[Reply]:
    known = get_alarm(moment.db, key)
    if not try_repeat(moment.db, moment.now, known):
        return []
    there = moment.at_property(known.property_id) if known.property_id else moment
    people = alarms.called_again(there, known)
    call(there.db, known.id, (each.conversation_id for each in people))
    return alarms.pages(there, get_alarm(there.db, key), party_in(there, known.conversation_id), people)


WORK = Timed("alarms", due_alarms, _repeat, put_off_repeat)
