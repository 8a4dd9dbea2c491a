"""Numbers as people write them: 12, 十二, 两, twelve, twenty-five."""

from __future__ import annotations

_ZH = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "俩": 2, "三": 3, "仨": 3, "四": 4, "五": 5}
_ZH |= {"六": 6, "七": 7, "八": 8, "九": 9}
_EN = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ]
    )
} | {"thirty": 30, "forty": 40, "fifty": 50}
_TENS = "twenty|thirty|forty|fifty"

ZH_NUMBER = "[零〇一二两三四五六七八九]?十[一二三四五六七八九]?|[零〇一二两三四五六七八九]"
EN_NUMBER = rf"(?:{_TENS})[- ](?:one|two|three|four|five|six|seven|eight|nine)\b|(?:{'|'.join(_EN)})\b"
NUMBER = rf"(?:\d{{1,2}}|{ZH_NUMBER}|\b(?:{EN_NUMBER}))"


def number(text: str) -> int:
    """The value of something that matched NUMBER."""
    if text.isdigit():
        return int(text)
    if text[0] in _ZH or text[0] == "十":
        return _chinese(text)
    return sum(_EN[word] for word in text.replace("-", " ").split())


def _chinese(text: str) -> int:
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return int("".join(str(_ZH[digit]) for digit in text))
    return (_ZH[tens] if tens else 1) * 10 + (_ZH[ones] if ones else 0)
