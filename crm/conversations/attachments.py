"""Files that were sent: kept once, sealed, and seen in every conversation in which a message shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlmodel import Field, SQLModel

from crm.conversations.accounts import conversation
from crm.conversations.messages import Attachment, message
from crm.encryption import seal_bytes, unseal_bytes
from crm.store import Connection, Prepared, new_id, table


class AttachmentRow(SQLModel, table=True):
    __tablename__ = "attachment"

    id: str = Field(primary_key=True)
    kind: str
    mime: str
    name: str
    size: int
    content: bytes


class AttachmentUse(SQLModel, table=True):
    """A message shows this file: a guest's photo also stands on the housekeeper's card."""

    __tablename__ = "attachment_use"

    attachment_id: str = Field(primary_key=True, foreign_key="attachment.id")
    message_id: str = Field(primary_key=True, foreign_key="message.id", index=True)


CARD = "card"  # the kind of what is still to be drawn: its content says what stands on it, its mime what it becomes

attachment = table(AttachmentRow)
attachment_use = table(AttachmentUse)

_KEEP = Prepared(insert(AttachmentRow))
_SHOW = Prepared(insert(AttachmentUse))


@dataclass(frozen=True, slots=True)
class Content:
    """A file with its bytes."""

    kind: str
    mime: str
    name: str
    content: bytes


def store_files(db: Connection, now: datetime, files: Sequence[Content]) -> list[Attachment]:
    """Keeps the files; `show` then says which message has them."""
    kept = [Attachment(new_id(now), each.kind, each.mime, each.name) for each in files]
    rows = [
        {
            "id": attached.id,
            "kind": file.kind,
            "mime": file.mime,
            "name": file.name,
            "size": len(file.content),
            "content": seal_bytes(db, "attachment.content", attached.id, file.content),
        }
        for attached, file in zip(kept, files, strict=True)
    ]
    _KEEP.write(db, *rows)
    return kept


def show(db: Connection, message_id: str, attachments: Sequence[Attachment]) -> None:
    """Notes that the message shows these files."""
    _SHOW.write(db, *({"attachment_id": each.id, "message_id": message_id} for each in attachments))


def find_attachment(db: Connection, channel: str, address: str, attachment_id: str) -> Content | None:
    """A file that some message of this conversation shows; None for any other file."""
    query = (
        select(attachment)
        .join(attachment_use, attachment_use.c.attachment_id == attachment.c.id)
        .join(message, message.c.id == attachment_use.c.message_id)
        .join(conversation, conversation.c.id == message.c.conversation_id)
        .where(attachment.c.id == attachment_id)
        .where(conversation.c.channel == channel, conversation.c.address == address)
        .limit(1)
    )
    row = db.execute(query).first()
    return _content(db, row) if row else None


def attachment_content(db: Connection, attachment_id: str) -> Content | None:
    row = db.execute(select(attachment).where(attachment.c.id == attachment_id)).first()
    return _content(db, row) if row else None


def replace_content(db: Connection, attachment_id: str, content: bytes) -> None:
    """The file without what must not be kept; the message goes on showing it."""
    sealed = seal_bytes(db, "attachment.content", attachment_id, content)
    db.execute(update(AttachmentRow).where(attachment.c.id == attachment_id).values(content=sealed, size=len(content)))


def _content(db: Connection, row: Any) -> Content:
    return Content(row.kind, row.mime, row.name, unseal_bytes(db, "attachment.content", row.id, row.content))
