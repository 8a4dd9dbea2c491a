"""An Outbound as the calls that Telegram needs for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.channels.base import File, Outbound, Refused
from bot.splitting import clean, columns, cut_text, split_text, units

MESSAGE_LIMIT = 4096
CAPTION_LIMIT = 1024
LABEL_LIMIT = 60
TOKEN_LIMIT = 64
_BUTTONS_PER_ROW = ((3, 5), (9, 3), (16, 2))  # up to this width of the widest label: that many


@dataclass(frozen=True, slots=True)
class Part:
    """One call: a text, or a file with its caption."""

    text: str = ""
    file: File | None = None
    keyboard: InlineKeyboardMarkup | None = None


def deep_link(username: str, token: str) -> str:
    """Opens the chat with the bot, which then receives `/start <token>`."""
    return f"https://t.me/{username}?start={token}"


def parts_of(outbound: Outbound) -> list[Part]:
    """Files first, then the text, as a caption where it fits; the buttons on whatever comes last."""
    text = clean(outbound.text).strip()
    files = list(outbound.files)
    keyboard = _keyboard(outbound.buttons)
    if not text and not files:
        raise Refused("nothing to send")
    if files and units(text) <= CAPTION_LIMIT:
        return [*(Part(file=file) for file in files[:-1]), Part(text, files[-1], keyboard)]
    texts = split_text(text, MESSAGE_LIMIT)
    return [*(Part(file=file) for file in files), *(Part(each) for each in texts[:-1]), Part(texts[-1], None, keyboard)]


def _keyboard(buttons: Sequence[tuple[str, str]]) -> InlineKeyboardMarkup | None:
    if any(not 0 < len(token.encode()) <= TOKEN_LIMIT for token, _ in buttons):
        raise Refused("button token is empty or too long")
    keys = [InlineKeyboardButton(cut_text(clean(label), LABEL_LIMIT), callback_data=token) for token, label in buttons]
    if not keys:
        return None
    widest = max(columns(key.text) for key in keys)
    most = next((count for width, count in _BUTTONS_PER_ROW if widest <= width), 1)
    count = ceil(len(keys) / ceil(len(keys) / most))  # four buttons look better as two and two than as three and one
    return InlineKeyboardMarkup([keys[start : start + count] for start in range(0, len(keys), count)])
