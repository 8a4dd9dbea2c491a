"""Colleagues look at an entry of the house's knowledge, change it, delete it, and see what it said before."""

from __future__ import annotations

from crm.properties.knowledge import Entry, Words
from crm.properties.knowledge_changes import Change, history, try_change, try_remove
from crm.staff.members import names_of
from handlers import cards, entries
from handlers.turn import Button, Call, Question, Reply, Turn
from prompts.words import say

MOST_CHANGES = 10


def change_knowledge(turn: Turn) -> list[Reply]:
    """Slots: `version` is the one that was seen, `language` the one it is written in; `guests_only`: only that changes.

    Without a language the text goes for all of them until somebody writes it in the others: what a house tells must
    not differ with the language it is asked in.
    """
    entry = entries.find_meant(turn)
    if entry is None:
        return [entries.strange_language(turn) or entries.which(turn, "change")]
    content = str(turn.slot("content") or "").strip()
    if entry.is_removed:
        return [_gone(turn, entry, content)]
    if turn.slot("guests_only") is not None:
        return [_for_guests_only(turn, entry)]
    missing = entries.strange_language(turn) or _content_missing(turn, entry, content)
    return [missing or _stale(turn, entry, content) or _title_missing(turn, entry) or _changed(turn, entry, content)]


def show_knowledge(turn: Turn) -> list[Reply]:
    entry = entries.find_meant(turn)
    if entry is None:
        return [entries.which(turn, "show")]
    return [_gone(turn, entry) if entry.is_removed else _shown(turn, entry)]


def delete_knowledge(turn: Turn) -> list[Reply]:
    """Slot `version` comes from the button that confirms; what was changed meanwhile is shown and asked for again."""
    entry = entries.find_meant(turn)
    if entry is None:
        return [entries.which(turn, "delete")]
    if entry.is_removed:
        return [_gone(turn, entry)]
    if turn.slot("version") == entry.version and try_remove(turn.db, turn.now, entry, staff_id=turn.member.id):
        entries.audited(turn, entry)
        title = entry.spoken(turn.language).title
        return [Reply(say(turn.language, "knowledge.delete_knowledge.deleted", title=title))]
    confirm = Call("delete_knowledge", {"entry": entry.id, "version": entry.version})
    button = Button(say(turn.language, "knowledge.delete_knowledge.button"), confirm)
    return [Reply(say(turn.language, "knowledge.delete_knowledge.sure", entry=_told(turn, entry)), [button])]


def knowledge_history(turn: Turn) -> list[Reply]:
    """Of one that was deleted too."""
    entry = entries.find_meant(turn)
    if entry is None:
        return [entries.which(turn, "history")]
    changes = history(turn.db, entry)
    names = names_of(turn.db, [each.staff_id for each in changes])
    there = turn.at_property(entry.property_id)
    lines = [_change(there, each, names.get(each.staff_id, "")) for each in changes[:MOST_CHANGES]]
    if len(changes) > MOST_CHANGES:
        lines.append(say(turn.language, "common.lists.more", count=len(changes) - MOST_CHANGES))
    title = say(turn.language, "knowledge.knowledge_history.title", entry=_told(turn, entry))
    return [Reply("\n".join([title, *lines]))]


def _content_missing(turn: Turn, entry: Entry, content: str) -> Reply | None:
    if content:
        return entries.trouble(turn, str(turn.slot("title") or ""), content)
    code = turn.slot("language")
    language = entries.language_name(turn.language, str(code)) if code else ""
    text = say(turn.language, "knowledge.change_knowledge.ask", entry=_told(turn, entry), language=language)
    slots = {"version": entry.version, **entries.without(turn, "entries"), "entry": entry.id}
    return Reply(text, ask=Question(Call("change_knowledge", slots), "content"))


def _stale(turn: Turn, entry: Entry, content: str) -> Reply | None:
    """Somebody else changed it since: their words are shown, and the colleague decides again."""
    if turn.slot("version") in (None, entry.version):
        return None
    slots = {**entries.without(turn, "entries", "content"), "entry": entry.id, "version": entry.version}
    mine = Call("change_knowledge", {**slots, "content": content})
    told, who = _told(turn, entry), _last_changed_by(turn, entry)
    text = say(turn.language, "knowledge.change_knowledge.stale", entry=told, who=who, content=content)
    button = Button(say(turn.language, "knowledge.change_knowledge.mine"), mine)
    return Reply(text, [button], ask=Question(Call("change_knowledge", slots), "content"))


def _title_missing(turn: Turn, entry: Entry) -> Reply | None:
    """Guests of a language in which it was never written need a title too."""
    code = turn.slot("language")
    if not code or code in dict(entry.words) or turn.slot("title"):
        return None
    language = entries.language_name(turn.language, str(code))
    slots = {"version": entry.version, **entries.without(turn, "entries"), "entry": entry.id}
    text = say(turn.language, "knowledge.change_knowledge.ask_title", language=language)
    return Reply(text, ask=Question(Call("change_knowledge", slots), "title"))


def _changed(turn: Turn, entry: Entry, content: str) -> Reply:
    code = str(turn.slot("language") or "")
    words = dict(entry.words)
    for each in [code] if code else list(words):
        known = words.get(each, Words("", ""))
        words[each] = Words(str(turn.slot("title") or known.title), content, known.asked)
    if not try_change(turn.db, turn.now, entry, words, staff_id=turn.member.id):
        return change_knowledge(turn)[0]  # by an instant; now what is true can be read
    entries.audited(turn, entry)
    fresh = entries.find_meant(turn) or entry
    written = entries.written_in(content, turn.language)
    others = [] if code else [entries.language_name(turn.language, each) for each in words if each != written]
    values = {"before": entry.spoken(code or written).text, "others": others}
    told = entries.told(turn.language, fresh.spoken(code or turn.language))
    return Reply(
        say(turn.language, "knowledge.change_knowledge.changed", entry=told, **values), entries.wordings(turn, fresh)
    )


def _for_guests_only(turn: Turn, entry: Entry) -> Reply:
    """Changes no word, so it may be done to any version of them."""
    only = bool(turn.slot("guests_only"))
    if only == entry.guests_only:
        return _shown(turn, entry)
    if not try_change(turn.db, turn.now, entry, dict(entry.words), staff_id=turn.member.id, guests_only=only):
        return change_knowledge(turn)[0]
    entries.audited(turn, entry)
    return _shown(turn, entries.find_meant(turn) or entry)


def _shown(turn: Turn, entry: Entry) -> Reply:
    here = entry.spoken(turn.language)
    others = [entries.told(code, words) for code, words in entry.words if words != here]
    text = say(
        turn.language,
        "knowledge.show_knowledge.entry",
        entry=_told(turn, entry),
        others=others,
        rooms=entries.room_names(turn, entry.room_types),
        guests_only=entry.guests_only,
    )
    call = {"entry": entry.id, "version": entry.version}
    buttons = [
        Button(say(turn.language, "knowledge.change_knowledge.change"), Call("change_knowledge", call)),
        *entries.wordings(turn, entry),
        Button(_label(turn, "delete_knowledge"), Call("delete_knowledge", {"entry": entry.id})),
        Button(_label(turn, "knowledge_history"), Call("knowledge_history", {"entry": entry.id})),
    ]
    return Reply(text, buttons)


def _gone(turn: Turn, entry: Entry, content: str = "") -> Reply:
    """With what the colleague wrote, which may still be wanted as an entry of its own."""
    text = say(
        turn.language, "knowledge.change_knowledge.gone", who=_last_changed_by(turn, entry), content=bool(content)
    )
    if not content:
        return Reply(text)
    again = {"content": content, "title": entry.spoken(turn.language).title, "property": entry.property_id}
    return Reply(text, [Button(_label(turn, "add_knowledge"), Call("add_knowledge", again))])


def _change(turn: Turn, change: Change, who: str) -> str:
    before = dict(change.before)
    said = before.get(turn.language) or next(iter(before.values()), None)
    return say(
        turn.language,
        "knowledge.knowledge_history.line",
        at=cards.at(turn, turn.language, change.at),
        who=who,
        kind=change.kind.value,
        before=said.text if said else "",
    )


def _told(turn: Turn, entry: Entry) -> str:
    return entries.told(turn.language, entry.spoken(turn.language))


def _label(turn: Turn, intent: str) -> str:
    return cards.intent_label(turn.language, intent)


def _last_changed_by(turn: Turn, entry: Entry) -> str:
    """Nothing where it was the configuration."""
    last = history(turn.db, entry)[0].staff_id
    return names_of(turn.db, [last]).get(last, "")
