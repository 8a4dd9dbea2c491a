"""Card numbers out of a file that is kept, as everything is that is sent to the chat."""

from __future__ import annotations

import csv
import io

from crm.stays.imports import cells
from crm.stays.imports.sheets import Sheet
from crm.stays.imports.survey import Survey


def without_card_numbers(sheet: Sheet, survey: Survey) -> bytes | None:
    """The file as a CSV without them; None when there are none. Numbers of orders stay."""
    kept = {survey.layout.places[name] for name in survey.numbers}
    text = io.StringIO()
    write = csv.writer(text).writerow
    has_cards = False
    for _, row in sheet.rows():
        cleaned = [cell if at in kept else _cleaned(cell) for at, cell in enumerate(row)]
        has_cards = has_cards or cleaned != row
        write(cleaned)
    return text.getvalue().encode() if has_cards else None


def _cleaned(cell: str) -> str:
    if not cells.may_hold_card(cell) or not cells.find_card(cells.plain(cell)):
        return cell
    return cells.without_cards(cells.plain(cell))
