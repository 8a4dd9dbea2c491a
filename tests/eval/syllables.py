"""Makes crm/names/syllables.txt anew from pypinyin: python -m tests.eval.syllables. Then sounds need a migration."""

from __future__ import annotations

import os
from collections import defaultdict

from crm.names.syllables import FIRST, LAST, TABLE


def lines() -> list[str]:
    """Each syllable with its characters; ü is u, as passports and keyboards have it in most names."""
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin import lazy_pinyin

    characters: dict[str, list[str]] = defaultdict(list)
    for character in map(chr, range(FIRST, LAST + 1)):
        said = lazy_pinyin(character)[0].replace("v", "u")
        if said.isascii():
            characters[said].append(character)
    return [f"{said} {''.join(characters[said])}" for said in sorted(characters)]


if __name__ == "__main__":
    TABLE.write_text("\n".join(lines()) + "\n", "utf-8")
