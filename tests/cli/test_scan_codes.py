"""The WeChat code of a stay or an invitation: made by the platform, and nothing is lost when that is away."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from bot.stay_lines import draw
from tests.cli.command import guanjia
from tests.support.weixin import WeixinServer

pytestmark = pytest.mark.anyio

CREATE = "/cgi-bin/qrcode/create"


def house(folder: Path, weixin: WeixinServer, public_url: str) -> Path:
    config = folder / "config.toml"
    config.write_text(
        f"""
[web]
public_url = "{public_url}"
[wechat]
app_id = "{weixin.app_id}"
base_url = "{weixin.address}"
[[properties]]
key = "lakeside"
name = "Lakeside House"
time_zone = "Asia/Shanghai"
rooms = ["301-304"]
""",
        "utf-8",
    )
    return config


async def run(weixin: WeixinServer, *arguments: str | Path) -> CompletedProcess[str]:
    secrets = {
        "GUANJIA_WECHAT_SECRET": weixin.secret,
        "GUANJIA_WECHAT_TOKEN": "abc",
        "GUANJIA_WECHAT_AES_KEY": "Q" * 43,
    }
    return await asyncio.to_thread(guanjia, *arguments, environment=secrets)


async def add_stay(weixin: WeixinServer, config: Path, days: int, *more: str | Path) -> CompletedProcess[str]:
    until = (datetime.now(UTC) + timedelta(days=days)).date()
    stay = ("--name", "Ann Lee", "--room", "302", "--until", str(until))
    return await run(weixin, "stay", "add", *stay, *more, "--config", config)


@pytest.mark.parametrize(("days", "good_for"), [(3, 5), (200, 30)])
async def test_a_stay_has_a_code_to_scan_until_it_is_over(days: int, good_for: int, tmp_path: Path) -> None:
    async with WeixinServer() as weixin:
        added = await add_stay(weixin, house(tmp_path, weixin, "https://chat.example.com"), days)
        assert added.returncode == 0, added.stderr
        token = re.search(r"\?t=(\S+)", added.stdout)
        assert token
        assert f"https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket=ticket%3D%3D{token[1]} (until " in added.stdout
        ((_, _, asked),) = [each for each in weixin.state.requests if each[0] == CREATE]
        assert asked["action_info"]["scene"]["scene_str"] == token[1]
        assert timedelta(days=good_for - 1) <= timedelta(seconds=asked["expire_seconds"]) <= timedelta(days=good_for)


@pytest.mark.parametrize(
    ("public_url", "fault", "content"),
    [
        ("https://a.example", 0, "https://a.example/?t="),
        ("", 0, "http://weixin.qq.com/q/"),
        ("", 48001, "http://127.0.0.1:8080/?t="),
    ],
)
async def test_without_a_web_address_the_picture_is_the_code_of_the_account(
    public_url: str, fault: int, content: str, tmp_path: Path
) -> None:
    async with WeixinServer() as weixin:
        if fault:
            weixin.fail_always(fault, path=CREATE)
        added = await add_stay(weixin, house(tmp_path, weixin, public_url), 3, "--png", tmp_path / "code.png")
        assert added.returncode == 0, added.stderr
        token = re.search(r"\?t=(\S+)", added.stdout)
        assert token
        assert (tmp_path / "code.png").read_bytes() == drawn(content + token[1], tmp_path / "expected.png")


def drawn(content: str, png: Path) -> bytes:
    draw(content, png)
    return png.read_bytes()


async def test_a_platform_that_is_away_loses_nothing(tmp_path: Path) -> None:
    async with WeixinServer() as weixin:
        config = house(tmp_path, weixin, "https://chat.example.com")
        weixin.fail_always("html502", path=CREATE)
        added = await add_stay(weixin, config, 3)
        assert added.returncode == 0, added.stderr
        assert "WeChat made no code to scan" in added.stderr
        assert "Ann Lee" in (await run(weixin, "stay", "list", "--config", config)).stdout
        assert weixin.secret not in added.stdout + added.stderr


async def test_an_invitation_has_one_too(tmp_path: Path) -> None:
    async with WeixinServer() as weixin:
        config = house(tmp_path, weixin, "https://chat.example.com")
        invited = await run(weixin, "invite", "--role", "manager", "--name", "李娜", "--config", config)
        assert "WeChat:    https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket=ticket%3D%3Ds" in invited.stdout
        ((_, _, asked),) = [each for each in weixin.state.requests if each[0] == CREATE]
        assert 0 < asked["expire_seconds"] <= 600
        weixin.fail_always(48001, path=CREATE)
        invited = await run(weixin, "invite", "--role", "manager", "--config", config)
        assert "no code to scan was made (wechat_48001)" in invited.stdout
        assert "Any chat:" in invited.stdout
