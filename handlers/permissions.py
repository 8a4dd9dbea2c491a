"""The one place where it is checked, before every handler, whether this speaker may make this call."""

from __future__ import annotations

from crm.conversations.accounts import Speaker
from crm.errors import NoStay, NotAllowed, NotFound, OtherDepartment
from crm.service_requests.lost_items import get_item
from crm.service_requests.requests import ServiceRequest, find_request, get_request
from crm.service_requests.sharing import concerns
from crm.staff import roles
from crm.stays.bookings import get_stay
from handlers.turn import Audience, Intent, Turn

_STEPS = frozenset({"accept_request", "start_request", "complete_request", "decline_request"})
BY_ROOM_TOO = _STEPS | {"withdraw_request", "amend_request"}


def role_of(speaker: Speaker) -> str:
    """The speaker's row in the matrix of permissions."""
    if speaker.staff is not None:
        return speaker.staff.role
    return roles.GUEST if speaker.guest_id is not None else roles.STRANGER


def is_for(intent: Intent, is_staff: bool) -> bool:
    return intent.audience is Audience.ANYONE or (intent.audience is Audience.STAFF) == is_staff


def check_permission(turn: Turn, intent: Intent) -> None:
    """Raises NotAllowed, or NoStay where a stranger need only link their stay to be allowed."""
    speaker = turn.speaker
    if not is_for(intent, speaker.staff is not None):
        raise NotAllowed
    if not roles.may(role_of(speaker), intent.action):
        raise NoStay if speaker.staff is None and roles.may(roles.GUEST, intent.action) else NotAllowed
    if speaker.staff is not None:
        _check_property(speaker, turn.house.id)
    for number in {turn.slot("number"), *(turn.slot("numbers") or ())} - {None}:
        if intent.name in BY_ROOM_TOO and find_request(turn.db, number) is None:
            continue  # the handler looks among those that the colleague may see anyway
        _check_request(turn, get_request(turn.db, number))
    if turn.slot("item") is not None:
        _check_property(speaker, get_item(turn.db, turn.slot("item")).property_id)
    if speaker.staff is not None and turn.slot("stay"):
        _check_property(speaker, get_stay(turn.db, turn.slot("stay")).property_id)


def _check_request(turn: Turn, request: ServiceRequest) -> None:
    """Staff: a request of their properties and department. Guests: their own; others do not exist for them."""
    speaker, staff = turn.speaker, turn.speaker.staff
    if staff is None:
        if speaker.guest_id is None or not concerns(turn.db, request, speaker.guest_id):
            raise NotFound(what=f"#{request.number}")
        return
    _check_property(speaker, request.property_id)
    if request.department != staff.department and not roles.may(staff.role, "see_all_departments"):
        raise OtherDepartment(what=f"#{request.number}", department=request.department)


def _check_property(speaker: Speaker, property_id: str) -> None:
    if speaker.staff is not None and property_id not in speaker.staff.property_ids:
        raise NotAllowed
