"""The words every handler is written in: a Turn comes in, Replies go out, an Intent declares the capability."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from crm.conversations.accounts import Speaker
from crm.conversations.messages import Attachment, MessageClass
from crm.conversations.recipients import Recipient
from crm.properties.houses import Property, get_property

if TYPE_CHECKING:
    from crm.properties.catalogue import Catalogue
    from crm.staff.members import StaffMember
    from crm.store import Connection


TRANSLATION = "translation"  # the slot with a guest's own words and what they mean in the language of the house


class Audience(StrEnum):
    """Who may be offered a capability at all; the permission matrix then decides for this speaker."""

    GUEST = "guest"
    STAFF = "staff"
    ANYONE = "anyone"


@dataclass(frozen=True, slots=True)
class Slot:
    """A detail of a capability; `finder` names the reader in bot/understanding/slots that finds it in text."""

    name: str
    finder: str


def slots(*names: str, **others: str) -> tuple[Slot, ...]:
    """Slots that are found by the finder of their own name, and others by the one that is named."""
    return tuple(Slot(name, finder) for name, finder in ({name: name for name in names} | others).items())


@dataclass(frozen=True, slots=True)
class Call:
    """What somebody wants: an intent's name and its slots (str, int, aware datetime or lists of these)."""

    intent: str
    slots: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """The one open question of a conversation: the call to finish and the slot the next message should fill."""

    call: Call
    asks: str


@dataclass(frozen=True, slots=True)
class Button:
    """A choice offered under a message; pressing it, typing its number or its label makes the call."""

    label: str
    call: Call


@dataclass(frozen=True, slots=True)
class Reply:
    """Something to be said; without `to` it goes to whoever is speaking.

    `ask` leaves a question open in the speaker's conversation. `about` is the id of the service request it concerns.
    `follow_up` is what to do next, such as the request that waited until the guest was linked. What is `urgent` goes
    out as it is, without waiting to be translated. `elder_mode` is the speaker's from now on, where that has changed.
    `asks_consent`: where a platform wants it, the listener is asked whether we may write later.
    """

    text: str
    buttons: Sequence[Button] = ()
    to: Recipient | None = None
    ask: Question | None = None
    about: str | None = None
    attachments: Sequence[Attachment] = ()
    message_class: MessageClass = MessageClass.REPLY
    follow_up: Call | None = None
    urgent: bool = False
    elder_mode: bool | None = None
    asks_consent: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """A house and an instant: all that the clock has in hand, and a part of every turn."""

    db: Connection
    now: datetime
    house: Property
    catalogue: Catalogue

    @property
    def here(self) -> str:
        """The conversation of whoever is speaking; the clock speaks nowhere."""
        return ""

    def is_spoken_by(self, person: Recipient) -> bool:
        """Whether it is they who speak, here or in another chat of theirs."""
        return False

    def at_property(self, property_id: str) -> Self:
        """The same in the house a request or a stay belongs to: its people, its clock, its phone."""
        return self if property_id == self.house.id else replace(self, house=get_property(self.db, property_id))


@dataclass(frozen=True, slots=True)
class Turn(Moment):
    """One thing somebody wants, with all a handler may need to answer it inside the transaction."""

    speaker: Speaker
    call: Call
    text: str = ""
    attachments: Sequence[Attachment] = ()
    inbound_id: str = ""
    part: int = 0

    @property
    def here(self) -> str:
        return self.speaker.conversation_id

    def is_spoken_by(self, person: Recipient) -> bool:
        is_same_guest = person.guest_id is not None and person.guest_id == self.speaker.guest_id
        return is_same_guest or person.conversation_id == self.here

    @property
    def language(self) -> str:
        return self.speaker.language

    @property
    def member(self) -> StaffMember:
        """The colleague who speaks; only for capabilities whose audience is staff."""
        assert self.speaker.staff is not None
        return self.speaker.staff

    def slot(self, name: str) -> Any:
        """The slot's value, or None when the speaker did not give it."""
        return self.call.slots.get(name)

    def meaning(self, words: str) -> str:
        """What these words of the guest mean in the language of the house, where a model has said so."""
        said, meant = self.slot(TRANSLATION) or ("", "")
        return str(meant) if " ".join(str(said).split()) == " ".join(words.split()) else ""


Handler = Callable[[Turn], list[Reply]]


@dataclass(frozen=True, slots=True)
class Intent:
    """A capability, declared once: phrases, buttons, help, permission and (later) the model's tools all read this.

    `is_here`: whether a house has it at all, where that depends on its settings.
    """

    name: str
    audience: Audience
    action: str
    handle: Handler
    slots: tuple[Slot, ...] = ()
    is_here: Callable[[Property], bool] = lambda _house: True


@dataclass(frozen=True, slots=True)
class Timed:
    """Something the clock does, declared once.

    `due` lists the keys of what is due, at most so many; it is asked every second, so it has an index of its own.
    `act` does one of them in a transaction of its own, and nothing when a replica was faster. `put_off` lets one
    that failed wait, so that it keeps nobody else from being served.
    """

    name: str
    due: Callable[[Connection, datetime, int], Sequence[str]]
    act: Callable[[Moment, str], list[Reply]]
    put_off: Callable[[Connection, datetime, str], None]
