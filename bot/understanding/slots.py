"""Finds the details of a request: how many, when, which room, for whom; each finder gives a value and its places."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time

from bot.understanding.ages import told_ages
from bot.understanding.allergies import find_allergies
from bot.understanding.amounts import Amount, find_amounts, find_bare, find_persons, find_stars
from bot.understanding.credentials import find_credential_words, find_token_words
from bot.understanding.days import find_day_words, impossible_days
from bot.understanding.diet import find_diet
from bot.understanding.finding import USED, Finder, Found, Heard
from bot.understanding.foods import things_in
from bot.understanding.listed import find_listed
from bot.understanding.money import find_budget
from bot.understanding.reading import fold
from bot.understanding.rooms import find_room_words
from bot.understanding.shifts import find_all_days, find_colleagues, find_hours
from bot.understanding.time_slots import find_moment
from bot.understanding.two_guests import find_guests
from crm.service_requests.needs import OTHER

_NUMBER = re.compile(r"(?<![\d.:])#?(?P<n>\d{1,6})(?![\d:.])")
_TICKET = re.compile(r"#(?P<n>\d{1,6})(?!\d)")
_MORE = re.compile(
    r"\b(?:more|another|additional)\b(?! (?:room|thing|question))|再[来拿送要给加]|还要|多[要拿送给来加]|[追添]加"
)
_ITEM = re.compile(r"(?:\bitem|失物)\s*(?:no\.?|number|编号|第)?\s*#?(?P<n>\d{1,6})(?!\d)")
_CHINESE = re.compile("[\u3400-\u9fff]")
_NAME = re.compile(
    r"\W*(?:我叫|他叫|她叫|叫|名字是|姓名|是|(?:his |her |my |the )?name is |i am )?(?P<name>.{1,40}?)[\s。.,，!?]*",
    re.DOTALL,
)


def find_time(heard: Heard) -> Found | None:
    """An aware datetime in the zone of `now`."""
    moment = find_moment(heard.plain, heard.now, heard.time_hint, heard.asked)
    return Found(*moment) if moment else None


def find_morning_time(heard: Heard) -> Found | None:
    """An hour of the day; one that may be of either half is in the morning."""
    return find_time(replace(heard, time_hint="morning"))


def find_day(heard: Heard) -> Found | None:
    """A day as its local midnight, an aware datetime."""
    if impossible_days(heard.plain, heard.now.date()):
        return None
    day = find_day_words(heard.plain, heard.now.date())
    return Found(datetime.combine(day.day, time(), heard.now.tzinfo), [(day.start, day.end)]) if day else None


def find_room(heard: Heard) -> Found | None:
    """A room of the house, or a number that was called one or stands where one would."""
    found = find_room_words(heard.plain, heard.rooms, heard.asked)
    return Found(found.room, [found.span]) if found else None


def find_place(heard: Heard) -> Found | None:
    """A room to which something is to be brought, where a question asks for it."""
    return find_room(heard) if heard.asked else None


def find_people(heard: Heard) -> Found | None:
    """How many people, adults and children together."""
    return _sum(find_persons(heard.plain), heard)


def find_quantity(heard: Heard) -> Found | None:
    """How many things; several amounts of the same thing are added up."""
    return _sum(find_amounts(heard.plain), heard)


def find_more(heard: Heard) -> Found | None:
    """Whether it is wanted beside what was asked for before; nothing is used up.

    Words such as 再来 also part one wish from the next, so that they may stand right before this one.
    """
    start = len(heard.plain) - len(heard.plain.lstrip(USED))
    said = fold(heard.raw[max(0, start - 3) : start]) + heard.plain[start:]
    return Found(True, []) if _MORE.search(said) else None


def find_rating(heard: Heard) -> Found | None:
    """One to five."""
    stars = find_stars(heard.plain, judged=heard.asked)
    return Found(stars[0], [stars[1]]) if stars else None


def find_number(heard: Heard) -> Found | None:
    """The number of a request."""
    return _counted(_NUMBER, heard)


def find_numbers(heard: Heard) -> Found | None:
    """The numbers of several requests."""
    matches = list(_NUMBER.finditer(heard.plain))
    return Found([int(each["n"]) for each in matches], [each.span() for each in matches]) if matches else None


def find_ticket(heard: Heard) -> Found | None:
    """The number of a request where it is marked as one: #12."""
    return _counted(_TICKET, heard)


def find_item(heard: Heard) -> Found | None:
    """The number of a found thing where it is called one: item 7; any number where a question or phrase asks for it."""
    return _counted(_ITEM, heard) or (_counted(_NUMBER, heard) if heard.asked else None)


def find_credential(heard: Heard) -> Found | None:
    """{"code": …} or {"name": …, "digits": …}."""
    found = find_credential_words(heard.plain, heard.raw, heard.asked)
    return Found(*found) if found else None


def find_token(heard: Heard) -> Found | None:
    found = find_token_words(heard.raw, heard.asked)
    return Found(*found) if found else None


def find_role(heard: Heard) -> Found | None:
    return _listed(heard, "roles")


def find_switch(heard: Heard) -> Found | None:
    """ "off" where it is to be switched off; whoever says nothing of the kind wants it on."""
    return _listed(heard, "switch", "elder")


def find_channel(heard: Heard) -> Found | None:
    """What somebody calls a chat of theirs: by the name of a channel, or `here`, or `any`."""
    return _listed(heard, "heard", "reach")


def find_department(heard: Heard) -> Found | None:
    return _listed(heard, "departments")


def find_allergy(heard: Heard) -> Found | None:
    """Codes of what somebody is allergic to; nothing is used up, for these words are read as a note as well."""
    codes = find_allergies(heard.plain).codes
    if not codes and heard.asked and _is_name(heard.plain):
        codes = tuple(code for code, _ in things_in(heard.plain, 0, len(heard.plain))) or (OTHER,)
    return Found(list(dict.fromkeys(codes)), []) if codes else None


def find_diets(heard: Heard) -> Found | None:
    """Codes of diets and no_<food>, but for what is told as an allergy."""
    ill = {f"no_{code}" for code in find_allergies(heard.plain).codes}
    codes = [code for code in find_diet(heard.plain).codes if code not in ill]
    return Found(codes, []) if codes else None


def find_told_ages(heard: Heard) -> Found | None:
    """Of children and the old: 5y, 10m."""
    ages = told_ages(heard.plain)
    return Found([age for age, _ in ages], [span for _, span in ages]) if ages else None


def find_money(heard: Heard) -> Found | None:
    """{"amount": …, "currency": …, "bound": …}."""
    budget, spans = find_budget(heard.plain)
    return Found(dict(budget), list(spans)) if budget else None


def find_name(heard: Heard) -> Found | None:
    """A person's name as it was written; only where a phrase marked it or a question asked for it."""
    span = heard.captures.get("name")
    if span is None and heard.asked:
        match = _NAME.fullmatch(heard.plain)
        span = match.span("name") if match and _is_name(match["name"]) else None
    said = heard.raw[slice(*span)].strip() if span else ""
    return Found(said, [span]) if span and said else None


def _is_name(said: str) -> bool:
    """A few words without a digit; whoever says more answers something else."""
    return len(said.split()) <= 4 and len(_CHINESE.findall(said)) <= 12 and not re.search(r"[\d?？]", said)


def find_text(heard: Heard, around: str = "，,。.;；、:： \n") -> Found | None:
    """All of it, trimmed."""
    trimmed = heard.raw.strip().strip(around)
    return Found(trimmed, []) if trimmed else None


FINDERS: dict[str, Finder] = {
    "credential": find_credential,
    "token": find_token,
    "allergy": find_allergy,
    "diet": find_diets,
    "money": find_money,
    "ages": find_told_ages,
    "time": find_time,
    "morning": find_morning_time,
    "day": find_day,
    "days": find_all_days,
    "hours": find_hours,
    "colleagues": find_colleagues,
    "room": find_room,
    "people": find_people,
    "rating": find_rating,
    "item": find_item,
    "number": find_number,
    "place": find_place,
    "numbers": find_numbers,
    "ticket": find_ticket,
    "more": find_more,
    "quantity": find_quantity,
    "role": find_role,
    "switch": find_switch,
    "channel": find_channel,
    "department": find_department,
    "guests": find_guests,
    "name": find_name,
}
DAY_FINDERS = frozenset({"day", "days"})
KEPT_WORDS = frozenset({"content", "title", "entry"})  # for guests or of an entry: never from the midst of a message
FREE_TEXT = frozenset({"text", "note", "reason"}) | KEPT_WORDS


def _sum(amounts: Sequence[Amount], heard: Heard) -> Found | None:
    if amounts:
        return Found(sum(count for count, _ in amounts), [span for _, span in amounts])
    bare = find_bare(heard.plain) if heard.asked else None
    return Found(bare[0], [bare[1]]) if bare else None


def _counted(pattern: re.Pattern[str], heard: Heard) -> Found | None:
    match = pattern.search(heard.plain)
    return Found(int(match["n"]), [match.span()]) if match else None


def _listed(heard: Heard, name: str, file: str = "duty") -> Found | None:
    found = find_listed(heard.plain, name, file)
    return Found(found[0], [found[1]]) if found else None
