"""What became of messages that were taken out: each ends in a visible state, or waits to be tried again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, text, update

from crm.conversations.claims import Claimed
from crm.conversations.grants import Permission
from crm.conversations.messages import AT_LEAST_ONCE, Body, Message, MessageState, message, seal_body
from crm.store import Connection, Prepared


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of a claimed message. State `queued` means try again at `due_at`.

    `unspent` are grants that were not needed after all, `over` is the one that the platform has ended, and `rest` is
    what could not be said for want of more. Where it may have arrived, `is_unsure`, what may be said once only is
    uncertain, whatever else went with it.
    """

    claimed: Claimed
    state: MessageState
    reason: str = ""
    external_id: str = ""
    due_at: datetime | None = None
    unspent: Sequence[Permission] = ()
    over: Permission | None = None
    rest: Body | None = None
    is_unsure: bool = False

    def state_of(self, claimed: Claimed) -> MessageState:
        """Of one of the messages that went out together."""
        is_over = self.is_unsure and claimed.message_class not in AT_LEAST_ONCE
        return MessageState.UNCERTAIN if is_over else self.state

    @property
    def used(self) -> Sequence[Permission]:
        """The grants of what was sent, or may have been."""
        return list((Counter(self.claimed.grants) - Counter(self.unspent)).elements())


_OWN = update(Message).where(
    message.c.id == bindparam("settled_id"),
    text("message.state = 'sending'"),
    message.c.lease_owner == bindparam("owner"),
    message.c.attempts == bindparam("attempt"),
)
_REWORD = Prepared(_OWN.values(body=bindparam("new_body"), language=bindparam("new_language")))
_SETTLE = Prepared(
    _OWN.values(
        state=bindparam("to_state"),
        reason=bindparam("why"),
        external_id=bindparam("platform_id"),
        due_at=bindparam("due"),
        settled_at=bindparam("now"),
        lease_owner=None,
        lease_until=None,
    )
)


def settle(db: Connection, now: datetime, owner: str, settlements: Sequence[Settlement]) -> None:
    """Writes down what became of claimed messages; one that was taken over meanwhile is left to its new owner."""
    rows = [
        {
            "settled_id": claimed.id,
            "owner": owner,
            "attempt": claimed.attempt,
            "to_state": each.state_of(claimed),
            "why": each.reason,
            "platform_id": each.external_id,
            "due": each.due_at,
            "now": now,
        }
        for each in settlements
        for claimed in each.claimed.all
    ]
    _SETTLE.write(db, *rows)


def reword(db: Connection, owner: str, claimed: Claimed, body: Body, language: str) -> None:
    """Writes down what is really said, before it is; what was taken over meanwhile is left to its new owner."""
    own = {"settled_id": claimed.id, "owner": owner, "attempt": claimed.attempt}
    _REWORD.write(db, {**own, "new_body": seal_body(db, claimed.id, body), "new_language": language})
