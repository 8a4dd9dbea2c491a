"""The web chat over a real web server: sessions, posts, history, files and push."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import httpx
import pytest

from bot.channels.base import MAX_FILE_BYTES, File, InboundKind
from bot.channels.webchat import bodies, channel, sessions, streams
from bot.channels.webchat.theme import theme_css
from prompts.colours import contrast, parse_colour
from tests.browser.house import FakeHouse, Running, serving

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
PICTURES = {
    "image/png": PNG,
    "image/jpeg": b"\xff\xd8\xff\xe0" + bytes(40),
    "image/gif": b"GIF89a" + bytes(40),
    "image/webp": b"RIFF\x10\x00\x00\x00WEBPVP8 " + bytes(40),
}


class Browser(httpx.Client):
    """One person's browser: has loaded the page and posts with its Origin, as the page does."""

    def __init__(self, url: str, role: str = "guest") -> None:
        super().__init__(base_url=url, headers={"Origin": url, "Accept-Language": "zh-CN,zh;q=0.9"}, timeout=10)
        self.role = role

    def __enter__(self) -> Self:
        super().__enter__()
        assert self.get("/" if self.role == "guest" else "/staff").status_code == 200
        return self

    def say(self, client_id: str = "client-1", **fields: Any) -> httpx.Response:
        return self.post(f"/chat/{self.role}/messages", json={"client_id": client_id} | fields)

    def upload(self, content: bytes, client_id: str = "client-1", **fields: Any) -> httpx.Response:
        files = {"file": ("IMG_0001.HEIC", content, "application/x-nonsense")}
        return self.post(f"/chat/{self.role}/files", data={"client_id": client_id} | fields, files=files)

    def history(self, **query: str) -> Any:
        return self.get(f"/chat/{self.role}/messages", params=query).json()

    @contextmanager
    def stream(self, **query: str) -> Iterator[Iterator[Any]]:  # type: ignore[override]
        """The events as they arrive: (name, data, id), comments as ("comment", text, "")."""
        with super().stream("GET", f"/chat/{self.role}/stream", params=query) as response:
            assert response.headers["content-type"].startswith("text/event-stream")
            yield _events(response.iter_lines())


def _events(lines: Iterator[str]) -> Iterator[tuple[str, Any, str]]:
    fields: dict[str, str] = {}
    for line in lines:
        if line.startswith(":"):
            yield "comment", line[1:].strip(), ""
        elif line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif "event" in fields:
            yield fields["event"], json.loads(fields["data"]), fields.get("id", "")
            fields = {}
        else:
            yield "opened", None, ""
            fields = {}


def texts(lines: Any) -> list[str]:
    return [line["text"] for line in lines]


@pytest.fixture
def house() -> FakeHouse:
    return FakeHouse()


@pytest.fixture
def server(house: FakeHouse) -> Iterator[Running]:
    with serving(house) as running:
        yield running


@pytest.fixture
def guest(server: Running) -> Iterator[Browser]:
    with Browser(server.url) as browser:
        yield browser


# -- pages and sessions


@pytest.mark.parametrize(("path", "cookie"), [("/", "guanjia_guest"), ("/staff", "guanjia_staff")])
def test_a_page_gives_a_session_of_its_own_role(server: Running, path: str, cookie: str) -> None:
    header = httpx.get(server.url + path).headers["set-cookie"]
    assert re.match(rf"{cookie}=[A-Za-z0-9_-]{{43}};", header)
    assert {"HttpOnly", "SameSite=lax", "Path=/", "Max-Age=34560000"} <= set(header.split("; "))
    assert "Secure" not in header


def test_cookie_is_secure_when_the_guest_came_by_https(server: Running) -> None:
    assert "Secure" in httpx.get(server.url, headers={"X-Forwarded-Proto": "https"}).headers["set-cookie"]


@pytest.mark.parametrize(("configured", "forwarded"), [(True, "http"), (False, "https")])
def test_secure_cookies_can_be_configured(configured: bool, forwarded: str) -> None:
    with serving(FakeHouse(secure_cookies=configured)) as server:
        cookie = httpx.get(server.url, headers={"X-Forwarded-Proto": forwarded}).headers["set-cookie"]
    assert ("Secure" in cookie) is configured


def test_a_session_stays_the_same_when_the_page_is_loaded_again(guest: Browser) -> None:
    before = guest.cookies["guanjia_guest"]
    guest.get("/")
    assert guest.cookies["guanjia_guest"] == before


def test_a_cookie_that_is_no_session_is_replaced(server: Running) -> None:
    response = httpx.get(server.url, headers={"Cookie": "guanjia_guest=admin"})
    assert len(response.cookies["guanjia_guest"]) == 43


def test_guest_and_staff_in_one_browser_are_two_people(server: Running, house: FakeHouse) -> None:
    with Browser(server.url) as browser:
        browser.get("/staff")
        browser.say(text="guest here")
        browser.role = "staff"
        browser.say(text="staff here")
    one, other = (inbound.address for inbound in house.inbounds)
    assert one.startswith("guest:")
    assert other.startswith("staff:")
    assert one.partition(":")[2] != other.partition(":")[2]


def test_the_address_does_not_give_the_cookie_away(guest: Browser, house: FakeHouse) -> None:
    guest.say(text="你好")
    assert re.fullmatch(r"guest:[0-9a-f]{64}", house.address())
    assert guest.cookies["guanjia_guest"] not in house.address()


def test_page_allows_nothing_from_outside(server: Running) -> None:
    response = httpx.get(server.url)
    policy = dict(part.strip().split(" ", 1) for part in response.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["img-src"] == "'self' blob:"
    assert policy["frame-ancestors"] == "'self'"
    assert "unsafe" not in response.headers["content-security-policy"]
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert not re.search(r"style=|<style|\son\w+=|<script>|//", response.text.replace("<!doctype", ""))


def test_sites_that_may_frame_the_page_are_configured() -> None:
    with serving(FakeHouse(frames=["https://hotel.example"])) as server:
        policy = httpx.get(server.url).headers["content-security-policy"]
    assert "frame-ancestors 'self' https://hotel.example" in policy


def test_house_name_is_text_not_markup() -> None:
    with serving(FakeHouse(house_name="<b>Bed & Breakfast</b>")) as server:
        assert "&lt;b&gt;Bed &amp; Breakfast&lt;/b&gt;" in httpx.get(server.url).text


def test_assets_are_kept_for_ever_under_a_name_that_changes(server: Running) -> None:
    page = httpx.get(server.url).text
    addresses = re.findall(r'(?:src|href)="(/chat/assets/[^"]+)"', page)
    assert {address.rpartition("/")[2] for address in addresses} >= {"chat.js", "chat.css", "theme.css", "icon.svg"}
    for address in addresses:
        response = httpx.get(server.url + address)
        assert response.status_code == 200
        assert "immutable" in response.headers["cache-control"]
        assert response.headers["x-content-type-options"] == "nosniff"
    other_version = httpx.get(server.url + "/chat/assets/000000000000/chat.js")
    assert other_version.headers["cache-control"] == "no-store"
    assert httpx.get(server.url + "/chat/assets/000000000000/chat.html").status_code == 404


def test_the_whole_page_is_at_most_40_kb() -> None:
    page = Path(channel.__file__).parent / "page"
    size = sum(file.stat().st_size for file in page.iterdir()) + len(theme_css("#7a5c3e"))
    assert 10_000 < size <= 40_000


@pytest.mark.parametrize("path", ["/nothing", "/chat/guest", "/chat/owner/messages", "/chat/assets/x/../channel.py"])
def test_unknown_addresses_are_not_found(server: Running, path: str) -> None:
    assert httpx.get(server.url + path).status_code == 404


@pytest.mark.parametrize("path", ["/", "/staff", "/chat/guest/messages", "/chat/guest/stream"])
def test_head_answers_like_get_without_a_body(guest: Browser, path: str) -> None:
    response = guest.head(path)
    assert response.status_code == 200
    assert response.content == b""


def test_demo_page_exists_only_with_its_links(server: Running) -> None:
    assert httpx.get(server.url + "/demo").status_code == 404
    with serving(FakeHouse(demo_links=("/?t=a", "/staff?t=b&x=1"))) as demo:
        response = httpx.get(demo.url + "/demo")
    assert 'src="/?t=a"' in response.text
    assert 'src="/staff?t=b&amp;x=1"' in response.text
    assert "frame-src 'self'" in response.headers["content-security-policy"]


@pytest.mark.parametrize("accent", ["#7a5c3e", "#ffd54a", "#102030", "#e91e63", "#ffffff", "#000000"])
def test_every_accent_becomes_readable(accent: str) -> None:
    for block in theme_css(accent).split("@media"):
        colour = {name: parse_colour(value) for name, value in re.findall(r"--([\w-]+): (#\w+);", block)}
        for text in ("ink", "quiet", "accent"):
            assert min(contrast(colour[text], colour[on]) for on in ("paper", "sheet", "mine")) >= 4.5, text
        assert contrast(colour["on-accent"], colour["accent"]) >= 4.5
        assert contrast(colour["edge"], colour["sheet"]) >= 3


def test_an_accent_that_is_no_colour_is_refused() -> None:
    with pytest.raises(ValueError, match="#7a5c3e"):
        FakeHouse(accent="red; } body { display: none")


# -- posts


def test_a_text_is_handed_on_with_all_we_know(guest: Browser, house: FakeHouse) -> None:
    response = guest.say("0f3a-client", text="  两条毛巾\r\n谢谢  ")
    assert response.status_code == 202
    (inbound,) = house.inbounds
    assert inbound.channel == "web"
    assert inbound.kind is InboundKind.MESSAGE
    assert inbound.text == "两条毛巾\n谢谢"
    assert inbound.language == "zh-CN"
    assert inbound.sender_id == inbound.address
    assert inbound.dedupe_key == f"web:{inbound.address}:0f3a-client"


def test_a_button_is_handed_on_as_its_token(guest: Browser, house: FakeHouse) -> None:
    assert guest.say(button="tok_1").status_code == 202
    assert (house.inbounds[0].kind, house.inbounds[0].button) == (InboundKind.BUTTON, "tok_1")


def test_a_retry_has_the_same_dedupe_key_and_is_kept_once(guest: Browser, house: FakeHouse) -> None:
    assert [guest.say(text="毛巾").status_code for _ in range(2)] == [202, 202]
    assert len({inbound.dedupe_key for inbound in house.inbounds}) == 1
    assert texts(guest.history()["lines"]) == ["毛巾"]


def test_the_same_client_id_of_another_person_is_another_message(guest: Browser, server: Running) -> None:
    with Browser(server.url) as other:
        guest.say(text="one")
        other.say(text="two")
        assert texts(other.history()["lines"]) == ["two"]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "", "http://127.0.0.1", "ftp://127.0.0.1"])
def test_posts_from_elsewhere_are_refused(guest: Browser, house: FakeHouse, origin: str) -> None:
    for path in ("messages", "files", "seen"):
        post = guest.post(
            f"/chat/guest/{path}", json={"client_id": "client-1", "text": "x"}, headers={"Origin": origin}
        )
        assert post.status_code == 403
    assert not house.inbounds


def test_a_configured_origin_may_post(house: FakeHouse) -> None:
    with serving(FakeHouse(origins=["https://Stay.example/"])) as server, Browser(server.url) as guest:
        guest.headers["Origin"] = "https://stay.example"
        assert guest.say(text="hello").status_code == 202


def test_without_a_session_nothing_is_taken(server: Running, house: FakeHouse) -> None:
    post = httpx.post(server.url + "/chat/guest/messages", json={}, headers={"Origin": server.url})
    assert post.status_code == 401
    assert httpx.get(server.url + "/chat/guest/messages").status_code == 401
    assert not house.inbounds


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_other_content_types_are_refused(guest: Browser, content_type: str) -> None:
    post = guest.post("/chat/guest/messages", content=b"{}", headers={"Content-Type": content_type})
    assert post.status_code == 415


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"\xff",
        b"[" * 60_000,
        b'{"client_id": "client-1"}',
        b'{"client_id": "client-1", "text": ""}',
        b'{"client_id": "client-1", "text": 7}',
        b'{"client_id": "client-1", "text": "x", "button": "y"}',
        b'{"client_id": "client-1", "button": "y\\u0000"}',
        b'{"client_id": "short", "text": "x"}',
        b'{"client_id": ["client-1"], "text": "x"}',
        b'{"client_id": "client:1 ", "text": "x"}',
    ],
)
def test_nonsense_is_a_bad_request(guest: Browser, house: FakeHouse, body: bytes) -> None:
    post = guest.post("/chat/guest/messages", content=body, headers={"Content-Type": "application/json"})
    assert post.status_code == 400
    assert not house.inbounds


def test_what_no_database_can_hold_is_taken_out(guest: Browser, house: FakeHouse) -> None:
    body = b'{"client_id": "client-1", "text": "a\\u0000b\\ud800c"}'
    assert guest.post("/chat/guest/messages", content=body, headers={"Content-Type": "application/json"}).is_success
    assert house.inbounds[0].text == "ab?c"


def test_a_long_text_is_taken_up_to_the_cap(guest: Browser, house: FakeHouse) -> None:
    assert guest.say(text="毛" * 10_000).status_code == 202
    assert guest.say("client-2", text="x" * bodies.MAX_BODY_BYTES).status_code == 413
    assert len(house.inbounds) == 1


def test_a_body_that_hides_its_length_is_cut_off(guest: Browser) -> None:
    chunks = (b"x" * 1024 for _ in range(200))
    post = guest.post("/chat/guest/messages", content=chunks, headers={"Content-Type": "application/json"})
    assert post.status_code == 413


def test_when_the_store_is_away_the_page_is_told_to_try_again(guest: Browser, house: FakeHouse) -> None:
    house.away = True
    post = guest.say(text="毛巾")
    assert (post.status_code, post.headers["retry-after"]) == (503, "2")
    assert guest.get("/chat/guest/messages").status_code == 503
    house.away = False
    assert guest.say(text="毛巾").status_code == 202
    assert texts(guest.history()["lines"]) == ["毛巾"]


def test_a_flood_is_slowed_down(guest: Browser, server: Running) -> None:
    answers = [guest.say(f"client-{number}", text="x") for number in range(sessions.POSTS + 1)]
    assert [answer.status_code for answer in answers] == [202] * sessions.POSTS + [429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 10
    with Browser(server.url) as other:
        assert other.say(text="x").status_code == 202


def test_read_marks_reach_the_records(guest: Browser, house: FakeHouse) -> None:
    guest.say(text="x")
    assert guest.post("/chat/guest/seen", json={"id": "000001"}).status_code == 204
    assert house.seen == [(house.address(), "000001")]
    assert guest.post("/chat/guest/seen", json={"id": ""}).status_code == 400


# -- photos


@pytest.mark.parametrize("mime", list(PICTURES))
def test_a_photo_is_known_by_its_first_bytes(guest: Browser, house: FakeHouse, mime: str) -> None:
    assert guest.upload(PICTURES[mime], text="漏水").status_code == 202
    (inbound,) = house.inbounds
    (file,) = inbound.files
    assert (file.kind, file.mime, file.content) == ("photo", mime, PICTURES[mime])
    assert re.fullmatch(r"photo\.(png|jpg|gif|webp)", file.name)
    assert (inbound.text, inbound.dedupe_key) == ("漏水", f"web:{inbound.address}:client-1")


@pytest.mark.parametrize("content", [b"", b"<svg onload=alert(1)>", b"%PDF-1.7", b"RIFF1234WAVE"])
def test_what_is_no_photo_is_refused(guest: Browser, house: FakeHouse, content: bytes) -> None:
    assert guest.upload(content).status_code == 415
    assert not house.inbounds


def test_a_photo_larger_than_the_cap_is_refused(guest: Browser, house: FakeHouse) -> None:
    assert guest.upload(PNG + bytes(MAX_FILE_BYTES)).status_code == 413
    assert guest.upload(PNG + bytes(MAX_FILE_BYTES - len(PNG))).status_code == 202
    assert len(house.inbounds) == 1


def test_a_photo_that_hides_its_length_is_cut_off_while_it_streams(guest: Browser, house: FakeHouse) -> None:
    def body() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n' + PNG
        for _ in range(11):
            yield bytes(1024 * 1024)

    post = guest.post("/chat/guest/files", content=body(), headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert post.status_code == 413
    assert not house.inbounds


def test_malformed_uploads_are_bad_requests(guest: Browser) -> None:
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    assert guest.post("/chat/guest/files", content=b"nonsense", headers=kind).status_code == 400
    assert guest.post("/chat/guest/files", content=b"--b--\r\n", headers=kind).status_code == 400
    assert guest.post("/chat/guest/files", content=b"", headers={"Content-Type": "multipart/form-data"}).is_client_error
    two = {"file": ("a", PNG), "file2": ("b", PNG)}
    assert guest.post("/chat/guest/files", data={"client_id": "client-1"}, files=two).status_code == 400
    assert guest.post("/chat/guest/files", json={}).status_code == 415


def test_own_photo_can_be_fetched_and_a_foreign_one_cannot(guest: Browser, server: Running) -> None:
    guest.upload(PNG)
    ((attachment, _),) = guest.history()["lines"][0]["files"]
    response = guest.get(f"/chat/guest/files/{attachment}")
    assert (response.content, response.headers["content-type"]) == (PNG, "image/png")
    assert response.headers["content-disposition"] == 'inline; filename="guanjia.png"'
    assert response.headers["x-content-type-options"] == "nosniff"
    with Browser(server.url) as other:
        assert other.get(f"/chat/guest/files/{attachment}").status_code == 404
    assert guest.get("/chat/guest/files/file-99").status_code == 404
    assert guest.get("/chat/guest/files/%00").is_client_error


@pytest.mark.parametrize("mime", ["text/html", "image/svg+xml", "text/html\r\nX-Evil: 1", "☃"])
def test_a_document_is_saved_never_opened_as_a_page(guest: Browser, house: FakeHouse, mime: str) -> None:
    guest.say(text="x")
    name, _ = house.keep_file(house.address(), File("document", mime, '账单".html', b"<script>alert(1)</script>"))
    response = guest.get(f"/chat/guest/files/{name}")
    assert response.headers["content-disposition"] == 'attachment; filename="guanjia.html"'
    assert "sandbox" in response.headers["content-security-policy"]
    assert "x-evil" not in response.headers


# -- history and push


def test_history_is_told_page_by_page(guest: Browser, house: FakeHouse) -> None:
    guest.say(text="x")
    house.fill(house.address(), 60)
    newest = guest.history()
    assert (len(newest["lines"]), newest["more"]) == (50, True)
    older = guest.history(before=newest["lines"][0]["id"])
    assert (len(older["lines"]), older["more"]) == (11, False)
    assert texts(older["lines"] + newest["lines"])[1:] == [f"第 {number + 1} 句" for number in range(60)]
    assert guest.get("/chat/guest/messages", params={"before": "\0"}).status_code == 400


def test_each_line_says_whether_it_is_for_large_type(guest: Browser, house: FakeHouse) -> None:
    guest.say(text="大字模式")
    house.write(house.address(), "字放大了。", large=True)
    assert [line["large"] for line in guest.history()["lines"]] == [False, True]


def test_a_message_is_pushed_as_soon_as_it_is_sent(
    guest: Browser, house: FakeHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "POLL_SECONDS", 60)
    guest.say(text="毛巾")
    with guest.stream() as events:
        assert next(events)[0] == "opened"
        house.say(house.address(), "好的", buttons=[("t1", "谢谢")], wait=0.2)
        name, line, event_id = next(events)
    assert (name, event_id) == ("line", line["id"])
    assert (line["text"], line["mine"], line["buttons"]) == ("好的", False, [["t1", "谢谢"]])
    assert datetime.fromisoformat(line["at"]).tzinfo is not None


def test_what_another_replica_wrote_is_found_within_seconds(guest: Browser, house: FakeHouse) -> None:
    guest.say(text="毛巾")
    with guest.stream() as events:
        next(events)
        time.sleep(1.5)
        house.write(house.address(), "from the other machine")
        assert next(events)[1]["text"] == "from the other machine"


def test_a_changed_state_is_pushed(guest: Browser, house: FakeHouse) -> None:
    guest.say(text="毛巾")
    with guest.stream() as events:
        next(events)
        time.sleep(0.3)
        house.handle_all(house.address())
        assert next(events)[1]["state"] == "seen"


def test_an_id_made_earlier_but_committed_later_is_still_pushed(guest: Browser, house: FakeHouse) -> None:
    guest.say(text="毛巾")
    early = house.write(house.address(), "early")
    slow = house.entries.pop()
    with guest.stream() as events:
        next(events)
        house.say(house.address(), "late", wait=0.3)
        assert next(events)[1]["text"] == "late"
        house.entries.append(slow)
        assert next(events)[1]["id"] == early.id


def test_a_stream_resumes_where_it_broke_off(guest: Browser, house: FakeHouse) -> None:
    guest.say(text="x")
    house.fill(house.address(), 130)
    with guest.stream(after="000003") as events:
        next(events)
        assert [next(events)[2] for _ in range(128)] == [f"{number:06}" for number in range(4, 132)]
    guest.headers["Last-Event-ID"] = "000130"
    with guest.stream(after="000003") as events:
        next(events)
        assert next(events)[2] == "000131"


def test_more_than_a_page_at_once_is_pushed_without_a_gap(guest: Browser, house: FakeHouse) -> None:
    guest.say(text="x")
    with guest.stream() as events:
        next(events)
        time.sleep(0.3)
        house.fill(house.address(), 120)
        assert [next(events)[2] for _ in range(120)] == [f"{number:06}" for number in range(2, 122)]


def test_sending_succeeds_when_nobody_listens(guest: Browser, house: FakeHouse) -> None:
    guest.say(text="毛巾")
    house.say(house.address(), "later")
    deadline = time.monotonic() + 5
    while "later" not in texts(guest.history()["lines"]) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert texts(guest.history()["lines"]) == ["毛巾", "later"]


def test_nobody_hears_another_persons_messages(guest: Browser, server: Running, house: FakeHouse) -> None:
    with Browser(server.url) as other, other.stream() as events:
        next(events)
        guest.say(text="secret")
        other.say(text="mine")
        assert next(events)[1]["text"] == "mine"


def test_a_quiet_stream_beats(guest: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", 0.1)
    with guest.stream() as events:
        assert [next(events)[0] for _ in range(3)] == ["opened", "comment", "beat"]


def test_a_stream_outlives_a_store_that_is_away(
    guest: Browser, house: FakeHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", 0.2)
    guest.say(text="毛巾")
    house.away = True
    with guest.stream(after="000001") as events:
        assert [next(events)[0] for _ in range(3)] == ["opened", "comment", "beat"]
        house.away = False
        house.say(house.address(), "back")
        assert next(line["text"] for name, line, _ in events if name == "line") == "back"


def test_one_poll_serves_all_open_streams(house: FakeHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "POLL_SECONDS", 0.2)
    with (
        serving(house) as server,
        Browser(server.url) as one,
        Browser(server.url) as two,
        one.stream() as first,
        two.stream() as second,
    ):
        next(first), next(second)
        before = house.polls
        time.sleep(1.1)
        assert 2 <= house.polls - before <= 6


def test_one_stream_too_many_puts_the_oldest_to_rest(guest: Browser) -> None:
    with guest.stream() as oldest, guest.stream() as second, guest.stream() as third:
        assert [next(events)[0] for events in (oldest, second, third)] == ["opened"] * 3
        with guest.stream() as newest:
            assert next(newest)[0] == "opened"
            assert [name for name, _, _ in oldest] == ["rest"]


def test_a_page_that_went_away_is_forgotten(guest: Browser, house: FakeHouse) -> None:
    with guest.stream() as events:
        next(events)
        assert house.web._streams._listeners
    deadline = time.monotonic() + 5
    while house.web._streams._listeners and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not house.web._streams._listeners


def test_stopping_ends_the_streams_cleanly() -> None:
    house = FakeHouse()
    running = Running(house)
    running.start()
    with Browser(running.url) as guest, guest.stream() as events:
        next(events)
        running.stop()
        assert list(events) == []


def test_before_it_is_started_the_channel_takes_nothing() -> None:
    from starlette.applications import Starlette
    from starlette.testclient import TestClient

    with TestClient(Starlette(routes=FakeHouse().web.routes()), base_url="http://house") as client:
        client.get("/")
        post = client.post(
            "/chat/guest/messages", json={"client_id": "client-1", "text": "x"}, headers={"Origin": "http://house"}
        )
    assert post.status_code == 503
