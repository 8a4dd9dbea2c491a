"""The line to an OpenAI-compatible model: within its time and its allowance, and never in the way of an emergency."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

import structlog

from bot.understanding.allowance import Allowance

if TYPE_CHECKING:
    from openai import AsyncOpenAI

log = structlog.get_logger("model")

MOST_TOKENS = 400  # of an answer
CHARACTERS_PER_TOKEN = 2  # a cautious guess, for servers that do not say what they have used
HUSHED = 5.0  # seconds in which nothing in a conversation waits for a model, after an emergency there
SHORTEST = 0.2  # seconds left that are worth a question

Result = TypeVar("Result")


class Client:
    """`asked` and `failed` count questions, whatever they were about."""

    def __init__(
        self,
        *,
        base_url: str,
        name: str,
        key: str,
        seconds: float,
        allowance: Allowance,
        clock: Callable[[], datetime],
    ) -> None:
        self.asked = self.failed = 0
        self._base_url, self._name, self._key, self._seconds = base_url, name, key, seconds
        self._allowance, self._clock = allowance, clock
        self._waiting: defaultdict[str, set[asyncio.Task[Any]]] = defaultdict(set)
        self._hushed_until: dict[str, float] = {}
        self._openai: AsyncOpenAI | None = None
        self._connecting = Lock()

    def load(self) -> None:
        """Loads its library, which takes a second or two: not for a guest who waits, nor on the event loop."""
        _ = self._connected().chat.completions

    def deadline(self) -> float:
        """By when, on the event loop's clock, what begins now has to be answered, in however many questions."""
        return asyncio.get_running_loop().time() + self._seconds

    async def try_ask(
        self, conversation_id: str, question: Callable[[], Awaitable[Result]], until: float
    ) -> Result | None:
        """The answer; None when it may not be asked now, failed, was too slow or is no longer waited for."""
        now, loop = self._clock(), asyncio.get_running_loop()
        if until - loop.time() < SHORTEST or self._is_hushed(conversation_id, loop.time()):
            return None
        if not self._allowance.allows(now, conversation_id):
            return None
        self.asked += 1
        task = asyncio.ensure_future(_in_time(question, until))
        self._waiting[conversation_id].add(task)
        try:
            await asyncio.wait([task])
        finally:
            task.cancel()
            self._forget(conversation_id, task)
        if task.cancelled():
            return None
        error = task.exception()
        if error is not None:  # whatever a server or its library does, the house goes on without it
            self.failed += 1
            self._allowance.failed(now)
            log.warning("model failed", error=type(error).__name__)
            return None
        self._allowance.answered()
        return task.result()

    async def complete(
        self, system: str, text: str, conversation_id: str, most_tokens: int = MOST_TOKENS, **more: Any
    ) -> Any:
        """The message it answers with. Raises whatever goes wrong."""
        messages = [{"role": "system", "content": system}, {"role": "user", "content": text}]
        create: Callable[..., Any] = self._connected().chat.completions.create
        answer = await create(model=self._name, messages=messages, max_tokens=most_tokens, temperature=0, **more)
        used = getattr(answer.usage, "total_tokens", 0) or (len(system) + len(text)) // CHARACTERS_PER_TOKEN
        self._allowance.spend(conversation_id, used)
        return answer.choices[0].message

    async def complete_json(
        self, system: str, text: str, conversation_id: str, most_tokens: int = MOST_TOKENS
    ) -> dict[str, Any]:
        """The JSON object in its answer, whatever it says around it."""
        message = await self.complete(system, text, conversation_id, most_tokens)
        content = str(message.content or "")
        written = json.loads(content[content.index("{") : content.rindex("}") + 1])
        if not isinstance(written, dict):
            raise ValueError("no object")
        return written

    def has_just_failed(self) -> bool:
        """So that what need not be asked is not waited for."""
        return self._allowance.has_just_failed(self._clock())

    def hush(self, conversation_id: str) -> None:
        """Somebody is in danger there: whatever waits for the model goes on without it, and for a while all else."""
        self._hushed_until[conversation_id] = asyncio.get_running_loop().time() + HUSHED
        for task in self._waiting.get(conversation_id, ()):
            task.cancel()

    async def close(self) -> None:
        if self._openai is not None:
            await self._openai.close()

    def _is_hushed(self, conversation_id: str, at: float) -> bool:
        for each, until in list(self._hushed_until.items()):
            if until <= at:
                del self._hushed_until[each]
        return conversation_id in self._hushed_until

    def _forget(self, conversation_id: str, task: asyncio.Task[Any]) -> None:
        self._waiting[conversation_id].discard(task)
        if not self._waiting[conversation_id]:
            del self._waiting[conversation_id]

    def _connected(self) -> AsyncOpenAI:
        with self._connecting:  # a guest may come while it is being loaded
            if self._openai is None:
                from openai import AsyncOpenAI

                self._openai = AsyncOpenAI(base_url=self._base_url, api_key=self._key or "none", max_retries=0)
            return self._openai


async def _in_time(question: Callable[[], Awaitable[Result]], until: float) -> Result:
    async with asyncio.timeout_at(until):
        return await question()
