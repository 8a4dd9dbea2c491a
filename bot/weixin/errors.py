"""What an error code of the platforms means for the message: wait, no grant, unreachable, another token, or never.

A code in none of the lists is Refused: it is about the message or about the house's settings, and staff see it.
Sources: the tables of global return codes of the official account and of WeCom, and the pages of each API.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.channels.base import NoGrant, NotSent, Refused, SendError, Unreachable

BUSY = 3.0
MINUTE = 60.0
UNTIL_MENDED = 60.0  # nothing can be sent until the owner mends the settings
QUOTA = 600.0  # of a day; whether it was raised or reset is seen by asking


@dataclass(frozen=True, slots=True)
class Errors:
    """The codes of a platform, by what follows from them. `name` begins the reason that staff see: wechat_45015."""

    name: str
    token: frozenset[int]
    pauses: Mapping[int, float]
    no_grant: frozenset[int]
    unreachable: frozenset[int]

    def reason(self, code: int) -> str:
        return f"{self.name}_{code}"

    def error(self, code: int) -> SendError:
        reason = self.reason(code)
        if code < 0 or code in self.pauses:
            return NotSent(reason, self.pauses.get(code, BUSY))
        if code in self.token:
            return NotSent(reason, UNTIL_MENDED)
        if code in self.no_grant:
            return NoGrant(reason)
        return Unreachable(reason) if code in self.unreachable else Refused(reason)


WECHAT = Errors(
    name="wechat",
    token=frozenset({40001, 40014, 41001, 42001, 42007}),
    pauses={
        -1: BUSY,
        40013: UNTIL_MENDED,  # app id
        40125: UNTIL_MENDED,  # secret
        40164: UNTIL_MENDED,  # our address is not in the list of allowed ones
        41002: UNTIL_MENDED,
        41004: UNTIL_MENDED,
        45009: QUOTA,
        45011: MINUTE,
        42010: MINUTE,  # mass sends follow each other too fast; in no table, but houses have met it
        45066: MINUTE,  # the same mass send was tried within a minute
        48004: QUOTA,  # this API is closed to the account for a breach of rules
        61004: UNTIL_MENDED,  # our address again
        89501: UNTIL_MENDED,  # an administrator has to allow this address
        89503: UNTIL_MENDED,
        89506: QUOTA,
        89507: QUOTA,
    },
    no_grant=frozenset(
        {
            45015,  # 48 hours, or a minute, are over
            45047,  # too many since the guest's last word
            43101,  # this template was refused, or its consent is used up: there are other ways to reach the guest
        }
    ),
    unreachable=frozenset({40003, 43004, 43005, 43019, 50005}),
)

WECOM = Errors(
    name="wecom",
    token=frozenset({40014, 41001, 42001}),
    pauses={
        -1: BUSY,
        6000: BUSY,  # somebody else changes the same thing
        40001: UNTIL_MENDED,  # secret
        40013: UNTIL_MENDED,  # corp id
        41002: UNTIL_MENDED,
        41004: UNTIL_MENDED,
        41096: BUSY,  # another application is welcoming the guest; it may fail
        45009: MINUTE,
        45033: BUSY,  # too many calls at once
        60020: UNTIL_MENDED,  # our address is not in the list of allowed ones
    },
    no_grant=frozenset(
        {
            41050,  # the welcome code was used, or is older than 20 seconds
            41051,  # the guest was welcomed, or talks already
            95001,  # five since the guest's last word
            95002,  # 48 hours are over
            95013,  # the session has ended
            95018,  # a member has taken the session over
        }
    ),
    unreachable=frozenset({40003, 40031, 40096, 60111, 81013, 84061}),
)
