"""The end of a shift: what is open, and a word for whoever works next."""

from __future__ import annotations

from collections.abc import Sequence

from crm.conversations.messages import MessageClass
from crm.conversations.recipients import Recipient
from crm.service_requests.requests import ServiceRequest
from crm.staff.handovers import leave_note
from handlers import cards, desk, notices
from handlers.turn import Button, Call, Question, Reply, Turn
from prompts.words import say, table

MOST_LINES = 15
MOST_BUTTONS = 3


def hand_over(turn: Turn) -> list[Reply]:
    """First what is open and the question for a note; then the note goes on. Slot `nothing`: there is none."""
    waiting = [each for each in desk.of_my_department(turn) if each.department == turn.member.department]
    note = (turn.slot("note") or "").strip()
    if not note and not turn.slot("nothing"):
        return [_shown(turn, waiting)]
    people, there = notices.people_for(turn, turn.member.department)
    is_theirs = bool(people) and there == turn.member.department
    if note:
        leave_note(turn.db, turn.now, turn.member, turn.house.id, note, received=is_theirs)
    text = say(
        turn.language,
        "handing_over.hand_over.done",
        names=[each.name for each in people] if is_theirs else [],
        department=cards.department(turn.language, turn.member.department),
        instead=cards.department(turn.language, there) if people and not is_theirs else "",
        noted=bool(note),
    )
    off = Button(cards.intent_label(turn.language, "go_off_duty"), Call("go_off_duty"))
    return [Reply(text, [off] if turn.member.on_duty else []), *_told(turn, people, waiting, note)]


def _shown(turn: Turn, waiting: Sequence[ServiceRequest]) -> Reply:
    text = say(
        turn.language,
        "handing_over.hand_over.ask",
        department=cards.department(turn.language, turn.member.department),
        lines=_lines(turn, turn.language, waiting),
        count=len(waiting),
    )
    nothing = Button(say(turn.language, "handing_over.hand_over.nothing"), Call("hand_over", {"nothing": True}))
    label = table(turn.language, "cards", "steps")["reassign"]
    mine = [each for each in waiting if each.assignee_id == turn.member.id][:MOST_BUTTONS]
    hands = [Button(f"{label} #{each.number}", Call("reassign_request", {"number": each.number})) for each in mine]
    return Reply(text, [nothing, *hands], ask=Question(Call("hand_over"), "note"))


def _told(turn: Turn, people: Sequence[Recipient], waiting: Sequence[ServiceRequest], note: str) -> list[Reply]:
    if not note and not waiting:
        return []
    return [
        Reply(
            say(
                each.language,
                "handing_over.hand_over.received",
                who=turn.member.name,
                department=cards.department(each.language, turn.member.department),
                note=note,
                lines=_lines(turn, each.language, waiting),
            ),
            to=each,
            message_class=MessageClass.SERVICE,
        )
        for each in people
    ]


def _lines(turn: Turn, language: str, waiting: Sequence[ServiceRequest]) -> list[str]:
    """Each open request with what was said of it."""
    lines = []
    for each in waiting[:MOST_LINES]:
        line, words = cards.line(turn, language, each), cards.short(each.note)
        lines.append(line if not words or words in line else f"{line} · “{words}”")
    if len(waiting) > MOST_LINES:
        lines.append(say(language, "common.lists.more", count=len(waiting) - MOST_LINES))
    return lines
