"""Words of a list in prompts/ that stand in what somebody wrote, in whatever language. For the handlers."""

from __future__ import annotations

from crm.encryption import folded
from prompts.words import LANGUAGES, table


def is_said(text: str, file: str, section: str, words: str) -> bool:
    """Whether one of `words` under [section] of this file stands there; case, width and spaces do not count."""
    said = folded(text)
    return any(folded(word) in said for each in LANGUAGES for word in table(each, file, section)[words])
