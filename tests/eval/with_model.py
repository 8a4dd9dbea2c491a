"""The house with the model of its settings behind it, heard one line at a time, each line once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bot.app import house_model
from bot.config import Settings
from bot.understanding.contract import Understanding
from bot.understanding.model import Model
from tests.eval.measure import context, listen

WITHOUT_END = 10**12  # tokens: how much a house may spend is not what is measured


@contextmanager
def listening(settings: Settings) -> Iterator[WithModel]:
    """Raises ValueError when the settings name no model."""
    limits = {"tokens_per_conversation": WITHOUT_END, "tokens_per_day": WITHOUT_END}
    model = house_model(settings.model_copy(update={"model": settings.model.model_copy(update=limits)}))
    if model is None:
        raise ValueError("no model")
    model.client.load()
    with asyncio.Runner() as runner:
        yield WithModel(model, runner)
        runner.run(model.close())


class WithModel:
    """`seconds` are those of the lines the model was asked about, `left_alone` lines it was not, having failed."""

    def __init__(self, model: Model, runner: asyncio.Runner) -> None:
        self.seconds: list[float] = []
        self.left_alone = 0
        self._model, self._runner = model, runner
        self._heard: dict[tuple[str, str, str], Understanding] = {}

    @property
    def failed(self) -> int:
        return self._model.client.failed

    @property
    def slowest(self) -> float:
        """Seconds within which nineteen of twenty answers came."""
        return sorted(self.seconds)[len(self.seconds) * 95 // 100] if self.seconds else 0.0

    def listen(self, text: str, audience: str, language: str) -> Understanding:
        line = (text, audience, language)
        if line not in self._heard:
            self._heard[line] = self._ask(*line)
        return self._heard[line]

    def _ask(self, text: str, audience: str, language: str) -> Understanding:
        found, asked, started = listen(text, audience, language), self._model.client.asked, time.perf_counter()
        understood = self._runner.run(self._model.ask(found, context(audience, language), "eval"))
        if self._model.client.asked > asked:
            self.seconds.append(time.perf_counter() - started)
        else:
            self.left_alone += found.is_doubtful
        return understood
