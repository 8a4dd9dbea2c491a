"""Photos of a request: of the wish, which go with its card, and of the work, which go to the guest with the news."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, false, insert, select, update
from sqlmodel import Field, SQLModel

from crm.conversations.attachments import attachment
from crm.conversations.messages import Attachment
from crm.service_requests.requests import ServiceRequest
from crm.store import Connection, Prepared, table


class RequestPhoto(SQLModel, table=True):
    """`of_wish`: it shows what is wanted, and came with the wish; the others colleagues took of what they did.

    Those go to the guest once (`told`), however often the request is taken up again and done.
    """

    __tablename__ = "request_photo"

    number: int = Field(primary_key=True, foreign_key="service_request.number")
    attachment_id: str = Field(primary_key=True, foreign_key="attachment.id")
    of_wish: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    told: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


_Photo = tuple[bool, bool, Attachment]  # of the wish, told, and the photo
_photo = table(RequestPhoto)
_OF_REQUEST = Prepared(
    select(_photo.c.of_wish, _photo.c.told, attachment.c.id, attachment.c.kind, attachment.c.mime, attachment.c.name)
    .join(_photo, _photo.c.attachment_id == attachment.c.id)
    .where(_photo.c.number == bindparam("number"))
    .order_by(attachment.c.id)
)


def add_photos(db: Connection, request: ServiceRequest, photos: Sequence[Attachment], *, of_wish: bool = False) -> None:
    """Puts the photos to the request; one that is there already stays as it is. Without photos it asks nothing."""
    _add(db, request, [(of_wish, False, each) for each in photos])


def photos_of(db: Connection, request: ServiceRequest, *, of_wish: bool | None = None) -> list[Attachment]:
    """In the order in which they came: those of the wish, those of the work, else all."""
    return [photo for shows_wish, _, photo in _of(db, request) if of_wish in (None, shows_wish)]


def tell_photos(db: Connection, request: ServiceRequest) -> list[Attachment]:
    """What colleagues took and the guest has not received yet; from now on it is told."""
    untold = [photo for of_wish, told, photo in _of(db, request) if not (of_wish or told)]
    if untold:
        these = (_photo.c.number == request.number, _photo.c.attachment_id.in_([each.id for each in untold]))
        db.execute(update(RequestPhoto).where(*these).values(told=True))
    return untold


def take_photos(db: Connection, merged: ServiceRequest, into: ServiceRequest) -> None:
    """The photos of the merged request belong to the other one."""
    _add(db, into, _of(db, merged))


def _of(db: Connection, request: ServiceRequest) -> list[_Photo]:
    rows = _OF_REQUEST.all(db, {"number": request.number})
    return [(bool(of_wish), bool(told), Attachment(*photo)) for of_wish, told, *photo in rows]


def _add(db: Connection, request: ServiceRequest, photos: Sequence[_Photo]) -> None:
    known = {each.id for _, _, each in _of(db, request)} if photos else set()
    rows = [
        {"number": request.number, "attachment_id": each.id, "of_wish": of_wish, "told": told}
        for of_wish, told, each in photos
        if each.id not in known
    ]
    if rows:
        db.execute(insert(RequestPhoto), rows)
