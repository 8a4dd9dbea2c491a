"""A guest says where the house shall write to them."""

from __future__ import annotations

from crm.conversations.reachability import Way, ways_to
from crm.errors import NoStay
from crm.guests.profile import prefer_channel as prefer
from handlers import reach
from handlers.turn import Button, Call, Reply, Turn
from prompts.words import say, table

HERE, ANY = "here", "any"


def prefer_channel(turn: Turn) -> list[Reply]:
    """Slot `channel`: what they called it, `here`, or `any`. Kept with the guest; what is asked is answered there."""
    if turn.speaker.guest_id is None:
        raise NoStay
    wanted = str(turn.slot("channel") or HERE)
    if wanted == ANY:
        prefer(turn.db, turn.speaker.guest_id, "")
        return [Reply(say(turn.language, "reach.prefer_channel.any"))]
    way = _meant(turn, wanted)
    if way is None:
        name = reach.channel_name(turn.language, wanted)
        return [Reply(say(turn.language, "reach.prefer_channel.unknown", channel=name))]
    prefer(turn.db, turn.speaker.guest_id, way.to.channel)
    is_here = way.to.conversation_id == turn.here
    text = say(
        turn.language,
        "reach.prefer_channel.kept",
        channel=reach.channel_name(turn.language, way.to.channel),
        here=is_here,
        waits=not is_here and not way.carries(),
    )
    return [
        Reply(
            text,
            [Button(say(turn.language, "reach.prefer_channel.anywhere"), Call("prefer_channel", {"channel": ANY}))],
        )
    ]


def _meant(turn: Turn, wanted: str) -> Way | None:
    """A chat they have; one name may mean several channels."""
    ways = ways_to(turn.db, turn.now, [str(turn.speaker.guest_id)])[str(turn.speaker.guest_id)]
    if wanted == HERE:
        return next((each for each in ways if each.to.conversation_id == turn.here), None)
    channels = table(turn.language, "reach", "meant").get(wanted, [wanted])
    return next((each for each in ways if each.to.channel in channels), None)
