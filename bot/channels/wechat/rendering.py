"""An Outbound as WeChat can show it: texts of 2048 bytes, choices as numbered lines, pictures, voice."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import takewhile

from bot.channels.base import File, Outbound, Refused
from bot.splitting import BYTES, clean, cut_text, split_text, units
from bot.weixin.xml import in_cdata
from prompts.words import say

TEXT_BYTES = 2048
_CARRIED = {
    "photo": ("image/jpeg", "image/png", "image/gif", "image/bmp"),
    "voice": ("audio/amr", "audio/mpeg", "audio/mp3"),
}
_MEDIA_TYPE = {"photo": "image", "voice": "voice"}
# WeChat would show it as a link, whoever wrote it.
_ANCHOR = re.compile(r"<(?=/?a\b)", re.IGNORECASE)


def parts_of(outbound: Outbound) -> Sequence[Outbound]:
    """First the text, cut where it is too long; then each file, in their order.

    The last of the text carries the buttons, and the files before the first that WeChat can show: it names them.
    """
    named = list(takewhile(lambda file: not is_carried(file), outbound.files))
    bare = replace(outbound, text="", buttons=(), files=())
    last = replace(bare, buttons=outbound.buttons, files=named)
    texts = split_text(_words(outbound.text), TEXT_BYTES, BYTES)
    if texts and _fits(replace(last, text=texts[-1])):
        last = replace(last, text=texts.pop())
    files = [replace(bare, files=(file,)) for file in outbound.files[len(named) :]]
    has_last = bool(last.text or last.buttons or last.files) or not (texts or files)
    return [*(replace(bare, text=each) for each in texts), *([last] if has_last else []), *files]


def text_of(part: Outbound) -> str:
    """What is read: the words, the files that can only be named, the choices. Raises Refused when that is nothing."""
    if not (text := _whole_text(part)):
        raise Refused("nothing to send")
    return cut_text(text, TEXT_BYTES, BYTES)


def is_carried(file: File) -> bool:
    return file.mime in _CARRIED.get(file.kind, ())


def media_type(file: File) -> str:
    """What the platform calls its kind, in requests and in replies."""
    return _MEDIA_TYPE[file.kind]


def in_fields(text: str, count: int, limit: int) -> list[str]:
    """The text over so many fields of so many characters, cut at a sentence or word; "…" tells that there was more."""
    flat = " ".join(_words(text).split())
    pieces = split_text(flat, limit)
    if len(pieces) > count:
        pieces[count - 1] = pieces[count - 1][: limit - 1].rstrip() + "…"
    return [*pieces, *[""] * count][:count]


def passive_text(account: str, address: str, now: datetime, text: str) -> str:
    return _reply(account, address, now, "text", f"<Content><![CDATA[{in_cdata(text)}]]></Content>")


def passive_media(account: str, address: str, now: datetime, kind: str, media_id: str) -> str:
    element = kind.capitalize()
    inside = f"<{element}><MediaId><![CDATA[{in_cdata(media_id)}]]></MediaId></{element}>"
    return _reply(account, address, now, kind, inside)


def _whole_text(part: Outbound) -> str:
    named = [say(part.language, "wechat.file.text", name=_words(file.name)) for file in part.files]
    above = "\n".join(filter(None, (_words(part.text), *named)))
    return "\n\n".join(filter(None, (above, _numbered([label for _, label in part.buttons]))))


def _fits(part: Outbound) -> bool:
    return units(_whole_text(part), BYTES) <= TEXT_BYTES


def _numbered(labels: Sequence[str]) -> str:
    """A label may bring its number along."""
    return "\n".join(
        _words(label) if label.startswith(f"{number}. ") else f"{number}. {_words(label)}"
        for number, label in enumerate(labels, start=1)
    )


def _words(text: str) -> str:
    return _ANCHOR.sub("＜", clean(text)).strip()


def _reply(account: str, address: str, now: datetime, kind: str, inside: str) -> str:
    return (
        f"<xml><ToUserName><![CDATA[{in_cdata(address)}]]></ToUserName>"
        f"<FromUserName><![CDATA[{in_cdata(account)}]]></FromUserName>"
        f"<CreateTime>{int(now.timestamp())}</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{inside}</xml>"
    )
