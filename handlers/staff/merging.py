"""Two requests that are the same thing become one: everybody who asked hears of the earlier."""

from __future__ import annotations

from dataclasses import replace

from crm.conversations.reachability import told_in
from crm.conversations.recipients import staff_recipients
from crm.service_requests.hands import assign, merge
from crm.service_requests.levels import service_of
from crm.service_requests.photos import photos_of, take_photos
from crm.service_requests.requests import RequestState, ServiceRequest, get_request
from crm.service_requests.sharing import conversations_of, take_companions
from crm.service_requests.steps import Details, change, details_of
from crm.staff.members import find_staff_member
from handlers import cards, desk, notices
from handlers.turn import Question, Reply, Turn
from prompts.words import say


def merge_requests(turn: Turn) -> list[Reply]:
    """Slot `numbers` says which two. The earlier one stays, with what was said of both."""
    numbers = sorted(set(turn.slot("numbers") or ()))
    if len(numbers) != 2:
        return [Reply(say(turn.language, "merging.merge_requests.ask"), ask=Question(turn.call, "numbers"))]
    first, second = (get_request(turn.db, number) for number in numbers)
    closed = next((each for each in (second, first) if not each.is_unfinished), None)
    if closed:
        return [desk.true_state(turn, closed)]
    if not _is_one_thing(first, second):
        lines = [cards.line(turn, turn.language, each) for each in (first, second)]
        return [Reply(say(turn.language, "merging.merge_requests.two_things", lines=lines))]
    return _merged(turn.at_property(first.property_id), first, second)


def _is_one_thing(first: ServiceRequest, second: ServiceRequest) -> bool:
    """Another room or another hour is another errand."""
    same_place = (first.property_id, first.room) == (second.property_id, second.room)
    hours = {each.wanted_at for each in (first, second) if each.wanted_at}
    return same_place and first.department == second.department and len(hours) < 2


def _merged(turn: Turn, first: ServiceRequest, second: ServiceRequest) -> list[Reply]:
    both = _both(turn, first, second)
    service = service_of(turn.catalogue, first)
    if not change(turn.db, turn.now, first, service, both, turn.house, as_seen=True, by=turn.member):
        return [desk.true_state(turn, get_request(turn.db, first.number))]
    if not merge(turn.db, turn.now, second, first):
        return [desk.true_state(turn, get_request(turn.db, second.number))]
    take_photos(turn.db, second, first)
    asked_in = conversations_of(turn.db, first), conversations_of(turn.db, second)
    take_companions(turn.db, second, first)
    _taken_along(turn, first, second)
    fresh = get_request(turn.db, first.number)
    news = [] if fresh.state is RequestState.OPEN else _news(turn, first, fresh, *asked_in)
    text = say(
        turn.language,
        "merging.merge_requests.done",
        headline=cards.headline(turn.language, fresh),
        number=fresh.number,
        other=second.number,
        wanted=cards.at(turn, turn.language, fresh.wanted_at) if fresh.wanted_at else "",
        due=cards.at(turn, turn.language, fresh.promise),
    )
    return [Reply(text, cards.steps(turn, turn.language, fresh), about=fresh.id), *_told(turn, first, second), *news]


def _both(turn: Turn, first: ServiceRequest, second: ServiceRequest) -> Details:
    """The same thing asked for twice is not carried twice: the larger number is enough."""
    has, more = details_of(first), details_of(second)
    said = [cards.what(turn.house.language, second, noted=False)] if first.service != second.service else []
    meaning = {second.note: second.translation}
    return replace(
        has.with_words([*said, second.note], lambda words: meaning.get(words, "")),
        quantity=max((each for each in (has.quantity, more.quantity) if each), default=None),
        people=max((each for each in (has.people, more.people) if each), default=None),
        wanted_at=has.wanted_at or more.wanted_at,
        needs=has.needs.joined(more.needs),
    )


def _taken_along(turn: Turn, first: ServiceRequest, second: ServiceRequest) -> None:
    """Whoever has taken the later one does the earlier, where nobody had taken that."""
    first = get_request(turn.db, first.number)
    member = find_staff_member(turn.db, second.assignee_id) if second.assignee_id else None
    if first.state is RequestState.OPEN and member is not None:
        assign(turn.db, turn.now, first, member, first.department)


def _news(
    turn: Turn, before: ServiceRequest, fresh: ServiceRequest, of_first: list[str], of_second: list[str]
) -> list[Reply]:
    """Who looks after it now, for those who have not heard it of theirs."""
    sentence = "on_the_way" if fresh.state is RequestState.ON_THE_WAY else "accepted"
    heard_in = of_second if before.state is RequestState.OPEN else of_first
    heard = {each.person for each in told_in(turn.db, turn.now, heard_in)}
    return [each for each in notices.for_guest(turn, fresh, sentence) if each.to and each.to.person not in heard]


def _told(turn: Turn, first: ServiceRequest, second: ServiceRequest) -> list[Reply]:
    """The colleagues who had taken them, but for whoever says it."""
    fresh = get_request(turn.db, first.number)
    ids = [each.assignee_id for each in (first, second) if each.assignee_id]
    people = [each for each in staff_recipients(turn.db, list(dict.fromkeys(ids))) if each.conversation_id != turn.here]
    photos = photos_of(turn.db, fresh, of_wish=True)
    return notices.lines(turn, fresh, "merged", people, photos, other=second.number)
