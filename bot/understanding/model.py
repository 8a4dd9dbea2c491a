"""The brain that is asked last: an OpenAI-compatible model reads what the others did not, and never acts by itself."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

import structlog

from bot.languages import is_foreign
from bot.understanding.carrying import carried
from bot.understanding.client import Client
from bot.understanding.contract import Context, Understanding
from bot.understanding.knowledge_words import with_entries
from bot.understanding.phrases import EMERGENCY
from bot.understanding.reading import LONGEST, read
from bot.understanding.redaction import redacted
from bot.understanding.told import told_to_colleagues, with_translations
from bot.understanding.tools import Asked, Schema, calls_of, described, language_in, tools_for
from bot.understanding.translation import Translator
from bot.understanding.writing import heard_language, is_our_own
from prompts.words import render_llm

log = structlog.get_logger("model")

CONFIDENCE = 0.7


class Model:
    """Asked only for what nobody else understood; off, slow or wrong it changes nothing.

    `client` is the line to it, which `translator` shares.
    """

    def __init__(self, client: Client) -> None:
        self.client = client
        self.translator = Translator(client)
        self._knows_tools = True

    async def ask(self, found: Understanding, context: Context, conversation_id: str) -> Understanding:
        """What was understood, with what it adds: the guest's language, calls, and their words for colleagues.

        `found` as it is when it fails, is too slow or understands nothing either. Emergencies are none of its business.
        """
        found = replace(found, language=heard_language(found.text, context.language, found.language))
        if any(call.intent == EMERGENCY for call in found.calls):
            self.client.hush(conversation_id)
            return found
        until = self.client.deadline()
        if _is_in_doubt(found):
            found = await self._understood(found, context, conversation_id, until)
        return await self._for_colleagues(found, context, conversation_id, until)

    async def close(self) -> None:
        await self.client.close()

    async def _understood(
        self, found: Understanding, context: Context, conversation_id: str, until: float
    ) -> Understanding:
        text = redacted(found.text[:LONGEST])
        asked = await self.client.try_ask(conversation_id, lambda: self._asked(text, context, conversation_id), until)
        if asked is None:
            return found
        language = heard_language(found.text, context.language, found.language, language_in(asked))
        found = replace(found, language=language)
        calls = calls_of(asked, found.text, context)
        if calls:
            found = replace(found, calls=calls, by="model", confidence=CONFIDENCE)
            return with_entries(carried(found, read(found.text).plain, context), context)
        return _unsure(found) if is_foreign(language) and not is_our_own(found.text) else found

    async def _for_colleagues(
        self, found: Understanding, context: Context, conversation_id: str, until: float
    ) -> Understanding:
        """A guest's own words, which colleagues are to read, in the language of the house as well."""
        words = [] if found.by == "button" else told_to_colleagues(found)
        if not words or context.house_language in ("", found.language):
            return found
        into = context.house_language
        meanings = await self.translator.translate(words, into, conversation_id, until=until)
        return with_translations(found, dict(zip(words, meanings, strict=True))) if meanings else found

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
        message = await self.client.complete(_system(context), text, conversation_id, tools=tools)
        return [
            Asked(each.function.name, each.function.arguments)
            for each in message.tool_calls or []
            if each.type == "function"
        ]

    async def _in_json(self, text: str, context: Context, tools: list[Schema], conversation_id: str) -> list[Asked]:
        system = _system(context) + "\n" + render_llm("json", tools=described(tools))
        written = await self.client.complete_json(system, text, conversation_id)
        return [
            Asked(str(each.get("tool", "")), json.dumps(each.get("arguments", {})))
            for each in written.get("calls", [])
            if isinstance(each, dict)
        ]


def _is_in_doubt(found: Understanding) -> bool:
    """Where the house guessed, and where it read words of a language it does not speak."""
    is_guess = found.by in ("phrases", "classifier") and is_foreign(found.language)
    return found.is_doubtful or (is_guess and not is_our_own(found.text))


def _unsure(found: Understanding) -> Understanding:
    """What was made of a foreign sentence is offered, not done: half of a word may be a word of ours."""
    named = [str(call.slots.get("service", call.intent)) for call in found.calls]
    return replace(found, calls=(), by="none", confidence=0.0, alternatives=(*named, *found.alternatives)[:3])


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
