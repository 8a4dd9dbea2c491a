"""A stand-in for Telegram: the Bot API on loopback, with its limits, its faults and the people on the other side.

In a test:        async with TelegramServer() as telegram: telegram.user(1).says("towels please")
As a process:     python -m tests.support.telegram_server --port 8081 --limits
The bot's side:   Telegram(token=telegram.token, base_url=telegram.base_url, base_file_url=telegram.base_file_url)
Other processes:  POST {address}/control/says {"user_id": 1, "text": "towels please"}; see `_Control`.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import itertools
import json
import math
import random
import socket
import struct
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import asdict, dataclass
from http import HTTPStatus
from ipaddress import ip_address
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

TOKEN = "4242:TEST-token"
USERNAME = "guanjia_test_bot"
MAX_REQUEST = 21 * 1024 * 1024
MAX_CONNECTIONS = 512
MAX_RECORDS = 500_000
MAX_PENDING = 200_000
MAX_CHATS = 1_000_000
MAX_FILES = 256 * 1024 * 1024
MAX_IDLE_POLL = 50.0
DELIVERY_TIMEOUT = 30.0
LONGEST_REDELIVERY = 1.0

Json = dict[str, Any]


@dataclass
class Limits:
    """The allowances of Telegram, kept when `on`."""

    on: bool = False
    per_second: int = 30
    chat_interval: float = 1.0
    chat_burst: int = 3
    group_per_minute: int = 20


@dataclass
class Faults:
    """Shares of sends that fail in this way, drawn from a generator that starts with `seed`."""

    seed: int = 1
    reset: float = 0.0  # connection reset, the request was not looked at
    too_many: float = 0.0  # 429 out of the blue
    server_error: float = 0.0
    silent: float = 0.0  # never answered; every second one was carried out
    lost_answer: float = 0.0  # carried out, then the connection is reset
    retry_after: int = 1
    lost_acknowledgement: float = 0.0  # a webhook's 2xx that Telegram did not see: it delivers again
    file_delay: float = 0.0
    garbled: bool = False  # error statuses come as HTML from something in between

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    def draw(self) -> str:
        drawn = self.random.random()
        for name in ("reset", "too_many", "server_error", "silent", "lost_answer"):
            drawn -= getattr(self, name)
            if drawn < 0:
                return name
        return ""


@dataclass(frozen=True, slots=True)
class Sent:
    """A call that was carried out. `at` is time.monotonic(), which all processes of a machine share."""

    number: int
    at: float
    method: str
    chat_id: int
    message_id: int
    text: str
    keyboard: tuple[tuple[tuple[str, str], ...], ...] = ()  # rows of (label, data)
    file_name: str = ""
    file: bytes = b""

    @property
    def labels(self) -> list[str]:
        return [label for row in self.keyboard for label, _ in row]


class ApiError(Exception):
    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.body = {"ok": False, "error_code": code, "description": description}
        if parameters:
            self.body["parameters"] = parameters


class NeverAnswer(Exception):
    """The request was read and stays without an answer."""


class ResetConnection(Exception):
    """The connection breaks instead of an answer."""


class TelegramServer:
    def __init__(self, *, token: str = TOKEN, username: str = USERNAME, port: int = 0, limits: bool = False) -> None:
        self.token = token
        self.username = username
        self.port = port
        self.limits = Limits(on=limits)
        self.faults = Faults()
        self.sent: deque[Sent] = deque()
        self.calls: Counter[str] = Counter()
        self.refused: Counter[int] = Counter()  # error codes
        self.answered_buttons: deque[str] = deque(maxlen=MAX_RECORDS)
        self.blocked: set[int] = set()
        self.migrated: dict[int, int] = {}
        self.chats: dict[int, Json] = {}
        self.strict_chats = True  # a bot cannot begin a conversation
        self.pending: OrderedDict[int, Json] = OrderedDict()
        self.webhook_url = ""
        self.webhook_secret = ""
        self.allowed_updates: list[str] = []
        self.deliveries: deque[tuple[int, int]] = deque(maxlen=MAX_RECORDS)  # (update id, status; 0: no answer)
        self.next_update_id = 1_000
        self._message_ids = itertools.count(1)
        self._numbers = itertools.count(1)
        self._next_faults: deque[str] = deque()
        self._kept_bytes = 0
        self._by_chat: dict[int, deque[Sent]] = {}
        self._files: OrderedDict[str, tuple[str, bytes, int]] = OrderedDict()  # id -> (path, content, claimed size)
        self._gate = _Gate(self.limits)
        self._news = asyncio.Event()
        self._poller: asyncio.Future[Any] | None = None
        self._deliverer: _Deliverer | None = None
        self._server: asyncio.Server | None = None
        self._connections: set[_Connection] = set()

    # The house's side

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def bot_id(self) -> int:
        return int(self.token.partition(":")[0])

    @property
    def busy(self) -> int:
        """Connections with a request that waits for its answer."""
        return sum(connection.is_busy for connection in self._connections)

    @property
    def is_polled(self) -> bool:
        """Somebody waits for updates: another who asks for them takes their place."""
        return self._poller is not None and not self._poller.done()

    @property
    def base_url(self) -> str:
        return f"{self.address}/bot"

    @property
    def base_file_url(self) -> str:
        return f"{self.address}/file/bot"

    async def __aenter__(self) -> Self:
        await self.listen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def listen(self) -> None:
        """Also after `hang_up`, on the same port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), "127.0.0.1", self.port, backlog=512)
        self.port = self._server.sockets[0].getsockname()[1]

    async def hang_up(self) -> None:
        """The platform is down: connections are refused until `listen`."""
        if self._server is not None:
            self._server.close()
            self._server = None
        busy = [connection.abort() for connection in list(self._connections)]
        await asyncio.gather(*filter(None, busy), return_exceptions=True)
        await asyncio.sleep(0)  # only now are the sockets closed

    async def close(self) -> None:
        if self._deliverer is not None:
            await self._deliverer.close()
        await self.hang_up()

    def fail_next(self, *faults: str) -> None:
        """The next sends meet these, in order: names of Faults, or "" for none."""
        self._next_faults.extend(faults)

    def set_faults(self, **shares: Any) -> None:
        self.faults = Faults(**shares)

    # The people's side

    def user(self, user_id: int, name: str = "Li Lei", language: str = "en") -> User:
        person = User(self, user_id, name, language)
        self.open_chat(user_id, {"first_name": name, "type": "private"})
        return person

    def group(self, group_id: int, title: str = "Hikers") -> Group:
        assert group_id < 0
        self.open_chat(group_id, {"title": title, "type": "supergroup"})
        return Group(self, group_id, title)

    def open_chat(self, chat_id: int, chat: Json | None = None) -> None:
        """The bot may send there. Groups have negative ids."""
        if len(self.chats) >= MAX_CHATS:
            raise OverflowError("too many chats")
        kind = "private" if chat_id > 0 else "group"
        self.chats.setdefault(chat_id, {"id": chat_id, "type": kind, **(chat or {})})

    def happens(self, chat_id: int, kind: str, body: Json) -> int:
        """An update of this kind comes into being; returns its id."""
        return self.tell({"update_id": self.next_update_id, kind: body}, chat_id)

    def tell(self, update: Json, chat_id: int = 0) -> int:
        """Deliver this update as it is."""
        if len(self.pending) >= MAX_PENDING:
            raise OverflowError("too many updates wait to be fetched")
        update_id: int = update["update_id"]
        self.next_update_id = update_id + 1
        if self.allowed_updates and not any(kind in update for kind in self.allowed_updates):
            return update_id
        self.pending[update_id] = update
        self._announce()
        if self._deliverer is not None:
            self._deliverer.add(chat_id, update)
        return update_id

    def message(self, chat_id: int, sender: Json, **content: Any) -> Json:
        return {
            "message_id": next(self._message_ids),
            "from": sender,
            "chat": self.chats[chat_id],
            "date": int(time.time()),
            **content,
        }

    def keep_file(self, content: bytes, claimed_size: int | None = None) -> Json:
        """A file on Telegram's servers; `claimed_size` is what is said of it, if not the truth."""
        file_id = f"file-{len(self._files)}-{next(self._numbers)}"
        size = len(content) if claimed_size is None else claimed_size
        self._files[file_id] = (f"files/{file_id}", content, size)
        self._kept_bytes += len(content)
        while self._kept_bytes > MAX_FILES:
            _, (_, oldest, _) = self._files.popitem(last=False)
            self._kept_bytes -= len(oldest)
        return {"file_id": file_id, "file_unique_id": file_id, "file_size": size}

    def sent_to(self, chat_id: int) -> list[Sent]:
        return list(self._by_chat.get(chat_id, ()))

    async def until(self, condition: Callable[[], Any], seconds: float = 5.0) -> Any:
        """Waits until the condition holds, looking after everything that happens here; returns its value."""
        async with asyncio.timeout(seconds):
            while not (value := condition()):
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.02):  # it may be about the house, whose doings we do not see
                        await self._news.wait()
        return value

    # The Bot API

    def begins(self, first_line: bytes) -> str:
        """The fault that a request with this first line meets."""
        if b"/send" not in first_line:
            return ""
        fault = self._next_faults.popleft() if self._next_faults else self.faults.draw()
        if fault == "reset":
            raise ResetConnection
        return fault

    def call(self, method: str, params: Json, fault: str) -> Json | Coroutine[Any, Any, Any]:
        """The result, or a coroutine of it; raises ApiError, NeverAnswer or ResetConnection."""
        self.calls[method] += 1
        if method == "getUpdates":
            return self._get_updates(params)
        if method.startswith("send"):
            return self._send(method, params, fault)
        handler = _METHODS.get(method)
        if handler is None:
            raise ApiError(404, "Not Found")
        result: Json = handler(self, params)
        self._announce()
        return result

    def _send(self, method: str, params: Json, fault: str) -> Json:
        if method not in _CONTENT:
            raise ApiError(404, "Not Found")
        if fault == "too_many":
            raise _too_many(self.faults.retry_after)
        if fault == "server_error":
            raise ApiError(500, "Internal Server Error: sorry")
        if fault == "silent" and self.faults.random.random() < 0.5:
            raise NeverAnswer
        chat_id = self._check_chat(params)
        message = self._check_content(method, params)
        self._gate.check(chat_id)
        result = self._record(method, chat_id, next(self._message_ids), params, message)
        if fault == "silent":
            raise NeverAnswer
        if fault == "lost_answer":
            raise ResetConnection
        return result

    def _check_chat(self, params: Json) -> int:
        try:
            chat_id = int(params.get("chat_id", ""))
        except ValueError:
            raise ApiError(400, "Bad Request: chat_id is empty") from None
        if chat_id in self.migrated:
            description = "Bad Request: group chat was upgraded to a supergroup chat"
            raise ApiError(400, description, migrate_to_chat_id=self.migrated[chat_id])
        if chat_id in self.blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        if chat_id not in self.chats:
            if self.strict_chats:
                raise ApiError(400, "Bad Request: chat not found")
            self.open_chat(chat_id)
        return chat_id

    def _check_content(self, method: str, params: Json) -> Json:
        file_field = _CONTENT[method]
        text = str(params.get("caption" if file_field else "text", "")).strip()
        if not file_field and not text:
            raise ApiError(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) // 2 > (1024 if file_field else 4096):
            raise ApiError(400, f"Bad Request: message {'caption ' if file_field else ''}is too long")
        if not file_field:
            return {"text": text}
        name, content = params.get(file_field) or ("", b"")
        if not content:
            raise ApiError(400, "Bad Request: there is no file in the request")
        if method == "sendPhoto" and content.startswith(b"narrow"):
            raise ApiError(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
        kept = self.keep_file(content)
        media = [{**kept, "width": 90, "height": 90}] if file_field == "photo" else {**kept, "file_name": name}
        return {file_field: media, "caption": text, "_file": (name, content)}

    def _record(self, method: str, chat_id: int, message_id: int, params: Json, content: Json) -> Json:
        name, file = content.pop("_file", ("", b""))
        keyboard = _keyboard(params.get("reply_markup"))
        text = content.get("text") or content.get("caption") or ""
        number, now = next(self._numbers), time.monotonic()
        self._keep(Sent(number, now, method, chat_id, message_id, text, keyboard, name, file))
        bot = {"id": self.bot_id, "is_bot": True, "first_name": "Guanjia", "username": self.username}
        body = {"from": bot, "chat": self.chats[chat_id], "date": int(time.time()), **content}
        return {"message_id": message_id, **body}

    def _keep(self, sent: Sent) -> None:
        if len(self.sent) == MAX_RECORDS:
            self._by_chat[self.sent.popleft().chat_id].popleft()
        self.sent.append(sent)
        self._by_chat.setdefault(sent.chat_id, deque()).append(sent)
        self._announce()

    def clear(self) -> None:
        """Forgets what was recorded; chats, updates and files stay."""
        for each in (self.sent, self._by_chat, self.deliveries, self.answered_buttons, self.calls, self.refused):
            each.clear()

    def _get_me(self, _params: Json) -> Json:
        return {"id": self.bot_id, "is_bot": True, "first_name": "Guanjia", "username": self.username}

    def _set_webhook(self, params: Json) -> bool:
        url = str(params.get("url", ""))
        if url and not _is_loopback(url):
            raise ApiError(400, "Bad Request: this stand-in delivers to loopback only")
        self.webhook_url, self.webhook_secret = url, str(params.get("secret_token", ""))
        self._allow(params)
        if self._deliverer is not None:
            self._deliverer.cancel()
            self._deliverer = None
        if url:
            self._deliverer = _Deliverer(self, url, self.webhook_secret)
            for update in self.pending.values():
                self._deliverer.add(_chat_of(update), update)
        return True

    def _delete_webhook(self, _params: Json) -> bool:
        return self._set_webhook({})

    def _allow(self, params: Json) -> None:
        allowed = params.get("allowed_updates")
        if allowed is not None:
            self.allowed_updates = json.loads(allowed) if isinstance(allowed, str) else list(allowed)

    def _answer_callback_query(self, params: Json) -> bool:
        self.answered_buttons.append(str(params.get("callback_query_id", "")))
        return True

    def _edit_message_text(self, params: Json) -> Json:
        chat_id = self._check_chat(params)
        content = self._check_content("sendMessage", params)
        return self._record("editMessageText", chat_id, int(params.get("message_id", 0)), params, content)

    def _get_file(self, params: Json) -> Json:
        file_id = str(params.get("file_id", ""))
        if file_id not in self._files:
            raise ApiError(400, "Bad Request: invalid file_id")
        path, _, size = self._files[file_id]
        if size > 20 * 1024 * 1024:
            raise ApiError(400, "Bad Request: file is too big")
        return {"file_id": file_id, "file_unique_id": file_id, "file_size": size, "file_path": path}

    async def download(self, path: str) -> bytes:
        if self.faults.file_delay:
            await asyncio.sleep(self.faults.file_delay)
        for kept, content, _ in self._files.values():
            if kept == path:
                return content
        raise ApiError(404, "Not Found")

    async def _get_updates(self, params: Json) -> list[Json]:
        if self.webhook_url:
            raise ApiError(
                409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first"
            )
        self._allow(params)
        self._confirm(params.get("offset"))
        limit = max(1, min(100, int(params.get("limit") or 100)))
        if self._poller is not None and not self._poller.done():
            self._poller.set_exception(ApiError(409, "Conflict: terminated by other getUpdates request"))
        mine = self._poller = asyncio.get_running_loop().create_future()
        try:
            await self._updates_or(mine, min(MAX_IDLE_POLL, float(params.get("timeout") or 0)))
        finally:
            if not mine.done():
                mine.cancel()
        return list(itertools.islice(self.pending.values(), limit))

    async def _updates_or(self, interrupted: asyncio.Future[Any], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not self.pending and (left := deadline - time.monotonic()) > 0:
            news = asyncio.ensure_future(self._news.wait())
            try:
                await asyncio.wait({news, interrupted}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            finally:
                news.cancel()
            if interrupted.done():
                interrupted.result()

    def _confirm(self, offset: Any) -> None:
        """Forgets what comes before the offset; a negative one keeps so many from the end."""
        if offset is None:
            return
        count = int(offset)
        kept = list(self.pending)[count:] if count < 0 else [each for each in self.pending if each >= count]
        for update_id in set(self.pending) - set(kept):
            del self.pending[update_id]
        self._announce()

    def _announce(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


# What a send carries besides its caption; None: the text itself.
_CONTENT = {"sendMessage": None, "sendPhoto": "photo", "sendDocument": "document"}
_METHODS: dict[str, Callable[[TelegramServer, Json], Any]] = {
    "getMe": TelegramServer._get_me,
    "setWebhook": TelegramServer._set_webhook,
    "deleteWebhook": TelegramServer._delete_webhook,
    "answerCallbackQuery": TelegramServer._answer_callback_query,
    "editMessageText": TelegramServer._edit_message_text,
    "getFile": TelegramServer._get_file,
}


@dataclass
class User:
    """Somebody with a phone. What they do becomes an update."""

    server: TelegramServer
    id: int
    name: str
    language: str
    _read: int = 0  # number of the last message they took notice of

    @property
    def card(self) -> Json:
        return {"id": self.id, "is_bot": False, "first_name": self.name, "language_code": self.language}

    def says(self, text: str, group: Group | None = None) -> int:
        return self.sends(group, text=text)

    def sends(self, group: Group | None = None, /, **content: Any) -> int:
        chat_id = group.id if group else self.id
        content = {key: value for key, value in content.items() if value != ""}
        return self.server.happens(chat_id, "message", self.server.message(chat_id, self.card, **content))

    def sends_photo(self, content: bytes, caption: str = "", claimed_size: int | None = None) -> int:
        small = {**self.server.keep_file(b"small"), "width": 90, "height": 60}
        large = {**self.server.keep_file(content, claimed_size), "width": 1280, "height": 853}
        return self.sends(None, photo=[small, large], caption=caption)

    def sends_document(self, content: bytes, name: str, mime: str, caption: str = "") -> int:
        document = {**self.server.keep_file(content), "file_name": name, "mime_type": mime}
        return self.sends(None, document=document, caption=caption)

    def sends_voice(self, content: bytes) -> int:
        voice = {**self.server.keep_file(content), "duration": 3, "mime_type": "audio/ogg"}
        return self.sends(voice=voice)

    def presses(self, label: str, group: Group | None = None) -> int:
        """The newest button with this label."""
        chat_id = group.id if group else self.id
        for sent in reversed(self.server.sent_to(chat_id)):
            for row in sent.keyboard:
                for shown, data in row:
                    if shown == label:
                        return self.presses_data(data, sent.message_id, chat_id)
        raise LookupError(f"no button {label!r} among {[sent.labels for sent in self.server.sent_to(chat_id)]}")

    def presses_data(self, data: str, message_id: int, chat_id: int) -> int:
        shown = {"message_id": message_id, "chat": self.server.chats[chat_id], "date": int(time.time())}
        query_id = str(self.server.next_update_id * 1000)
        query = {"id": query_id, "from": self.card, "message": shown, "chat_instance": "1", "data": data}
        return self.server.happens(chat_id, "callback_query", query)

    def blocks(self) -> int:
        self.server.blocked.add(self.id)
        return self._changes_bot("member", "kicked")

    def unblocks(self) -> int:
        self.server.blocked.discard(self.id)
        return self._changes_bot("kicked", "member")

    @property
    def heard(self) -> list[str]:
        return [sent.text for sent in self.server.sent_to(self.id)]

    async def hears(self, words: str, seconds: float = 5.0) -> Sent:
        """The first message with these words after the last one heard in this way."""

        def found() -> Sent | None:
            news = (sent for sent in self.server.sent_to(self.id) if sent.number > self._read)
            return next((sent for sent in news if words in sent.text), None)

        try:
            sent: Sent = await self.server.until(found, seconds)
        except TimeoutError:
            raise AssertionError(f"{self.name} did not hear {words!r} but {self.heard}") from None
        self._read = sent.number
        return sent

    def _changes_bot(self, old: str, new: str) -> int:
        states = {"old_chat_member": {"status": old}, "new_chat_member": {"status": new}}
        change = {"chat": self.server.chats[self.id], "from": self.card, "date": int(time.time()), **states}
        return self.server.happens(self.id, "my_chat_member", change)


@dataclass
class Group:
    server: TelegramServer
    id: int
    title: str

    def migrates(self, by: User) -> int:
        """Becomes a supergroup; returns the new id."""
        new = self.id - 1_000_000_000_000
        self.server.open_chat(new, {"title": self.title, "type": "supergroup"})
        by.sends(self, migrate_to_chat_id=new)
        self.server.migrated[self.id] = new
        return new


class _Gate:
    """Counts sends against the limits."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._last_second: deque[float] = deque()
        self._free_at: dict[int, float] = {}
        self._groups: dict[int, deque[float]] = {}

    def check(self, chat_id: int) -> None:
        if not self._limits.on:
            return
        now = time.monotonic()
        limits = self._limits
        _forget(self._last_second, now - 1.0)
        if len(self._last_second) >= limits.per_second:
            raise _too_many(self._last_second[0] + 1.0 - now)
        group = self._groups.setdefault(chat_id, deque()) if chat_id < 0 else deque()
        _forget(group, now - 60.0)
        if len(group) >= limits.group_per_minute:
            raise _too_many(group[0] + 60.0 - now)
        free_at = max(now, self._free_at.get(chat_id, 0.0))
        if chat_id > 0 and free_at - now > limits.chat_interval * (limits.chat_burst - 1):
            raise _too_many(free_at - now)
        self._free_at[chat_id] = free_at + limits.chat_interval
        self._last_second.append(now)
        group.append(now)


def _forget(times: deque[float], before: float) -> None:
    while times and times[0] <= before:
        times.popleft()


def _too_many(seconds: float) -> ApiError:
    retry_after = max(1, math.ceil(seconds))
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)


class _Deliverer:
    """Posts updates to the webhook: many chats at once, one after the other within a chat, again until 2xx."""

    WORKERS = 40

    def __init__(self, server: TelegramServer, url: str, secret: str) -> None:
        parts = urlsplit(url)
        self._server = server
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._head = (
            f"POST {parts.path or '/'} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n"
            + (f"X-Telegram-Bot-Api-Secret-Token: {secret}\r\n" if secret else "")
        )
        self._chats: dict[int, deque[Json]] = {}
        self._failures: Counter[int] = Counter()
        self._ready: asyncio.Queue[int] = asyncio.Queue()
        self._tasks = {asyncio.create_task(self._work()) for _ in range(self.WORKERS)}

    def add(self, chat_id: int, update: Json) -> None:
        queue = self._chats.get(chat_id)
        if queue is None:
            self._chats[chat_id] = deque([update])
            self._ready.put_nowait(chat_id)
        else:
            queue.append(update)

    def cancel(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def close(self) -> None:
        self.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _work(self) -> None:
        connection = _WebhookConnection(self._host, self._port)
        try:
            while True:
                await self._deliver_first_of(await self._ready.get(), connection)
        finally:
            connection.close()

    async def _deliver_first_of(self, chat_id: int, connection: _WebhookConnection) -> None:
        queue = self._chats[chat_id]
        update = queue[0]
        status = await connection.post(self._head, json.dumps(update).encode())
        server = self._server
        server.deliveries.append((update["update_id"], status))
        lost = server.faults.lost_acknowledgement
        if 200 <= status < 300 and not (lost and server.faults.random.random() < lost):
            queue.popleft()
            server.pending.pop(update["update_id"], None)
            self._failures.pop(chat_id, None)
            if queue:
                self._ready.put_nowait(chat_id)
            else:
                del self._chats[chat_id]
        else:
            self._failures[chat_id] += 1
            pause = min(LONGEST_REDELIVERY, 0.05 * 2 ** min(10, self._failures[chat_id]))
            asyncio.get_running_loop().call_later(pause, self._ready.put_nowait, chat_id)
        server._announce()


class _WebhookConnection:
    """Keep-alive HTTP to the webhook, without a library so that it does not slow down what it measures."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, head: str, body: bytes) -> int:
        """The status, 0 when there was no answer."""
        request = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
        try:
            async with asyncio.timeout(DELIVERY_TIMEOUT):
                if self._streams is None or self._streams[0].at_eof():
                    self.close()
                    self._streams = await asyncio.open_connection(self._host, self._port)
                reader, writer = self._streams
                writer.write(request)
                return await self._status(reader)
        except (OSError, EOFError, ValueError, TimeoutError):
            self.close()
            return 0

    async def _status(self, reader: asyncio.StreamReader) -> int:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        _, _, length = head.partition(b"content-length:")
        await reader.readexactly(int(length.partition(b"\r\n")[0] or b"0"))
        if b"connection: close" in head:
            self.close()
        return int(head.split(b" ", 2)[1])

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].transport.abort()
            self._streams = None


class _Connection(asyncio.Protocol):
    """HTTP/1.1 as bots speak it: keep-alive and Content-Length. Head and body leave in one write."""

    def __init__(self, server: TelegramServer) -> None:
        self._server = server
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._busy: asyncio.Task[None] | None = None
        self._fault: str | None = None

    @property
    def is_busy(self) -> bool:
        return self._busy is not None and not self._busy.done()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        if len(self._server._connections) >= MAX_CONNECTIONS:
            transport.abort()
            return
        self._server._connections.add(self)

    def connection_lost(self, _error: Exception | None) -> None:
        self._server._connections.discard(self)
        self._transport = None
        if self._busy is not None:
            self._busy.cancel()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if len(self._buffer) > MAX_REQUEST:
            self.abort()
        elif self._busy is None:
            self._serve()

    def abort(self) -> asyncio.Task[None] | None:
        """RST, as when a process dies or a cable is cut; returns what was being done meanwhile."""
        if self._transport is not None:
            raw = self._transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._transport.abort()
            self._transport = None
        if self._busy is not None:
            self._busy.cancel()
        return self._busy

    def _serve(self) -> None:
        while self._busy is None and self._transport is not None:
            try:
                request = self._next_request()
                if request is None:
                    return
                self._answer(*request)
            except ResetConnection:
                self.abort()

    def _next_request(self) -> tuple[str, bytes, bytes] | None:
        """(method and target, head, body) once it is complete."""
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = bytes(self._buffer[:end])
        line, _, _ = head.partition(b"\r\n")
        if self._fault is None:
            self._fault = self._server.begins(line)
        length = int(_header(head, b"content-length") or 0)
        if len(self._buffer) < end + 4 + length:
            return None
        body = bytes(self._buffer[end + 4 : end + 4 + length])
        del self._buffer[: end + 4 + length]
        return line.decode("latin-1"), head, body

    def _answer(self, line: str, head: bytes, body: bytes) -> None:
        fault, self._fault = self._fault or "", None
        method, target = line.split(" ")[:2]
        path, _, query = target.partition("?")
        try:
            result = self._route(method, unquote(path), _params(query, head, body), fault)
        except ApiError as error:
            self._refuse(error)
        except NeverAnswer:
            self._busy = asyncio.create_task(asyncio.sleep(3600))
            self._server._announce()
        else:
            if asyncio.iscoroutine(result):
                self._busy = asyncio.create_task(self._later(result))
                self._busy.add_done_callback(lambda _: result.close())  # in case it never began
            else:
                self._write(200, result)

    def _route(self, method: str, path: str, params: Json, fault: str) -> Any:
        server = self._server
        if path.startswith(f"/bot{server.token}/"):
            return server.call(path.rpartition("/")[2], params, fault)
        if path.startswith(f"/file/bot{server.token}/"):
            return server.download(path.removeprefix(f"/file/bot{server.token}/"))
        if path.startswith("/control/"):
            return _Control(server).call(path.rpartition("/")[2], params)
        raise ApiError(401 if path.startswith("/bot") else 404, "Unauthorized" if "bot" in path else "Not Found")

    async def _later(self, result: Coroutine[Any, Any, Any]) -> None:
        try:
            self._write(200, await result)
        except ApiError as error:
            self._refuse(error)
        self._busy = None
        self._serve()

    def _refuse(self, error: ApiError) -> None:
        self._server.refused[error.code] += 1
        if self._server.faults.garbled:
            self._write(error.code, b"<html>something in between</html>")
        else:
            self._write(error.code, error.body)

    def _write(self, status: int, result: Any) -> None:
        if self._transport is None:
            return
        if isinstance(result, bytes):
            body = result
        else:
            body = json.dumps(result if status != 200 else {"ok": True, "result": result}).encode()
        head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Length: {len(body)}\r\n\r\n"
        self._transport.write(head.encode() + body)


class _Control:
    """What tests in other processes may do: POST /control/<name> with JSON; the answer is {"ok": true, "result": …}."""

    def __init__(self, server: TelegramServer) -> None:
        self._server = server

    def call(self, name: str, params: Json) -> Any:
        handler = getattr(self, f"do_{name}", None)
        if handler is None:
            raise ApiError(404, "Not Found")
        try:
            return handler(**params)
        except (TypeError, LookupError, ValueError, OverflowError) as error:
            raise ApiError(400, f"{type(error).__name__}: {error}") from None

    def do_says(self, user_id: int, text: str, group_id: int = 0, name: str = "Li Lei", language: str = "en") -> int:
        group = self._server.group(group_id) if group_id else None
        return self._server.user(user_id, name, language).says(text, group)

    def do_presses(self, user_id: int, label: str) -> int:
        return self._server.user(user_id).presses(label)

    def do_photo(self, user_id: int, content_base64: str, caption: str = "") -> int:
        return self._server.user(user_id).sends_photo(base64.b64decode(content_base64), caption)

    def do_blocks(self, user_id: int) -> int:
        return self._server.user(user_id).blocks()

    def do_updates(self, updates: list[Json]) -> int:
        for update in updates:
            self._server.tell(update, _chat_of(update))
        return len(updates)

    def do_chats(self, first: int, count: int) -> int:
        """Opens so many private chats, or groups when `first` is negative."""
        for number in range(count):
            self._server.open_chat(first + number if first > 0 else first - number)
        return len(self._server.chats)

    def do_faults(self, **shares: Any) -> Json:
        self._server.set_faults(**shares)
        return asdict(self._server.faults)

    def do_limits(self, **values: Any) -> Json:
        for name, value in values.items():
            if name not in Limits.__dataclass_fields__:
                raise ValueError(name)
            setattr(self._server.limits, name, value)
        return asdict(self._server.limits)

    def do_sent(self, since: int = 0, limit: int = 10_000) -> list[Json]:
        """Everything carried out after the record with this number."""
        news = (sent for sent in self._server.sent if sent.number > int(since))
        return [_as_json(sent) for sent in itertools.islice(news, int(limit))]

    def do_stats(self) -> Json:
        server = self._server
        delivered = sum(200 <= status < 300 for _, status in server.deliveries)
        return {
            "sent": len(server.sent),
            "calls": dict(server.calls),
            "refused": dict(server.refused),
            "pending": len(server.pending),
            "deliveries": len(server.deliveries),
            "delivered": delivered,
            "webhook": server.webhook_url,
        }

    def do_clear(self) -> bool:
        self._server.clear()
        return True


def _as_json(sent: Sent) -> Json:
    return {**asdict(sent), "file": len(sent.file)}


def _chat_of(update: Json) -> int:
    for body in update.values():
        if isinstance(body, dict):
            chat = body.get("chat") or (body.get("message") or {}).get("chat") or {}
            return int(chat.get("id", 0))
    return 0


def _keyboard(markup: Any) -> tuple[tuple[tuple[str, str], ...], ...]:
    if not markup:
        return ()
    rows = (json.loads(markup) if isinstance(markup, str) else markup)["inline_keyboard"]
    if any(not 1 <= len(key["callback_data"].encode()) <= 64 for row in rows for key in row):
        raise ApiError(400, "Bad Request: BUTTON_DATA_INVALID")
    return tuple(tuple((key["text"], key["callback_data"]) for key in row) for row in rows)


def _header(head: bytes, name: bytes) -> str:
    _, _, rest = head.lower().partition(b"\r\n" + name + b":")
    start = len(head) - len(rest)
    return head[start:].partition(b"\r\n")[0].strip().decode("latin-1") if rest else ""


def _params(query: str, head: bytes, body: bytes) -> Json:
    params: Json = dict(parse_qsl(query))
    kind = _header(head, b"content-type")
    if not body:
        return params
    try:
        if kind.startswith("application/json"):
            params |= json.loads(body)
        elif kind.startswith("multipart/form-data"):
            params |= _multipart(body, kind.partition("boundary=")[2].strip('"').encode())
        else:
            params |= dict(parse_qsl(body.decode(), keep_blank_values=True))
    except (ValueError, TypeError):
        raise ApiError(400, "Bad Request: the body cannot be read") from None
    return params


def _multipart(body: bytes, boundary: bytes) -> Iterable[tuple[str, Any]]:
    """(name, text), or (name, (file name, content)) for a file."""
    for part in body.split(b"--" + boundary)[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        content = content.removesuffix(b"\r\n")
        disposition = {
            key.strip(): value.strip().strip('"')
            for key, _, value in (
                item.partition("=")
                for item in _header(b"\r\n" + head, b"content-disposition").encode("latin-1").decode().split(";")
            )
        }
        name = disposition["name"]
        yield name, (disposition["filename"], content) if "filename" in disposition else content.decode()


def _is_loopback(url: str) -> bool:
    parts = urlsplit(url)
    if parts.scheme != "http":
        return False
    try:
        return parts.hostname == "localhost" or ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


async def serve(arguments: argparse.Namespace) -> None:
    server = TelegramServer(
        token=arguments.token, username=arguments.username, port=arguments.port, limits=arguments.limits
    )
    server.strict_chats = not arguments.open_chats
    async with server:
        print(f"ready {server.address}", flush=True)
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description="A Bot API on loopback")
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--username", default=USERNAME)
    parser.add_argument("--limits", action="store_true", help="keep Telegram's rate limits")
    parser.add_argument("--open-chats", action="store_true", help="let the bot write to anybody")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
