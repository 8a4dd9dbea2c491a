"""The web chat's view of the records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bot.channels.base import File
from bot.channels.webchat.mailbox import PAGE_OF_LINES, Line
from bot.pictures import as_file
from bot.records import Records
from crm.conversations import history
from crm.conversations.attachments import find_attachment
from crm.conversations.messages import MessageState, choice_token

CHANNEL = "web"


class RecordsMailbox:
    """Lines of web conversations, read by address; keeps the Mailbox contract."""

    def __init__(self, records: Records, clock: Callable[[], datetime]) -> None:
        self._records = records
        self._clock = clock

    async def lines(
        self, address: str, *, after: str = "", before: str = "", limit: int = PAGE_OF_LINES
    ) -> Sequence[Line]:
        said = await self._records.read(
            lambda db: history.lines(db, CHANNEL, address, after=after, before=before, limit=limit)
        )
        return [_line(each) for each in said]

    async def newest(self, addresses: Sequence[str]) -> Mapping[str, str]:
        return await self._records.read(lambda db: history.newest(db, CHANNEL, addresses))

    async def mark_seen(self, address: str, line_id: str) -> None:
        now = self._clock()
        await self._records.write(lambda db: history.mark_seen(db, now, CHANNEL, address, line_id))

    async def file(self, address: str, attachment_id: str) -> File | None:
        found = await self._records.read(lambda db: find_attachment(db, CHANNEL, address, attachment_id))
        return await as_file(found) if found else None


def _line(said: history.Said) -> Line:
    is_read = said.is_inbound and said.state != MessageState.NEW
    return Line(
        id=said.id,
        mine=said.is_inbound,
        text=said.body.text,
        at=said.at,
        language=said.language,
        buttons=[(choice_token(said.id, index), choice.label) for index, choice in enumerate(said.body.choices)],
        files=[(attachment.id, attachment.mime) for attachment in said.body.attachments],
        state="seen" if is_read else "sent",
        large=said.body.large,
        client_id=said.dedupe_key.rpartition(":")[2] if said.is_inbound else "",
    )
