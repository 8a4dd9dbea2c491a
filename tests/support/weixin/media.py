"""Files that are put there for three days and fetched again, the same for both platforms."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from tests.support.weixin.state import Call, Json, Media, Refused, State

MEGABYTE = 1024 * 1024
LIMITS = {
    "image": 10 * MEGABYTE,
    "voice": 2 * MEGABYTE,
    "video": 10 * MEGABYTE,
    "thumb": 64 * 1024,
    "file": 20 * MEGABYTE,
}
KINDS = {
    "image": ("image/jpeg", "image/png", "image/gif", "image/bmp"),
    "thumb": ("image/jpeg",),
    "voice": ("audio/", "application/octet-stream"),
    "video": ("video/mp4",),
    "file": ("",),
}


class MediaDesk:
    def __init__(self, state: State) -> None:
        self._state = state

    def apis(self) -> dict[str, Callable[[Call], Json | web.StreamResponse]]:
        return {
            "/cgi-bin/media/upload": self._upload,
            "/cgi-bin/media/uploadimg": self._upload_picture,
            "/cgi-bin/media/get": self._get,
        }

    def keep(self, content: bytes, mime: str = "image/jpeg", name: str = "", kind: str = "image") -> str:
        """A file that a person sent; its media id."""
        media_id = f"media-{self._state.number():06d}"
        self._state.media[media_id] = Media(kind, mime, name or f"{media_id}.jpg", content, self._state.now())
        return media_id

    def _upload(self, call: Call) -> Json:
        kind = call.query.get("type", "")
        if kind not in LIMITS:
            raise Refused(40004, "invalid media type")
        name, mime, content = _file(call)
        if not mime.startswith(KINDS[kind]) or "." not in name:
            raise Refused(40005, "invalid file type")
        if not 5 < len(content) <= LIMITS[kind]:
            raise Refused(40009 if kind == "image" else 40006, "invalid media size")
        media_id = self.keep(content, mime, name, kind)
        key = "thumb_media_id" if kind == "thumb" else "media_id"
        return {"type": kind, key: media_id, "created_at": int(self._state.now())}

    def _upload_picture(self, call: Call) -> Json:
        name, mime, content = _file(call)
        if not mime.startswith(KINDS["image"]) or len(content) > MEGABYTE:
            raise Refused(40005, "invalid file type")
        return {"errcode": 0, "url": f"http://mmbiz.qpic.cn/{self.keep(content, mime, name)}"}

    def _get(self, call: Call) -> web.StreamResponse:
        media = self._state.find_media(call.query.get("media_id"))
        headers = {"Content-Disposition": f'attachment; filename="{media.name}"'}
        return web.Response(body=media.content, content_type=media.mime, headers=headers)


def _file(call: Call) -> tuple[str, str, bytes]:
    if call.file is None:
        raise Refused(41005, "media data missing")
    return call.file
