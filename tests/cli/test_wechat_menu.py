"""The menu of the official account: what this house has, within the platform's limits, and understood when pressed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from bot.inspection import anybody
from bot.understanding.recogniser import understand
from bot.wechat_menu import COLUMNS, menu
from crm.properties.catalogue import house_catalogue, shipped_catalogue
from prompts.words import LANGUAGES
from tests.cli.command import ROOT, guanjia
from tests.support.weixin import WeixinServer

NOW = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_menu_keeps_to_the_limits_of_the_platform(language: str) -> None:
    columns = menu(shipped_catalogue(), language)["button"]
    assert 1 <= len(columns) <= 3
    for column in columns:
        assert 0 < len(column["name"].encode()) <= 16
        assert 1 <= len(column["sub_button"]) <= 5
        for entry in column["sub_button"]:
            assert 0 < len(entry["name"].encode()) <= 60
            assert 0 < len(entry["key"].encode()) <= 128


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pressed_entry_is_understood_as_what_it_is_called(language: str) -> None:
    listen = anybody("guest", NOW, language)
    names = [name for column in COLUMNS.values() for name in column]
    shown = [
        entry["key"]
        for each in (menu(house_catalogue(only(name)), language) for name in names)
        for entry in (entry for column in each["button"] for entry in column["sub_button"])
    ]
    for label in dict.fromkeys(shown):
        (call,) = understand(label, listen(label)).calls
        assert call.intent in names or call.slots.get("service") in names, label


def only(name: str) -> dict[str, dict[str, bool]]:
    """The settings of a house that has of the menu's services this one alone."""
    services = {each for column in COLUMNS.values() for each in column} & set(shipped_catalogue())
    return {each: {"offered": False} for each in services - {name}}


def test_what_a_house_does_not_have_makes_room_for_what_comes_next() -> None:
    catalogue = house_catalogue({"towels": {"offered": False}, "laundry": {"offered": False}})
    entries = [entry["name"] for entry in menu(catalogue, "zh")["button"][0]["sub_button"]]
    assert "毛巾" not in entries
    assert len(entries) == 5


def test_the_command_shows_it_and_says_what_is_missing(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text((ROOT / "config.example.toml").read_text("utf-8"), "utf-8")
    shown = guanjia("wechat-menu", "--dry-run", "--config", config, "--language", "en", folder=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert "    My stay" in shown.stdout
    assert not (tmp_path / "data").exists()
    refused = guanjia("wechat-menu", "--config", config, folder=tmp_path)
    assert refused.returncode == 2
    assert "wechat.app_id" in refused.stderr
    assert guanjia("wechat-menu", "--language", "fr", "--config", config, folder=tmp_path).returncode == 2


@pytest.mark.anyio
async def test_the_command_puts_it_under_the_chat(tmp_path: Path) -> None:
    async with WeixinServer() as weixin:
        config = tmp_path / "config.toml"
        example = (ROOT / "config.example.toml").read_text("utf-8")
        example = example.replace('app_id = ""', f'app_id = "{weixin.app_id}"', 1)
        config.write_text(example.replace("https://api.weixin.qq.com", weixin.address, 1), "utf-8")
        secrets = {"GUANJIA_WECHAT_SECRET": weixin.secret, "GUANJIA_WECHAT_TOKEN": "abc"}
        secrets |= {"GUANJIA_WECHAT_AES_KEY": "Q" * 43}

        async def put(language: str) -> CompletedProcess[str]:
            command = ("wechat-menu", "--config", config, "--language", language)
            return await asyncio.to_thread(guanjia, *command, environment=secrets, folder=tmp_path)

        assert (done := await put("en")).returncode == 0, done.stderr
        assert weixin.menu.buttons == menu(shipped_catalogue(), "en")["button"]
        weixin.fail_always(40018, path="/cgi-bin/menu/create")
        refused = await put("zh")
        assert refused.returncode == 2
        assert "wechat_40018" in refused.stderr
        assert weixin.secret not in done.stdout + done.stderr + refused.stderr
