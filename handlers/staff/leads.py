"""Who leads a department: what is late there comes to them before it comes to a manager."""

from __future__ import annotations

from crm.conversations.messages import MessageClass
from crm.conversations.recipients import staff_recipients
from crm.errors import NotAllowed
from crm.staff.members import StaffMember, set_lead
from handlers import audit, cards, colleagues
from handlers.turn import Question, Reply, Turn
from prompts.words import say


def make_lead(turn: Turn) -> list[Reply]:
    """Slot `staff` is the one chosen among several of that name."""
    return _set(turn, is_lead=True)


def end_lead(turn: Turn) -> list[Reply]:
    return _set(turn, is_lead=False)


def _set(turn: Turn, *, is_lead: bool) -> list[Reply]:
    name = turn.slot("name")
    if not name:
        return [Reply(say(turn.language, "leads.make_lead.ask_name"), ask=Question(turn.call, "name"))]
    found, is_sure = colleagues.meant(turn, name, turn.slot("staff"))
    if len(found) > 1 or not is_sure:
        buttons = colleagues.choices(turn, found, lambda each: colleagues.chosen(turn, each))
        return [Reply(say(turn.language, "leads.make_lead.which"), buttons)]
    if not set(found[0].property_ids) <= set(turn.member.property_ids):
        raise NotAllowed
    return _told(turn, found[0], is_lead=is_lead)


def _told(turn: Turn, member: StaffMember, *, is_lead: bool) -> list[Reply]:
    """The manager, and the colleague, if that is somebody else."""
    set_lead(turn.db, member, is_lead=is_lead)
    audit.act(turn, f"staff:{member.id}", turn.house.id)
    there = [each for each in staff_recipients(turn.db, [member.id]) if each.conversation_id != turn.here]
    own = Reply(_words(turn.language, member, "done", is_lead=is_lead))
    return [
        own,
        *(
            Reply(_words(each.language, member, "told", is_lead=is_lead), to=each, message_class=MessageClass.SERVICE)
            for each in there
        ),
    ]


def _words(language: str, member: StaffMember, sentence: str, *, is_lead: bool) -> str:
    department = cards.role(language, member.department)
    table = "make_lead" if is_lead else "end_lead"
    return cards.capital(say(language, f"leads.{table}.{sentence}", name=member.name, department=department))
