"""The records' side of a turn: what each of its transactions reads and writes. The order is in concierge.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile

from bot.channels.base import Inbound, InboundKind
from bot.understanding.recogniser import Context, Understanding
from crm.calendar import local
from crm.conversations import inbound as waiting_room
from crm.conversations.accounts import (
    Place,
    Speaker,
    load_speaker,
    locate,
    move_conversation,
    on_duty,
    set_language,
    set_reachable,
)
from crm.conversations.messages import (
    Attachment,
    Body,
    Choice,
    InboundMessage,
    MessageState,
    NewMessage,
    find_choice,
    last_choices,
    pack,
    unpack,
)
from crm.conversations.outbox import queue_messages, suppress_queued
from crm.properties.catalogue import Catalogue
from crm.properties.houses import Property, properties, room_numbers
from crm.store import Connection
from handlers import intents
from handlers.turn import Button, Call, Question, Reply, Turn
from prompts.words import say


@dataclass(frozen=True, slots=True)
class House:
    """What every turn needs of the properties, kept in memory; the first one serves who is linked to none."""

    properties: Mapping[str, Property]
    rooms: Mapping[str, frozenset[str]]
    catalogue: Catalogue
    language: str

    def of(self, speaker: Speaker) -> Property:
        if speaker.stay is not None:
            return self.properties[speaker.stay.property_id]
        if speaker.staff is not None and speaker.staff.property_ids:
            return self.properties[speaker.staff.property_ids[0]]
        return next(iter(self.properties.values()))


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message that is now stored, and whether this process may answer it."""

    place: Place
    is_leased: bool


@dataclass(frozen=True, slots=True)
class Matter:
    """What one turn is about: the waiting messages of one speaker, and all that understanding them needs."""

    messages: Sequence[InboundMessage]
    speaker: Speaker
    house: Property
    text: str
    attachments: Sequence[Attachment]
    pressed: Call | None
    question: Question | None
    choices: Sequence[Button]


def load_house(db: Connection, catalogue: Catalogue, language: str) -> House:
    known = {each.id: each for each in properties(db)}
    return House(known, {key: room_numbers(db, each) for key, each in known.items()}, catalogue, language)


def record(db: Connection, now: datetime, owner: str, default_language: str, inbound: Inbound) -> Arrival | None:
    """First transaction: writes the message down; None when there is nothing (new) to answer."""
    place = locate(
        db,
        now,
        channel=inbound.channel,
        address=inbound.address,
        sender_id=inbound.sender_id,
        is_group=inbound.is_group,
        name=inbound.sender_name,
        language=inbound.language or default_language,
    )
    if inbound.kind is InboundKind.MIGRATED:
        move_conversation(db, place.conversation_id, inbound.text)
        return None
    if inbound.kind is InboundKind.BLOCKED:
        set_reachable(db, place.account_id, now)
        suppress_queued(db, now, place.conversation_id, "blocked")
        return None
    message_id = waiting_room.record_inbound(
        db,
        now,
        place,
        channel=inbound.channel,
        dedupe_key=f"{inbound.channel}:{inbound.dedupe_key}",
        body=Body(text=inbound.text, button=inbound.button),
        raw=inbound.raw,
        files=[waiting_room.NewFile(file.kind, file.mime, file.name, file.content) for file in inbound.files],
    )
    if message_id is None:
        return None
    return Arrival(place, waiting_room.hear(db, now, place.conversation_id, owner))


def gather(db: Connection, conversation_id: str, house: House) -> Matter | None:
    """Between the transactions: what waits in the conversation and who says it; None when nothing waits."""
    waiting = waiting_room.load_waiting(db, conversation_id)
    if not waiting.messages:
        return None
    messages = _one_turn(waiting.messages)
    speaker = load_speaker(db, Place(conversation_id, messages[0].account_id))
    pressed = find_choice(db, conversation_id, messages[0].body.button) if messages[0].body.button else None
    return Matter(
        messages=messages,
        speaker=speaker,
        house=house.of(speaker),
        text="\n".join(message.body.text for message in messages if message.body.text),
        attachments=[attachment for message in messages for attachment in message.body.attachments],
        pressed=Call(pressed.intent, unpack(pressed.slots)) if pressed else None,
        question=_question(waiting.question),
        choices=() if pressed else [_button(choice) for choice in last_choices(db, conversation_id)],
    )


def context(matter: Matter, now: datetime, house: House) -> Context:
    return Context(
        offered=intents.offered(matter.speaker),
        now=local(now, matter.house.time_zone),
        language=matter.speaker.language,
        rooms=house.rooms[matter.house.id],
        question=matter.question,
        choices=tuple(matter.choices),
    )


def handle(
    db: Connection, now: datetime, owner: str, house: House, matter: Matter, understanding: Understanding
) -> bool:
    """Second transaction: runs the handlers, queues the replies, settles the messages. True when more is waiting."""
    speaker = replace(matter.speaker, language=understanding.language)
    waiting_room.hold_lease(db, speaker.conversation_id, owner)
    replies = _answers(db, now, house, replace(matter, speaker=speaker), understanding)
    queue_messages(db, now, [_message(reply, speaker, matter) for reply in merged(replies)])
    waiting_room.settle_inbound(db, now, matter.messages)
    question = next((reply.ask for reply in reversed(replies) if reply.ask is not None), None)
    if question is not None or matter.question is not None:
        waiting_room.set_question(db, speaker.conversation_id, _packed(question))
    if speaker.language != matter.speaker.language:
        set_language(db, speaker.account_id, speaker.language)
    return _go_on_or_release(db, speaker.conversation_id, owner)


def quarantine(db: Connection, now: datetime, owner: str, matter: Matter, error: BaseException) -> bool:
    """A message that breaks its handler: kept aside, the speaker told, a person asked to look. True when more waits."""
    speaker = matter.speaker
    waiting_room.hold_lease(db, speaker.conversation_id, owner)
    waiting_room.settle_inbound(db, now, matter.messages, MessageState.QUARANTINED, type(error).__name__)
    replies = [Reply(say(speaker.language, "turn.broken.apology"))]
    people = on_duty(db, matter.house.id, department="front_desk") or on_duty(db, matter.house.id, role="manager")
    room = speaker.stay.room if speaker.stay else ""
    replies += [
        Reply(say(each.language, "turn.broken.notice", name=speaker.name, room=room), to=each) for each in people
    ]
    queue_messages(db, now, [_message(reply, speaker, matter) for reply in replies])
    return _go_on_or_release(db, speaker.conversation_id, owner)


def merged(replies: Sequence[Reply]) -> list[Reply]:
    """What is said to the speaker in one turn is one message; what others hear stays apart."""
    own = [reply for reply in replies if reply.to is None]
    others = [reply for reply in replies if reply.to is not None]
    if len(own) < 2:
        return own + others
    text = "\n\n".join(reply.text for reply in own if reply.text)
    together = replace(
        own[-1],
        text=text,
        buttons=[button for reply in own for button in reply.buttons],
        attachments=[attachment for reply in own for attachment in reply.attachments],
    )
    return [together, *others]


def _one_turn(messages: Sequence[InboundMessage]) -> Sequence[InboundMessage]:
    """A burst of texts by one speaker is one turn; a pressed button is a turn of its own."""
    first = messages[0]
    if first.body.button:
        return [first]
    return list(takewhile(lambda each: each.account_id == first.account_id and not each.body.button, messages))


def _answers(db: Connection, now: datetime, house: House, matter: Matter, understanding: Understanding) -> list[Reply]:
    turn = Turn(
        db=db,
        now=now,
        speaker=matter.speaker,
        house=matter.house,
        catalogue=house.catalogue,
        call=Call(""),
        text=matter.text,
        attachments=matter.attachments,
        inbound_id=matter.messages[0].id,
    )
    if not understanding.calls:
        return intents.not_understood(turn, understanding.alternatives)
    parts = [replace(turn, call=call, part=part) for part, call in enumerate(understanding.calls)]
    return [reply for part in parts for reply in intents.answer(part)]


def _message(reply: Reply, speaker: Speaker, matter: Matter) -> NewMessage:
    choices = [Choice(button.label, button.call.intent, dict(button.call.slots)) for button in reply.buttons]
    return NewMessage(
        conversation_id=reply.to.conversation_id if reply.to else speaker.conversation_id,
        channel=reply.to.channel if reply.to else speaker.channel,
        language=reply.to.language if reply.to else speaker.language,
        body=Body(reply.text, choices, reply.attachments),
        message_class=reply.message_class,
        about=reply.about,
        reply_to=None if reply.to else matter.messages[-1].id,
    )


def _go_on_or_release(db: Connection, conversation_id: str, owner: str) -> bool:
    if waiting_room.has_waiting(db, conversation_id):
        return True
    waiting_room.release_lease(db, conversation_id, owner)
    return False


def _question(packed: Mapping[str, object] | None) -> Question | None:
    if packed is None:
        return None
    values = unpack(packed)
    return Question(Call(values["intent"], values["slots"]), values["asks"])


def _packed(question: Question | None) -> dict[str, object] | None:
    if question is None:
        return None
    return {"intent": question.call.intent, "slots": pack(dict(question.call.slots)), "asks": question.asks}


def _button(choice: Choice) -> Button:
    return Button(choice.label, Call(choice.intent, unpack(choice.slots)))
