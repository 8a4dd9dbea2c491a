"""Facts of a text pass through a translation untouched, or the translation is not used."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.facts import guarded


@pytest.mark.parametrize(
    ("text", "seen", "facts"),
    [
        ("2 towels, room 302, by 9:10 pm.", "2 towels, room 302, by [[1]].", ["21:10"]),
        ("Sat 8:00 am or 12:15 am", "Sat [[1]] or [[2]]", ["8:00", "0:15"]),
        ("From 7:00 to 10:00 am.", "From [[1]].", ["7:00 to 10:00 am"]),
        ("From 7:00 am to 12 pm.", "From [[1]] to [[2]].", ["7:00", "12:00"]),
        ("In your words: “毛巾 3条”.", "In your words: [[1]].", ["“毛巾 3条”"]),
        ("Call +86 571 8888 0000.", "Call [[1]].", ["+86 571 8888 0000"]),
        ("Network Lakeside, password sunflower.", "Network [[1]], password [[2]].", ["Lakeside", "sunflower"]),
        ("密码是向日葵。", "密码是[[1]]。", ["向日葵"]),
        ("Building B2, code GJ-7K2M, WeChat", "Building [[1]], code [[2]], [[3]]", ["B2", "GJ-7K2M", "WeChat"]),
        ("See https://a.example/x?y=1, a@b.example", "See [[1]] [[2]]", ["https://a.example/x?y=1,", "a@b.example"]),
        ("On the 1st floor", "On the 1st floor", []),
        ("Welcome, Anna Berg. Annabel is in.", "Welcome, [[1]]. Annabel is in.", ["Anna Berg"]),
        ("王芳，您好", "[[1]]，您好", ["王芳"]),
    ],
)  # fmt: skip
def test_what_must_not_change_stands_behind_marks(text: str, seen: str, facts: list[str]) -> None:
    found = guarded(text, ["Anna Berg", "Anna", "王芳", "x", ""])
    assert found is not None
    assert (found.text, list(found.facts)) == (seen, facts)


@pytest.mark.parametrize(
    ("text", "translated", "restored"),
    [
        ("2 towels by 9:10 pm", "Jusqu'à [[1]], 2 serviettes", "Jusqu'à 21:10, 2 serviettes"),
        ("2 towels by 9:10 pm", "Jusqu'à [[ 1 ]], ２ serviettes", "Jusqu'à 21:10, ２ serviettes"),
        ("2 towels by 9:10 pm", "Deux serviettes jusqu'à [[1]]", None),
        ("2 towels by 9:10 pm", "2 serviettes", None),
        ("2 towels by 9:10 pm", "2 serviettes [[1]] [[1]]", None),
        ("2 towels by 9:10 pm", "2 serviettes [[1]] [[2]]", None),
        ("2 towels by 9:10 pm", "2 serviettes [[1]] [[x]]", None),
        ("2 towels by 9:10 pm", "22 serviettes [[1]]", None),
        ("2 towels by 9:10 pm", "2 serviettes [[1]] 5", None),
        ("2 towels by 9:10 pm", "2 serviettes [[1]] www.x.example", None),
        ("2 towels by 9:10 pm", "2 serviettes [[1]] pay@me", None),
        ("Good morning", "Bonjour", "Bonjour"),
        ("Good morning", "", None),
        ("Good morning", "Bonjour" * 20, None),
    ],
)  # fmt: skip
def test_a_translation_counts_with_all_facts_and_no_more(text: str, translated: str, restored: str | None) -> None:
    found = guarded(text)
    assert found is not None
    assert found.restored(translated) == restored


def test_a_text_with_marks_of_its_own_is_not_translated() -> None:
    assert guarded("see [[1]]") is None


@given(st.text(max_size=200))
def test_any_text_comes_back_or_is_left_alone(text: str) -> None:
    found = guarded(text)
    if found is not None and (back := found.restored(found.text)) is not None:
        assert len([letter for letter in back if letter.isalpha()]) <= len(text) * 2


@pytest.mark.parametrize(
    "text", ["“" * 3_000, "1:" * 1_500, "a-" * 1_500, "1 " * 1_500, "password " * 400, "a1" * 1_500]
)
def test_a_heavy_text_is_guarded_quickly(text: str) -> None:
    import time

    started = time.process_time()
    guarded(text)
    assert time.process_time() - started < 0.5
