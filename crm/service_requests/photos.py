"""Photos that colleagues took of a request: the guest receives them with the news that it is done."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, insert, select
from sqlmodel import Field, SQLModel

from crm.conversations.attachments import attachment
from crm.conversations.messages import Attachment
from crm.service_requests.requests import ServiceRequest
from crm.store import Connection, Prepared, table


class RequestPhoto(SQLModel, table=True):
    __tablename__ = "request_photo"

    number: int = Field(primary_key=True, foreign_key="service_request.number")
    attachment_id: str = Field(primary_key=True, foreign_key="attachment.id")


_photo = table(RequestPhoto)
_OF_REQUEST = Prepared(
    select(attachment.c.id, attachment.c.kind, attachment.c.mime, attachment.c.name)
    .join(_photo, _photo.c.attachment_id == attachment.c.id)
    .where(_photo.c.number == bindparam("number"))
    .order_by(attachment.c.id)
)


def add_photos(db: Connection, request: ServiceRequest, photos: Sequence[Attachment]) -> None:
    """Puts the photos to the request; one that is there already stays as it is."""
    known = {each.id for each in photos_of(db, request)}
    rows = [{"number": request.number, "attachment_id": each.id} for each in photos if each.id not in known]
    if rows:
        db.execute(insert(RequestPhoto), rows)


def photos_of(db: Connection, request: ServiceRequest) -> list[Attachment]:
    """In the order in which they came."""
    return [Attachment(*row) for row in _OF_REQUEST.all(db, {"number": request.number})]
