"""Bookings that came in the chat: what becomes of them is shown first; nothing is written before the button."""

from __future__ import annotations

from collections.abc import Sequence

from crm.conversations.attachments import Content, attachment_content, replace_content
from crm.errors import FileRefused
from crm.properties.houses import Property
from crm.stays.imports.cleaning import without_card_numbers
from crm.stays.imports.kept import find_map
from crm.stays.imports.mapping import header_fingerprints
from crm.stays.imports.run import Bookings, Import, Totals, open_bookings
from crm.stays.imports.sheets import Sheet
from handlers import audit
from handlers.houses import houses
from handlers.imported import problems_told, refusal_told, totals_told
from handlers.turn import Button, Call, Question, Reply, Turn
from prompts.words import say

MOST_ROWS = 5_000  # of one message: they are written in one transaction, for which others wait
MOST_PROBLEMS = 8
SHOW = "show_picture"
TAKE, DROP = "take", "drop"


def taken_in(turn: Turn, file_id: str) -> list[Reply]:
    if turn.slot("step") == DROP:
        return [Reply(_say(turn, "dropped"))]
    if not file_id:
        return [Reply(_say(turn, "ask", most=MOST_ROWS), ask=Question(Call(SHOW), "picture"))]
    content = attachment_content(turn.db, file_id)
    if content is None:
        return [Reply(_say(turn, "gone"))]
    try:
        return _answered(turn, file_id, content)
    except FileRefused as refusal:
        return [Reply(refusal_told(turn.language, refusal), _orders(turn, file_id, refusal))]


def _answered(turn: Turn, file_id: str, content: Content) -> list[Reply]:
    sheet = Sheet(content.name, content.content, most_rows=MOST_ROWS)
    bookings = _bookings(turn, sheet)
    if bookings is None:
        return [Reply(_say(turn, "house"), _houses(turn, file_id))]
    is_taken = turn.slot("step") == TAKE
    totals = _taken(turn, bookings, dry=not is_taken)
    notes = [] if is_taken else _columns(turn, bookings)
    cleaned = without_card_numbers(sheet, bookings.survey)
    if cleaned is not None:
        replace_content(turn.db, file_id, cleaned)
        notes.append(_say(turn, "cleaned"))
    told = totals_told(turn.language, totals)
    is_news = bool(totals.fates["new"] or totals.fates["changed"])
    headline = "done" if is_taken and is_news else "preview" if is_news else "nothing_new"
    text = _say(turn, headline, file=content.name, totals=told)
    lines = [text, *notes, *problems_told(turn.language, totals, MOST_PROBLEMS)]
    if is_taken:
        audit.act(turn, f"bookings:{bookings.source}:{totals.rows}", bookings.houses[0].id)
    return [Reply("\n".join(lines), _choice(turn, file_id, bookings) if is_news and not is_taken else ())]


def _bookings(turn: Turn, sheet: Sheet) -> Bookings | None:
    """None where it must be said first for which house the file is."""
    mine = [there.house for there in houses(turn)]
    chosen = [each for each in mine if each.key == turn.slot("house")] or mine
    known = find_map(turn.db, header_fingerprints(sheet))
    by_name = len(chosen) > 1
    bookings = open_bookings(sheet, chosen, known, by_name=by_name, date_order=turn.slot("days") or "")
    return None if by_name and "property" not in bookings.survey.layout.places else bookings


def _taken(turn: Turn, bookings: Bookings, *, dry: bool) -> Totals:
    work = Import(bookings, dry=dry)
    for batch in work.batches():
        work.take(turn.db, turn.now, batch)
    return work.totals


def _columns(turn: Turn, bookings: Bookings) -> list[str]:
    layout = bookings.survey.layout
    told = [_say(turn, "columns", names=list(layout.map.columns.values()))]
    return [*told, _say(turn, "not_read", names=layout.unused)] if layout.unused else told


def _choice(turn: Turn, file_id: str, bookings: Bookings) -> list[Button]:
    """Who confirms takes in what was shown: the same house, days read the same way."""
    house = bookings.houses[0].key if len(bookings.houses) == 1 else ""
    days = turn.slot("days") or ""
    take = Call("import_bookings", {"file": file_id, "step": TAKE, "house": house, "days": days})
    return [Button(_say(turn, "take"), take), Button(_say(turn, "drop"), Call("import_bookings", {"step": DROP}))]


def _orders(turn: Turn, file_id: str, refusal: FileRefused) -> list[Button]:
    """Where days can be read in two ways, whoever sent the file says which."""
    if refusal.values["why"] != "unclear_days":
        return []
    known = {"file": file_id, "house": turn.slot("house") or ""}
    orders = (("dmy", "day_first"), ("mdy", "month_first"))
    one = refusal.values["one"]
    return [
        Button(_say(turn, name, one=one), Call("import_bookings", {**known, "days": order})) for order, name in orders
    ]


def _houses(turn: Turn, file_id: str) -> list[Button]:
    mine: Sequence[Property] = [there.house for there in houses(turn)]
    slots = {"file": file_id, "days": turn.slot("days") or ""}
    return [Button(each.name, Call("import_bookings", {**slots, "house": each.key})) for each in mine]


def _say(turn: Turn, name: str, **values: object) -> str:
    return say(turn.language, f"bookings.import_bookings.{name}", **values)
