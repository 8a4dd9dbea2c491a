"""Accounts on channels, their conversations, and who the speaker is to the house."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Select, UniqueConstraint, bindparam, select, union_all, update
from sqlmodel import Field, SQLModel

from crm.conversations.alarms import heard_in
from crm.guests.profile import guest
from crm.properties.houses import room
from crm.staff.members import StaffMember, find_staff_member
from crm.stays.bookings import STAY_COLUMNS, StayInfo, current_stay_id, stay, stay_info
from crm.store import Connection, Json, Prepared, Utc, insert_once, new_id, partial_index, table


class Account(SQLModel, table=True):
    """A person on a channel. At most one of guest and staff member is set; `own_guest_id` is as of a stay."""

    __table_args__ = (UniqueConstraint("channel", "external_id"),)

    id: str = Field(primary_key=True)
    channel: str
    external_id: str
    name: str = ""
    language: str
    guest_id: str | None = Field(default=None, foreign_key="guest.id", index=True)
    own_guest_id: str | None = None
    staff_id: str | None = Field(default=None, foreign_key="staff_member.id", index=True)
    unreachable_since: datetime | None = Field(default=None, sa_type=Utc)
    link_failures: int = 0
    link_locked_until: datetime | None = Field(default=None, sa_type=Utc)
    created_at: datetime = Field(sa_type=Utc)


class Conversation(SQLModel, table=True):
    """A chat on a channel: a private one belongs to an account, a group to nobody.

    The lease (owner, until) makes turns of one conversation follow each other over all replicas.
    """

    __table_args__ = (
        UniqueConstraint("channel", "address"),
        partial_index("ix_conversation_leased", "lease_owner", where="lease_owner IS NOT NULL"),
    )

    id: str = Field(primary_key=True)
    channel: str
    address: str
    account_id: str | None = Field(default=None, foreign_key="account.id", index=True)
    last_inbound_at: datetime | None = Field(default=None, sa_type=Utc)
    question: dict[str, Any] | None = Field(default=None, sa_type=Json)
    lease_owner: str | None = None
    lease_until: datetime | None = Field(default=None, sa_type=Utc)


account = table(Account)
conversation = table(Conversation)


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who is speaking, where, and what the house knows about them at this moment."""

    account_id: str
    conversation_id: str
    channel: str
    name: str
    language: str
    guest_id: str | None = None
    staff: StaffMember | None = None
    stay: StayInfo | None = None
    elder_mode: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """The conversation something was said in and the account that said it.

    `is_alarmed`: what a guest says there goes to the colleagues who were called.
    """

    conversation_id: str
    account_id: str
    is_staff: bool = False
    is_unreachable: bool = False
    is_alarmed: bool = False


_AT_ADDRESS = (
    select(conversation.c.id)
    .where(conversation.c.channel == bindparam("channel"), conversation.c.address == bindparam("address"))
    .scalar_subquery()
)
_LOCATE = Prepared(
    select(
        _AT_ADDRESS,
        account.c.id,
        account.c.staff_id.is_not(None),
        account.c.unreachable_since.is_not(None),
        heard_in(_AT_ADDRESS, account.c.guest_id, bindparam("now", type_=Utc)).is_not(None),
    ).where(account.c.channel == bindparam("channel"), account.c.external_id == bindparam("sender_id"))
)
_own = guest.alias("own")
ELDER_MODE = select(_own.c.elder_mode).where(_own.c.id == account.c.guest_id).correlate(account).scalar_subquery()
SPEAKER_COLUMNS = (
    account.c.channel,
    account.c.name,
    account.c.language,
    account.c.guest_id,
    account.c.staff_id,
    ELDER_MODE.label("in_elder_mode"),
    *STAY_COLUMNS,
)


def other_chats(conversation_id: Any) -> Select[Any]:
    """As part of a query: ids of the conversations of whatever guest this one is with, on all their channels."""
    mine, chats = account.alias("my_account"), conversation.alias("my_chat")
    theirs, others = account.alias("their_account"), conversation.alias("their_chat")
    return (
        select(others.c.id)
        .select_from(chats)
        .join(mine, mine.c.id == chats.c.account_id)
        .join(theirs, theirs.c.guest_id == mine.c.guest_id)
        .join(others, others.c.account_id == theirs.c.id)
        .where(chats.c.id == conversation_id)
        .correlate_except(chats, mine, theirs, others)
    )


def with_stay(accounts: Select[Any]) -> Select[Any]:
    """The query, which has accounts, with what the SPEAKER_COLUMNS need beside them."""
    return (
        accounts.outerjoin(stay, stay.c.id == current_stay_id(account.c.guest_id, account.c.own_guest_id))
        .outerjoin(guest, guest.c.id == stay.c.guest_id)
        .outerjoin(room, room.c.id == stay.c.room_id)
    )


_SPEAKER = Prepared(
    with_stay(select(*SPEAKER_COLUMNS).select_from(account)).where(account.c.id == bindparam("account_id"))
)
LOCKED = (
    select(conversation.c.id)
    .where(conversation.c.id == bindparam("conversation_id"))
    .with_for_update(key_share=True)  # others may queue messages for the conversation meanwhile
)
_LOCK = Prepared(LOCKED)
_HERE: BindParameter[str] = bindparam("conversation_id")
_LOCK_CHATS = Prepared(
    select(conversation.c.id)
    .where(conversation.c.id.in_(union_all(select(_HERE), other_chats(_HERE))))
    .order_by(conversation.c.id)
    .with_for_update(key_share=True)
)
_SET_LANGUAGE = Prepared(
    update(Account).where(account.c.id == bindparam("account_id")).values(language=bindparam("new_language"))
)


def locate(
    db: Connection,
    now: datetime,
    *,
    channel: str,
    address: str,
    sender_id: str,
    is_group: bool = False,
    name: str = "",
    language: str,
) -> Place:
    """The conversation and account of a sender; both are written down when they speak for the first time."""
    sender = {"channel": channel, "address": address, "sender_id": sender_id, "now": now}
    found = _LOCATE.first(db, sender)
    if found is None:
        person = {"channel": channel, "external_id": sender_id, "name": name, "language": language, "created_at": now}
        insert_once(db, Account, {"id": new_id(now), "link_failures": 0, **person}, "channel,external_id")
        found = _LOCATE.one(db, sender)
    if found[0] is None:
        chat = {"channel": channel, "address": address, "account_id": None if is_group else found.id}
        insert_once(db, Conversation, {"id": new_id(now), **chat}, "channel,address")
        found = _LOCATE.one(db, sender)
    return Place(*found)


def load_speaker(db: Connection, place: Place) -> Speaker:
    """Everything the house knows of the speaker now; rights are read afresh on every message."""
    return make_speaker(db, place, _SPEAKER.one(db, {"account_id": place.account_id}))


def make_speaker(db: Connection, place: Place, columns: Sequence[Any]) -> Speaker:
    """The speaker in these SPEAKER_COLUMNS."""
    channel, name, language, guest_id, staff_id, elder_mode, *stay_columns = columns
    return Speaker(
        account_id=place.account_id,
        conversation_id=place.conversation_id,
        channel=channel,
        name=name,
        language=language,
        guest_id=guest_id,
        staff=find_staff_member(db, staff_id) if staff_id else None,
        stay=stay_info(stay_columns) if stay_columns[0] else None,
        elder_mode=bool(elder_mode),
    )


def bind_guest(db: Connection, account_id: str, guest_id: str, own_guest_id: str | None = None) -> None:
    """From now on this account speaks for the guest; `own_guest_id` as of a stay."""
    values = {"guest_id": guest_id, "own_guest_id": own_guest_id, "link_failures": 0, "link_locked_until": None}
    db.execute(update(Account).where(account.c.id == account_id).values(**values))


def bind_staff(db: Connection, account_id: str, member: StaffMember) -> None:
    values = {"staff_id": member.id, "guest_id": None, "own_guest_id": None}
    db.execute(update(Account).where(account.c.id == account_id).values(**values))


def lock_conversation(db: Connection, conversation_id: str) -> None:
    """Until this transaction ends no other changes what happens in the conversation."""
    if db.dialect.name == "postgresql":  # on SQLite nobody else writes meanwhile
        _LOCK.write(db, {"conversation_id": conversation_id})


def lock_chats(db: Connection, conversation_id: str) -> None:
    """The same, in every chat of the guest this conversation is with."""
    if db.dialect.name == "postgresql":
        _LOCK_CHATS.write(db, {"conversation_id": conversation_id})


def set_language(db: Connection, account_id: str, language: str) -> None:
    _SET_LANGUAGE.change(db, {"account_id": account_id, "new_language": language})


def set_reachable(db: Connection, account_id: str, now: datetime | None) -> None:
    """`now` marks the account unreachable since then, None marks it reachable again."""
    db.execute(update(Account).where(account.c.id == account_id).values(unreachable_since=now))


def move_conversation(db: Connection, conversation_id: str, address: str) -> str:
    """The platform gave the chat a new address; returns the conversation there, another one if somebody spoke first."""
    channel = select(conversation.c.channel).where(conversation.c.id == conversation_id).scalar_subquery()
    at_address = (conversation.c.channel == channel, conversation.c.address == address)
    if (known := db.execute(select(conversation.c.id).where(*at_address)).scalar()) is None:
        db.execute(update(Conversation).where(conversation.c.id == conversation_id).values(address=address))
    return known or conversation_id
