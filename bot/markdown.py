"""Markdown as it is read in a chat: plain text, in which headings, lists and links can still be told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.token import Token

_MARKED = re.compile(r"[*_`#>\[\\|&]|^\s*(?:[-+]|\d+[.)])\s|^ {4}", re.MULTILINE)
BULLET = "· "


def as_plain_text(text: str) -> str:
    """The text without its marks. Lines stay lines, for what is no Markdown is written like that."""
    if not _MARKED.search(text):
        return text.strip()
    from markdown_it import MarkdownIt  # most entries have no mark, and a start waits for nothing it does not need

    tokens = MarkdownIt("commonmark", {"html": False}).disable("code").parse(text)
    return re.sub(r"\n{3,}", "\n\n", "".join(_pieces(tokens))).strip()


def _pieces(tokens: Sequence[Token]) -> Iterator[str]:
    """A blank line between blocks, none between the items of a list."""
    numbers: list[int | None] = []
    for token in tokens:
        if token.type in ("bullet_list_open", "ordered_list_open"):
            numbers.append(int(token.attrGet("start") or 1) if token.type == "ordered_list_open" else None)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            numbers.pop()
            yield "\n" if not numbers else ""
        elif token.type == "list_item_open":
            yield "  " * (len(numbers) - 1) + (BULLET if numbers[-1] is None else f"{numbers[-1]}. ")
            numbers[-1] = None if numbers[-1] is None else numbers[-1] + 1
        elif token.type == "inline":
            yield _inline(token.children or ()) + "\n"
        elif token.type in ("fence", "code_block"):
            yield token.content
        elif token.type in ("paragraph_close", "heading_close") and not numbers:
            yield "\n"


def _inline(tokens: Sequence[Token]) -> str:
    """A link is its words with the address behind them, unless they are the same."""
    said: list[str] = []
    links: list[tuple[int, str]] = []
    for token in tokens:
        if token.type in ("text", "code_inline", "image"):
            said.append(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            said.append("\n")
        elif token.type == "link_open":
            links.append((len(said), str(token.attrGet("href") or "")))
        elif token.type == "link_close":
            start, address = links.pop()
            bare = address.removeprefix("mailto:").removeprefix("tel:")
            said.append("" if bare in ("", "".join(said[start:])) else f" ({bare})")
    return "".join(said)
