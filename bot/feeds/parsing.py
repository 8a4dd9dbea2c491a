"""Reads a calendar in a process that is killed when it takes too long, and that is told nothing of ours."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import suppress
from datetime import date
from pathlib import Path

from bot.feeds.fetching import Unread
from crm.stays.feeds.calendars import Event

SECONDS = 15.0
MOST_TOLD = 16 * 1024 * 1024
_ROOT = str(Path(__file__).parents[2])


async def events_in(content: bytes, time_zone: str, today: date) -> list[Event]:
    """Raises Unread."""
    environment = {"PYTHONPATH": _ROOT, "PATH": os.environ.get("PATH", "")}
    reader = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot.feeds.ics", time_zone, today.isoformat()),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=environment,
        cwd=_ROOT,
    )
    try:
        async with asyncio.timeout(SECONDS):
            said, _ = await reader.communicate(content)
    except TimeoutError:
        raise Unread("too_slow") from None
    finally:
        with suppress(ProcessLookupError):
            reader.kill()
        await reader.wait()
    if reader.returncode != 0 or len(said) > MOST_TOLD:  # below zero where it was killed
        raise Unread("broken" if (reader.returncode or 0) > 0 else "too_slow")
    told = json.loads(said)
    if "error" in told:
        raise Unread(told["error"])
    return [_event(each) for each in told["events"]]


def _event(told: dict[str, str]) -> Event:
    days = [date.fromisoformat(told[name]) if name in told else None for name in ("start", "end")]
    name = f"{told['uid']} {told['of']}" if told["of"] else told["uid"]
    return Event(name, days[0], days[1], told["summary"], told["text"], bool(told["cancelled"]))
