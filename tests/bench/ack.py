"""(b) How fast a webhook is acknowledged at 50 requests a second: the time until a message is safely stored."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from itertools import count, cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, time

from tests.bench.house import lines_of
from tests.bench.platform import Platform, share
from tests.bench.processes import GUESTS, SECRET, UNLIMITED, free_port, prepare, running
from tests.bench.report import Row, Section
from tests.bench.size import Size

RATE = 50
NOTES = (
    "Updates of 64 linked guests are posted to `guanjia run` (SQLite, burst_seconds = 0, without the send rates) at "
    "fixed moments, whether or not earlier ones were answered; the time counts from that moment to the 200, which "
    "comes after the commit. Meanwhile the house answers all of them.",
)


def bench(size: Size) -> Section:
    with TemporaryDirectory(prefix="guanjia-bench-") as folder:
        waits = asyncio.run(_measure(Path(folder), size.ack_seconds))
    p50, p99 = share(waits, 0.5), share(waits, 0.99)
    row = Row(
        f"Acknowledged at {RATE}/s: p50, p99",
        f"{p50:.1f}, {p99:.1f} ms",
        f"slowest of {len(waits)}: {waits[-1] * 1000:.0f} ms",
    )
    return Section("(b) Acknowledging a webhook", [row], NOTES)


async def _measure(folder: Path, seconds: int) -> Sequence[float]:
    async with Platform() as telegram:
        port = free_port()
        config = prepare(folder, telegram, port)
        async with running(*UNLIMITED, "--config", config):
            await telegram.connected()
            await telegram.talk(len(GUESTS), 2.0)
            poster, updates = _Poster(port), _updates()
            started = perf_counter() + 0.1
            moments = (started + number / RATE for number in range(seconds * RATE))
            waits = await asyncio.gather(*(poster.post(next(updates), moment) for moment in moments))
            poster.close()
    return sorted(waits)


class _Poster:
    """Keep-alive connections, as many as are needed at once."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._head = (
            f"POST /telegram/webhook HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
            f"X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\n"
        )

    async def post(self, body: bytes, moment: float) -> float:
        """Posts at this moment; seconds until the 200 was there."""
        await asyncio.sleep(max(0.0, moment - perf_counter()))
        connection = self._free.pop() if self._free else await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = connection
        writer.write(f"{self._head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in answer.partition(b"\r\n")[0]:
            raise RuntimeError(answer.decode())
        self._free.append(connection)
        return perf_counter() - moment

    def close(self) -> None:
        for _, writer in self._free:
            writer.close()


def _updates() -> Iterator[bytes]:
    texts = [cycle(text for _, text in lines_of(number, 64)) for number in range(len(GUESTS))]
    numbers = count(1_000_000_000)  # of no update that the stand-in told
    while True:
        for guest, lines in zip(GUESTS, texts, strict=True):
            number = next(numbers)
            person = {"id": guest, "is_bot": False, "first_name": "Li Lei", "language_code": "en"}
            chat = {"id": guest, "type": "private", "first_name": "Li Lei"}
            message = {"message_id": number, "from": person, "chat": chat, "date": int(time()), "text": next(lines)}
            yield json.dumps({"update_id": number, "message": message}).encode()
