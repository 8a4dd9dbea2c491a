"""The body of a request by somebody we do not know yet: capped before anything reads it."""

from __future__ import annotations

from starlette.requests import ClientDisconnect, Request


class Refusal(Exception):
    """Answered with this status without a further look."""

    def __init__(self, status: int, reason: str = "") -> None:
        super().__init__(reason or str(status))
        self.status = status


async def read_body(request: Request, most: int) -> bytes:
    """At most so many bytes; raises Refusal."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > most:
        raise Refusal(413)
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > most:
                raise Refusal(413)
    except ClientDisconnect:
        raise Refusal(400) from None
    return bytes(body)
