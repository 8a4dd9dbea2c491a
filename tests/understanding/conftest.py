"""The classifiers learn once, before anything is timed."""

from __future__ import annotations

import pytest

from tests.understanding.speakers import STAFF, hear


@pytest.fixture(scope="session", autouse=True)
def _taught() -> None:
    for sentence in ("qwert", "嗷呜"):
        hear(sentence)
        hear(sentence, STAFF)
