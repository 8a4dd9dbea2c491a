"""Who works now, who joins, who leaves, and what a colleague may ask here."""

from __future__ import annotations

from collections.abc import Sequence

from crm.errors import NotAllowed
from crm.service_requests.photos import photos_of
from crm.service_requests.requests import ServiceRequest, assigned_requests, get_request
from crm.service_requests.steps import release
from crm.staff import roles
from crm.staff.invites import LIFETIME, Invitation, create_invite
from crm.staff.members import StaffMember, revoke, set_on_duty, staff_of
from handlers import audit, cards, colleagues, handoffs, lists, notices, rosters
from handlers.houses import houses, under_names
from handlers.turn import Button, Call, Intent, Question, Reply, Turn
from prompts.words import say

HELP = ("open_requests", "my_tasks", "arrivals", "departures", "in_house", "who_is_on_duty", "invite_staff")


def go_on_duty(turn: Turn) -> list[Reply]:
    """Whoever comes on duty sees at once what waits for them."""
    member = turn.member
    since = member.on_duty_since if member.on_duty else turn.now
    set_on_duty(turn.db, member, on_duty=True, since=since, said_at=turn.now)
    works = roles.may(member.role, "see_requests")
    notes = rosters.notes_for(turn, turn.language, member, member.property_ids)
    text = say(turn.language, "duty.go_on_duty.done", notes=notes)
    return [Reply(text, follow_up=Call("open_requests") if works else None)]


def go_off_duty(turn: Turn) -> list[Reply]:
    """What is still in the member's hands is named, and whether anybody is left."""
    member = turn.member
    set_on_duty(turn.db, member, on_duty=False, said_at=turn.now)
    left = [each for each in staff_of(turn.db, turn.house.id) if each.on_duty and each.department == member.department]
    tasks = [cards.line(turn, turn.language, each) for each in assigned_requests(turn.db, member)]
    text = say(
        turn.language,
        "duty.go_off_duty.done",
        tasks=tasks,
        alone=not left,
        department=cards.capital(cards.role(turn.language, member.department)),
    )
    return [Reply(text), *handoffs.left_behind(turn, member)]


def who_is_on_duty(turn: Turn) -> list[Reply]:
    """In each house of the colleague: now, or by the roster on the days that are named."""
    return [Reply(under_names(turn, [(there, _on_duty(there)) for there in houses(turn)]))]


def invite_staff(turn: Turn) -> list[Reply]:
    role, name = turn.slot("role") or turn.slot("department"), turn.slot("name")
    if role not in roles.staff_roles():
        return [_ask_role(turn)]
    if not name:
        call = Call("invite_staff", {**turn.call.slots, "role": role})
        text = say(turn.language, "duty.invite_staff.ask_name", role=cards.role(turn.language, role))
        return [Reply(text, ask=Question(call, "name"))]
    is_chinese = any("\u3400" <= each <= "\u9fff" for each in name)
    reads = "zh" if is_chinese else turn.language  # as whoever invites most likely does
    invitation = Invitation(name, role, roles.department_of(role), reads, (turn.house.id,))
    token = create_invite(turn.db, turn.now, invitation, invited_by=turn.member.id)
    audit.act(turn, f"role:{role}", turn.house.id)
    minutes = int(LIFETIME.total_seconds() // 60)
    role_name = cards.role(turn.language, role)
    values = {"name": name, "role": role_name, "house": turn.house.name, "minutes": minutes, "token": token}
    return [Reply(say(turn.language, "duty.invite_staff.invited", **values))]


def revoke_staff(turn: Turn) -> list[Reply]:
    """Slot `staff` is the one chosen among several of that name."""
    name = turn.slot("name")
    if not name:
        return [Reply(say(turn.language, "duty.revoke_staff.ask_name"), ask=Question(turn.call, "name"))]
    found, is_sure = colleagues.meant(turn, name, turn.slot("staff"))
    if len(found) > 1 or not is_sure:
        return [_which_colleague(turn, found, is_sure)]
    member = found[0]
    if member.id == turn.member.id:
        return [Reply(say(turn.language, "duty.revoke_staff.oneself"))]
    if not set(member.property_ids) <= set(turn.member.property_ids):
        raise NotAllowed
    released = release(turn.db, turn.now, member, turn.catalogue)
    revoke(turn.db, member, turn.now)
    audit.act(turn, f"staff:{member.id}", turn.house.id)
    tasks = [f"#{each.number}" for each in released]
    offered = [reply for each in released for reply in _offered_again(turn, get_request(turn.db, each.number))]
    return [
        Reply(say(turn.language, "duty.revoke_staff.revoked", name=member.name, tasks=tasks)),
        *offered,
        *handoffs.left_behind(turn, member),
    ]


def _offered_again(turn: Turn, request: ServiceRequest) -> list[Reply]:
    people, _ = notices.people_for(turn.at_property(request.property_id), request.department)
    return notices.for_staff(turn, request, people, photos_of(turn.db, request, of_wish=True))


def staff_help(turn: Turn, offered: Sequence[Intent]) -> list[Reply]:
    """Only what this colleague may ask."""
    names = {intent.name for intent in offered}
    buttons = [Button(cards.intent_label(turn.language, name), Call(name)) for name in HELP if name in names]
    lines = cards.sayings(turn.language, offered)
    return [Reply(say(turn.language, "duty.staff_help.answer", lines=lines), buttons)]


def _on_duty(there: Turn) -> str:
    days = rosters.days_of(there)
    if days and days != [cards.today(there)]:
        return rosters.text(there, there.language, days, there.slot("department") or "")
    lines = lists.duty_lines(there, there.language)
    return "\n".join(lines) or say(there.language, "duty.who_is_on_duty.none")


def _ask_role(turn: Turn) -> Reply:
    slots = {name: value for name, value in turn.call.slots.items() if name not in ("role", "department")}
    buttons = [
        Button(cards.capital(cards.role(turn.language, role)), Call("invite_staff", {**slots, "role": role}))
        for role in roles.staff_roles()
    ]
    text = say(turn.language, "duty.invite_staff.ask_role", name=turn.slot("name") or "")
    return Reply(text, buttons, ask=Question(Call("invite_staff", slots), "role"))


def _which_colleague(turn: Turn, found: Sequence[StaffMember], is_sure: bool) -> Reply:
    buttons = colleagues.choices(turn, found, lambda each: colleagues.chosen(turn, each))
    if is_sure:
        return Reply(say(turn.language, "duty.revoke_staff.which", count=len(found)), buttons)
    values = {"name": cards.short(turn.slot("name")), "meant": found[0].name if len(found) == 1 else ""}
    return Reply(say(turn.language, "duty.revoke_staff.meant", **values), buttons)
