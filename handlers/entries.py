"""How an entry of the house's knowledge is worded, and which one a colleague means: shared by the handlers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from crm.errors import NotFound
from crm.properties.knowledge import Entry, Words, find_entry, knowledge
from crm.properties.knowledge_changes import LONGEST_TEXT, LONGEST_TITLE
from handlers import audit
from handlers.houses import houses
from handlers.turn import Button, Call, Question, Reply, Turn
from prompts.words import LANGUAGES, say, table

MOST_CHOICES = 8
_CHINESE = re.compile("[\u3400-\u9fff]")
_LETTER = re.compile(r"[^\W\d_]")


def told(language: str, words: Words) -> str:
    """With its title: Pool: open from 7:00 am."""
    return say(language, "house_knowledge.ask_house.answer", title=words.title, text=words.text)


def spoken(language: str, words: Words) -> str:
    """As guests hear it: a text that begins with its title names itself."""
    begun = ["", *table(language, "house_knowledge", "ask_house")["articles"]]
    text = words.text.lstrip()
    if text.casefold().startswith(tuple(f"{each}{words.title}".casefold() for each in begun)):
        return text[:1].upper() + text[1:]
    return told(language, words)


def find_meant(turn: Turn) -> Entry | None:
    """The entry that was chosen (slot `entry`), else the only one that was named; removed or not. Raises NotFound."""
    named = list(turn.slot("entries") or ())
    chosen = turn.slot("entry") or (named[0] if len(named) == 1 else None)
    if chosen is None:
        return None
    entry = find_entry(turn.db, str(chosen))
    if entry is None or entry.property_id not in turn.member.property_ids:
        raise NotFound(what="")
    return entry


def which(turn: Turn, sentence: str) -> Reply:
    """Which one it is about: those that were named, else all there are; its name may be typed too."""
    every = [entry for there in houses(turn) for entry in knowledge(there.db, there.house)]
    if not every:
        return Reply(say(turn.language, "knowledge.show_knowledge.none"))
    named = set(turn.slot("entries") or ())
    among = [each for each in every if each.id in named] or every
    slots = without(turn, "entries", "entry")
    buttons = [
        Button(label(turn, each), Call(turn.call.intent, {**slots, "entry": each.id})) for each in among[:MOST_CHOICES]
    ]
    more = len(among) > MOST_CHOICES
    text = say(turn.language, f"knowledge.which.{sentence}", count=len(among), more=more)
    return Reply(text, buttons, ask=Question(Call(turn.call.intent, slots), "entries"))


def label(turn: Turn, entry: Entry) -> str:
    """What an entry is called among others, with the house for whoever works for several."""
    title = entry.spoken(turn.language).title
    named = say(turn.language, "knowledge.entry.label", title=title, rooms=room_names(turn, entry.room_types))
    is_one_house = len(turn.member.property_ids) == 1
    return named if is_one_house else f"{named} · {turn.at_property(entry.property_id).house.name}"


def room_names(turn: Turn, types: Sequence[str]) -> list[str]:
    """Types of rooms as this reader says them."""
    names = table(turn.language, "knowledge", "room_types")
    return [str(names.get(each.lower(), [each])[0]) for each in types]


def language_name(language: str, code: str) -> str:
    return str(table(language, "knowledge", "languages")[code])


def written_in(text: str, otherwise: str) -> str:
    """Chinese characters make it Chinese, else letters English."""
    if _CHINESE.search(text):
        return "zh"
    return "en" if _LETTER.search(text) else otherwise


def lacking(entry: Entry) -> list[str]:
    """The languages in which nobody has written its text."""
    said = dict(entry.words)
    return [code for code in LANGUAGES if code not in said or written_in(said[code].text, code) != code]


def wordings(turn: Turn, entry: Entry) -> list[Button]:
    """To write it in each language it lacks."""
    call = {"entry": entry.id, "version": entry.version}
    return [
        Button(
            say(turn.language, "knowledge.change_knowledge.translated", language=language_name(turn.language, code)),
            Call("change_knowledge", {**call, "language": code}),
        )
        for code in lacking(entry)
    ]


def trouble(turn: Turn, title: str, text: str) -> Reply | None:
    """What is longer than a chat should hold is asked for again; all else that was said is kept."""
    if len(title) > LONGEST_TITLE:
        said = say(turn.language, "knowledge.trouble.title_too_long", length=len(title), most=LONGEST_TITLE)
        return Reply(said, ask=Question(Call(turn.call.intent, without(turn, "title")), "title"))
    if len(text) > LONGEST_TEXT:
        said = say(turn.language, "knowledge.trouble.too_long", length=len(text), most=LONGEST_TEXT)
        return Reply(said, ask=Question(Call(turn.call.intent, without(turn, "content")), "content"))
    return None


def strange_language(turn: Turn) -> Reply | None:
    """House knowledge is written in the languages the house speaks."""
    if turn.slot("language") in (None, *LANGUAGES):
        return None
    known = [language_name(turn.language, code) for code in LANGUAGES]
    return Reply(say(turn.language, "knowledge.trouble.no_such_language", languages=known))


def audited(turn: Turn, entry: Entry) -> None:
    audit.act(turn, f"entry:{entry.id}", entry.property_id)


def without(turn: Turn, *names: str) -> dict[str, Any]:
    """The slots of the call but for these."""
    return {name: value for name, value in turn.call.slots.items() if name not in names}
