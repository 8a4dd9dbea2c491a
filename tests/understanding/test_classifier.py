"""The classifier learns from example lines, sees through slips and homophones, and remembers what it has learned."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.understanding import classifier, kept, learned
from bot.understanding.classifier import Classifier, train
from bot.understanding.reading import read

LINES = {
    "towels": ["two towels please", "we need fresh bath towels", "浴巾要两条", "毛巾没有了"],
    "taxi": ["call me a taxi", "a cab to the museum", "叫辆出租车", "帮我叫个车"],
    "out_of_scope": ["what is the capital of France", "tell me a joke", "讲个笑话", "法国首都是哪"],
}


def likeliest(classifier: Classifier, text: str) -> str:
    return classifier.names[int(classifier.scores([read(text).tokens])[0].argmax())]


@pytest.fixture(scope="module")
def taught() -> Classifier:
    return train(LINES)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("could we have some more towels", "towels"),
        ("a cab please", "taxi"),
        ("我想叫出租车", "taxi"),
        ("another joke", "out_of_scope"),
        ("twoels for the bath", "towels"),  # a slip of the finger
        ("浴金两条", "towels"),  # typed by its sound, with the wrong character
    ],
)
def test_what_was_not_among_its_lines_is_told_by_its_likeness(taught: Classifier, text: str, name: str) -> None:
    assert likeliest(taught, text) == name


def test_its_own_lines_are_known_and_nonsense_is_like_nothing(taught: Classifier) -> None:
    for name, lines in LINES.items():
        assert [likeliest(taught, line) for line in lines] == [name] * len(lines)
    assert taught.scores([read("xyzzy").tokens])[0].max() < 0.2


def test_a_text_without_words_scores_nothing(taught: Classifier) -> None:
    assert taught.scores([read("…").tokens, read("towels").tokens]).shape == (2, 3)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(learned, "examples", lambda _language: LINES)
    learned.classifier_for.cache_clear()
    yield tmp_path / "guanjia" / "learned"
    learned.classifier_for.cache_clear()


def learn_again() -> Classifier:
    learned.classifier_for.cache_clear()
    return learned.classifier_for(frozenset({"towels", "taxi"}), "en")


def test_what_was_learned_is_kept_and_found_again(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = learn_again()
    (file,) = cache.glob("en-*.npz")
    monkeypatch.setattr(classifier, "train", lambda _lines: pytest.fail("it was learned before"))
    again = learn_again()
    assert again.names == first.names == ("out_of_scope", "taxi", "towels")
    tokens = [read("a cab to town").tokens]
    assert (again.scores(tokens) == first.scores(tokens)).all()
    assert file.stat().st_mode & 0o077 == 0


def test_a_broken_file_is_learned_anew(cache: Path) -> None:
    learn_again()
    (file,) = cache.glob("en-*.npz")
    file.write_bytes(b"PK broken")
    assert likeliest(learn_again(), "call a taxi") == "taxi"


def test_where_nothing_may_be_written_it_learns_at_each_start(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.parent.mkdir(parents=True)
    cache.write_text("in the way")
    assert likeliest(learn_again(), "call a taxi") == "taxi"
    assert kept.find("anything") is None
