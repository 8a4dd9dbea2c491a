"""An update as Telegram tells it, read into an Inbound.

We read the parsed JSON ourselves. `Update.de_json` raises on what it does not expect (Telegram's own documented
samples lack `is_bot`), and an update that cannot be read would be redelivered for a day and hold up its chat; it is
also several times slower. Here nothing raises: what is missing or odd is empty, and an update without a use is None.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.channels.base import Inbound, InboundKind
from bot.splitting import clean

# Edited messages are left out: the first wording has been acted upon, and the second would open the request again.
ALLOWED_UPDATES = ("message", "callback_query", "my_chat_member")

Json = Mapping[str, Any]

_DOCUMENTS = ("document", "video", "audio", "animation", "video_note")
_MIME = {"photo": "image/jpeg", "voice": "audio/ogg", "video": "video/mp4", "video_note": "video/mp4"}
_NAME_LIMIT = 128
_COMMAND = re.compile(r"(/\w+)@(\w+)")
_MENTION = re.compile(r"@(\w+)[\s,:，：、]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a message, still with Telegram; size 0 is unknown."""

    file_id: str
    kind: str
    mime: str
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What an update says, and what is to be fetched or answered for it."""

    update_id: int
    inbound: Inbound
    attachment: Attachment | None = None
    callback_id: str = ""


def read_update(update: object, raw: bytes, bot_id: str, username: str) -> Reading | None:
    """`raw` are the bytes of this one update; `username` is the bot's, "" while it is not known."""
    update_id = update_id_of(update)
    if update_id is None:
        return None
    seed = Inbound("telegram", f"{bot_id}:{update_id}", address="", sender_id="", raw=raw)
    if message := _part(update, "message"):
        return _read_message(message, update_id, seed, username)
    if query := _part(update, "callback_query"):
        return _read_button(query, update_id, seed)
    if change := _part(update, "my_chat_member"):
        return _read_membership(change, update_id, seed)
    return None


def update_id_of(update: object) -> int | None:
    value = update.get("update_id") if isinstance(update, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def chat_of(update: object) -> str:
    """The chat an update belongs to; updates of one chat are received one after the other."""
    for kind in ALLOWED_UPDATES:
        if body := _part(update, kind):
            return _id(_part(body, "chat") or _part(_part(body, "message"), "chat"))
    return ""


def _read_message(message: Json, update_id: int, seed: Inbound, username: str) -> Reading | None:
    address = _id(_part(message, "chat"))
    if not address:
        return None
    if new := _number(message, "migrate_to_chat_id"):
        moved = replace(seed, kind=InboundKind.MIGRATED, address=address, sender_id=address, is_group=True)
        return Reading(update_id, replace(moved, text=str(new)))
    sender = _sender(message)
    inbound = replace(_from(seed, sender), address=address, sender_id=_id(sender) or address)
    inbound = replace(inbound, text=_words(message), is_group=_is_group(_part(message, "chat")))
    attachment = _attachment(message)
    # A bot that answers bots never stops; what has neither words nor a file is a service message or a game.
    if _is_bot(sender) or not (inbound.text or attachment):
        return None
    if inbound.is_group:
        text = _without_mention(inbound.text, username)
        if text is None:
            return None
        inbound = replace(inbound, text=text)
    return Reading(update_id, inbound, attachment)


def _read_button(query: Json, update_id: int, seed: Inbound) -> Reading | None:
    chat, sender, data = _part(_part(query, "message"), "chat"), _part(query, "from"), _text(query, "data")
    address = _id(chat)
    if not (address and data and _id(sender)):
        return None
    inbound = replace(_from(seed, sender), kind=InboundKind.BUTTON, address=address, sender_id=_id(sender))
    inbound = replace(inbound, button=data, is_group=_is_group(chat))
    return Reading(update_id, inbound, callback_id=_text(query, "id"))


def _read_membership(change: Json, update_id: int, seed: Inbound) -> Reading | None:
    """Only that we were shut out; whoever lets us in again will write, and that says it."""
    chat, status = _part(change, "chat"), _text(_part(change, "new_chat_member"), "status")
    address, is_group = _id(chat), _is_group(chat)
    if not address or status not in (("kicked", "left") if is_group else ("kicked",)):
        return None
    # In a group the sender is the group itself: the admin who removed us may well be reachable in private.
    sender = {} if is_group else _part(change, "from")
    blocked = replace(_from(seed, sender), kind=InboundKind.BLOCKED, address=address, is_group=is_group)
    return Reading(update_id, replace(blocked, sender_id=_id(sender) or address))


def _sender(message: Json) -> Json:
    # Anonymous admins and linked channels come under an id that all groups of the world share, so `sender_chat` is who
    # they are.
    return _part(message, "sender_chat") or _part(message, "from")


def _from(seed: Inbound, sender: Json) -> Inbound:
    names = [_text(sender, "first_name"), _text(sender, "last_name")]
    name = " ".join(filter(None, names)) or _text(sender, "title")
    language = _text(sender, "language_code").partition("-")[0].lower()
    return replace(seed, sender_name=name.strip()[:_NAME_LIMIT], language=language)


def _words(message: Json) -> str:
    """Text, caption, or what a sticker, a place or a visiting card says in words."""
    if text := _text(message, "text") or _text(message, "caption"):
        return text
    if place := _part(message, "location"):
        return f"location: {place.get('latitude')}, {place.get('longitude')}"
    if card := _part(message, "contact"):
        return f"contact: {_text(card, 'first_name')} {_text(card, 'phone_number')}".rstrip()
    return _text(_part(message, "sticker"), "emoji")


def _attachment(message: Json) -> Attachment | None:
    sizes = message.get("photo")
    if isinstance(sizes, list):
        photos = [size for size in sizes if isinstance(size, dict) and _text(size, "file_id")]
        largest = max(photos, key=lambda size: (_number(size, "width"), _number(size, "file_size")), default=None)
        return _file(largest, "photo", "photo") if largest else None
    for field in ("voice", *_DOCUMENTS):
        if file := _part(message, field):
            return _file(file, "voice" if field == "voice" else "document", field)
    return None


def _file(file: Json, kind: str, field: str) -> Attachment | None:
    file_id = _text(file, "file_id")
    mime = _text(file, "mime_type") or _MIME.get(field, "application/octet-stream")
    name = _text(file, "file_name").replace("\\", "/").rpartition("/")[2][:_NAME_LIMIT]
    return Attachment(file_id, kind, mime, name or field, _number(file, "file_size")) if file_id else None


def _without_mention(text: str, username: str) -> str | None:
    """ "@bot towels" -> "towels", "/help@bot" -> "/help"; None for a command that is meant for another bot."""
    if not username or not text.startswith(("@", "/")):
        return text
    if command := _COMMAND.match(text):
        return command[1] + text[command.end() :] if command[2].lower() == username.lower() else None
    mention = _MENTION.match(text)
    return text[mention.end() :] if mention and mention[1].lower() == username.lower() else text


def _is_group(chat: Json) -> bool:
    kind = _text(chat, "type")
    return kind != "private" if kind else _id(chat).startswith("-")


def _is_bot(sender: Json) -> bool:
    return sender.get("is_bot") is True


def _part(value: object, key: str) -> Json:
    part = value.get(key) if isinstance(value, Mapping) else None
    return part if isinstance(part, dict) else {}


def _id(value: Json) -> str:
    number = value.get("id")
    return str(number) if isinstance(number, int) and not isinstance(number, bool) else ""


def _text(value: Json, key: str) -> str:
    text = value.get(key)
    return clean(text) if isinstance(text, str) else ""


def _number(value: Json, key: str) -> int:
    number = value.get(key)
    return number if isinstance(number, int) else 0
