"""What a member of staff said or pressed in the app, as WeCom tells it, read into an Inbound."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bot.channels.base import Inbound, InboundKind
from bot.splitting import clean
from bot.weixin.media import Media
from bot.weixin.xml import Xml, word

CHANNEL = "wecom"
ENTER_TEXT = "/start invite"  # asks for an invitation

# What is answered to "@all" or "a|b" would be heard by others.
_MEMBER = re.compile(r"[A-Za-z0-9][\w.@-]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reading:
    inbound: Inbound
    media: Media | None = None


def read_message(message: Xml, raw: bytes, corp_id: str, agent_id: str) -> Reading | None:
    """None for what is of no use to us, among it what is for another app of the company."""
    member = _word(message, "FromUserName")
    if not _MEMBER.fullmatch(member) or word(message, "ToUserName") != corp_id or word(message, "AgentID") != agent_id:
        return None
    key = f"{corp_id}:{agent_id}:{member}:{word(message, 'CreateTime')}"
    seed = Inbound(CHANNEL, key, address=member, sender_id=member, raw=raw)
    kind = word(message, "MsgType").lower()
    if kind == "event":
        return _read_event(message, seed)
    if kind in MEDIA:
        return _read_media(message, seed, *MEDIA[kind])
    if (words := _WORDS.get(kind)) and (text := words(message).strip()):
        return Reading(_said(seed, message, text))
    return None


def _read_event(message: Xml, seed: Inbound) -> Reading | None:
    event, pressed = word(message, "Event").lower(), _word(message, "EventKey")
    seed = replace(seed, dedupe_key=f"{seed.dedupe_key}:{event}:{pressed}:{word(message, 'TaskId')}")
    if event == "template_card_event" and pressed:
        return Reading(replace(seed, kind=InboundKind.BUTTON, button=pressed))
    if event == "click" and pressed:
        return Reading(replace(seed, text=pressed))
    if event == "enter_agent":  # told at every look into the app; for us only the first one counts
        first = f"{message['ToUserName']}:{message['AgentID']}:{seed.sender_id}:enter"
        return Reading(replace(seed, dedupe_key=first, text=ENTER_TEXT))
    if event == "subscribe":
        return Reading(replace(seed, kind=InboundKind.GRANT))
    if event == "unsubscribe":
        return Reading(replace(seed, kind=InboundKind.BLOCKED))
    return None


def _read_media(message: Xml, seed: Inbound, kind: str, name: str) -> Reading | None:
    media_id = _word(message, "MediaId")
    return Reading(_said(seed, message, ""), Media(media_id, kind, name)) if media_id else None


def _said(seed: Inbound, message: Xml, text: str) -> Inbound:
    return replace(seed, dedupe_key=f"{seed.dedupe_key}:{word(message, 'MsgId')}", text=text)


def _place(message: Xml) -> str:
    where = f"{_word(message, 'Location_X')}, {_word(message, 'Location_Y')}"
    return f"location: {where} {_word(message, 'Label')}".rstrip()


def _link(message: Xml) -> str:
    return "\n".join(filter(None, (_word(message, key) for key in ("Title", "Description", "Url"))))


def _word(message: Xml, key: str) -> str:
    return clean(word(message, key))


_WORDS: Mapping[str, Callable[[Xml], str]] = {
    "text": lambda message: _word(message, "Content"),
    "location": _place,
    "link": _link,
}
MEDIA = {
    "image": ("photo", "photo.jpg"),
    "voice": ("voice", "voice.amr"),
    "video": ("document", "video.mp4"),
}
