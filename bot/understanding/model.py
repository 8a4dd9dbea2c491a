"""The brain that is asked last: an OpenAI-compatible model reads what the others did not, and never acts by itself."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import structlog

from bot.understanding.allowance import Allowance
from bot.understanding.carrying import carried
from bot.understanding.contract import Context, Understanding
from bot.understanding.reading import LONGEST, read
from bot.understanding.redaction import redacted
from bot.understanding.tools import Asked, Schema, calls_of, described, tools_for
from prompts.words import render_llm

if TYPE_CHECKING:
    from openai import AsyncOpenAI

log = structlog.get_logger("model")

MOST_TOKENS = 400  # of an answer
CHARACTERS_PER_TOKEN = 2  # a cautious guess, for servers that do not say what they have used
CONFIDENCE = 0.7


class Model:
    """Asked only for what nobody else understood; off, slow or wrong it changes nothing."""

    def __init__(self, *, base_url: str, name: str, key: str, seconds: float, allowance: Allowance) -> None:
        self._base_url, self._name, self._key, self._seconds = base_url, name, key, seconds
        self._allowance = allowance
        self._knows_tools = True
        self._client: AsyncOpenAI | None = None

    async def ask(self, found: Understanding, context: Context, conversation_id: str) -> Understanding:
        """What it makes of the text, or `found` as it is when it fails, is too slow or understands nothing either."""
        if not self._allowance.allows(context.now, conversation_id):
            return found
        try:
            async with asyncio.timeout(self._seconds):
                asked = await self._asked(redacted(found.text[:LONGEST]), context, conversation_id)
        except Exception as error:  # whatever a server or its library does, the offline brain answers
            self._allowance.failed(context.now)
            log.warning("model failed", error=type(error).__name__)
            return found
        self._allowance.answered()
        calls = calls_of(asked, found.text, context)
        if not calls:
            return found
        return carried(replace(found, calls=calls, by="model", confidence=CONFIDENCE), read(found.text).plain, context)

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()

    async def _asked(self, text: str, context: Context, conversation_id: str) -> list[Asked]:
        """In one round with tools, or, where the server refuses them, in a second one in plain JSON."""
        tools = tools_for(context)
        if self._knows_tools:
            try:
                return await self._with_tools(text, context, tools, conversation_id)
            except _refusals() as error:
                self._knows_tools = False
                log.info("model knows no tools", error=type(error).__name__)
        return await self._in_json(text, context, tools, conversation_id)

    async def _with_tools(self, text: str, context: Context, tools: list[Schema], conversation_id: str) -> list[Asked]:
        message = await self._complete(_system(context), text, conversation_id, tools=tools)
        return [
            Asked(each.function.name, each.function.arguments)
            for each in message.tool_calls or []
            if each.type == "function"
        ]

    async def _in_json(self, text: str, context: Context, tools: list[Schema], conversation_id: str) -> list[Asked]:
        system = _system(context) + "\n" + render_llm("json", tools=described(tools))
        message = await self._complete(system, text, conversation_id)
        content = str(message.content or "")
        written = json.loads(content[content.index("{") : content.rindex("}") + 1])
        return [
            Asked(str(each.get("tool", "")), json.dumps(each.get("arguments", {})))
            for each in written.get("calls", [])
            if isinstance(each, dict)
        ]

    async def _complete(self, system: str, text: str, conversation_id: str, **more: Any) -> Any:
        messages = [{"role": "system", "content": system}, {"role": "user", "content": text}]
        create: Callable[..., Any] = self._connected().chat.completions.create
        answer = await create(model=self._name, messages=messages, max_tokens=MOST_TOKENS, temperature=0, **more)
        used = getattr(answer.usage, "total_tokens", 0) or (len(system) + len(text)) // CHARACTERS_PER_TOKEN
        self._allowance.spend(conversation_id, used)
        return answer.choices[0].message

    def _connected(self) -> AsyncOpenAI:
        if self._client is None:
            from openai import AsyncOpenAI

            self._client = AsyncOpenAI(base_url=self._base_url, api_key=self._key or "none", max_retries=0)
        return self._client


def _system(context: Context) -> str:
    return render_llm(
        "system",
        now=_spoken(context.now),
        entries=[f"{entry.key} ({entry.spoken(context.language).title})" for entry in context.entries],
        question=context.question.asks if context.question else "",
    )


def _spoken(now: datetime) -> str:
    return f"{now:%A %Y-%m-%dT%H:%M}"


def _refusals() -> tuple[type[Exception], ...]:
    from openai import APIStatusError

    return (APIStatusError,)
