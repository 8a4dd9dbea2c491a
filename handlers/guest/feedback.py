"""What the guest thinks: written down in their own words; a complaint is heard by a manager at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from crm.conversations.messages import MessageClass
from crm.conversations.recipients import Recipient
from crm.encryption import folded
from crm.feedback import FeedbackKind, has_said, record_feedback
from crm.staff.members import find_staff_member
from crm.staff.roles import matrix
from handlers import cards, notices
from handlers.parties import talk_buttons
from handlers.turn import Button, Call, Question, Reply, Turn
from prompts.words import LANGUAGES, say, table

JUST_NOW = timedelta(minutes=30)  # whoever goes on complaining is not told the same again


def complain(turn: Turn) -> list[Reply]:
    words = _words(turn)
    if not words:
        return [_ask(turn)]
    guest_id = turn.speaker.guest_id
    is_another = guest_id is not None and has_said(turn.db, guest_id, FeedbackKind.COMPLAINT, turn.now - JUST_NOW)
    _record(turn, FeedbackKind.COMPLAINT, words)
    on_duty = notices.managers(turn)
    people = on_duty or notices.people_for(turn, notices.DESK)[0]
    away = [] if people else notices.everybody(turn, {*matrix()["hear_complaints"], notices.DESK})
    manager = find_staff_member(turn.db, on_duty[0].staff_id) if on_duty and on_duty[0].staff_id else None
    text = say(
        turn.language,
        "feedback.complain.thanks",
        heard_by="manager" if on_duty else "desk" if people else "nobody",
        another=is_another,
        name=cards.speakable(turn.language, manager.name) if manager else "",
        phone=turn.house.phone,
    )
    return [Reply(text), *_to_managers(turn, words, people or away)]


def compliment(turn: Turn) -> list[Reply]:
    return _noted(turn, FeedbackKind.COMPLIMENT)


def suggest(turn: Turn) -> list[Reply]:
    return _noted(turn, FeedbackKind.SUGGESTION)


def _noted(turn: Turn, kind: FeedbackKind) -> list[Reply]:
    words = _words(turn)
    if not words:
        return [_ask(turn)]
    _record(turn, kind, words)
    return [Reply(say(turn.language, f"feedback.{turn.call.intent}.thanks"))]


def _words(turn: Turn) -> str:
    """What the guest says about it; nothing when all they said is that they want to."""
    words = str(turn.slot("text") or "").strip()
    announced = {
        folded(each) for language in LANGUAGES for each in table(language, "feedback", turn.call.intent)["bare"]
    }
    return "" if folded(words.strip("。.!！,，")) in announced else words


def _ask(turn: Turn) -> Reply:
    return Reply(say(turn.language, f"feedback.{turn.call.intent}.ask"), ask=Question(turn.call, "text"))


def _record(turn: Turn, kind: FeedbackKind, words: str) -> None:
    record_feedback(
        turn.db,
        turn.now,
        kind,
        words,
        property_id=turn.house.id,
        stay=turn.speaker.stay,
        inbound_id=turn.inbound_id,
        part=turn.part,
    )


def _to_managers(turn: Turn, words: str, people: Sequence[Recipient]) -> list[Reply]:
    stay = turn.speaker.stay
    room = stay.room if stay and stay.is_in_house else ""
    look = {"room": room}
    return [
        Reply(
            say(
                each.language,
                "cards.staff.complaint",
                room=stay.room if stay else "",
                name=stay.guest_name if stay else turn.speaker.name,
                linked=stay is not None,
                words=words,
                translation=turn.meaning(words),
            ),
            buttons=[
                *([Button(cards.room_label(each.language, room), Call("who_is_in_room", look))] if room else []),
                *talk_buttons(each, turn.here),
            ],
            to=each,
            attachments=turn.attachments,
            message_class=MessageClass.SERVICE,
        )
        for each in people
    ]
