"""What was learned is kept under a name that changes with what it was learned from, and loaded when somebody writes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.understanding import classifier, kept
from bot.understanding.learned import classifier_for
from bot.understanding.lessons import OUT_OF_SCOPE, are_kept, intents_of, taught
from bot.understanding.recogniser import wake
from bot.understanding.vocabulary import service_words
from prompts.words import LANGUAGES
from tests.understanding.speakers import NOW

ASLEEP = """
import sys
from datetime import UTC, datetime
from bot.understanding.recogniser import learn, wake
learn(datetime.now(UTC))
print('numpy' in sys.modules)
wake(datetime.now(UTC))
print('numpy' in sys.modules)
"""


def test_a_house_nobody_writes_to_has_not_loaded_what_was_learned() -> None:
    run = subprocess.run([sys.executable, "-c", ASLEEP], capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.split() == ["False", "True"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_lines_of_every_service_and_of_most_intents(language: str) -> None:
    by_form = {"press_button", "show_picture", "link_stay", "accept_invite"}  # told by their form, not by words
    for to_staff in (False, True):
        wanted = set(intents_of(to_staff)) | (set() if to_staff else set(service_words()))
        assert len(taught(to_staff, language)) >= 0.8 * len(wanted - by_form - {"request_service"})
    assert OUT_OF_SCOPE not in taught(False, language)


def test_all_is_kept_only_when_every_classifier_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert are_kept()  # since this test session began
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert not are_kept()


def test_what_is_being_learned_is_not_learned_beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    times: list[int] = []
    train = classifier.train

    def quickly(lines: Mapping[str, Sequence[str]]) -> classifier.Classifier:
        times.append(len(lines))
        return train({name: said[:2] for name, said in lines.items()})

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(classifier, "train", quickly)
    classifier_for.cache_clear()
    with ThreadPoolExecutor(2) as writers:
        for written in [writers.submit(wake, NOW) for _ in range(2)]:
            written.result()
    classifier_for.cache_clear()
    assert len(times) == 2 * len(LANGUAGES)


def test_a_name_changes_with_the_code_and_with_what_was_told(tmp_path: Path) -> None:
    code = tmp_path / "code.py"
    code.write_text("A = 1")
    first = kept.name_of("en", [code], ["lines"])
    assert first.startswith("en-")
    assert kept.name_of("en", [code], ["lines"]) == first
    assert kept.name_of("en", [code], ["other lines"]) != first
    code.write_text("A = 2")
    assert kept.name_of("en", [code], ["lines"]) != first
