"""An Outbound as the messages the app sends to a member: files, texts, and buttons on a card where they fit."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.channels.base import File, Outbound, Refused
from bot.channels.wecom.texts import numbered, texts_of
from bot.splitting import clean, columns

MOST_BUTTONS = 6
TOKEN_LIMIT = 1024  # bytes
TITLE_WIDTH, TEXT_WIDTH, LABEL_WIDTH = 72, 320, 20  # columns: 36, 160 and 10 Chinese characters
FIRST_STYLE, OTHER_STYLE = 1, 2


@dataclass(frozen=True, slots=True)
class Part:
    """One call: a file, or a body to be sent."""

    body: Mapping[str, Any]
    file: File | None = None


def parts_of(outbound: Outbound) -> list[Part]:
    """Files first, then the text; the buttons on whatever comes last."""
    text, buttons = clean(outbound.text).strip(), [(token, clean(label)) for token, label in outbound.buttons]
    if not text and not outbound.files:
        raise Refused("nothing to send")
    if any(not 0 < len(token.encode()) <= TOKEN_LIMIT for token, _ in buttons):
        raise Refused("button token is empty or too long")
    files = [Part({}, file) for file in outbound.files]
    if card := _card(outbound.id, text, buttons):
        return [*files, Part({"msgtype": "template_card", "template_card": card})]
    return [*files, *(Part(text_body(each)) for each in texts_of(numbered(text, buttons)))]


def text_body(text: str) -> dict[str, Any]:
    return {"msgtype": "text", "text": {"content": text}}


def _card(message_id: str, text: str, buttons: Sequence[tuple[str, str]]) -> dict[str, Any] | None:
    """None when there are no buttons, or when a card would cut something off."""
    title, _, rest = text.partition("\n")
    rest = rest.strip()
    if not 0 < len(buttons) <= MOST_BUTTONS or not title:
        return None
    if columns(title) > TITLE_WIDTH or columns(rest) > TEXT_WIDTH:
        return None
    if any(columns(label) > LABEL_WIDTH for _, label in buttons):
        return None
    card: dict[str, Any] = {
        "card_type": "button_interaction",
        "main_title": {"title": title},
        # Another one at each try: the platform refuses one it knows, and what it refused may not have arrived.
        "task_id": f"{message_id}@{secrets.token_hex(4)}",
        "button_list": [
            {"text": label, "style": OTHER_STYLE if place else FIRST_STYLE, "key": token}
            for place, (token, label) in enumerate(buttons)
        ],
    }
    return {**card, "sub_title_text": rest} if rest else card
