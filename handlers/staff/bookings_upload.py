"""Bookings as a file in the chat. What reads such files is loaded with the first of them, not with the house."""

from __future__ import annotations

from crm.conversations.messages import Attachment
from handlers.turn import Reply, Turn

TABLES = (".csv", ".tsv", ".xlsx", ".xlsm", ".xls")
TABLE_MIMES = frozenset(
    {
        "text/csv",
        "application/vnd.ms-excel",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
)


def is_table(file: Attachment) -> bool:
    return file.kind == "document" and (file.name.lower().endswith(TABLES) or file.mime in TABLE_MIMES)


def import_bookings(turn: Turn) -> list[Reply]:
    """The file of this message, else the one whose button was pressed."""
    from handlers.uploads import taken_in

    sent = next((each.id for each in turn.attachments if is_table(each)), "")
    return taken_in(turn, turn.slot("file") or sent)
