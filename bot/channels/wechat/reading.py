"""A message or event of an official account, read into an Inbound. Nothing raises: what is missing or odd is empty."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bot.channels.base import Inbound, InboundKind
from bot.splitting import clean
from bot.weixin.media import Media
from bot.weixin.xml import Xml, word

SCENE = "qrscene_"
TEMPLATE_REFUSED = "template_refused"  # the person wants no more of them

# Of a stay or an invitation. Other scenes only count where people come from.
_TOKEN = re.compile(r"[gs][A-Za-z0-9_-]{15,63}", re.ASCII)
_ID = re.compile(r"[\w-]{1,64}", re.ASCII)
_LONGEST_KEY = 128
_COUNTS = {"total": "TotalCount", "filtered": "FilterCount", "sent": "SentCount", "errors": "ErrorCount"}
_MEDIA = {
    "image": ("photo", "image.jpg"),
    "voice": ("voice", "voice.amr"),
    "video": ("document", "video.mp4"),
    "shortvideo": ("document", "video.mp4"),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a callback says. `account` is ours; `gives` the kind of grant that comes with it beside the passive one."""

    inbound: Inbound
    account: str
    gives: str = ""
    media: Media | None = None


def read_message(message: Xml) -> Reading | None:
    """None for what is of no use: a link that was opened, where somebody is, an event we do not know."""
    account, sender = word(message, "ToUserName"), word(message, "FromUserName")
    if not (_ID.fullmatch(account) and _ID.fullmatch(sender)):
        return None
    raw = json.dumps(message, ensure_ascii=False).encode("utf-8", "replace")
    seed = Reading(Inbound("wechat", _dedupe_key(message), address=sender, sender_id=sender, raw=raw), account)
    if word(message, "MsgType").lower() == "event":
        read = _EVENTS.get(word(message, "Event").lower())
        return read(message, seed) if read else None
    return _read_words(message, replace(seed, gives="message"))


def _read_words(message: Xml, seed: Reading) -> Reading:
    """What is neither words nor a file, of whatever type, still opens the time in which we may write."""
    kind = word(message, "MsgType").lower()
    media_id = word(message, "MediaId")
    if kind in _MEDIA and media_id:
        seed = replace(seed, media=Media(media_id, *_MEDIA[kind]))
    text = _WORDS[kind](message) if kind in _WORDS else ""
    return _said(seed, text) if text or seed.media else _granted(seed)


def _location(message: Xml) -> str:
    latitude, longitude = word(message, "Location_X"), word(message, "Location_Y")
    return f"location: {latitude}, {longitude}" if latitude and longitude else ""


def _link(message: Xml) -> str:
    return "\n".join(filter(None, (word(message, "Title"), word(message, "Description"), word(message, "Url"))))


_WORDS: Mapping[str, Callable[[Xml], str]] = {
    "text": lambda message: word(message, "Content"),
    "voice": lambda message: word(message, "Recognition"),
    "location": _location,
    "link": _link,
}


def _follow(message: Xml, seed: Reading) -> Reading:
    """Like Telegram's start: with the token of the code that was scanned, where it had one."""
    scene = word(message, "EventKey").removeprefix(SCENE)
    start = f"/start {scene}" if _TOKEN.fullmatch(scene) else "/start"
    return _said(replace(seed, gives="follow"), start)


def _unfollow(_message: Xml, seed: Reading) -> Reading:
    return replace(seed, inbound=replace(seed.inbound, kind=InboundKind.BLOCKED))


def _scan(message: Xml, seed: Reading) -> Reading:
    scene = word(message, "EventKey")
    seed = replace(seed, gives="scan")
    return _said(seed, f"/start {scene}") if _TOKEN.fullmatch(scene) else _granted(seed)


def _click(message: Xml, seed: Reading) -> Reading:
    """The key of a menu's entry is what one would say for it."""
    seed = replace(seed, gives="click")
    return _said(seed, phrase) if (phrase := word(message, "EventKey")) else _granted(seed)


def _report(message: Xml, seed: Reading) -> Reading | None:
    """Of a template message only what did not arrive is news."""
    status = word(message, "Status").lower()
    if not status.startswith("failed"):
        return None
    reason = TEMPLATE_REFUSED if "user block" in status else "template_failed"
    message_id = word(message, "MsgID")[:64]
    return replace(seed, inbound=replace(seed.inbound, kind=InboundKind.UNDELIVERED, text=message_id, reason=reason))


def _mass_report(message: Xml, seed: Reading) -> Reading:
    """It is told in the name of some follower, who has nothing to do with it."""
    counts = {name: _count(word(message, element)) for name, element in _COUNTS.items()}
    told, message_id = word(message, "Status").lower()[:64], word(message, "MsgID")[:64]
    inbound = replace(seed.inbound, kind=InboundKind.MASS_SENT, text=message_id, reason=told, counts=counts)
    return replace(seed, inbound=inbound)


def _count(said: str) -> int:
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else 0


_EVENTS: Mapping[str, Callable[[Xml, Reading], Reading | None]] = {
    "subscribe": _follow,
    "unsubscribe": _unfollow,
    "scan": _scan,
    "click": _click,
    "templatesendjobfinish": _report,
    "masssendjobfinish": _mass_report,
}


def _said(seed: Reading, text: str) -> Reading:
    return replace(seed, inbound=replace(seed.inbound, text=clean(text)))


def _granted(seed: Reading) -> Reading:
    return replace(seed, inbound=replace(seed.inbound, kind=InboundKind.GRANT))


def _dedupe_key(message: Xml) -> str:
    """The same MsgId has been seen from two senders, and events have none."""
    what = word(message, "MsgId") or f"{word(message, 'Event').lower()}:{word(message, 'EventKey')}"
    told = (word(message, "ToUserName"), word(message, "FromUserName"), clean(word(message, "CreateTime"))[:20])
    return ":".join([*told, clean(what)[:_LONGEST_KEY]])
