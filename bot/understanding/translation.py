"""Translates by a model what is said to guests and what they say to colleagues; facts are checked, or nothing comes."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import compress

from bot.languages import code_of
from bot.understanding.client import Client
from bot.understanding.facts import Guarded, guarded, without_marks
from bot.understanding.writing import is_written_in
from crm.conversations.messages import Body
from prompts.words import FALLBACK, render_llm

LONGEST = 3_000  # characters; more is not translated in the time there is
LEAST_TOKENS, MOST_TOKENS = 400, 2_500
LONGEST_LABEL = 60  # characters


class Translator:
    """A translation goes out only with every fact of the original in it; otherwise there is none."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def reworded(self, body: Body, conversation_id: str, names: Collection[str] = ()) -> tuple[Body, str]:
        """What is said to a guest in their own language, buttons and all, else as it is; and in which language that is.

        `names` are those that may stand in it.
        """
        as_it_is = replace(body, into=""), FALLBACK
        if self._client.has_just_failed():
            return as_it_is
        original = [body.text, *(choice.label for choice in body.choices)]
        until = self._client.deadline()
        said = await self.translate(original, body.into, conversation_id, names=names, until=until)
        if said is None or not _are_labels(said[1:]):
            return as_it_is
        text, *labels = said
        choices = [replace(each, label=label) for each, label in zip(body.choices, labels, strict=True)]
        return replace(body, text=text, choices=choices, into=""), body.into

    async def translate(
        self, texts: Sequence[str], into: str, conversation_id: str, *, names: Collection[str] = (), until: float
    ) -> list[str] | None:
        """All of them, in one question; None when one did not come back as it should."""
        found = [guarded(text, names) for text in texts]
        if None in found or sum(map(len, texts)) > LONGEST:
            return None
        guards = [each for each in found if each is not None]
        is_worded = [each.has_words for each in guards]
        worded = list(compress(guards, is_worded))
        if not worded:
            return list(texts)
        translated = await self._client.try_ask(
            conversation_id, lambda: self._translated(worded, into, conversation_id), until
        )
        if translated is None or None in translated:
            return None
        back = iter([each for each in translated if each is not None])
        return [next(back) if worded else text for text, worded in zip(texts, is_worded, strict=True)]

    async def _translated(self, guards: Sequence[Guarded], into: str, conversation_id: str) -> list[str | None]:
        """In their order, with None for each that cannot be trusted. Raises when it is no answer at all."""
        system = render_llm("translate", into=code_of(into))
        asked = json.dumps({"texts": [each.text for each in guards]}, ensure_ascii=False)
        tokens = min(MOST_TOKENS, LEAST_TOKENS + 2 * len(asked))
        given = (await self._client.complete_json(system, asked, conversation_id, tokens)).get("texts")
        if not isinstance(given, list) or len(given) != len(guards) or not all(isinstance(each, str) for each in given):
            raise ValueError("not the texts that were asked for")
        seems = is_written_in(without_marks("\n".join(given)), code_of(into))
        return [guard.restored(text) if seems else None for guard, text in zip(guards, given, strict=True)]


def _are_labels(labels: Sequence[str]) -> bool:
    """One can be told from the other, by whoever types it too."""
    fit = all(label and "\n" not in label and len(label) <= LONGEST_LABEL for label in labels)
    return fit and len({label.casefold() for label in labels}) == len(labels)
