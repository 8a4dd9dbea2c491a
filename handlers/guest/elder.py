"""A guest wants it simple and large, or as usual again, or a voice on the phone."""

from __future__ import annotations

from crm.errors import NoStay
from crm.guests.profile import try_set_elder_mode
from handlers.turn import Call, Reply, Turn
from prompts.words import say

CALL_BACK = "call_back"


def elder_mode(turn: Turn) -> list[Reply]:
    """Kept with the guest, so that it holds wherever they write; who is not linked yet is asked for that first."""
    if turn.speaker.guest_id is None:
        raise NoStay
    on = turn.slot("switch") != "off"
    changed = try_set_elder_mode(turn.db, turn.speaker.guest_id, on)
    return [Reply(say(turn.language, f"elder.elder_mode.{'on' if on else 'off'}", changed=changed), elder_mode=on)]


def call_me(turn: Turn) -> list[Reply]:
    """A request like any other, so that it has its hour and is not forgotten; of somebody unknown the desk hears it."""
    is_known = turn.speaker.guest_id is not None and CALL_BACK in turn.catalogue
    call = Call("request_service", {"service": CALL_BACK}) if is_known else Call("ask_for_person")
    return [Reply("", follow_up=call)]
