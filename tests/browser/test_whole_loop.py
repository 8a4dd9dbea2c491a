"""The whole loop in a real browser against a real `guanjia demo`: the guest asks, the housekeeper works, both see it.

`PICTURES=docs make test ARGS="-k whole_loop"` takes the pictures of the documentation anew.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.cli.command import requests, serving_demo

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PHONE, DESK, WIDE = {"width": 390, "height": 844}, {"width": 760, "height": 844}, {"width": 1360, "height": 900}
Open = Callable[..., Page]

ZH = {
    "guest": "王芳",
    "says": "你好，再来两条毛巾，谢谢",
    "promise": "毛巾 2条",
    "card": "302 · 毛巾 2条",
    "news": ["李秀英正在办", "李秀英正在来", "已经办好"],
    "thanks": "谢谢",
}
EN = {
    "guest": "Emma Clarke",
    "says": "Hi, could we have two more towels please?",
    "promise": "2 towels for room 303",
    "card": "303 · 毛巾 2条",
    "news": ["looking after it", "on the way", "1 to 5"],
    "thanks": "Thank you",
}


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[dict[str, Any]]:
    with serving_demo(tmp_path) as (_, said):
        yield said


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Open]:
    contexts: list[BrowserContext] = []

    def open_one(url: str, viewport: dict[str, int], locale: str = "zh-CN") -> Page:
        context = chromium.new_context(
            viewport=viewport,  # type: ignore[arg-type]
            locale=locale,
            timezone_id="Asia/Shanghai",
            device_scale_factor=2 if os.environ.get("PICTURES") else 1,
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(url)
        return page

    yield open_one
    for context in contexts:
        context.close()


@pytest.mark.parametrize(("words", "locale"), [(ZH, "zh-CN"), (EN, "en-GB")], ids=["zh", "en"])
def test_from_the_wish_to_the_stars(
    words: dict[str, Any], locale: str, demo: dict[str, Any], open_page: Open, tmp_path: Path
) -> None:
    guest = open_page(_link(demo, "guests", words["guest"]), PHONE, locale)
    staff = open_page(_link(demo, "staff", "李秀英"), DESK)
    expect(_lines(guest).last).to_contain_text(words["guest"])
    expect(_lines(staff).first).to_contain_text("李秀英")

    _say(guest, words["says"])
    expect(_lines(guest).last).to_contain_text(words["promise"])
    expect(staff.locator(".card strong").last).to_contain_text(words["card"])
    for step, news in zip(("接单", "马上到", "完成"), words["news"], strict=True):
        staff.get_by_role("button", name=step, exact=True).last.click()
        expect(_lines(guest).last).to_contain_text(news)
    if words is ZH:
        _picture(staff, "staff")

    guest.get_by_role("button", name="5", exact=True).click()
    expect(_lines(guest).last).to_contain_text(words["thanks"])
    _picture(guest, f"guest-{locale[:2]}")
    row = requests(tmp_path)[-1]
    assert (row["service"], row["quantity"], row["guest"]) == ("towels", 2, words["guest"])
    assert (row["state"], row["assignee"], row["rating"]) == ("done", "李秀英", 5)


def test_guest_and_desk_side_by_side(demo: dict[str, Any], open_page: Open) -> None:
    page = open_page(demo["links"]["demo"], WIDE)
    phone, desk = (page.frame_locator(f"#{side} iframe") for side in ("phone", "desk"))
    expect(phone.locator("#log .text").last).to_contain_text("王芳")
    expect(desk.locator("#log .text").first).to_contain_text("陈静")
    phone.locator("#text").fill("送两瓶水上来，明早六点四十五叫我起床")
    phone.locator("#text").press("Enter")
    expect(phone.locator("#log .text").last).to_contain_text("6:45")
    for card in ("饮用水 2瓶", "叫醒服务"):
        expect(desk.locator(".card", has_text=card)).to_have_count(1)
    desk.get_by_role("button", name="接单", exact=True).last.click()
    expect(phone.locator("#log .text").last).to_contain_text("陈静正在办")
    _picture(page, "demo")
    page.reload()
    expect(phone.locator("#log .text").last).to_contain_text("陈静正在办")
    expect(desk.locator("#log .text", has_text="不再有效")).to_have_count(0)


def _link(demo: dict[str, Any], kind: str, name: str) -> str:
    return str(next(link["url"] for link in demo["links"][kind] if link["name"] == name))


def _lines(page: Page) -> Any:
    return page.locator("#log .text")


def _say(page: Page, words: str) -> None:
    page.locator("#text").fill(words)
    page.locator("#text").press("Enter")


def _picture(page: Page, name: str) -> None:
    """With the whole conversation in view, where the page is one."""
    if folder := os.environ.get("PICTURES"):
        page.mouse.move(0, 0)
        if page.locator("#scroller").count() and page.viewport_size:
            hidden = page.locator("#scroller").evaluate("node => node.scrollHeight - node.clientHeight")
            page.set_viewport_size({**page.viewport_size, "height": page.viewport_size["height"] + hidden})
        page.wait_for_timeout(400)
        page.screenshot(path=Path(folder) / f"{name}.png")
