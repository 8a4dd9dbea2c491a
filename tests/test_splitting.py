"""Text is cut to a limit in UTF-16 code units or in bytes, without hurting a word or a combined character."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.splitting import BYTES, UTF16, clean, cut_text, split_text, units

CLUSTERS = [
    "a",
    "房",
    "é",
    "e\u0301",
    "👨‍👩‍👧",
    "👍🏽",
    "🇨🇳",
    "🇩🇪",
    "1\ufe0f\u20e3",
    "🏴\U000e0067\U000e0062\U000e007f",
    "😀",
    "葛\U000e0100",
]
WIDEST_CLUSTER = {UTF16: 11, BYTES: 21}

mixed = st.text(
    st.sampled_from("ab1 \n\t.!，。「」房间毛巾éß😀👍\u0301\u200d\ufe0f🇨🇳") | st.characters(exclude_categories=["Cs"])
)


measures = st.sampled_from([UTF16, BYTES])


def in_utf16(text: str) -> int:
    return len(text) + sum(char > "\uffff" for char in text)


@given(mixed)
def test_length_is_counted_as_the_platforms_count(text: str) -> None:
    assert (units(text), units(text, BYTES)) == (in_utf16(text), len(text.encode()))


@given(mixed, st.integers(4, 60), measures)
def test_splitting_loses_nothing_but_space_and_no_part_is_too_long(text: str, limit: int, of: str) -> None:
    parts = split_text(text, limit, of)
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(0 < units(part, of) <= limit and part == part.strip() for part in parts)


@given(st.lists(st.text("abcXYZ012-_@:/", min_size=1, max_size=30)), st.sampled_from([" ", "\n", "\n\n", ". "]))
def test_a_word_that_fits_is_never_broken(words: list[str], between: str) -> None:
    text = between.join(words)
    assert [word for part in split_text(text, 40) for word in part.split()] == text.split()


@given(st.lists(st.sampled_from(CLUSTERS), max_size=80), st.integers(0, 30), measures)
def test_a_combined_character_is_never_broken(clusters: list[str], room: int, of: str) -> None:
    boundaries, length = {0}, 0
    for cluster in clusters:
        length += len(cluster)
        boundaries.add(length)
    cut = 0
    for part in split_text("".join(clusters), WIDEST_CLUSTER[of] + room, of):
        cut += len(part)
        assert cut in boundaries
    assert cut == length


def test_the_combined_characters_above_are_not_too_wide() -> None:
    for of, widest in WIDEST_CLUSTER.items():
        assert max(units(cluster, of) for cluster in CLUSTERS) <= widest


def test_a_part_ends_with_a_line_if_one_ends_in_its_later_half() -> None:
    assert split_text("one two three\nfour five six", 20) == ["one two three", "four five six"]


def test_a_part_is_not_cut_short_for_a_line_at_its_beginning() -> None:
    assert split_text("one\ntwo three four five", 20)[0] == "one\ntwo three four"


def test_a_part_ends_with_a_sentence_rather_than_a_word() -> None:
    assert split_text("Breakfast is at 7. Come when you like", 26) == ["Breakfast is at 7.", "Come when you like"]
    assert split_text("早餐七点开始。请随时来用餐", 10) == ["早餐七点开始。", "请随时来用餐"]


def test_chinese_text_does_not_begin_a_part_with_a_comma() -> None:
    assert split_text("毛巾毛巾毛巾毛巾，毛巾", 8) == ["毛巾毛巾毛巾毛", "巾，毛巾"]


def test_a_word_longer_than_a_part_is_cut_all_the_same() -> None:
    assert split_text("x" * 81, 40) == ["x" * 40, "x" * 40, "x"]


def test_a_mountain_of_accents_is_cut_all_the_same() -> None:
    parts = split_text("e" + "\u0301" * 100, 10)
    assert "".join(parts) == "e" + "\u0301" * 100
    assert max(map(len, parts)) == 10


def test_a_message_that_just_fits_is_one_part() -> None:
    assert split_text("😀" * 20, 40) == ["😀" * 20]
    assert len(split_text("😀" * 20 + "a", 40)) == 2
    assert split_text("房" * 682 + "ab", 2048, BYTES) == ["房" * 682 + "ab"]
    assert len(split_text("房" * 682 + "abc", 2048, BYTES)) == 2


def test_nothing_is_no_part() -> None:
    assert split_text(" \n ", 40) == []


def test_a_label_is_cut_with_an_ellipsis_and_not_through_an_emoji() -> None:
    assert cut_text("short", 5) == "short"
    assert cut_text("shorter", 5) == "shor…"
    assert cut_text("abc👍🏽", 6) == "abc…"
    assert cut_text("接单，二十分钟内到", 12, BYTES) == "接单，…"


@pytest.mark.parametrize(
    ("given", "kept"), [("a\0b", "ab"), ("a\ud83db", "a\ufffdb"), ("\ud83d\ude00", "😀"), ("毛巾", "毛巾")]
)
def test_characters_that_no_database_holds_are_replaced(given: str, kept: str) -> None:
    assert clean(given) == kept
