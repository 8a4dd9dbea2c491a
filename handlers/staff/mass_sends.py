"""A mass send: what is to be said, then how many it reaches, then the start by a button.

To the members' customers in WeCom, who each get it once a member confirms, or to the followers of the official account.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from crm.broadcasts.followers import count_followers
from crm.broadcasts.mass_sends import Send, SendState, To, find_send, get_send, sends_since
from crm.broadcasts.send_looks import FIRST_LOOK, when_awake
from crm.broadcasts.send_steps import draft_send, try_start
from crm.errors import NotFound
from crm.properties.houses import Property, properties
from handlers import audit, cards, mass_sends
from handlers.turn import Button, Call, Question, Reply, Turn
from prompts.words import say

MOST_BYTES = {To.CUSTOMERS: 4000, To.FOLLOWERS: 2048}  # the platform takes no longer text
A_DAY = timedelta(days=1)
LATELY = timedelta(days=7)  # what is older is no news
MOST_SENDS = 3
INTENTS = {To.CUSTOMERS: "send_to_customers", To.FOLLOWERS: "send_to_followers"}


def has_customers(house: Property) -> bool:
    """Only where members may send to customers."""
    return house.sends_to_customers


def has_followers(house: Property) -> bool:
    """Only where the official account may send to those who follow it."""
    return house.sends_to_followers


def has_any(house: Property) -> bool:
    return has_customers(house) or has_followers(house)


def send_to_customers(turn: Turn) -> list[Reply]:
    """Slots: `content` is to be sent; `send` is one that was counted, `known` the last one its author knew of."""
    return [_sent(turn, To.CUSTOMERS)]


def send_to_followers(turn: Turn) -> list[Reply]:
    """The same slots."""
    return [_sent(turn, To.FOLLOWERS)]


def unconfirmed_sends(turn: Turn) -> list[Reply]:
    """Those that are under way, else the last one of these days."""
    since = turn.now - LATELY
    found = sorted((each for to in To for each in sends_since(turn.db, since, to)), key=_started_at, reverse=True)
    shown = [each for each in found if each.state is SendState.STARTED][:MOST_SENDS] or found[:1]
    if not shown:
        return [Reply(say(turn.language, "mass_sends.unconfirmed_sends.none"))]
    return [Reply("\n\n".join(mass_sends.report(turn, turn.language, each) for each in shown))]


def _sent(turn: Turn, to: To) -> Reply:
    """Both platforms' people are the whole company's."""
    if len(turn.member.property_ids) < len(properties(turn.db)):
        return Reply(_say(turn, to, "one_house"))
    if turn.slot("send"):
        return _started(turn, to, _own(turn, to))
    content = str(turn.slot("content") or "").strip()
    if not content:
        return _ask(turn, to, "ask")
    length, most = len(mass_sends.worded(turn, to, content).encode()), MOST_BYTES[to]
    if length > most:
        return _ask(turn, to, "too_long", length=length, most=most)
    return _used_up(turn, to) or _drafted(turn, to, content)


def _drafted(turn: Turn, to: To, content: str) -> Reply:
    """Followers are in our own records and counted at once; customers are asked for by the bot."""
    audience = count_followers(turn.db, mass_sends.month_of(turn, to)[0]) if to is To.FOLLOWERS else None
    people = audience.people if audience else None
    send_id = draft_send(turn.db, turn.now, turn.house.id, turn.member.id, content, to, people)
    audit.act(turn, f"mass_send:{send_id}", turn.house.id)
    if audience is None:
        return Reply(_say(turn, to, "counting", pictures=bool(turn.attachments)))
    send = get_send(turn.db, send_id)
    text = mass_sends.counted_followers(turn, turn.language, send, audience, pictures=bool(turn.attachments))
    return Reply(text, mass_sends.start_buttons(turn, turn.language, send))


def _started(turn: Turn, to: To, send: Send) -> Reply:
    """Once, however often it is pressed; what somebody else has started meanwhile is shown first."""
    if send.state is not SendState.COUNTED:
        return Reply(mass_sends.report(turn, turn.language, send))
    if used_up := _used_up(turn, to):
        return used_up
    last = next(iter(sends_since(turn.db, turn.now - A_DAY, to)), None)
    if last and last.id != turn.slot("known"):
        again = Call(INTENTS[to], {"send": send.id, "known": last.id})
        at = cards.at(turn, turn.language, _started_at(last))
        text = _say(turn, to, "meanwhile", at=at, words=cards.short(last.words))
        return Reply(text, [Button(say(turn.language, "mass_sends.words.again"), again)])
    begins = turn.now + FIRST_LOOK
    if to is To.FOLLOWERS:  # customers are written to when a member is awake
        begins = when_awake(begins, turn.house.time_zone)
    if not try_start(turn.db, turn.now, send, begins):
        return Reply(_say(turn, to, "already"))
    if to is To.CUSTOMERS:
        mass_sends.queue_task(turn, turn.language, send)
    audit.act(turn, f"mass_send:{send.id}", turn.house.id)
    later = cards.at(turn, turn.language, begins) if begins > turn.now + FIRST_LOOK else ""
    return Reply(_say(turn, to, "started", people=send.people, members=len(send.parts), later=later))


def _used_up(turn: Turn, to: To) -> Reply | None:
    """Customers get one for each day of a month at most; what followers had is counted for each."""
    begin, days = mass_sends.month_of(turn, to)
    if to is To.FOLLOWERS or len(sends_since(turn.db, begin, to)) < days:
        return None
    return Reply(_say(turn, to, "used_up", count=days))


def _own(turn: Turn, to: To) -> Send:
    send = find_send(turn.db, str(turn.slot("send")))
    if send is None or send.author_id != turn.member.id or send.channel is not to:
        raise NotFound(what="")
    return send


def _ask(turn: Turn, to: To, name: str, **values: object) -> Reply:
    return Reply(_say(turn, to, name, **values), ask=Question(Call(INTENTS[to]), "content"))


def _say(turn: Turn, to: To, name: str, **values: object) -> str:
    return say(turn.language, f"mass_sends.{INTENTS[to]}.{name}", **values)


def _started_at(send: Send) -> datetime:
    return send.started_at or send.created_at
