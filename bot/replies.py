"""What handlers say and ask, as the records keep it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.elders import simply
from bot.languages import code_of, is_foreign
from crm.conversations.accounts import Speaker
from crm.conversations.messages import Attachment, Body, Choice, NewMessage, pack, pack_files, unpack, unpack_files
from handlers.turn import Button, Call, Question, Reply


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
        urgent=any(reply.urgent for reply in own),
        ask=next((reply.ask for reply in reversed(own) if reply.ask is not None), None),
        elder_mode=next((reply.elder_mode for reply in reversed(own) if reply.elder_mode is not None), None),
    )
    return [together, *others]


def as_message(
    reply: Reply, speaker: Speaker | None = None, answered: str = "", *, translated: bool = False
) -> NewMessage:
    """`answered` is the id of the message it replies to; `translated`: guests are to hear it in their own language.

    What the clock has to say answers nobody, so each of its replies names its recipient.
    """
    listener = reply.to or speaker
    assert listener is not None
    elder_mode = listener.elder_mode if reply.elder_mode is None else reply.elder_mode
    if elder_mode:
        reply = simply(reply, listener.language)
    choices = [Choice(button.label, button.call.intent, dict(button.call.slots)) for button in reply.buttons]
    is_colleague = reply.to.staff_id is not None if reply.to else speaker is not None and speaker.staff is not None
    is_foreign_to_us = translated and not is_colleague and not reply.urgent and is_foreign(listener.language)
    into = code_of(listener.language) if is_foreign_to_us else ""
    return NewMessage(
        conversation_id=listener.conversation_id,
        channel=listener.channel,
        language="" if into else listener.language,
        body=Body(reply.text, choices, reply.attachments, into=into, large=elder_mode, asks_consent=reply.asks_consent),
        message_class=reply.message_class,
        about=reply.about,
        reply_to=None if reply.to else answered,
    )


def as_question(stored: Mapping[str, object] | None) -> Question | None:
    if stored is None:
        return None
    values = unpack(stored)
    return Question(Call(values["intent"], values["slots"]), values["asks"])


def packed(question: Question | None) -> dict[str, object] | None:
    if question is None:
        return None
    return {"intent": question.call.intent, "slots": pack(dict(question.call.slots)), "asks": question.asks}


def with_pictures(question: Question, attachments: Sequence[Attachment]) -> Question:
    """What the speaker has shown goes along with the answer that is still to come."""
    if not attachments:
        return question
    slots = {**question.call.slots, "pictures": pack_files(attachments)}
    return replace(question, call=replace(question.call, slots=slots))


def pictures_of(question: Mapping[str, Any] | None) -> list[Attachment]:
    """The pictures the open question is about: they go with the answer."""
    return unpack_files(question["slots"].get("pictures")) if question else []


def as_button(choice: Choice) -> Button:
    return Button(choice.label, Call(choice.intent, choice.slots))
