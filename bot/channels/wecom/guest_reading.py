"""What a guest said, pressed or did in 微信客服 (WeChat customer service), as WeCom keeps it, read into an Inbound."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.channels.base import Grant, Inbound, InboundKind
from bot.channels.wecom.reading import MEDIA, Reading
from bot.splitting import clean
from bot.weixin.media import Media

CHANNEL = "wecom_kf"
FROM_GUEST, FROM_SYSTEM = 3, 4  # 5 is a member who writes to the guest in WeCom's own client
MESSAGE_SECONDS, MESSAGE_COUNT = 48 * 3600.0, 5
WELCOME_SECONDS = 20.0
REFUSED_BY_GUEST = 10
LATEST = 1 << 40  # seconds since 1970
BUTTON_MARK = "g:"  # menus of others come back with their own ids

_START_TOKEN = re.compile(r"[A-Za-z0-9_-]{8,64}", re.ASCII)

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entrance(Reading):
    """The guest opened the chat. With the code one message may be sent, for so many seconds."""

    welcome_code: str = ""
    seconds: float = 0.0


def read_item(item: Json, kf_id: str, now: datetime) -> Reading | None:
    """None for what is of no use to us, among it what is for another account of the company."""
    event = _part(item, "event")
    who = event or item
    guest, msgid = _text(who, "external_userid"), _text(item, "msgid")
    if not (guest and msgid) or _text(who, "open_kfid") != kf_id:
        return None
    raw = json.dumps(item, ensure_ascii=False).encode("utf-8", "replace")
    seed = Inbound(CHANNEL, f"{kf_id}:{guest}:{msgid}", address=guest, sender_id=guest, raw=raw)
    age = max(0.0, now.timestamp() - sent_at(item, now))
    if event:
        return _read_event(event, seed, age)
    return _read_said(item, seed, age) if item.get("origin") == FROM_GUEST else None


def sent_at(item: Json, now: datetime) -> float:
    """Seconds since 1970."""
    return min(_number(item, "send_time"), LATEST) or now.timestamp()


def guest_of(item: Json) -> str:
    """Whose it is; the items of one guest are taken one after the other."""
    return _text(_part(item, "event") or item, "external_userid")


def _read_said(item: Json, seed: Inbound, age: float) -> Reading | None:
    seed = replace(seed, grants=_message_grant(age))
    kind = _text(item, "msgtype")
    said = _part(item, kind)
    if kind in _MEDIA:
        media_id = _text(said, "media_id")
        return Reading(seed, Media(media_id, *_MEDIA[kind])) if media_id else None
    if kind == "text" and (pressed := _text(said, "menu_id")).startswith(BUTTON_MARK):
        return Reading(replace(seed, kind=InboundKind.BUTTON, button=pressed.removeprefix(BUTTON_MARK)))
    text = clean(_WORDS.get(kind, _nothing)(said)).strip()
    # Whatever was sent gives the right to answer, be it a kind of message of which we know nothing.
    return Reading(replace(seed, text=text) if text else replace(seed, kind=InboundKind.GRANT))


def _read_event(event: Json, seed: Inbound, age: float) -> Reading | None:
    match _text(event, "event_type"):
        case "enter_session":
            return _read_entrance(event, seed, age)
        case "msg_send_fail":
            return _read_failure(event, seed)
    return None


def _read_entrance(event: Json, seed: Inbound, age: float) -> Reading | None:
    tokens = (_text(event, key) for key in ("scene_param", "scene"))
    token = next((each for each in tokens if _START_TOKEN.fullmatch(each)), "")
    code, seconds = _text(event, "welcome_code"), WELCOME_SECONDS - age
    welcome = (Grant("welcome", seconds, 1, is_here=True),) if code and seconds > 0 else ()
    if not (token or welcome):
        return None
    inbound = replace(seed, text=f"/start {token}".rstrip(), grants=welcome)
    if not welcome:  # told at every look into the chat; the same link joins once
        inbound = replace(inbound, dedupe_key=f"{seed.dedupe_key.rpartition(':')[0]}:enter:{token}")
    return Entrance(inbound, None, code if welcome else "", seconds)


def _read_failure(event: Json, seed: Inbound) -> Reading:
    """Of a message that was taken and did not arrive after all."""
    fail_type = _number(event, "fail_type")
    failed = replace(seed, text=_text(event, "fail_msgid"), reason=f"wecom_fail_{fail_type}")
    kind = InboundKind.BLOCKED if fail_type == REFUSED_BY_GUEST else InboundKind.UNDELIVERED
    return Reading(replace(failed, kind=kind))


def _message_grant(age: float) -> tuple[Grant, ...]:
    seconds = MESSAGE_SECONDS - age
    return (Grant("message", seconds, MESSAGE_COUNT),) if seconds > 0 else ()


def _place(said: Json) -> str:
    named = " ".join(filter(None, (_text(said, "name"), _text(said, "address"))))
    return f"location: {said.get('latitude')}, {said.get('longitude')} {named}"


def _link(said: Json) -> str:
    return "\n".join(filter(None, (_text(said, key) for key in ("title", "desc", "url"))))


def _nothing(_said: Json) -> str:
    return ""


def _part(value: Json, key: str) -> Json:
    part = value.get(key) if key else None
    return part if isinstance(part, dict) else {}


def _text(value: Json, key: str) -> str:
    text = value.get(key)
    return clean(text) if isinstance(text, str) else ""


def _number(value: Json, key: str) -> int:
    number = value.get(key)
    return number if isinstance(number, int) and not isinstance(number, bool) else 0


_WORDS: Mapping[str, Callable[[Json], str]] = {
    "text": lambda said: _text(said, "content"),
    "location": _place,
    "link": _link,
}
_MEDIA = {**MEDIA, "file": ("document", "file")}
