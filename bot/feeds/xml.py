"""XML from anybody as a small tree: no document types and so no entities, no more elements than any message has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.bounded_xml import parse

MOST_ELEMENTS = 20_000
DEEPEST = 40


@dataclass(slots=True)
class Element:
    """`name` is without its namespace, which is `space`; so are the names of attributes."""

    name: str
    space: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element] = field(default_factory=list)
    text: str = ""

    def all(self, path: str) -> list[Element]:
        """a/b: every b in every a of this one."""
        found = [self]
        for name in path.split("/"):
            found = [each for one in found for each in one.children if each.name == name]
        return found

    def first(self, path: str) -> Element:
        """An empty one where there is none."""
        return next(iter(self.all(path)), Element(""))

    def says(self, name: str) -> str:
        """What an attribute says, or ""."""
        return self.attributes.get(name, "").strip()

    def every(self, name: str) -> Iterator[Element]:
        """Itself and all below it that are so called."""
        if self.name == name:
            yield self
        for each in self.children:
            yield from each.every(name)


def read_xml(text: str) -> Element:
    """The root. Raises ValueError."""
    reader = _Reader()
    parse(text, reader, most=MOST_ELEMENTS, deepest=DEEPEST, namespaces=True)
    return reader.root


class _Reader:
    def __init__(self) -> None:
        self.root = Element("")
        self._open: list[Element] = []

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition(" ")
        made = Element(local, space, {key.rpartition(" ")[2]: value for key, value in attributes.items()})
        if self._open:
            self._open[-1].children.append(made)
        else:
            self.root = made
        self._open.append(made)

    def say(self, text: str) -> None:
        self._open[-1].text += text

    def end(self, _name: str) -> None:
        self._open.pop()
