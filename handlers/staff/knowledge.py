"""What guests asked and nobody had written down, and the answers that colleagues add to the house's knowledge."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crm.conversations.unanswered import OpenQuestion, answer_questions, get_question, is_alike, open_questions
from crm.errors import NotFound
from crm.properties.houses import properties, room_types
from crm.properties.knowledge import Entry, Words, find_entry
from crm.properties.knowledge_changes import LONGEST_TEXT, LONGEST_TITLE, add_entry, try_remove
from handlers import cards, entries
from handlers.houses import houses, under_names
from handlers.turn import Button, Call, Question, Reply, Turn
from prompts.words import LANGUAGES, say, table

MOST_LINES, MOST_BUTTONS = 10, 8
LONGEST_QUESTION = 80  # characters of a question in a list
CLEAR = 40  # characters; a longer question, or one of several lines, is no title
MOST_ASKED = 5
_OWN_TITLE = re.compile(r"([^:：\n]{1,30})(?:：|:(?!\d|//))\s*(\S.*)", re.DOTALL)
_AND = re.compile(r"[,，、&]|和|\band\b|\bor\b")
_ROOMS = re.compile(r"(?: rooms?|(?<!ie)s)$")
_ENDS = " \t\n?？!！。.,，;；~～…"


def unanswered_questions(turn: Turn) -> list[Reply]:
    """The latest first; the same question asked by several guests is one line."""
    found = [(there, group) for there in houses(turn) for group in open_questions(turn.db, turn.now, there.house.id)]
    if not found:
        return [Reply(say(turn.language, "knowledge.unanswered_questions.none"))]
    found = sorted(found, key=lambda each: each[1][0].asked_at, reverse=True)
    shown = list(enumerate(found[:MOST_LINES], 1))
    groups = []
    for house in houses(turn):
        lines = [_line(there, at, group) for at, (there, group) in shown if there.house.id == house.house.id]
        groups += [(house, "\n".join(lines))] if lines else []
    text = [say(turn.language, "knowledge.unanswered_questions.title", count=len(found)), under_names(turn, groups)]
    if len(found) > MOST_LINES:
        text.append(say(turn.language, "common.lists.more", count=len(found) - MOST_LINES))
    return [Reply("\n".join(text), [_button(turn, at, group) for at, (_, group) in shown[:MOST_BUTTONS]])]


def add_knowledge(turn: Turn) -> list[Reply]:
    """Slots: `question` a guest asked, `property` is the house, `rooms` whose guests; `apart`: not the one alike."""
    asked = _find_asked(turn)
    there = _find_house(turn, asked)
    missing = (
        _answered_already(turn, asked)
        or entries.strange_language(turn)
        or (_which_house(turn) if there is None else _no_such_rooms(there))
        or _content_missing(turn, asked)
        or _alike(turn, asked)
        or _title_missing(turn, asked)
    )
    if missing is not None or there is None:
        return [missing] if missing else []
    return [_added(there, asked)]


def _line(turn: Turn, place: int, group: Sequence[OpenQuestion]) -> str:
    return say(
        turn.language,
        "knowledge.unanswered_questions.line",
        place=place,
        question=cards.short(group[0].words, LONGEST_QUESTION),
        times=len(group),
        askers=len({each.conversation_id for each in group}),
        at=cards.at(turn, turn.language, group[0].asked_at),
    )


def _button(turn: Turn, place: int, group: Sequence[OpenQuestion]) -> Button:
    label = say(turn.language, "knowledge.unanswered_questions.button", place=place)
    return Button(label, Call("add_knowledge", {"question": group[0].id}))


def _find_asked(turn: Turn) -> OpenQuestion | None:
    """Raises NotFound where it was not asked in a house of this colleague."""
    if not turn.slot("question"):
        return None
    asked = get_question(turn.db, str(turn.slot("question")))
    if asked.property_id not in turn.member.property_ids:
        raise NotFound(what="")
    return asked


def _find_house(turn: Turn, asked: OpenQuestion | None) -> Turn | None:
    """Where it is to be written down; None where the colleague works for several houses and has not said."""
    mine = turn.member.property_ids
    chosen = asked.property_id if asked else turn.slot("property") or (mine[0] if len(mine) == 1 else "")
    return turn.at_property(chosen) if chosen in mine else None


def _answered_already(turn: Turn, asked: OpenQuestion | None) -> Reply | None:
    entry = find_entry(turn.db, asked.entry_id) if asked and asked.entry_id else None
    if entry is None or entry.is_removed:
        return None
    content = str(turn.slot("content") or "")
    call = {"entry": entry.id, "version": entry.version}
    offered = Button(say(turn.language, "knowledge.change_knowledge.change"), Call("change_knowledge", call))
    if content and len(content) <= LONGEST_TEXT:
        mine = Call("change_knowledge", {**call, "content": content})
        offered = Button(say(turn.language, "knowledge.change_knowledge.mine"), mine)
    told = entries.told(turn.language, entry.spoken(turn.language))
    return Reply(say(turn.language, "knowledge.add_knowledge.already", entry=told, content=content), [offered])


def _which_house(turn: Turn) -> Reply:
    buttons = [
        Button(each.name, Call("add_knowledge", {**turn.call.slots, "property": each.id}))
        for each in properties(turn.db)
        if each.id in turn.member.property_ids
    ]
    return Reply(say(turn.language, "knowledge.add_knowledge.ask_house"), buttons)


def _no_such_rooms(turn: Turn) -> Reply | None:
    """The colleague named rooms of which there are none."""
    if not turn.slot("rooms") or _types_said(turn):
        return None
    known = entries.room_names(turn, room_types(turn.db, turn.house))
    text = say(turn.language, "knowledge.trouble.no_such_rooms", said=cards.short(str(turn.slot("rooms"))), types=known)
    return Reply(text)


def _types_said(turn: Turn) -> list[str]:
    """The types of rooms that are named, in the words of the configuration or of colleagues; none if one is unknown."""
    known = {name: each for each in room_types(turn.db, turn.house) for name in _names_of(each)}
    said = [_ROOMS.sub("", part.strip()) for part in _AND.split(str(turn.slot("rooms") or "").lower())]
    return sorted({known[each] for each in said}) if known.keys() >= set(said) else []


def _names_of(room_type: str) -> list[str]:
    known = (table(code, "knowledge", "room_types").get(room_type.lower(), ()) for code in LANGUAGES)
    return [room_type.lower(), *(name for names in known for name in names)]


def _content_missing(turn: Turn, asked: OpenQuestion | None) -> Reply | None:
    if turn.slot("content"):
        return None
    question = cards.short(asked.words, LONGEST_QUESTION) if asked else ""
    text = say(turn.language, "knowledge.add_knowledge.ask", question=question, longest=LONGEST_TEXT)
    return Reply(text, ask=Question(turn.call, "content"))


def _alike(turn: Turn, asked: OpenQuestion | None) -> Reply | None:
    """An entry that speaks of the same may have been meant; one that is called otherwise was not."""
    if asked or turn.slot("apart") or turn.slot("rooms") or not turn.slot("entries"):
        return None
    entry = entries.find_meant(turn)
    title, text = _titled(turn, asked)
    if entry is None or entry.is_removed or entries.trouble(turn, title, text):
        return None
    called = {words.title.casefold() for _, words in entry.words}
    content = text if title.casefold() in called else str(turn.slot("content"))
    language = {"language": turn.slot("language")} if turn.slot("language") else {}
    change = Call("change_knowledge", {"entry": entry.id, "version": entry.version, "content": content, **language})
    words = entry.spoken(turn.language)
    buttons = [
        Button(say(turn.language, "knowledge.change_knowledge.change"), change),
        Button(
            say(turn.language, "knowledge.add_knowledge.apart"),
            Call("add_knowledge", {**entries.without(turn, "entries"), "apart": True}),
        ),
    ]
    return Reply(say(turn.language, "knowledge.add_knowledge.alike", entry=entries.told(turn.language, words)), buttons)


def _title_missing(turn: Turn, asked: OpenQuestion | None) -> Reply | None:
    title, text = _titled(turn, asked)
    if title:
        return entries.trouble(turn, title, text)
    ask = say(turn.language, "knowledge.add_knowledge.ask_title")
    return entries.trouble(turn, title, text) or Reply(ask, ask=Question(turn.call, "title"))


def _titled(turn: Turn, asked: OpenQuestion | None) -> tuple[str, str]:
    """Title and text: the title that was given, else how the text begins, else the question where it is clear."""
    content, title = str(turn.slot("content")).strip(), str(turn.slot("title") or "").strip()
    if title:
        return title, content
    if asked:
        return _question_title(asked), content
    own = _OWN_TITLE.fullmatch(content)
    return (own[1].strip(), own[2]) if own else ("", content)


def _question_title(asked: OpenQuestion) -> str:
    """The question without courtesies; nothing where it is too long to be one."""
    said = asked.words.strip(_ENDS)
    polite = table(asked.language, "listening", "fillers")["polite"]
    for word in sorted(polite, key=len, reverse=True):
        if re.match(rf"{re.escape(word)}(?![a-z])", said, re.IGNORECASE):
            said = said[len(word) :].strip(_ENDS)
    return cards.capital(said) if 1 < len(said) <= CLEAR and "\n" not in said else ""


def _added(turn: Turn, asked: OpenQuestion | None) -> Reply:
    """Written down, and whoever asked the same will be told by the clock."""
    title, text = _titled(turn, asked)
    same = _same(turn, asked) if asked else []
    language = turn.slot("language") or entries.written_in(text, turn.language)
    language = asked.language if asked and asked.language in LANGUAGES else language
    wordings = dict.fromkeys(each.words[:LONGEST_TITLE] for each in same if each.language == language)
    words = {str(language): Words(title, text, tuple(wordings)[:MOST_ASKED])}
    member = turn.member.id
    entry = add_entry(turn.db, turn.now, turn.house, words, staff_id=member, room_types=_types_said(turn))
    if asked and not answer_questions(turn.db, [asked], entry):  # somebody was faster by an instant
        first = _answered_already(turn, get_question(turn.db, asked.id))
        if first and try_remove(turn.db, turn.now, entry, staff_id=member):
            return first
    answer_questions(turn.db, [each for each in same if asked and each.id != asked.id], entry)
    entries.audited(turn, entry)
    return _shown(turn, entry, waiting=asked is not None)


def _same(turn: Turn, asked: OpenQuestion) -> list[OpenQuestion]:
    every = [each for group in open_questions(turn.db, turn.now, asked.property_id) for each in group]
    return [each for each in every if each.id == asked.id or is_alike(asked, each)]


def _shown(turn: Turn, entry: Entry, *, waiting: bool) -> Reply:
    house = turn.house.name if len(turn.member.property_ids) > 1 else ""
    only = {"entry": entry.id, "version": entry.version, "guests_only": True}
    buttons = [
        *entries.wordings(turn, entry),
        Button(say(turn.language, "knowledge.add_knowledge.guests_only"), Call("change_knowledge", only)),
    ]
    words = entry.spoken(turn.language)
    told = entries.told(turn.language, Words(entries.label(turn, entry), words.text)) if entry.room_types else ""
    told = told or entries.told(turn.language, words)
    return Reply(say(turn.language, "knowledge.add_knowledge.added", entry=told, house=house, waiting=waiting), buttons)
