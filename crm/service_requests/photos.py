"""Photos of a request: of the wish, which go with its card, and of the work, which go to the guest with the news."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, false, insert, select
from sqlmodel import Field, SQLModel

from crm.conversations.attachments import attachment
from crm.conversations.messages import Attachment
from crm.service_requests.requests import ServiceRequest
from crm.store import Connection, Prepared, table


class RequestPhoto(SQLModel, table=True):
    """`of_wish`: it shows what is wanted, and came with the wish; the others colleagues took of what they did."""

    __tablename__ = "request_photo"

    number: int = Field(primary_key=True, foreign_key="service_request.number")
    attachment_id: str = Field(primary_key=True, foreign_key="attachment.id")
    of_wish: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


_photo = table(RequestPhoto)
_OF_REQUEST = Prepared(
    select(_photo.c.of_wish, attachment.c.id, attachment.c.kind, attachment.c.mime, attachment.c.name)
    .join(_photo, _photo.c.attachment_id == attachment.c.id)
    .where(_photo.c.number == bindparam("number"))
    .order_by(attachment.c.id)
)


def add_photos(db: Connection, request: ServiceRequest, photos: Sequence[Attachment], *, of_wish: bool = False) -> None:
    """Puts the photos to the request; one that is there already stays as it is. Without photos it asks nothing."""
    known = {each.id for each in photos_of(db, request)} if photos else set()
    rows = [
        {"number": request.number, "attachment_id": each.id, "of_wish": of_wish}
        for each in photos
        if each.id not in known
    ]
    if rows:
        db.execute(insert(RequestPhoto), rows)


def photos_of(db: Connection, request: ServiceRequest, *, of_wish: bool | None = None) -> list[Attachment]:
    """In the order in which they came: those of the wish, those of the work, else all."""
    rows = _OF_REQUEST.all(db, {"number": request.number})
    return [Attachment(*photo) for shows_wish, *photo in rows if of_wish in (None, bool(shows_wish))]


def take_photos(db: Connection, merged: ServiceRequest, into: ServiceRequest) -> None:
    """The photos of the merged request belong to the other one."""
    for of_wish in (True, False):
        add_photos(db, into, photos_of(db, merged, of_wish=of_wish), of_wish=of_wish)
