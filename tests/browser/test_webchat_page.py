"""The chat page in a real browser, against a house that lives in memory. $SCREENSHOTS names a folder for pictures."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bot.channels.base import Inbound
from tests.browser.house import FakeHouse, Running, serving

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1280, "height": 860}
SIZES = pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
Open = Callable[..., Page]


def answer(house: FakeHouse, inbound: Inbound) -> None:
    """Offers two choices for a wish, and confirms a button."""
    if inbound.text.startswith("/start"):
        house.say(inbound.address, "欢迎入住 302 房。", buttons=[("towels", "要毛巾"), ("wifi", "WiFi 密码")])
    elif inbound.button:
        house.say(inbound.address, f"收到：{inbound.button}", wait=0.2)
    elif "毛巾" in inbound.text:
        house.say(inbound.address, "两条毛巾，18:40 前送到。", buttons=[("later", "改时间"), ("no", "取消")], wait=0.2)


@pytest.fixture
def house() -> FakeHouse:
    return FakeHouse(answer, demo_links=("/?t=stay-302", "/staff?t=desk"))


@pytest.fixture
def server(house: FakeHouse) -> Iterator[Running]:
    with serving(house) as running:
        yield running


@pytest.fixture
def context_of(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., BrowserContext]]:
    contexts: list[BrowserContext] = []

    def context(**options: Any) -> BrowserContext:
        defaults = {"locale": "zh-CN", "viewport": PHONE, "timezone_id": "Asia/Shanghai"}
        contexts.append(chromium.new_context(**(defaults | options)))
        return contexts[-1]

    yield context
    for context_number, one in enumerate(contexts):
        for page_number, page in enumerate(one.pages):
            if folder := os.environ.get("SCREENSHOTS"):
                name = re.sub(r"\W+", "-", request.node.name)
                page.screenshot(path=Path(folder) / f"{name}-{context_number}{page_number}.png")
        one.close()


@pytest.fixture
def open_page(server: Running, context_of: Callable[..., BrowserContext]) -> Iterator[Open]:
    """Opens a page in a new browser profile; whatever its console complains about fails the test."""
    complaints: list[str] = []

    def page_at(path: str = "/", **options: Any) -> Page:
        page = context_of(**options).new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(server.url + path)
        return page

    yield page_at
    unexpected = [text for text in complaints if not text.startswith(("Failed to load resource", "WebSocket"))]
    assert not unexpected


def say(page: Page, text: str) -> None:
    page.locator("#text").fill(text)
    page.keyboard.press("Enter")


def lines(page: Page) -> Any:
    return page.locator("#log .text")


def say_and_have_it_sent(page: Page, text: str) -> None:
    """What the page does not know to be sent yet, it sends and shows once more after a reload."""
    say(page, text)
    expect(page.get_by_role("img", name=re.compile("已送达|sent"))).to_be_visible()


def tell(page: Page, house: FakeHouse, text: str, **values: Any) -> None:
    """The house says something to the person on this page, who has written before."""
    house.say(house.address(), text, **values)
    expect(lines(page).last).to_have_text(text)


# -- talking


@SIZES
def test_a_message_is_sent_and_the_answer_is_pushed(open_page: Open, house: FakeHouse, viewport: Any) -> None:
    house.answer = None  # not before the page was seen waiting for it
    page = open_page(viewport=viewport)
    expect(page.locator("#hint")).to_be_visible()
    say(page, "请送两条毛巾\u3000谢谢")
    expect(page.locator("#typing")).to_be_visible()
    answer(house, house.inbounds[-1])
    expect(lines(page)).to_have_text(["请送两条毛巾\u3000谢谢", "两条毛巾，18:40 前送到。"])
    expect(page.locator("#typing")).to_be_hidden()
    expect(page.locator("#hint")).to_be_hidden()
    expect(page.locator("#text")).to_be_focused()
    expect(page.locator("#text")).to_have_value("")


def test_own_line_shows_sent_and_then_seen(open_page: Open, house: FakeHouse) -> None:
    page = open_page()
    say(page, "你好")
    expect(page.get_by_role("img", name="已送达")).to_be_visible()
    house.handle_all(house.address())
    expect(page.get_by_role("img", name="已看到")).to_be_visible()
    expect(lines(page)).to_have_count(1)


def test_shift_enter_begins_a_new_line_and_the_field_grows(open_page: Open, house: FakeHouse) -> None:
    page = open_page()
    field = page.locator("#text")
    before = field.bounding_box()
    field.press_sequentially("一")
    field.press("Shift+Enter")
    field.press_sequentially("二")
    after = field.bounding_box()
    assert before
    assert after
    assert after["height"] > before["height"] + 15
    field.press("Enter")
    expect(lines(page)).to_have_text("一\n二", use_inner_text=True)
    house.address()  # the line is shown before the house has it
    assert house.inbounds[0].text == "一\n二"


def test_enter_that_ends_a_composition_does_not_send(open_page: Open, house: FakeHouse) -> None:
    page = open_page()
    page.locator("#text").focus()
    session = page.context.new_cdp_session(page)
    session.send("Input.imeSetComposition", {"text": "mao", "selectionStart": 3, "selectionEnd": 3})
    session.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", "key": "Enter", "windowsVirtualKeyCode": 229})
    composing = "{key: 'Enter', isComposing: true, bubbles: true, cancelable: true}"
    unhandled = page.evaluate(
        f"document.getElementById('text').dispatchEvent(new KeyboardEvent('keydown', {composing}))"
    )
    assert unhandled
    session.send("Input.insertText", {"text": "毛巾"})
    expect(page.locator("#text")).to_have_value("毛巾")
    assert not house.inbounds
    page.keyboard.press("Enter")
    expect(lines(page).first).to_have_text("毛巾")


def test_buttons_are_pressed_once_and_older_ones_stay_quiet(open_page: Open, house: FakeHouse) -> None:
    page = open_page()
    say(page, "毛巾")
    button = page.get_by_role("button", name="改时间")
    loud = button.evaluate("node => getComputedStyle(node).color")
    button.click()
    expect(lines(page)).to_have_text(["毛巾", "两条毛巾，18:40 前送到。", "改时间", "收到：later"])
    assert house.inbounds[-1].button == "later"
    expect(button).to_be_visible()
    page.mouse.move(0, 0)
    assert button.evaluate("node => getComputedStyle(node).color") != loud


def test_markup_is_shown_as_text(open_page: Open, house: FakeHouse) -> None:
    attack = "<img src=x onerror=alert(1)><script>alert(2)</script>&lt;b&gt; javascript:alert(3) http://plain.example"
    page = open_page()
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    say(page, attack)
    tell(page, house, attack, buttons=[("t", attack)])
    expect(lines(page)).to_have_text([attack, attack])
    expect(page.get_by_role("button", name=attack)).to_be_visible()
    assert page.locator("#log img, #log script, #log a").count() == 0


def test_only_safe_addresses_become_links(open_page: Open, house: FakeHouse) -> None:
    page = open_page()
    say(page, "x")
    house.say(
        house.address(),
        "路线（https://a.example/路?x=1）。见 https://b.example/c. 电话 +86 571-8888 6666，急救 tel:120",
    )
    links = page.locator("#log a")
    expect(links).to_have_count(4)
    assert [(link.inner_text(), link.get_attribute("href")) for link in links.all()] == [
        ("https://a.example/路?x=1", "https://a.example/路?x=1"),
        ("https://b.example/c", "https://b.example/c"),
        ("+86 571-8888 6666", "tel:+8657188886666"),
        ("120", "tel:120"),
    ]
    assert links.first.get_attribute("rel") == "noopener noreferrer"


def test_each_line_says_its_language(open_page: Open, house: FakeHouse) -> None:
    page = open_page(locale="en-GB")
    say(page, "hello")
    tell(page, house, "您好", language="zh")
    assert page.locator("html").get_attribute("lang") == "en"
    expect(page.locator(".bubble").last).to_have_attribute("lang", "zh")


# -- links


@pytest.mark.parametrize("path", ["/", "/staff"])
def test_a_link_starts_the_talk_once_without_a_trace(open_page: Open, house: FakeHouse, path: str) -> None:
    page = open_page(f"{path}?t=stay-302")
    expect(lines(page)).to_have_text(["欢迎入住 302 房。"])
    assert page.url.endswith(path)
    assert house.inbounds[0].text == "/start stay-302"
    page.goto(f"{page.url}?t=stay-302")
    expect(lines(page)).to_have_text(["欢迎入住 302 房。"])
    page.reload()
    expect(lines(page)).to_have_text(["欢迎入住 302 房。"])
    assert len({inbound.dedupe_key for inbound in house.inbounds}) == 1


def test_demo_shows_both_sides_with_a_session_each(open_page: Open, house: FakeHouse) -> None:
    page = open_page("/demo", viewport=DESKTOP)
    phone, desk = (page.frame_locator(f"#{side} iframe") for side in ("phone", "desk"))
    expect(phone.locator("#log .text")).to_have_text(["欢迎入住 302 房。"])
    expect(desk.locator("#log .text")).to_have_text(["欢迎入住 302 房。"])
    phone.locator("#text").fill("毛巾")
    phone.locator("#text").press("Enter")
    expect(phone.locator("#log .text").last).to_have_text("两条毛巾，18:40 前送到。")
    house.say(house.address("staff"), "302 · 毛巾 2 条\n18:40 前", buttons=[("ok", "接单")])
    expect(desk.locator("#log .card strong").last).to_have_text("302 · 毛巾 2 条")
    assert page.title() == "竹里小院 · 演示"


def test_lines_that_come_together_leave_the_end_in_view(open_page: Open, house: FakeHouse) -> None:
    page = open_page("/staff")
    say(page, "你好")
    for number in range(12):
        house.say(house.address(), f"{number}\n第一行\n第二行\n第三行", buttons=[("ok", "接单")])
    expect(lines(page)).to_have_count(13)
    page.wait_for_timeout(300)
    hidden = "node => node.scrollHeight - node.clientHeight - node.scrollTop"
    assert page.locator("#scroller").evaluate(hidden) < 2


# -- losing and finding


def test_a_lost_connection_heals_and_what_was_written_arrives(
    open_page: Open, server: Running, house: FakeHouse
) -> None:
    page = open_page()
    say(page, "你好")
    expect(page.get_by_role("img", name="已送达")).to_be_visible()
    server.stop()
    say(page, "毛巾")
    expect(page.locator("#trouble")).to_be_visible()
    expect(page.locator(".meta").last).to_contain_text("未发出")
    expect(page.locator("#trouble")).to_have_text("连接断开了，正在重连。您写的内容会保留。", timeout=10_000)
    house.write(house.address(), "趁您不在")
    server.start()
    expect(page.locator("#trouble")).to_be_hidden(timeout=20_000)
    expect(lines(page)).to_have_text(["你好", "趁您不在", "毛巾", "两条毛巾，18:40 前送到。"], timeout=10_000)


def test_a_text_survives_a_store_that_is_away_and_a_reload(open_page: Open, house: FakeHouse) -> None:
    page = open_page()
    house.away = True
    say(page, "毛巾")
    expect(page.locator("#trouble")).to_have_text("还没有发出，会自动再试。")
    page.reload()
    expect(lines(page)).to_have_text(["毛巾"])
    house.away = False
    expect(lines(page)).to_have_text(["毛巾", "两条毛巾，18:40 前送到。"], timeout=10_000)
    expect(page.locator("#trouble")).to_be_hidden()
    assert len({inbound.dedupe_key for inbound in house.inbounds}) == 1


def test_a_text_that_is_refused_is_kept_and_marked(open_page: Open) -> None:
    page = open_page()
    say(page, "x" * 70_000)
    expect(page.locator(".meta").last).to_contain_text("没有发出")
    say(page, "毛巾")
    expect(lines(page)).to_have_count(3)
    expect(lines(page).nth(1)).to_have_text("毛巾")
    expect(lines(page).nth(2)).to_have_text("两条毛巾，18:40 前送到。")


def test_a_cleared_cookie_is_renewed_without_a_word(open_page: Open, house: FakeHouse) -> None:
    page = open_page()
    expect(page.locator("#hint")).to_be_visible()
    page.context.clear_cookies()
    say(page, "毛巾")
    expect(lines(page)).to_have_text(["毛巾", "两条毛巾，18:40 前送到。"], timeout=10_000)
    assert len(house.inbounds) == 1


def test_without_cookies_the_page_says_what_to_do(open_page: Open, house: FakeHouse) -> None:
    page = open_page()
    expect(page.locator("#hint")).to_be_visible()
    page.context.route(
        "**/*", lambda route: route.fulfill(status=401) if "/chat/" in route.request.url else route.abort()
    )
    say(page, "毛巾")
    expect(page.locator("#trouble")).to_have_text("本页需要 Cookie 才能记住您，请允许后刷新。")
    expect(lines(page)).to_have_text(["毛巾"])


def test_on_return_what_is_new_is_divided_from_what_was_read(open_page: Open, house: FakeHouse) -> None:
    page = open_page()
    say(page, "毛巾")
    expect(lines(page)).to_have_count(2)
    page.wait_for_timeout(1500)
    assert house.seen[-1] == (house.address(), "000002")
    page.goto("about:blank")
    house.write(house.address(), "已经送到了。")
    page.go_back()
    expect(lines(page)).to_have_count(3)
    expect(page.locator(".unread:visible")).to_have_text(["以下为新消息"])
    assert "已经送到了。" in page.locator(".line", has=page.locator(".unread:visible")).inner_text()
    say(page, "谢谢")
    expect(page.locator(".unread:visible")).to_have_count(0)


def test_another_window_of_the_same_person_follows(open_page: Open, server: Running) -> None:
    one = open_page()
    other = one.context.new_page()
    other.goto(server.url)
    expect(other.locator("#hint")).to_be_visible()
    say(one, "毛巾")
    expect(lines(other)).to_have_text(["毛巾", "两条毛巾，18:40 前送到。"])


def test_a_window_too_many_wakes_up_when_it_is_looked_at(open_page: Open, server: Running, house: FakeHouse) -> None:
    first = open_page()
    expect(first.locator("#hint")).to_be_visible()
    others = [first.context.new_page() for _ in range(3)]
    for other in others:
        other.goto(server.url)
        expect(other.locator("#hint")).to_be_visible()
    say(others[-1], "毛巾")
    expect(lines(others[-1])).to_have_count(2)
    assert lines(first).count() == 0
    first.bring_to_front()
    first.evaluate("dispatchEvent(new Event('focus'))")
    expect(lines(first)).to_have_count(2)


# -- history


def test_older_lines_are_fetched_and_the_place_is_kept(open_page: Open, house: FakeHouse) -> None:
    page = open_page()
    say_and_have_it_sent(page, "x")
    house.fill(house.address(), 70)
    page.reload()
    expect(lines(page)).to_have_count(50)
    page.locator("#scroller").evaluate("node => { node.scrollTop = 200 }")
    top = lines(page).first
    before = top.bounding_box()
    page.locator("#earlier").evaluate("node => node.click()")
    expect(lines(page)).to_have_count(71)
    after = page.get_by_text("第 21 句", exact=True).bounding_box()
    assert before
    assert after
    assert abs(after["y"] - before["y"]) < 60
    expect(page.locator("#earlier")).to_be_hidden()


def test_days_are_separated_and_times_are_quiet(open_page: Open, house: FakeHouse) -> None:
    page = open_page(locale="en-US")
    say_and_have_it_sent(page, "x")
    last_year = datetime.now(UTC).year - 1
    house.write(house.address(), "long ago", id="000000-1", at=datetime(last_year, 3, 7, 0, 5, tzinfo=UTC))
    house.write(house.address(), "yesterday", id="000000-2", at=datetime.now(UTC) - timedelta(days=1))
    page.reload()
    expect(page.locator(".day:visible")).to_have_text(
        [re.compile(rf"\w{{3}}, Mar 7, {last_year}"), "Yesterday", "Today"]
    )
    expect(page.locator("time:visible").first).to_have_text("8:05 am")


def test_reading_further_up_is_not_disturbed_by_a_new_line(open_page: Open, house: FakeHouse) -> None:
    page = open_page()
    say_and_have_it_sent(page, "x")
    house.fill(house.address(), 40)
    page.reload()
    expect(lines(page)).to_have_count(41)
    page.locator("#scroller").evaluate("node => { node.scrollTop = 100 }")
    page.wait_for_timeout(200)
    tell(page, house, "新的")
    assert page.locator("#scroller").evaluate("node => node.scrollTop") == 100
    say(page, "y")
    expect(lines(page).last).to_be_in_viewport()


# -- photos


def test_a_photo_is_shown_sent_and_opened_large(open_page: Open, house: FakeHouse, tmp_path: Path) -> None:
    page = open_page()
    photo = tmp_path / "tap.png"
    photo.write_bytes(page.screenshot())
    page.get_by_label("添加照片").set_input_files(photo)
    expect(page.locator("#preview")).to_be_visible()
    say(page, "漏水")
    expect(page.locator("#picked")).to_be_hidden()
    expect(page.get_by_role("img", name="已送达")).to_be_visible()
    (file,) = house.inbounds[0].files
    assert (file.mime, house.inbounds[0].text) == ("image/png", "漏水")
    page.reload()
    page.get_by_role("button", name="放大照片").click()
    picture = page.locator("#picture")
    expect(picture).to_be_visible()
    assert picture.evaluate("node => node.naturalWidth") == PHONE["width"]
    page.get_by_role("button", name="关闭").click()
    expect(picture).to_be_hidden()


def test_a_large_photo_is_made_smaller_and_loses_its_place(open_page: Open, house: FakeHouse, tmp_path: Path) -> None:
    page = open_page()
    make = """() => { const c = document.createElement('canvas'); c.width = 4000; c.height = 3000;
        c.getContext('2d').fillRect(0, 0, 4000, 3000); return c.toDataURL('image/jpeg').split(',')[1] }"""
    import base64

    jpeg = base64.b64decode(page.evaluate(make))
    exif = b"Exif\0\0GPS-30.25N"
    photo = tmp_path / "a.jpg"
    photo.write_bytes(jpeg[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + jpeg[2:])
    page.get_by_label("添加照片").set_input_files(photo)
    expect(page.locator("#preview")).to_be_visible()
    page.get_by_label("发送").click()
    expect(page.get_by_role("img", name="已送达")).to_be_visible()
    (file,) = house.inbounds[0].files
    assert file.mime == "image/jpeg"
    assert b"GPS" not in file.content
    assert page.locator("#log img").evaluate("node => node.naturalWidth") == 2048


# -- for everybody

AUDIT = (Path(__file__).parent / "audit.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
@pytest.mark.parametrize("width", [320, 360, 768, 1280])
@pytest.mark.parametrize("path", ["/", "/staff"])
def test_everybody_can_read_and_reach_everything(
    open_page: Open, house: FakeHouse, path: str, width: int, locale: str, scheme: str
) -> None:
    page = open_page(path, locale=locale, color_scheme=scheme, viewport={"width": width, "height": 740})
    assert page.evaluate(AUDIT) == []
    say(page, "毛巾")
    expect(lines(page)).to_have_count(2)
    long = "302 · 空调吵\n" + "很长的一句话，" * 30 + "https://hotel.example/" + "path/" * 60
    tell(page, house, long, buttons=[("a", "接单"), ("b", "一个很长很长的按钮，写着全部要做的事情" * 2)])
    tell(page, house, "账单", files=[("file-1", "application/pdf")])
    house.handle_all(house.address())
    house.away = True
    say(page, "还在吗")
    expect(page.locator("#trouble")).to_be_visible()
    page.mouse.move(0, 0)
    assert page.evaluate(AUDIT) == []


def test_the_audit_finds_what_it_looks_for(open_page: Open) -> None:
    page = open_page()
    page.evaluate("""() => {
        const bad = document.createElement('div');
        bad.id = 'log';
        bad.style.cssText = 'color: #999; background: #fff; font-size: 12px; width: 2000px';
        bad.append('faint', document.createElement('button'), document.createElement('img'));
        document.body.append(bad);
    }""")
    found = " ".join(page.evaluate(AUDIT))
    for fault in ("contrast", "small", "target", "no name", "no alt", "ids twice"):
        assert fault in found


def test_dark_is_by_the_systems_wish(open_page: Open) -> None:
    page = open_page(color_scheme="dark")
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    assert page.evaluate(ground) == "rgb(27, 25, 22)"
    page.emulate_media(color_scheme="light")
    assert page.evaluate(ground) == "rgb(250, 247, 241)"


def test_large_type_follows_what_the_house_said_last(open_page: Open, house: FakeHouse) -> None:
    page = open_page("/?t=stay-302")
    size = "() => parseFloat(getComputedStyle(document.querySelector('#log .text')).fontSize)"
    expect(lines(page)).to_have_count(1)
    usual = page.evaluate(size)
    house.say(house.address(), "字放大了。", large=True, buttons=[("1", "1. 请打电话给我"), ("2", "2. 退出大字模式")])
    expect(page.locator("html.large")).to_have_count(1)
    assert page.evaluate(size) >= max(22, usual * 1.3)
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    page.reload()
    expect(page.locator("html.large")).to_have_count(1)
    house.say(house.address(), "恢复平常的样子。")
    expect(page.locator("html.large")).to_have_count(0)
    assert page.evaluate(size) == usual


def test_nothing_moves_for_those_who_wish_so(open_page: Open) -> None:
    page = open_page(reduced_motion="reduce")
    say(page, "你好")
    dot = page.locator("#typing i").first
    expect(dot).to_be_visible()
    assert dot.evaluate("node => getComputedStyle(node).animationName") == "none"


def test_the_keyboard_reaches_everything(open_page: Open) -> None:
    page = open_page()
    say(page, "毛巾")
    expect(page.get_by_role("button", name="取消")).to_be_visible()
    page.locator("h1").evaluate("() => document.activeElement.blur()")
    reached = []
    for _ in range(7):
        page.keyboard.press("Tab")
        focused = "(({id, textContent}) => id || textContent)(document.activeElement)"
        reached.append(page.evaluate(focused))
    assert {"scroller", "改时间", "取消", "photo", "text", "send"} <= set(reached)


def test_screen_readers_hear_new_lines_politely(open_page: Open) -> None:
    page = open_page()
    log = page.get_by_role("log", name="对话")
    expect(log).to_have_attribute("aria-live", "polite")
    expect(log).not_to_have_attribute("aria-busy", "true")
    say(page, "毛巾")
    expect(log).to_contain_text("您：")
    expect(log).to_contain_text("管家：两条毛巾")
    assert page.title() == "竹里小院 · 管家"
