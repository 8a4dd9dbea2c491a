"""Messages that say one thing which no order is made of, and hardly a word more; their readers, in order."""

from __future__ import annotations

from bot.understanding.arriving import arrival_told
from bot.understanding.carrying import told_alone
from bot.understanding.contract import Context
from bot.understanding.journeys import journey_told
from bot.understanding.reading import Reading
from bot.understanding.withdrawing import withdrawn
from handlers.turn import Call

_READERS = (withdrawn, told_alone, journey_told, arrival_told)


def said_alone(reading: Reading, context: Context) -> tuple[Call, ...]:
    return next(filter(None, (read_alone(reading, context) for read_alone in _READERS)), ())
