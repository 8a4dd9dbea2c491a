"""A guest has found something: they are thanked and asked to bring it, and the desk expects it."""

from __future__ import annotations

from crm.encryption import folded
from crm.service_requests.lost_items import expect_item
from crm.stays.bookings import StayState, find_last_stay
from handlers import lost_property
from handlers.turn import Question, Reply, Turn
from prompts.words import LANGUAGES, say, table


def report_found(turn: Turn) -> list[Reply]:
    """In the guest's words. Who may be looking for it is told to colleagues alone: guests never hear of each other."""
    words = str(turn.slot("words") or turn.text).strip()
    if not _tells_what(words) and not turn.attachments:
        return [Reply(say(turn.language, "lost_items.report_found.ask"), ask=Question(turn.call, "words"))]
    stay = turn.speaker.stay or (find_last_stay(turn.db, turn.speaker.guest_id) if turn.speaker.guest_id else None)
    turn = turn.at_property(stay.property_id) if stay else turn
    item = expect_item(
        turn.db,
        turn.now,
        stay,
        words[: lost_property.LONGEST],
        property_id=turn.house.id,
        photos=turn.attachments,
        inbound_id=turn.inbound_id,
        part=turn.part,
    )
    told = lost_property.told_desk(turn, item, turn.attachments)
    text = say(
        turn.language,
        "lost_items.report_found.thanks",
        told=bool(told),
        has_left=stay is not None and stay.state == StayState.DEPARTED,
        phone=turn.house.phone,
    )
    return [Reply(text), *told]


def _tells_what(words: str) -> bool:
    """Whether it is more than that something was found."""
    said = folded(words).strip(" .!?。！？")
    vague = (folded(word) for each in LANGUAGES for word in table(each, "lost_items", "vague")["words"])
    return bool(said) and not said.endswith(tuple(vague))
