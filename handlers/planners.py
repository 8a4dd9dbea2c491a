"""Whose shifts are meant, who may plan them, and who is told: shared by those who plan the duty roster."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from crm.conversations.messages import MessageClass
from crm.conversations.recipients import staff_recipients
from crm.encryption import folded
from crm.errors import NotAllowed
from crm.staff.members import StaffMember, staff_of
from crm.staff.roles import may
from handlers import cards, colleagues
from handlers.turn import Button, Call, Question, Reply, Turn
from prompts.words import LANGUAGES, say, table

ALL, MANAGER = "plan_all_shifts", "manager"

Words = Callable[[str], str]  # in which language


def people(turn: Turn, exactly: int | None = None) -> tuple[list[StaffMember], Reply | None]:
    """Whom the names mean, or what has to be asked first. Raises NotAllowed where the speaker may not plan for them.

    Slot `staff` has the ids of those who were chosen already, and `left` the names that are still to be looked at.
    """
    ids = turn.slot("staff") or ()
    names = list(turn.slot("left") or ()) if ids else list(turn.slot("colleagues") or ())
    found = [member for each in ids for member in colleagues.named(turn, "", each)]
    while names:
        name = names.pop(0)
        meant, is_sure = ([turn.member], True) if folded(name) in _oneself() else colleagues.meant(turn, name)
        if len(meant) > 1 or not is_sure:
            return [], _which(turn, name, meant, is_sure, found, names)
        found += meant
    found = list({each.id: each for each in found}.values())
    if not found or (exactly and len(found) != exactly):
        text = say(turn.language, f"roster.{turn.call.intent}.ask_who")
        return [], Reply(text, ask=Question(with_people(turn, []), "colleagues"))
    for each in found:
        _check_may_plan(turn, each)
    return found, None


def with_people(turn: Turn, members: Sequence[StaffMember], left: Sequence[str] = (), **slots: Any) -> Call:
    """The same call with these colleagues in place of their names."""
    others = {key: value for key, value in turn.call.slots.items() if key not in ("colleagues", "staff", "left")}
    chosen: dict[str, Any] = {"staff": [each.id for each in members], "left": list(left)}
    return Call(turn.call.intent, {**others, **{key: value for key, value in chosen.items() if value}, **slots})


def ask(turn: Turn, members: Sequence[StaffMember], asks: str, buttons: Sequence[Button] = ()) -> Reply:
    """For their days or hours."""
    names = [each.name for each in members]
    text = say(turn.language, f"roster.{turn.call.intent}.ask_{asks}", names=names)
    return Reply(text, buttons, ask=Question(with_people(turn, members), asks))


def told(turn: Turn, members: Iterable[StaffMember], words: Words) -> list[Reply]:
    """Each of them but the speaker, in their own language."""
    recipients = staff_recipients(turn.db, [each.id for each in members])
    kind = MessageClass.SERVICE
    others = [each for each in recipients if each.conversation_id != turn.here]
    return [Reply(words(each.language), to=each, message_class=kind) for each in others]


def answerable(there: Turn, member: StaffMember) -> list[StaffMember]:
    """The other leads of the department, else the managers of the house."""
    others = [each for each in staff_of(there.db, there.house.id) if each.id != member.id]
    leads = [each for each in others if each.is_lead and each.department == member.department]
    return leads or [each for each in others if each.role == MANAGER]


def day_words(turn: Turn, days: Iterable[date]) -> list[str]:
    return [cards.on(turn, turn.language, each) for each in days]


def _which(
    turn: Turn,
    name: str,
    meant: Sequence[StaffMember],
    is_sure: bool,
    found: Sequence[StaffMember],
    left: Sequence[str],
) -> Reply:
    buttons = colleagues.choices(turn, meant, lambda each: with_people(turn, [*found, each], left))
    if is_sure:
        return Reply(say(turn.language, "roster.plan_shift.which", name=cards.short(name)), buttons)
    only = meant[0].name if len(meant) == 1 else ""
    return Reply(say(turn.language, "roster.plan_shift.meant", name=cards.short(name), meant=only), buttons)


def _check_may_plan(turn: Turn, member: StaffMember) -> None:
    """One's own, as one may say "on duty" at any time; those of a department as its lead; all as a manager."""
    speaker = turn.member
    leads = speaker.is_lead and speaker.department == member.department
    if member.id != speaker.id and not leads and not may(speaker.role, ALL):
        raise NotAllowed


def _oneself() -> set[str]:
    return {folded(each) for language in LANGUAGES for each in table(language, "roster", "sentence")["oneself"]}
