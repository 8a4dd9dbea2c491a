"""A stand-in for a language model: the chat completions API on loopback, as wise or as mad as a test wants it.

with ModelServer(lambda request: calling("request_service", service="towels")) as model:
    Model(Client(base_url=model.base_url, …))
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

Json = dict[str, Any]
Answer = Callable[[Json], "Json | bytes | int"]  # a message, raw bytes of a body, or a status


def silent(_request: Json) -> Json:
    """Understands nothing."""
    return {"role": "assistant", "content": "I am not sure."}


def calling(tool: str, raw: str | None = None, **arguments: Any) -> Json:
    """The message in which a model calls one tool."""
    function = {"name": tool, "arguments": json.dumps(arguments, ensure_ascii=False) if raw is None else raw}
    return {"role": "assistant", "content": None, "tool_calls": [{"id": "1", "type": "function", "function": function}]}


def translating(say: Callable[[str, str], str], otherwise: Answer = silent) -> Answer:
    """Translates each text by `say(text, into)`; what else it is asked, `otherwise` answers."""

    def answer(request: Json) -> Json | bytes | int:
        into = language_asked_for(request)
        if not into:
            return otherwise(request)
        texts = json.loads(request["messages"][1]["content"])["texts"]
        return said({"texts": [say(text, into) for text in texts]})

    return answer


def said(value: Any) -> Json:
    """The message in which a model answers in JSON."""
    return {"role": "assistant", "content": json.dumps(value, ensure_ascii=False)}


def language_asked_for(request: Json) -> str:
    """What it is asked to translate into; nothing when it is asked for something else."""
    system = request["messages"][0]["content"]
    if not system.startswith("You translate"):
        return ""
    code = re.search('code "(..)"', system)
    return code[1] if code else "zh" if "Simplified Chinese" in system else "en"


def kana(text: str, _into: str = "ja") -> str:
    """Not Japanese, but nobody here can tell: letters become kana, marks and numbers stay."""
    return re.sub("[a-z]", lambda letter: chr(0x30A2 + ord(letter[0]) - ord("a")), text.lower())


class ModelServer:
    """`requests` are what it was asked; `delay` is how many seconds it thinks."""

    def __init__(self, answer: Answer = silent, delay: float = 0.0) -> None:
        self.answer, self.delay = answer, delay
        self.requests: list[Json] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.requests.append(request)
                time.sleep(outer.delay)
                given = outer.answer(request)
                status = given if isinstance(given, int) else 200
                body = given if isinstance(given, bytes) else json.dumps(_completion(given)).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with suppress(ConnectionError):  # who asked waits no longer
                    self.wfile.write(body)

            def log_message(self, *_args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    @property
    def told(self) -> str:
        """Everything it has ever been told."""
        return json.dumps(self.requests, ensure_ascii=False)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_error: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()


def _completion(message: Json | int) -> Json:
    if isinstance(message, int):
        return {"error": {"message": "no", "type": "invalid_request_error"}}
    return {
        "id": "1",
        "object": "chat.completion",
        "created": 0,
        "model": "stand-in",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 50, "completion_tokens": 10, "total_tokens": 60},
    }
