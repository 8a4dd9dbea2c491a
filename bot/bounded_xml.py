"""XML from anybody, read as far as a message goes: no document types and so no entities, no more and no deeper."""

from __future__ import annotations

import re
from typing import Protocol
from xml.parsers import expat


class Builder(Protocol):
    """Makes of the elements what its format needs; each `begin` has its `end`."""

    def begin(self, name: str, attributes: dict[str, str]) -> None: ...

    def say(self, text: str) -> None: ...

    def end(self, name: str) -> None: ...


def parse(text: str, builder: Builder, *, most: int, deepest: int, namespaces: bool = False) -> None:
    """Up to `most` elements, `deepest` within one another; a namespace stands before a name and a space.

    Raises ValueError.
    """
    open_now, begun = 0, 0

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal open_now, begun
        begun += 1
        if begun > most or open_now >= deepest:
            raise ValueError("too many elements")
        open_now += 1
        builder.begin(name, attributes)

    def end(name: str) -> None:
        nonlocal open_now
        open_now -= 1
        builder.end(name)

    parser = expat.ParserCreate(namespace_separator=" " if namespaces else None)
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler = builder.say
    parser.StartDoctypeDeclHandler = _refuse  # and with it all entities, and what they might fetch
    try:
        parser.Parse(text, True)
    except (expat.ExpatError, UnicodeError) as error:
        raise ValueError(f"no XML ({re.sub('[^ -~]', '', str(error))})") from None


def _refuse(*_declared: object) -> None:
    raise ValueError("no document types")
