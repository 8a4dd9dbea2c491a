"""The stories of tests/conversations, each told on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conversations.player import StoryFailed, play, stories
from tests.support.model_server import ModelServer, calling, kana, translating

pytestmark = pytest.mark.anyio

LABELS = ("Towels", "Water", "Room cleaning", "Air conditioning", "Taxi", "Wake-up call", "A person, please")
WISH = """
story = "wrong"
[people]
guest = "guest 王芳"
[[turn]]
who = "guest"
says = "要两条毛巾"
"""
LOST = """
story = "a model reads it"
[people]
guest = "guest Emma Clarke"
[[turn]]
who = "guest"
says = "hello"
hears.guest = ["Emma Clarke", "outside language model"]
[[turn]]
who = "guest"
says = "zzk wibble, call 13912345678"
hears.guest = ["Baby cot", "303"]
requests = [{ service = "baby_cot", room = "303" }]
"""
JAPANESE = f"""
story = "a model speaks for guest and colleagues"
[people]
guest = "guest Emma Clarke"
housekeeper = "staff 李秀英"
[[turn]]
who = "guest"
says = "ふわふわのタオルを2枚お願いします"
hears.guest = ["2 {kana("towels")}", "303", "“ふわふわのタオルを2枚お願いします”"]
hears.housekeeper = ["毛巾 2条", "“ふわふわのタオルを2枚お願いします”", "译文：“请拿 2 条松软的毛巾”"]
requests = [{{ service = "towels", quantity = 2, room = "303" }}]
[[turn]]
who = "housekeeper"
presses = "接单"
hears.housekeeper = ["毛巾 2条"]
hears.guest = ["2 {kana("towels")}"]
[[turn]]
who = "guest"
says = "help"
hears.guest = ["{kana("Just write what you need")}"]
offers.guest = {[kana(label) for label in LABELS]}
[[turn]]
who = "guest"
says = "{kana("Water")}"
hears.guest = ["{kana("Water")}"]
hears.housekeeper = ["饮用水"]
[[turn]]
who = "guest"
says = "fire! fire!"
hears.guest = ["Call 120", "119"]
hears.housekeeper = ["紧急", "303"]
"""
WRONG_STORIES = {
    "a sentence nobody said": 'hears.guest = ["毛巾三条"]',
    "a row too many": 'hears.guest = [""]\nrequests = []',
    "a silence that was broken": "",
    "a button that was not shown": 'hears.guest = [""]\noffers.guest = ["X"]',
}


@pytest.mark.parametrize("story", stories(), ids=lambda path: path.stem)
async def test_story(story: Path, records_url: str, tmp_path: Path) -> None:
    await play(story, records_url, tmp_path)


@pytest.mark.parametrize("story", stories(), ids=lambda path: path.stem)
async def test_story_with_a_model(story: Path, sqlite_records_url: str, tmp_path: Path) -> None:
    with ModelServer() as model:
        await play(story, sqlite_records_url, tmp_path, model.base_url)


async def test_a_model_helps_where_the_house_is_at_a_loss(sqlite_records_url: str, tmp_path: Path) -> None:
    story = tmp_path / "model.toml"
    story.write_text(f"{LOST}")
    with ModelServer(lambda _: calling("request_service", service="baby_cot")) as model:
        await play(story, sqlite_records_url, tmp_path, model.base_url)
    assert [message["content"] for message in model.requests[0]["messages"]][1] == "zzk wibble, call [phone]"


async def test_guest_and_colleagues_read_their_own_language(sqlite_records_url: str, tmp_path: Path) -> None:
    def interpreter(text: str, into: str) -> str:
        return kana(text) if into == "ja" else "请拿 2 条松软的毛巾"

    story = tmp_path / "model.toml"
    story.write_text(JAPANESE, "utf-8")
    asked = translating(interpreter, lambda _: calling("request_service", service="towels", quantity=2, language="ja"))
    with ModelServer(asked) as model:
        await play(story, sqlite_records_url, tmp_path, model.base_url)


@pytest.mark.parametrize("expectation", WRONG_STORIES.values(), ids=WRONG_STORIES.keys())
async def test_the_player_notices(expectation: str, sqlite_records_url: str, tmp_path: Path) -> None:
    story = tmp_path / "wrong.toml"
    story.write_text(f"{WISH}{expectation}\n")
    with pytest.raises(StoryFailed, match=r"wrong\.toml, turn 1"):
        await play(story, sqlite_records_url, tmp_path)


def test_every_story_says_what_it_shows() -> None:
    texts = [path.read_text("utf-8") for path in stories()]
    assert len(texts) >= 15
    assert all(text.startswith('story = "') for text in texts)
