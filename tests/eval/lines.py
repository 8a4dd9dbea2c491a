"""Our own test lines, never learned from: `name TAB text TAB details` (kind=value; …), in a file for a kind.

The name is the code of a service or an intent, several joined by " + "; `emergency` and `safe` in the files on safety.
`python -m tests.eval FOLDER` reads other files of this form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).with_name("lines")
_DETAIL = re.compile(r"(\w+)=(.*?)(?:[; ]+(?=\w+=)|$)")


@dataclass(frozen=True, slots=True)
class Line:
    """What should be understood of a text."""

    names: frozenset[str]
    text: str
    details: dict[str, str] = field(default_factory=dict)


def read_lines(language: str, kind: str, folder: Path = FOLDER) -> list[Line]:
    """The lines of `<language>_<kind>.tsv`; none where there is no such file. Raises ValueError naming a wrong line."""
    path = folder / f"{language}_{kind}.tsv"
    if not path.exists():
        return []
    return [_line(row, f"{path.name}:{at}") for at, row in enumerate(path.read_text("utf-8").splitlines(), 1) if row]


def _line(row: str, where: str) -> Line:
    name, tab, rest = row.partition("\t")
    text, _, details = rest.partition("\t")
    if not tab or not text:
        raise ValueError(f"{where}: needs a name and a text with a tab between them")
    return Line(frozenset(name.split(" + ")), text, dict(_DETAIL.findall(details)))
