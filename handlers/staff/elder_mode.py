"""Colleagues switch elder mode on for the guests of a room, and off again."""

from __future__ import annotations

from collections.abc import Sequence

from crm.conversations.messages import MessageClass
from crm.conversations.recipients import Recipient, guest_recipients
from crm.guests.profile import try_set_elder_mode
from crm.properties.houses import room_numbers
from crm.staff.roles import may
from crm.stays.bookings import StayInfo, stays_in_room
from handlers import audit
from handlers.houses import houses, under_names
from handlers.turn import Button, Call, Question, Reply, Turn
from prompts.words import say


def room_elder_mode(turn: Turn) -> list[Reply]:
    """The guests are told; who is in two houses' rooms of that number is shown under each."""
    number, on = turn.slot("room"), turn.slot("switch") != "off"
    if not number:
        return [Reply(say(turn.language, "elder.room_elder_mode.ask"), ask=Question(turn.call, "room"))]
    found = [(there, stays_in_room(turn.db, there.house.id, number)) for there in houses(turn)]
    if not any(stays for _, stays in found):
        known = any(number in room_numbers(turn.db, there.house) for there in houses(turn))
        return [Reply(say(turn.language, "guest_lookup.who_is_in_room.nobody", room=number, known=known))]
    told: list[Reply] = []
    groups = [(there, _switched(there, stays, on, told)) for there, stays in found if stays]
    undo = say(turn.language, "elder.room_elder_mode.undo", room=number, on=not on)
    back = Call("room_elder_mode", {"room": number, "switch": "off" if on else "on"})
    return [Reply(under_names(turn, groups), [Button(undo, back)]), *told]


def _switched(turn: Turn, stays: Sequence[StayInfo], on: bool, told: list[Reply]) -> str:
    """One line for each guest; what the guests hear is added to `told`."""
    lines = []
    for stay in stays:
        changed = try_set_elder_mode(turn.db, stay.guest_id, on)
        chats = guest_recipients(turn.db, [stay.guest_id])
        told += [_news(each, on) for each in chats if changed]
        audit.act_on_guest(turn, stay)
        named = may(turn.member.role, "see_guest_names")
        values = {"room": stay.room, "name": stay.guest_name if named else "", "on": on, "changed": changed}
        lines.append(say(turn.language, "elder.room_elder_mode.done", heard=bool(chats), **values))
    return "\n".join(lines)


def _news(guest: Recipient, on: bool) -> Reply:
    text = say(guest.language, f"elder.room_elder_mode.told_{'on' if on else 'off'}")
    return Reply(text, to=guest, message_class=MessageClass.SERVICE)
