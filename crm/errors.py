"""Expected refusals: each leads to a sentence in every language; anything else that is raised is a bug."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """Something may rightly not happen; `code` names the sentence in prompts/<lang>/refusals.toml."""

    code = "refused"

    def __init__(self, **values: Any) -> None:
        super().__init__(self.code)
        self.values = values


class NotAllowed(Refusal):
    code = "not_allowed"


class OtherDepartment(Refusal):
    """The request (`what`) is the work of another department, to which it may just have been handed."""

    code = "other_department"


class NotFound(Refusal):
    code = "not_found"


class NoStay(Refusal):
    """The speaker is not linked to a stay yet."""

    code = "no_stay"


class NotAvailable(Refusal):
    """The service cannot be asked for at this point of the stay."""

    code = "not_available"


class TooEarly(Refusal):
    """The service may be booked from a later day on."""

    code = "too_early"


class StayOver(Refusal):
    """The speaker has left, and what they ask for is done for guests who are here or expected."""

    code = "stay_over"


class LinkRefused(Refusal):
    """The credential fits no stay."""

    code = "link_refused"


class LinkLocked(Refusal):
    """Too many failures; `minutes` until the next attempt."""

    code = "link_locked"


class TokenRefused(Refusal):
    """A link or invitation that is unknown, used or too old."""

    code = "token_refused"


class FileRefused(Refusal):
    """A file of bookings cannot be read at all; `why` says what is wrong with it."""

    code = "file_refused"


class StoreUnavailable(Exception):
    """The database is locked, full or away: nothing was written, try again later."""


class Conflict(StoreUnavailable):
    """Two transactions stood in each other's way and this one was undone: begun again at once, it may work."""


class LeaseLost(Exception):
    """Another process took the conversation over; what this one was doing is dropped."""


class VoiceChanged(LeaseLost):
    """A colleague took the guest's conversation over, or gave it back, after the message was read: read it again."""
