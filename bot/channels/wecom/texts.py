"""Text as WeCom takes it, to members and guests alike: in bytes, and with its buttons as numbered lines."""

from __future__ import annotations

from collections.abc import Sequence

from bot.splitting import BYTES, split_text

TEXT_LIMIT = 2048  # bytes


def numbered(text: str, buttons: Sequence[tuple[str, str]]) -> str:
    """The text with its buttons below, to be chosen by typing the number."""
    labels = [label for _, label in buttons]
    lines = [
        label if label.startswith(f"{number}. ") else f"{number}. {label}" for number, label in enumerate(labels, 1)
    ]
    return "\n".join(filter(None, (text, *lines)))


def texts_of(text: str) -> list[str]:
    return split_text(text, TEXT_LIMIT, BYTES)
