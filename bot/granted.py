"""Sending where the house speaks by grant: in parts, each for its grant; what finds none waits for another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.channels.base import File, Granting, MaybeSent, NoGrant, NotSent, Outbound, Refused, SendError, Unreachable
from bot.settling import BLOCKED, NO_ANSWER
from crm.conversations.claims import Claimed
from crm.conversations.messages import AT_LEAST_ONCE, Body, MessageState
from crm.conversations.settlements import Settlement


def sends_of(channel: Granting) -> Callable[[Body], int]:
    """How many sends a body needs there, as far as can be told before its files are fetched."""

    def count(body: Body) -> int:
        files = [File(each.kind, each.mime, each.name, b"") for each in body.attachments]
        buttons = [("", each.label) for each in body.choices]
        outbound = Outbound("", "", body.text, "", buttons, files, asks_consent=body.asks_consent)
        return max(1, len(channel.parts(outbound)))

    return count


async def send_parts(channel: Granting, claimed: Claimed, outbound: Outbound, seconds: float) -> Settlement:
    """Sends as much as there are grants for. Raises what the first part met; a later one is kept for another time."""
    ends, parts, external_id = asyncio.get_running_loop().time() + seconds, channel.parts(outbound), ""
    for number, (part, grant) in enumerate(zip(parts, claimed.grants, strict=False)):
        try:
            async with asyncio.timeout_at(ends):
                external_id = await channel.send(replace(part, by=grant.kind)) or external_id
        except (SendError, TimeoutError) as error:
            if number == 0:
                raise
            return _broken_off(claimed, external_id, number, parts[number:], error)
    unspent = claimed.grants[len(parts) :]
    rest = _rest(claimed, parts[len(claimed.grants) :])
    return Settlement(claimed, MessageState.SENT, external_id=external_id, unspent=unspent, rest=rest)


def _broken_off(
    claimed: Claimed, external_id: str, number: int, left: Sequence[Outbound], error: Exception
) -> Settlement:
    """What may have arrived is not said again where that must not happen."""
    is_unknown = isinstance(error, MaybeSent | TimeoutError) and claimed.strictest not in AT_LEAST_ONCE
    dropped = isinstance(error, Refused) or is_unknown
    state = MessageState.UNCERTAIN if is_unknown else MessageState.FAILED if dropped else MessageState.SENT
    return Settlement(
        claimed,
        state,
        reason=BLOCKED if isinstance(error, Unreachable) else str(error) or NO_ANSWER,
        external_id=external_id,
        unspent=claimed.grants[number if isinstance(error, NotSent | Refused) else number + 1 :],
        over=claimed.grants[number] if isinstance(error, NoGrant) else None,
        rest=_rest(claimed, left[1:] if dropped else left),
    )


def _rest(claimed: Claimed, left: Sequence[Outbound]) -> Body | None:
    if not left:
        return None
    body = claimed.body
    files = sum(len(each.files) for each in left)
    return Body(
        text="\n".join(each.text for each in left if each.text),
        choices=body.choices if any(each.buttons for each in left) else (),
        attachments=body.attachments[len(body.attachments) - files :],
        large=body.large,
    )
