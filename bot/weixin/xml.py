"""The platform's XML: read within bounds, and written so that nobody's words become markup.

wechatpy reads it by xmltodict, which follows tags however deep; here reading ends where no message goes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.bounded_xml import parse

Xml = Mapping[str, Any]

MOST_ELEMENTS = 1_000  # the longest event has some forty
DEEPEST = 8

# What no XML may hold; the platform passes on what somebody's keyboard made.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def read_xml(text: str) -> Xml:
    """The elements below the root `xml`, each a text, a mapping or a list of what comes twice. Raises ValueError."""
    reader = _Reader()
    parse(without_controls(text), reader, most=MOST_ELEMENTS, deepest=DEEPEST)
    root = reader.document.get("xml")
    if not isinstance(root, dict):
        raise ValueError("no message")
    return root


def word(message: Xml, key: str) -> str:
    """The text of an element; "" when it is missing, empty or no text."""
    value = message.get(key)
    return value if isinstance(value, str) else ""


def part(message: Xml, key: str) -> Xml:
    """The elements below an element; none when it is missing or a text."""
    value = message.get(key)
    return value if isinstance(value, dict) else {}


def without_controls(text: str) -> str:
    return _NOT_XML.sub("", text)


def in_cdata(text: str) -> str:
    """To be put between `<![CDATA[` and `]]>`: what would end the section is split over two."""
    return without_controls(text).replace("]]>", "]]]]><![CDATA[>")


class _Reader:
    def __init__(self) -> None:
        self.document: dict[str, Any] = {}
        self._open: list[tuple[dict[str, Any], list[str]]] = [(self.document, [])]

    def begin(self, _name: str, _attributes: object) -> None:
        self._open.append(({}, []))

    def say(self, text: str) -> None:
        self._open[-1][1].append(text)

    def end(self, name: str) -> None:
        below, words = self._open.pop()
        into, value = self._open[-1][0], below or "".join(words).strip()
        if name not in into:
            into[name] = value
        elif isinstance(into[name], list):
            into[name].append(value)
        else:
            into[name] = [into[name], value]
