"""Messages that break their handler, or cannot even be read: kept aside, the speaker told, a person asked to look."""

from __future__ import annotations

from datetime import datetime

from bot.replies import as_message
from bot.turn_steps import Matter, go_on_or_release
from crm.conversations import inbound as waiting_room
from crm.conversations.messages import Body, MessageState, NewMessage
from crm.conversations.outbox import queue_messages
from crm.conversations.recipients import Recipient, on_duty, recipient_in, staff_recipients
from crm.properties.houses import Property
from crm.staff.members import staff_of
from crm.store import Connection
from handlers.turn import Reply
from prompts.words import say

WHO_LOOKS = ("front_desk", "manager")


def quarantine(db: Connection, now: datetime, owner: str, matter: Matter, error: BaseException) -> bool:
    """Keeps the messages of this turn aside. True when more is waiting."""
    speaker = matter.speaker
    state, reason = MessageState.QUARANTINED, type(error).__name__
    waiting_room.take_up(db, now, speaker.conversation_id, owner, matter.messages, state, reason, matter.voice)
    people, room = _who_looks(db, matter.house), speaker.stay.room if speaker.stay else ""
    replies = [Reply(say(speaker.language, "turn.broken.apology", told=bool(people), phone=matter.house.phone))]
    replies += [
        Reply(say(each.language, "turn.broken.notice", name=speaker.name, room=room), to=each) for each in people
    ]
    queue_messages(db, now, [as_message(reply, speaker, matter.messages[-1].id) for reply in replies])
    return go_on_or_release(db, speaker.conversation_id, owner)


def set_aside(db: Connection, now: datetime, owner: str, conversation_id: str, error: BaseException) -> bool:
    """Keeps the first message of the conversation aside, unread, so that the next one is served."""
    waiting_room.hold_lease(db, conversation_id, owner)
    waiting_room.quarantine_first(db, now, conversation_id, type(error).__name__)
    person = recipient_in(db, conversation_id)
    apology = Body(say(person.language, "turn.broken.apology", told=False, phone=""))
    queue_messages(db, now, [NewMessage(conversation_id, person.channel, person.language, apology)])
    return go_on_or_release(db, conversation_id, owner)


def _who_looks(db: Connection, house: Property) -> list[Recipient]:
    """The desk on duty, else the managers on duty, else all of them at home."""
    desk, manager = WHO_LOOKS
    everybody = [member.id for member in staff_of(db, house.id) if member.role in WHO_LOOKS]
    return (
        on_duty(db, house.id, department=desk) or on_duty(db, house.id, role=manager) or staff_recipients(db, everybody)
    )
