"""Log lines: ids and outcomes, never what people wrote."""

from __future__ import annotations

import io
import logging
import sys
from contextlib import suppress
from time import perf_counter
from typing import TYPE_CHECKING, TextIO, cast

import structlog

if TYPE_CHECKING:
    from bot.turn_steps import Matter
    from bot.understanding.contract import Understanding


def configure_logs(level: int = logging.INFO) -> None:
    """Key=value lines on standard error; from libraries only what is a warning, or worse."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, _Steady(sys.stderr))),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(
        level=max(level, logging.WARNING), stream=sys.stderr, format="%(levelname)s %(name)s %(message)s"
    )


def log_turn(matter: Matter, understanding: Understanding, started: float) -> None:
    """Ids and outcomes, never what was said."""
    structlog.get_logger("turn").info(
        "turn",
        channel=matter.speaker.channel,
        intent=",".join(call.intent for call in understanding.calls) or "none",
        by=understanding.by,
        milliseconds=round((perf_counter() - started) * 1000, 1),
    )


class _Steady(io.TextIOBase):
    """A log that cannot be written, because its disk is full or its reader gone, must not stop the house."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError):
            return self._stream.write(text)
        return 0

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()
