"""Whoever asked what was not written down, and is still in house, is told once it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from crm.conversations.messages import MessageClass
from crm.conversations.reachability import told_in, ways_around
from crm.conversations.recipients import Recipient
from crm.conversations.unanswered import (
    KEPT,
    OpenQuestion,
    due_questions,
    find_open_question,
    look_later,
    try_settle,
    was_told,
)
from crm.encryption import folded
from crm.properties.houses import get_property
from crm.properties.knowledge import Entry, entries_for, find_entry, knowledge, knowledge_version
from crm.stays.bookings import StayInfo, find_current_stay
from crm.store import Connection
from handlers import cards, entries
from handlers.turn import Moment, Reply, Timed
from prompts.words import say

Find = Callable[[str, tuple[Entry, ...]], Sequence[str]]  # a question, entries → the ids of those that answer it

LONGEST_QUESTION = 80


def telling_askers(find: Find) -> Timed:
    """`find` is how the house finds the entries that answer a question."""
    return Timed("house questions", due_questions, lambda moment, key: _look_again(moment, key, find), _put_off)


def _look_again(moment: Moment, key: str, find: Find) -> list[Reply]:
    question = find_open_question(moment.db, key)
    if question is None:
        return []
    there = moment.at_property(question.property_id)
    version = knowledge_version(there.db, there.house)  # first, for it may change while we look
    (ways,) = ways_around(there.db, there.now, [question.conversation_id])
    chats = [each.to.conversation_id for each in ways]
    stay = _stay_of(there, ways[0].to)
    entry = _answer(there, question, stay, find)
    if entry is None and question.asked_at > there.now - KEPT:
        look_later(there.db, question, version)
        return []
    told = entry is not None and stay is not None and not was_told(there.db, chats, entry)
    if not try_settle(there.db, there.now, question, entry, told=told):
        return []
    return [_news(there, question, entry)] if told and entry else []


def _stay_of(moment: Moment, asker: Recipient) -> StayInfo | None:
    """The asker's, while they are in house."""
    stay = find_current_stay(moment.db, asker.guest_id) if asker.guest_id else None
    return stay if stay and stay.is_in_house and stay.property_id == moment.house.id else None


def _answer(moment: Moment, question: OpenQuestion, stay: StayInfo | None, find: Find) -> Entry | None:
    """What a colleague gave as the answer, else what the asker would find now."""
    given = find_entry(moment.db, question.entry_id) if question.entry_id else None
    if given is not None and not given.is_removed:
        return given
    known = entries_for(knowledge(moment.db, moment.house), stay.room_type if stay else "")
    found = find(question.words, known)
    return next((each for each in known if each.id in found), None)


def _news(moment: Moment, question: OpenQuestion, entry: Entry) -> Reply:
    """Named by its title, unless that is what they asked."""
    (asker,) = told_in(moment.db, moment.now, [question.conversation_id])
    words, asked = entry.spoken(asker.language), question.words
    is_said = folded(words.title) in folded(asked)
    text = say(
        asker.language,
        "house_knowledge.answered_later.text",
        question=cards.short(asked, LONGEST_QUESTION),
        answer=words.text if is_said else entries.spoken(asker.language, words),
    )
    return Reply(text, to=asker, message_class=MessageClass.SERVICE)


def _put_off(db: Connection, now: datetime, key: str) -> None:
    """Until the house's knowledge changes again."""
    question = find_open_question(db, key)
    if question is not None:
        look_later(db, question, knowledge_version(db, get_property(db, question.property_id)))
