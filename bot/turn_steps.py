"""The records' side of a turn: what its steps read and write. The order is in concierge.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate, takewhile

from bot.house import House
from bot.replies import as_button, as_message, as_question, merged, packed, pictures_of, with_pictures
from bot.turn_notes import answer_with_a_slash, missed, notices
from bot.understanding.contract import TALK, Context, Understanding
from crm.calendar import local
from crm.conversations import inbound as waiting_room
from crm.conversations.accounts import Speaker, set_language
from crm.conversations.messages import (
    Attachment,
    InboundMessage,
    find_choice,
)
from crm.conversations.outbox import queue_messages
from crm.conversations.waiting import Held, find_waiting
from crm.properties.houses import Property
from crm.store import Connection
from handlers import intents
from handlers.turn import Button, Call, Question, Reply, Turn
from prompts.words import say

MOST_AT_ONCE = 5  # messages of a burst; understanding hears ten wishes and 5,000 characters in one turn
LONGEST_TEXT = 4_500
SMALL_TALK = ("greet", "thank")
PICTURE = "show_picture"


@dataclass(frozen=True, slots=True)
class Matter:
    """What one turn is about: the waiting messages of one speaker, and all that understanding them needs.

    `held`: the speaker is a guest in a colleague's hands, or a colleague with a guest in front of them. `alarm`: of
    the guest who speaks, whose words go to everybody who was called.
    """

    messages: Sequence[InboundMessage]
    speaker: Speaker
    house: Property
    text: str
    attachments: Sequence[Attachment]
    pressed: Call | None
    question: Question | None
    choices: Sequence[Button]
    knowledge_version: int
    held: Held | None = None
    alarm: str = ""

    @property
    def voice(self) -> str:
        """The handoff by which a colleague speaks in this conversation."""
        return self.held.handoff_id if self.held and self.held.is_here else ""


def gather(db: Connection, conversation_id: str, house: House) -> Matter | None:
    """Between the transactions: what waits in the conversation and who says it; None when nothing waits."""
    waiting = find_waiting(db, conversation_id)
    if waiting is None:
        return None
    messages = _one_turn(waiting.messages)
    speaker = waiting.speaker
    pressed = find_choice(db, conversation_id, messages[0].body.button) if messages[0].body.button else None
    return Matter(
        messages=messages,
        speaker=speaker,
        house=house.of(speaker),
        text="\n".join(message.body.text for message in messages if message.body.text),
        attachments=[
            *pictures_of(waiting.question),
            *(file for message in messages for file in message.body.attachments),
        ],
        pressed=Call(pressed.intent, pressed.slots) if pressed else None,
        question=as_question(waiting.question),
        choices=() if pressed else [as_button(choice) for choice in waiting.choices],
        knowledge_version=waiting.knowledge_version,
        held=waiting.held,
        alarm=waiting.alarm,
    )


def context(matter: Matter, now: datetime, house: House, names: Sequence[str] = ()) -> Context:
    return Context(
        offered=intents.offered(matter.speaker, matter.house),
        now=local(now, matter.house.time_zone),
        language=matter.speaker.language,
        rooms=house.rooms[matter.house.id],
        entries=house.entries(matter.speaker),
        question=matter.question,
        choices=tuple(matter.choices),
        names=tuple(names),
        house_language="" if matter.speaker.staff is not None else matter.house.language,
        catalogue=house.catalogue,
    )


def handle(
    db: Connection, now: datetime, owner: str, house: House, matter: Matter, understanding: Understanding
) -> bool:
    """Second transaction: settles the messages, runs the handlers, queues the replies. True when more is waiting."""
    speaker = matter.speaker
    language = _answered_in(speaker, understanding)
    if language != speaker.language:
        speaker = replace(speaker, language=language)
    waiting_room.take_up(
        db,
        now,
        speaker.conversation_id,
        owner,
        matter.messages,
        reason=missed(matter.text, matter.question, understanding),
        voice=matter.voice,
    )
    replies = _answers(db, now, house, matter, speaker, understanding)
    replies += answer_with_a_slash(matter.held, speaker, replies)
    answered, translated = matter.messages[-1].id, house.asks_model
    queue_messages(db, now, [as_message(reply, speaker, answered, translated=translated) for reply in merged(replies)])
    question = _left_open(matter, understanding, replies)
    if question is not None or matter.question is not None:
        waiting_room.set_question(db, speaker.conversation_id, packed(question))
    if speaker is not matter.speaker:
        set_language(db, speaker.account_id, speaker.language)
    return go_on_or_release(db, speaker.conversation_id, owner)


def finish(db: Connection, conversation_id: str, owner: str) -> bool:
    """Gives the conversation up; True when something came in meanwhile and this owner has to go on."""
    waiting_room.hold_lease(db, conversation_id, owner)
    return go_on_or_release(db, conversation_id, owner)


def go_on_or_release(db: Connection, conversation_id: str, owner: str) -> bool:
    return not waiting_room.try_release_lease(db, conversation_id, owner)


def _one_turn(messages: Sequence[InboundMessage]) -> Sequence[InboundMessage]:
    """A burst of texts by one speaker is one turn, as far as it can be understood; a pressed button is its own turn."""
    first = messages[0]
    if first.body.button:
        return [first]
    burst = takewhile(lambda each: each.account_id == first.account_id and not each.body.button, messages)
    lengths = accumulate(len(each.body.text) for each in messages)
    readable = sum(length <= LONGEST_TEXT for length in lengths)
    return list(burst)[: max(1, min(MOST_AT_ONCE, readable))]


def _answers(
    db: Connection, now: datetime, house: House, matter: Matter, speaker: Speaker, understanding: Understanding
) -> list[Reply]:
    def turn(call: Call, part: int = 0) -> Turn:
        return Turn(
            db=db,
            now=now,
            speaker=speaker,
            house=matter.house,
            catalogue=house.catalogue,
            call=call,
            text=matter.text,
            attachments=matter.attachments,
            inbound_id=matter.messages[0].id,
            part=part,
        )

    if matter.attachments and not matter.text.strip() and understanding.by not in ("button", TALK):
        asked_for = matter.question is not None and matter.question.call.intent == PICTURE
        return intents.answer(turn(matter.question.call if matter.question and asked_for else Call(PICTURE)))
    if understanding.calls:
        replies = [reply for part, call in enumerate(understanding.calls) for reply in intents.answer(turn(call, part))]
        return replies + notices(house, speaker, understanding.calls)
    if understanding.by == "pending":
        return [Reply(say(speaker.language, "turn.dropped.text"))]
    if matter.question is not None:
        again = intents.answer(turn(matter.question.call))
        return [Reply(say(speaker.language, "turn.not_caught.text")), *again]
    return intents.not_understood(turn(Call("")), [_nearest(each, house) for each in understanding.alternatives])


def _answered_in(speaker: Speaker, understanding: Understanding) -> str:
    """A guest is answered as they write; staff read their own language, whatever name they type."""
    return speaker.staff.language if speaker.staff is not None else understanding.language


def _left_open(matter: Matter, understanding: Understanding, replies: Sequence[Reply]) -> Question | None:
    """The question the replies ask; a thank-you in between leaves the one before open."""
    asked = next((reply.ask for reply in reversed(replies) if reply.ask is not None), None)
    is_small_talk = bool(understanding.calls) and all(call.intent in SMALL_TALK for call in understanding.calls)
    open_now = asked or (matter.question if is_small_talk else None)
    return with_pictures(open_now, matter.attachments) if open_now else None


def _nearest(name: str, house: House) -> Call:
    """An alternative is the code of a service or the name of an intent."""
    return Call("request_service", {"service": name}) if name in house.catalogue else Call(name)
