"""Reading what a page posts: behind size caps, refusing nonsense with the status that names it."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from bot.channels.base import MAX_FILE_BYTES, File

MAX_BODY_BYTES = 64 * 1024

_CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{8,80}")
_OPAQUE = re.compile(r"[!-~]{1,128}")
_SIGNATURES = {b"\xff\xd8\xff": "jpeg", b"\x89PNG\r\n\x1a\n": "png", b"GIF87a": "gif", b"GIF89a": "gif"}


@dataclass(frozen=True, slots=True)
class Post:
    """What a page said: a text, a pressed button or a photo with a caption. A retry has the same client id."""

    client_id: str
    text: str = ""
    button: str = ""
    photo: File | None = None


async def read_message(request: Request) -> Post:
    body = await read_json(request)
    text, button = body.get("text", ""), body.get("button", "")
    if not isinstance(text, str) or not isinstance(button, str):
        raise HTTPException(400, "text and button are strings")
    text = clean(text)
    if bool(text) == bool(button) or (button and not _OPAQUE.fullmatch(button)):
        raise HTTPException(400, "a text or a button")
    return Post(_client_id(body.get("client_id")), text, button)


async def read_seen(request: Request) -> str:
    """The id of the line up to which the person has read."""
    line_id = (await read_json(request)).get("id")
    if not isinstance(line_id, str) or not line_id:
        raise HTTPException(400, "a line id")
    return check_id(line_id)


def check_id(value: str) -> str:
    """The id of a line or attachment as a page gave it, or ""; 400 for what no record could be called."""
    if value and not _OPAQUE.fullmatch(value):
        raise HTTPException(400, "no such id")
    return value


async def read_photo(request: Request) -> Post:
    _check_type(request, "multipart/form-data")
    stream = _capped(request, MAX_FILE_BYTES + MAX_BODY_BYTES)
    try:
        form = await _Parser(request.headers, stream, max_files=1, max_fields=4, max_part_size=MAX_BODY_BYTES).parse()
    except MultiPartException as wrong:
        raise HTTPException(400, wrong.message) from wrong
    try:
        upload, text = form.get("file"), form.get("text", "")
        if not isinstance(upload, UploadFile) or not isinstance(text, str):
            raise HTTPException(400, "one file")
        content = await upload.read()
        return Post(_client_id(form.get("client_id")), clean(text), photo=_photo(content))
    finally:
        await form.close()


async def read_json(request: Request) -> dict[str, Any]:
    _check_type(request, "application/json")
    body = b"".join([chunk async for chunk in _capped(request, MAX_BODY_BYTES)])
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as wrong:
        raise HTTPException(400, "not JSON") from wrong
    if not isinstance(value, dict):
        raise HTTPException(400, "not a JSON object")
    return value


def clean(text: str) -> str:
    """The text without what a database or UTF-8 cannot hold: NUL and lone surrogates."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return text.encode("utf-8", "replace").decode().strip()


class _Parser(MultiPartParser):
    # A photo stays in memory: a guest's picture is not written to a disk that nobody encrypts.
    spool_max_size = MAX_FILE_BYTES + MAX_BODY_BYTES


async def _capped(request: Request, most: int) -> AsyncGenerator[bytes, None]:
    """The body as it streams in; 413 as soon as it is, or says it will be, more than `most` bytes."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:12]) > most:
        raise HTTPException(413, "too large")
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > most:
            raise HTTPException(413, "too large")
        yield chunk


def _check_type(request: Request, expected: str) -> None:
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != expected:
        raise HTTPException(415, f"{expected}, please")


def _client_id(value: object) -> str:
    if not isinstance(value, str) or not _CLIENT_ID.fullmatch(value):
        raise HTTPException(400, "client_id: 8 to 80 letters, digits, - or _")
    return value


def _photo(content: bytes) -> File:
    if len(content) > MAX_FILE_BYTES:
        raise HTTPException(413, "too large")
    kind = _picture_kind(content)
    if kind is None:
        raise HTTPException(415, "a JPEG, PNG, WebP or GIF picture, please")
    # The name a phone gives says nothing, and may say too much.
    return File("photo", f"image/{kind}", f"photo.{'jpg' if kind == 'jpeg' else kind}", content)


def _picture_kind(content: bytes) -> str | None:
    """By the first bytes: what the sender says it is proves nothing."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    return next((kind for signature, kind in _SIGNATURES.items() if content.startswith(signature)), None)
