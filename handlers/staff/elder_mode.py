"""Colleagues switch elder mode on for the guests of a room, and off again."""

from __future__ import annotations

from collections.abc import Sequence

from crm.conversations.messages import MessageClass
from crm.conversations.reachability import guest_recipients
from crm.conversations.recipients import Recipient
from crm.guests.profile import try_set_elder_mode
from crm.staff.roles import may
from crm.stays.bookings import StayInfo
from handlers import audit, guests
from handlers.houses import under_names
from handlers.turn import Button, Call, Question, Reply, Turn
from prompts.words import say


def room_elder_mode(turn: Turn) -> list[Reply]:
    """The guests are told; who is in two houses' rooms of that number is shown under each."""
    number, on = turn.slot("room"), turn.slot("switch") != "off"
    if not number:
        return [Reply(say(turn.language, "elder.room_elder_mode.ask"), ask=Question(turn.call, "room"))]
    stays = guests.in_room(turn, number)
    if not stays:
        return [guests.nobody_in(turn, number)]
    told: list[Reply] = []
    there = [turn.at_property(each) for each in dict.fromkeys(each.property_id for each in stays)]
    groups = [(each, _switched(each, stays, on, told)) for each in there]
    undo = say(turn.language, "elder.room_elder_mode.undo", room=number, on=not on)
    back = Call("room_elder_mode", {"room": number, "switch": "off" if on else "on"})
    return [Reply(under_names(turn, groups), [Button(undo, back)]), *told]


def _switched(turn: Turn, stays: Sequence[StayInfo], on: bool, told: list[Reply]) -> str:
    """One line for each guest; what the guests hear is added to `told`."""
    lines = []
    for stay in (each for each in stays if each.property_id == turn.house.id):
        changed = try_set_elder_mode(turn.db, stay.guest_id, on)
        chats = guest_recipients(turn.db, turn.now, [stay.guest_id])
        told += [_news(each, on) for each in chats if changed]
        audit.act_on_guest(turn, stay)
        named = may(turn.member.role, "see_guest_names")
        values = {"room": stay.room, "name": stay.guest_name if named else "", "on": on, "changed": changed}
        lines.append(say(turn.language, "elder.room_elder_mode.done", heard=bool(chats), **values))
    return "\n".join(lines)


def _news(guest: Recipient, on: bool) -> Reply:
    text = say(guest.language, f"elder.room_elder_mode.told_{'on' if on else 'off'}")
    return Reply(text, to=guest, message_class=MessageClass.SERVICE)
