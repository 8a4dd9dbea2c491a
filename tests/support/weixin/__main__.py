"""The stand-in as a process of its own."""

from __future__ import annotations

import argparse
import asyncio
import contextlib

from tests.support.weixin.server import WeixinServer


async def serve(port: int) -> None:
    async with WeixinServer(port=port) as server:
        print(f"ready {server.address}", flush=True)
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description="The APIs of WeChat and WeCom on loopback")
    parser.add_argument("--port", type=int, default=8082)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(parser.parse_args().port))


main()
