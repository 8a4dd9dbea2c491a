"""Send grants: where the house may speak only when a platform lets it, how often and until when.

A chat with grants, be they used up, is one that cannot be written to without one; all other chats have none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import and_, bindparam, select, text, update
from sqlmodel import Field, SQLModel

from crm.conversations.accounts import lock_conversation
from crm.conversations.messages import IS_OPEN, Message, message
from crm.store import Connection, Prepared, Utc, insert_once, table

NO_GRANT = "no_grant"  # the reason of what is queued until the platform lets us speak
TEMPLATE = "template"  # the kind of grant for service news that lasts until the guest refuses it
CONSENT = "subscription"  # the kind of grant by which somebody has agreed to one message later


class SendGrant(SQLModel, table=True):
    """`holder` is the process that alone can use it; `only` the one class of messages it is good for.

    `fence` grows whenever it is given anew or ended: what was spent before can no more be given back.
    """

    __tablename__ = "send_grant"

    conversation_id: str = Field(primary_key=True, foreign_key="conversation.id")
    kind: str = Field(primary_key=True)
    remaining: int
    expires_at: datetime = Field(sa_type=Utc)
    holder: str = ""
    only: str = ""
    fence: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})


class Granted(Protocol):
    """What a channel says of a grant: so many sends within so many seconds."""

    @property
    def kind(self) -> str: ...
    @property
    def seconds(self) -> float: ...
    @property
    def count(self) -> int: ...
    @property
    def is_here(self) -> bool: ...
    @property
    def only(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Permission:
    """A grant that is not used up. Its fence tells it from a later one of the same kind."""

    conversation_id: str
    kind: str
    remaining: int
    expires_at: datetime
    holder: str
    only: str
    fence: int


grant = table(SendGrant)

_OF_KIND = (grant.c.conversation_id == bindparam("at"), grant.c.kind == bindparam("of_kind"))
_RENEW = Prepared(
    update(SendGrant)
    .where(*_OF_KIND)
    .values(
        remaining=bindparam("count"),
        expires_at=bindparam("until"),
        holder=bindparam("holds"),
        only=bindparam("good_for"),
        fence=grant.c.fence + 1,
    )
)
_VALID = Prepared(
    select(
        grant.c.conversation_id,
        grant.c.kind,
        grant.c.remaining,
        grant.c.expires_at,
        grant.c.holder,
        grant.c.only,
        grant.c.fence,
    )
    .where(
        grant.c.conversation_id.in_(bindparam("conversation_ids", expanding=True)),
        grant.c.remaining > 0,
        grant.c.expires_at > bindparam("now"),
    )
    .order_by(grant.c.expires_at, grant.c.kind)
    .with_for_update()
)
_KINDS = Prepared(
    select(grant.c.kind, and_(grant.c.remaining > 0, grant.c.expires_at > bindparam("now"))).where(
        grant.c.conversation_id == bindparam("at")
    )
)
_SPEND = Prepared(
    update(SendGrant)
    .where(*_OF_KIND, grant.c.fence == bindparam("of_fence"))
    .values(remaining=grant.c.remaining - bindparam("number"))
)
_SPENT_LATE = Prepared(
    update(SendGrant)
    .where(*_OF_KIND, grant.c.fence > bindparam("of_fence"), grant.c.remaining > 0)
    .values(remaining=grant.c.remaining - 1)
)
_END = Prepared(
    update(SendGrant)
    .where(*_OF_KIND, grant.c.fence == bindparam("of_fence"))
    .values(remaining=0, fence=grant.c.fence + 1)
)
_WAKE = Prepared(
    update(Message)
    .where(
        message.c.conversation_id == bindparam("at"),
        text(IS_OPEN),
        text("state = 'queued'"),
        message.c.reason == NO_GRANT,
    )
    .values(due_at=bindparam("now"), reason="")
)


def give_grants(db: Connection, now: datetime, owner: str, conversation_id: str, grants: Sequence[Granted]) -> None:
    """The platform lets us speak: what waited for that is due at once. A grant that `is_here` is this owner's."""
    if not grants:
        return
    lock_conversation(db, conversation_id)  # else what a claim is just putting off would stay so
    for each in grants:
        values = {
            "count": each.count,
            "until": now + timedelta(seconds=each.seconds),
            "holds": owner if each.is_here else "",
            "good_for": each.only,
        }
        if not _RENEW.change(db, {"at": conversation_id, "of_kind": each.kind, **values}):
            row = {
                "conversation_id": conversation_id,
                "kind": each.kind,
                "remaining": values["count"],
                "expires_at": values["until"],
                "holder": values["holds"],
                "only": values["good_for"],
                "fence": 0,
            }
            insert_once(db, SendGrant, row, "conversation_id,kind")
    _WAKE.change(db, {"at": conversation_id, "now": now})


def permissions(db: Connection, now: datetime, conversation_ids: Iterable[str]) -> Mapping[str, list[Permission]]:
    """Of each conversation what may be spent now, what ends first before the others; locked until the end."""
    wanted = sorted(set(conversation_ids))
    found: dict[str, list[Permission]] = {each: [] for each in wanted}
    if wanted:
        for row in _VALID.all(db, {"conversation_ids": wanted, "now": now}):
            found[row.conversation_id].append(Permission(*row))
    return found


def awaits_consent(db: Connection, now: datetime, conversation_id: str) -> bool:
    """Whether the house needs a grant here, and nobody has agreed to a message later."""
    kinds = dict(_KINDS.all(db, {"at": conversation_id, "now": now}))
    return bool(kinds) and not kinds.get(CONSENT)


def spend(db: Connection, spent: Sequence[Permission]) -> None:
    """One send of each of these."""
    _change(db, spent, 1)


def give_back(db: Connection, unspent: Sequence[Permission]) -> None:
    """What was certainly not sent; a grant that was renewed or ended meanwhile is as it should be."""
    _change(db, unspent, -1)


def spent_late(db: Connection, used: Sequence[Permission]) -> None:
    """What was on its way when its kind was given anew counts as sent after that, for so the platform may count it."""
    _SPENT_LATE.write(db, *(_named(each) for each in used if not each.holder))


def end_grant(db: Connection, ended: Permission) -> None:
    """The platform says that it is over; one that was given since then is not."""
    _END.change(db, _named(ended))


def end_grants(db: Connection, conversation_id: str) -> None:
    """Whoever does not follow us any more has taken every permission back."""
    ended = {"remaining": 0, "fence": grant.c.fence + 1}
    db.execute(update(SendGrant).where(grant.c.conversation_id == conversation_id).values(**ended))


def _change(db: Connection, permissions: Sequence[Permission], number: int) -> None:
    _SPEND.change(
        db,
        *({**_named(each), "number": number} for each in permissions),
    )


def _named(each: Permission) -> dict[str, Any]:
    return {"at": each.conversation_id, "of_kind": each.kind, "of_fence": each.fence}
