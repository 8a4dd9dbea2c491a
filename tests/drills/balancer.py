"""What stands before replicas: hands every request to one of them at random; the platform hears 502 when it fails."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress

PATIENCE = 2.0  # with a replica that does not answer
BAD_GATEWAY = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"


class Balancer:
    """HTTP/1.1 with Content-Length, a request to the replica on a connection of its own."""

    def __init__(self, ports: list[int]) -> None:
        self._ports = ports
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> int:
        """The port it listens on."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, EOFError):
            while request := await _message(reader):
                writer.write(await self._forward(request))
                await writer.drain()
        writer.close()

    async def _forward(self, request: bytes) -> bytes:
        try:
            async with asyncio.timeout(PATIENCE):
                reader, writer = await asyncio.open_connection("127.0.0.1", random.choice(self._ports))
                try:
                    writer.write(request)
                    return await _message(reader)
                finally:
                    writer.close()
        except (OSError, EOFError, TimeoutError):
            return BAD_GATEWAY


async def _message(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    _, _, length = head.lower().partition(b"content-length:")
    return head + await reader.readexactly(int(length.partition(b"\r\n")[0] or b"0"))
