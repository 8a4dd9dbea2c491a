"""`guanjia capabilities`: what may be asked, by whom and how, straight from the declarations."""

from __future__ import annotations

from pathlib import Path

import pytest

from handlers.intents import INTENTS
from handlers.turn import Audience
from prompts.words import LANGUAGES, saying
from tests.cli.command import ROOT, guanjia
from tests.eval.measure import listen, names

DOCUMENT = ROOT / "docs" / "capabilities.md"
UNTAUGHT = {
    "link_stay",
    "back_to_house",
    "enter_token",
    "emergency",
    "show_picture",
    "help",
    "staff_help",
}  # nobody has to be told
SAID = [
    (intent.name, str(intent.audience), language, saying(language, intent.name))
    for intent in INTENTS
    for language in LANGUAGES
    if saying(language, intent.name)
]


def test_the_document_says_what_the_declarations_say(tmp_path: Path) -> None:
    told = guanjia("capabilities", "--config", tmp_path / "none.toml")
    assert (told.returncode, told.stderr) == (0, "")
    assert DOCUMENT.read_text("utf-8") == told.stdout, "run: guanjia capabilities --config none > docs/capabilities.md"


def test_a_house_prints_its_own_services(tmp_path: Path) -> None:
    settings = tmp_path / "config.toml"
    settings.write_text(
        Path("config.example.toml").read_text("utf-8") + "\n[services.taxi]\noffered = false\n", "utf-8"
    )
    told = guanjia("capabilities", "--config", settings)
    assert "`towels`" in told.stdout
    assert "`taxi`" not in told.stdout


def test_whatever_may_be_asked_says_how() -> None:
    untold = {intent.name for intent in INTENTS if intent.audience is not Audience.ANYONE} - {name for name, *_ in SAID}
    assert untold | {"enter_token", "show_picture"} == UNTAUGHT


@pytest.mark.parametrize(("intent", "audience", "language", "said"), SAID)
def test_whoever_says_it_as_the_help_does_is_understood(intent: str, audience: str, language: str, said: str) -> None:
    heard = listen(said, audience, language)
    assert {call.intent for call in heard.calls} == {intent}, names(heard.calls)
