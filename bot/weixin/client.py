"""The HTTP APIs of the official account and of WeCom: JSON in and out, the token added, failures as SendErrors."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from mimetypes import guess_extension
from typing import Any

import aiohttp

from bot.channels.base import MAX_FILE_BYTES, FetchFailed, File, MaybeSent, NotSent, SendError
from bot.weixin.errors import WECHAT, Errors
from bot.weixin.http import Answer, Http
from bot.weixin.tokens import Tokens

DOWNLOADS_AT_ONCE = 8  # bounds memory: each may grow to MAX_FILE_BYTES
UPLOAD_SECONDS = 30.0
ENDINGS = {"image/jpeg": ".jpg", "audio/mpeg": ".mp3", "audio/mp3": ".mp3", "audio/amr": ".amr", "voice/amr": ".amr"}

Json = dict[str, Any]


class Client:
    """Opens no connection before the first call."""

    def __init__(self, *, base_url: str, tokens: Tokens, seconds: float = 8.0, errors: Errors = WECHAT) -> None:
        self._http = Http(base_url, seconds)
        self._tokens = tokens
        self._seconds = seconds
        self._errors = errors
        self._downloads = asyncio.Semaphore(DOWNLOADS_AT_ONCE)

    async def call(
        self, path: str, body: Mapping[str, Any] | None = None, *, takes: frozenset[int] = frozenset(), **query: str
    ) -> Json:
        """Posts the body, or gets where there is none. The answer has no errcode, 0, or one it `takes`.

        Raises a SendError.
        """
        if body is None:
            return await self._checked(lambda token: self._http.get(path, {**query, "access_token": token}))
        # \\u4f60 would be shown as it stands; half of a character, which a guest may write, becomes a question mark.
        data = json.dumps(body, ensure_ascii=False).encode(errors="replace")
        return await self._checked(lambda token: self._http.post(path, {**query, "access_token": token}, data), takes)

    async def upload(self, path: str, file: File, **query: str) -> str:
        """The media id, or the address where the API gives one. Nothing was said yet: raises NotSent or Refused."""
        try:
            answer = await self._checked(lambda token: self._post_file(path, {**query, "access_token": token}, file))
        except MaybeSent as error:
            raise NotSent(str(error)) from None
        for key in ("media_id", "thumb_media_id", "url"):
            if isinstance(answer.get(key), str) and answer[key]:
                return str(answer[key])
        raise NotSent("no_media_id")

    async def download(self, path: str, **query: str) -> File:
        """Raises FetchFailed."""
        try:
            async with asyncio.timeout(self._seconds), self._downloads:
                return await self._download(path, query)
        except TimeoutError:
            raise FetchFailed("TimeoutError") from None
        except SendError as error:
            raise FetchFailed(str(error)) from None

    async def close(self) -> None:
        await self._http.close()

    async def _checked(self, ask: Callable[[str], Awaitable[Answer]], takes: frozenset[int] = frozenset()) -> Json:
        """The JSON that was answered. A token that is refused is renewed once."""
        token = await self._tokens.get()
        answer = read_json(await ask(token))
        if code_of(answer) in self._errors.token:
            token = await self._tokens.renew(token)
            answer = read_json(await ask(token))
        if code_of(answer) not in takes:
            check(answer, self._errors)
        return answer

    async def _post_file(self, path: str, query: Mapping[str, str], file: File) -> Answer:
        form = aiohttp.FormData(quote_fields=False)  # made anew for each try: it can be sent once
        form.add_field("media", file.content, filename=_named(file), content_type=file.mime)
        return await self._http.post(path, query, form, UPLOAD_SECONDS)

    async def _download(self, path: str, query: Mapping[str, str]) -> File:
        token = await self._tokens.get()
        for is_last in (False, True):
            answer = await self._http.get(path, {**query, "access_token": token}, MAX_FILE_BYTES)
            if _is_file(answer):
                return File(_kind(answer.mime), answer.mime, answer.file_name or "", answer.content)
            told = read_json(answer)
            if is_last or code_of(told) not in self._errors.token:
                check(told, self._errors)
                break
            token = await self._tokens.renew(token)
        raise FetchFailed("no_file")


def read_json(answer: Answer) -> Json:
    """Whatever its content type says. Raises MaybeSent: somebody answered, if not in words we know."""
    try:
        told = json.loads(answer.content, strict=False)
    except (ValueError, RecursionError):
        raise MaybeSent("no_json") from None
    if not isinstance(told, dict):
        raise MaybeSent("no_json")
    return told


def code_of(answer: Json) -> int:
    try:
        return int(answer.get("errcode") or 0)
    except (TypeError, ValueError):
        raise MaybeSent("no_errcode") from None


def check(answer: Json, errors: Errors) -> None:
    if code := code_of(answer):
        raise errors.error(code)


def _named(file: File) -> str:
    """The platforms take no file without an ending, and know its kind by it."""
    ending = ENDINGS.get(file.mime) or guess_extension(file.mime) or ".bin"
    return file.name if "." in file.name else f"{file.name or file.kind}{ending}"


def _is_file(answer: Answer) -> bool:
    """An error comes as JSON, which is no file by its name nor by its kind."""
    return answer.file_name is not None or answer.mime.startswith(("image/", "audio/", "video/"))


def _kind(mime: str) -> str:
    if mime.startswith("image/"):
        return "photo"
    return "voice" if mime.startswith(("audio/", "voice/")) else "document"
