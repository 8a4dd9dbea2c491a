"""What colleagues tell the house to keep: which entry they mean, and words for guests, read as nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from bot.understanding.contract import Context, Understanding
from bot.understanding.nearest import small_words
from bot.understanding.pending import pressed
from bot.understanding.reading import Reading, fold, read, words
from bot.understanding.slots import KEPT_WORDS
from bot.understanding.vocabulary import Kind, find_hits, rules
from handlers.turn import Call
from prompts.words import LANGUAGES, table

ADD, CHANGE, HAND_OVER = "add_knowledge", "change_knowledge", "hand_over"
SENDS = ("send_to_customers", "send_to_followers")
NAMING = frozenset({CHANGE, "show_knowledge", "delete_knowledge", "knowledge_history"})
CONTENT = "content"
LONGEST_HEAD = 100  # characters before the colon
_COLON = re.compile(r"(?<!\d)[:：](?!//)|[:：](?![\d/])|：(?=\d)")
_BEFORE_CONTENT = re.compile(r"^[\s:：,，。.;；、\-–—]*(?:that\b\s*)?", re.IGNORECASE)
_TOPIC = re.compile(r"(?:about|on|for|regarding)\b|关于")  # what it is about is not yet what it says
_IN_BRACKETS = re.compile(r"[(（]([^()（）]{1,40})[)）]")
_FOR_ROOMS = re.compile(
    r"\bfor (?:the |our |guests (?:in|of) (?:the |our )?)?([a-z][a-z -]{1,30}?)(?: only)?\W*$"
    r"|(?:只给|仅限|只限|限|针对|适用于|给)([^\s:：,，]{1,12}?)(?:的?客人|住客)?\W*$"
)

Understand = Callable[[str, Context], Understanding]


def with_content(text: str, context: Context, understand: Understand) -> Understanding | None:
    """What is wanted, where words to be kept follow: only what stands before them is understood. Else None."""
    offered = {intent.name for intent in context.offered}
    if not offered & {ADD, *SENDS}:
        return None
    given = read(text)
    if pressed(given.text, context.choices):
        return None
    for head, content in (_at_colon(given), _behind_phrase(given)):
        if not head or not content:
            continue
        found = understand(head, replace(context, question=None, choices=()))
        if [call.intent for call in found.calls] == [HAND_OVER] and ADD in offered:
            return replace(found, text=given.text, calls=(Call(HAND_OVER, {"note": content}),))
        if _keeps(found, context):
            (call,) = found.calls
            slots = {**call.slots, CONTENT: content}
            slots |= _alike(content, context) if call.intent == ADD else {}
            return replace(found, text=given.text, calls=(Call(call.intent, slots),))
    return None


def with_entries(found: Understanding, context: Context) -> Understanding:
    """The same with the entries that are named, and for whom and in which language they are."""
    if not any(call.intent in NAMING or call.intent == ADD for call in found.calls):
        return found
    return replace(found, calls=tuple(_with_entry(call, found.text, context) for call in found.calls))


def names_an_entry(said: str, context: Context) -> bool:
    return bool(_named(said, context))


def _keeps(found: Understanding, context: Context) -> bool:
    """Words that were asked for may begin like a wish for something else: then only a phrase is one."""
    is_asked = context.question is not None and context.question.asks in KEPT_WORDS
    brains = ("phrases",) if is_asked else ("phrases", "classifier")
    kept = {each.name for each in context.offered} & {ADD, CHANGE, *SENDS}
    return found.by in brains and [call.intent for call in found.calls] in [[each] for each in kept]


def _at_colon(given: Reading) -> tuple[str, str]:
    line = given.text[:LONGEST_HEAD].partition("\n")[0]
    found = _COLON.search(line)
    place = found.end() if found else len(line) + 1 if "\n" in given.text[:LONGEST_HEAD] else 0
    head = given.text[: place - 1] if place else ""
    return head.strip(), _trimmed(given.text[place:]) if place else ""


def _behind_phrase(given: Reading) -> tuple[str, str]:
    """ "Add to house knowledge that the pool closes at nine": from the first phrase, with hardly a word before it."""
    hits = [hit for hit in find_hits(given.tokens, (ADD, *SENDS), False) if hit.meaning.kind is Kind.INTENT]
    first = max(hits, key=lambda hit: (-hit.start, hit.end), default=None)
    if first is None or any(token.norm not in small_words() for token in given.tokens[: first.start] if token.norm):
        return "", ""
    end = given.tokens[first.end - 1].end
    content = _trimmed(given.text[end:])
    is_topic = _TOPIC.match(fold(content)) or not any(each.isalpha() for each in content)
    return given.text[:end], "" if is_topic else content


def _trimmed(content: str) -> str:
    """Of a bare courtesy nothing is left."""
    content = _BEFORE_CONTENT.sub("", content, count=1).strip()
    return content if any(token.norm not in small_words() for token in read(content).tokens if token.norm) else ""


def _with_entry(call: Call, text: str, context: Context) -> Call:
    if call.intent != ADD and call.intent not in NAMING:
        return call
    slots: dict[str, Any] = dict(call.slots)
    named = str(slots.get("entries", "")) if isinstance(slots.get("entries"), str) else text
    if call.intent in NAMING and "entry" not in slots:
        slots["entries"] = _named(named, context)
    if CONTENT not in slots and (language := _language_in(text)):
        slots.setdefault("language", language)
    if call.intent == ADD and CONTENT not in slots and (said := _rooms_in(text)):
        slots.setdefault("rooms", said)
    return Call(call.intent, slots)


def _named(said: str, context: Context) -> list[str]:
    """Ids of the entries it most likely names; those that fit as well as the best."""
    from bot.understanding.house_entries import named_entries  # numpy comes with the first message

    telling = [token.norm for token in read(said).tokens if token.norm and token.norm not in _command_words()]
    return list(named_entries(telling, context.entries)) if telling else []


def _alike(content: str, context: Context) -> dict[str, list[str]]:
    from bot.understanding.house_entries import find_entries

    found = find_entries(content, context.entries)
    return {"entries": list(found)} if found else {}


def _language_in(text: str) -> str:
    """A code of ours, or "other" for a language that is named and not ours; nothing where none is named."""
    said = f" {' '.join(words(fold(text)))} "
    return next((code for code, names in _languages() if any(name in said for name in names)), "")


def _rooms_in(text: str) -> str:
    """For guests of which rooms, in the colleague's words."""
    plain = fold(text)
    found = _IN_BRACKETS.search(plain) or _FOR_ROOMS.search(plain)
    said = next(filter(None, found.groups()), "").strip() if found else ""
    return "" if not said or _language_in(said) or set(words(said)) <= _command_words() else said


@cache
def _languages() -> Sequence[tuple[str, Sequence[str]]]:
    named: dict[str, list[str]] = {}
    for language in LANGUAGES:
        for code, names in table(language, "knowledge", "language_names").items():
            named.setdefault(code, []).extend(f" {' '.join(words(name))} " for name in names)
    return tuple(named.items())


@cache
def _command_words() -> frozenset[str]:
    """Words of which no entry is called."""
    phrases = (pattern for pattern, meaning in rules() if meaning.name in NAMING or meaning.name == ADD)
    return frozenset(word for pattern in phrases for word in pattern.vocabulary()) | small_words()
