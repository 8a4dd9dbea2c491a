"""WeChat's five seconds: guests write while a model hangs for a minute and the records are locked for three seconds.

Every call of the platform is answered within 4.5 s, and every message is handled once however often it is told. And
what is signed but malformed is answered at once, and never by an error.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import httpx
from sqlalchemy import func, select

from bot.app import open_store
from bot.config import load_settings
from bot.weixin.door import CallbackKeys
from crm.conversations.messages import MessageState, message
from crm.store import Store
from tests.drills.site import WECHAT_AES_KEY, WECHAT_TOKEN, Replica, environment, free_port, running
from tests.support.model_server import ModelServer
from tests.support.weixin import Callback, Told, WeixinServer
from tests.support.weixin.server import ORIGINAL_ID
from tests.weixin.caller import Caller
from tests.weixin.malformed import damaged

LATEST = 4.5
AT_ONCE = 0.1
HANGS_SECONDS = 60.0
LOCKED_SECONDS = 3.0
LOCKED_EACH = 4  # rounds
SAID = ("两条毛巾", "你好", "斑马喜欢什么颜色的降落伞", "I wonder about the zebras", "我哪天退房", "早餐几点")


@dataclass(frozen=True, slots=True)
class Plan:
    guests: int = 50
    rounds: int = 20
    malformed: int = 10_000
    seed: int = 1

    @classmethod
    def short(cls, seed: int = 1) -> Plan:
        return cls(guests=15, rounds=2, malformed=300, seed=seed)


async def wechat(plan: Plan) -> tuple[str, list[str]]:
    """The line of figures, and what went wrong."""
    started = monotonic()
    with TemporaryDirectory(prefix="guanjia-drill-") as folder, ModelServer(delay=HANGS_SECONDS) as model:
        async with WeixinServer() as weixin:
            config = Path(folder) / "config.toml"
            port = free_port()
            config.write_text(_config(Path(folder), port, weixin, model.base_url), "utf-8")
            replica = Replica(config, Path(folder) / "log.txt", port)
            async with running(replica):
                await replica.start()
                slowest, statuses = await _tell_malformed(plan, port, weixin.app_id)
                url = f"http://127.0.0.1:{port}/wechat"
                weixin.tells(Callback(url, token=WECHAT_TOKEN, aes_key=WECHAT_AES_KEY, receiver=weixin.app_id))
                told = await _tell(plan, weixin, Path(folder) / "data" / "guanjia.db")
                store = open_store(load_settings(config, environment()))
                unhandled = await _until_handled(store)
                wrong = _examine(store, told, unhandled)
                store.close()
                await replica.stop()
    wrong += [f"malformed callbacks were answered {statuses}"] if any(status >= 500 for status in statuses) else []
    wrong += [f"a malformed callback took {slowest:.2f} s"] if slowest > AT_ONCE else []
    tries = [each.seconds for one in told for each in one.tries]
    by_tries = Counter(len(one.tries) for one in told)
    line = (
        f"drill=wechat turns={len(told)} tries={dict(sorted(by_tries.items()))} longest={max(tries):.2f} "
        f"passive={sum(bool(one.reply) for one in told)} malformed={plan.malformed} slowest={slowest * 1000:.0f}ms"
    )
    return f"{line} seconds={monotonic() - started:.0f}", wrong


async def _tell_malformed(plan: Plan, port: int, app_id: str) -> tuple[float, Counter[int]]:
    """The longest time, of the quicker of two tries: on a busy machine anything may be slow once."""
    chance, statuses, slowest = random.Random(plan.seed), Counter[int](), 0.0
    caller = Caller(CallbackKeys(WECHAT_TOKEN, WECHAT_AES_KEY, app_id), lambda: datetime.now(UTC))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
        for number in range(plan.malformed):
            plain, seconds = damaged(chance, app_id), AT_ONCE + 1
            for again in range(2):
                query, body = caller.signed_bytes(plain, nonce=f"{number}-{again}")
                began = monotonic()
                answer = await _post(client, query, body)
                seconds = min(seconds, monotonic() - began)
                statuses[answer] += 1
                if answer == HELD or seconds <= AT_ONCE:
                    break
            slowest = max(slowest, 0.0 if answer == HELD else seconds)
    return slowest, statuses


HELD = 0


async def _post(client: httpx.AsyncClient, query: dict[str, str], body: bytes) -> int:
    """HELD when it was readable after all, and so is held open for a reply."""
    try:
        return (await client.post("/wechat", params=query, content=body, timeout=1.0)).status_code
    except httpx.ReadTimeout:
        return HELD


async def _tell(plan: Plan, weixin: WeixinServer, database: Path) -> Sequence[Told]:
    told: list[Told] = []
    for number in range(plan.rounds):
        said = [(f"o-{guest}", f"{SAID[(guest + number) % len(SAID)]} {number}") for guest in range(plan.guests)]
        if number % LOCKED_EACH == 1:
            async with _locked(database):
                told += await _all_say(weixin, said)
        else:
            told += await _all_say(weixin, said)
    return told


async def _all_say(weixin: WeixinServer, said: Sequence[tuple[str, str]]) -> Sequence[Told]:
    return await asyncio.gather(*(weixin.fan(openid).says(text) for openid, text in said))


@asynccontextmanager
async def _locked(database: Path) -> AsyncIterator[None]:
    other = sqlite3.connect(database, isolation_level=None, timeout=30)
    other.execute("BEGIN IMMEDIATE")
    releasing = asyncio.get_running_loop().call_later(LOCKED_SECONDS, other.rollback)
    try:
        yield
    finally:
        releasing.cancel()
        other.close()


async def _until_handled(store: Store) -> int:
    """How many are still to be handled after a while."""
    query = select(func.count()).where(message.c.state == MessageState.NEW)
    for _ in range(600):
        with store.reading() as db:
            left = db.execute(query).scalar() or 0
        if not left:
            break
        await asyncio.sleep(0.1)
    return left


def _examine(store: Store, told: Sequence[Told], unhandled: int) -> list[str]:
    with store.reading() as db:
        inbound = message.c.direction == "in"
        from_guests = inbound & message.c.dedupe_key.like(f"wechat:{ORIGINAL_ID}:%")  # and not from the malformed
        stored = db.execute(select(func.count()).where(from_guests)).scalar()
        set_aside = db.execute(
            select(func.count()).where(inbound, message.c.state == MessageState.QUARANTINED)
        ).scalar()
        answers = db.execute(
            select(message.c.reply_to, func.count().label("times"))
            .where(message.c.direction == "out")
            .group_by(message.c.reply_to)
        ).all()
    wrong = [f"{unhandled} messages were not handled"] if unhandled else []
    wrong += [f"{stored} messages were stored of {len(told)}"] if stored != len(told) else []
    wrong += [f"{set_aside} messages were set aside"] if set_aside else []
    twice = [each.reply_to for each in answers if each.reply_to and each.times > 1]
    wrong += [f"{len(twice)} messages were answered twice"] if twice else []
    late = [each.seconds for one in told for each in one.tries if not each.status or each.seconds > LATEST]
    wrong += [f"{len(late)} calls were answered late, after {max(late):.2f} s"] if late else []
    unavailable = sum(one.is_unavailable for one in told)
    wrong += [f"{unavailable} guests were shown that we are unavailable"] if unavailable else []
    return wrong


def _config(folder: Path, port: int, weixin: WeixinServer, model_url: str) -> str:
    return f"""
[store]
folder = "{folder / "data"}"
[web]
port = {port}
[wechat]
app_id = "{weixin.app_id}"
base_url = "{weixin.address}"
[model]
base_url = "{model_url}"
name = "mute"
[[properties]]
key = "lakeside"
name = "Lakeside"
time_zone = "Asia/Shanghai"
rooms = ["201-220"]
"""
