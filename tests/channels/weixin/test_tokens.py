"""Tokens: one fetch however many want one, in one process and in several; none in a hurry when they are refused."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.base import NotSent
from bot.weixin.accounts import stable_token
from bot.weixin.tokens import Tokens
from crm.encryption import format_keyring
from tests.channels.weixin.conftest import Replicas
from tests.support.weixin import WeixinServer

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[3]
PATH = "/cgi-bin/get_api_domain_ip"
TOKEN_PATH = "/cgi-bin/stable_token"
FETCHER = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from bot.records import Records
from bot.weixin.accounts import stable_token
from bot.weixin.tokens import Tokens
from crm.encryption import parse_keyring
from crm.store import Store

url, keyring, address, app_id, secret = sys.argv[1:]

async def main():
    records = Records(Store(url, parse_keyring(Path(keyring).read_text())))
    fetch = stable_token(address, app_id, secret)
    tokens = Tokens(name="wechat:" + app_id, fetch=fetch, records=records, clock=lambda: datetime.now(UTC))
    print("ready", flush=True)
    sys.stdin.readline()
    print(" ".join({await tokens.get() for _ in range(5)}))
    records.close()

asyncio.run(main())
"""


def tokens_of(house: Replicas) -> Tokens:
    """As a process of its own has them."""
    fetch = stable_token(house.weixin.address, house.weixin.app_id, house.weixin.secret, 2.0)
    return Tokens(name="wechat:test", fetch=fetch, records=house.records(), clock=lambda: house.now)


async def at_once(count: int, call: Callable[[], Awaitable[object]]) -> list[object]:
    return await asyncio.gather(*(call() for _ in range(count)), return_exceptions=True)


async def test_twenty_callers_fetch_once(weixin: WeixinServer, replicas: Replicas) -> None:
    tokens = tokens_of(replicas)
    assert len(set(await at_once(20, tokens.get))) == 1
    assert weixin.fetches == 1


async def test_replicas_fetch_once(weixin: WeixinServer, replicas: Replicas) -> None:
    keepers = [tokens_of(replicas) for _ in range(3)]
    found = await asyncio.gather(*(keeper.get() for keeper in keepers for _ in range(5)))
    assert len(set(found)) == 1
    assert weixin.fetches == 1


async def test_two_processes_fetch_once(weixin: WeixinServer, replicas: Replicas, tmp_path: Path) -> None:
    (tmp_path / "keyring").write_text(format_keyring(replicas.keyring))
    told = (replicas.url, str(tmp_path / "keyring"), weixin.address, weixin.app_id, weixin.secret)
    command = (sys.executable, "-c", FETCHER, *told)
    processes = [
        await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=PIPE, stdout=PIPE, stderr=PIPE) for _ in range(2)
    ]
    for process in processes:
        assert process.stdout
        assert await process.stdout.readline() == b"ready\n"
    outputs = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
    assert [process.returncode for process in processes] == [0, 0], outputs
    assert len({output.splitlines()[-1] for output, _ in outputs}) == 1
    assert weixin.fetches == 1


async def test_a_token_is_kept_sealed(replicas: Replicas) -> None:
    token = await tokens_of(replicas).get()
    with replicas.records().store.reading() as db:
        ((kept,),) = db.exec_driver_sql("SELECT token FROM platform_token").all()
    assert len(kept) > len(token)
    assert token.encode() not in bytes(kept)


async def test_a_token_is_exchanged_five_minutes_before_its_end(weixin: WeixinServer, replicas: Replicas) -> None:
    tokens = tokens_of(replicas)
    first = await tokens.get()
    replicas.later(seconds=7200 - 310)
    assert await tokens.get() == first
    replicas.later(seconds=11)
    assert len({first, *await at_once(5, tokens.get)}) == 2
    assert weixin.fetches == 2


async def test_a_token_that_never_lives_long_is_not_exchanged_all_the_time(
    weixin: WeixinServer, house: Replicas
) -> None:
    weixin.tokens.lasts = 200
    tokens = tokens_of(house)
    for _ in range(10):
        await tokens.get()
    assert weixin.fetches == 1
    house.later(seconds=70)
    await tokens.get()
    assert weixin.fetches == 2


async def test_while_a_newer_one_cannot_be_had_the_old_one_is_used_on(weixin: WeixinServer, house: Replicas) -> None:
    tokens = tokens_of(house)
    first = await tokens.get()
    house.later(seconds=7200 - 290)
    weixin.fail_always("html502", TOKEN_PATH)
    assert await tokens.get() == first
    house.later(seconds=280)
    with pytest.raises(NotSent, match="token_status_502"):
        await tokens.get()


async def test_a_fetch_that_fails_is_tried_three_times_and_then_every_half_minute(
    weixin: WeixinServer, replicas: Replicas
) -> None:
    weixin.fail_always("html500", TOKEN_PATH)
    keepers = [tokens_of(replicas) for _ in range(2)]
    for _ in range(10):
        for keeper in keepers:
            with pytest.raises(NotSent) as error:
                await keeper.get()
    assert weixin.state.calls[TOKEN_PATH] == 3
    assert 0 < error.value.retry_after <= 30
    replicas.later(seconds=31)
    weixin.fail_always("", TOKEN_PATH)
    assert await keepers[0].get() == await keepers[1].get()


async def test_a_platform_that_hangs_holds_nobody_for_long(weixin: WeixinServer, house: Replicas) -> None:
    fetch = stable_token(weixin.address, weixin.app_id, weixin.secret, 0.2)
    tokens = Tokens(name="wechat:test", fetch=fetch, records=house.records(), clock=lambda: house.now)
    weixin.fail_always("hang", TOKEN_PATH)
    async with asyncio.timeout(5):
        errors = await at_once(20, tokens.get)
    assert {type(error) for error in errors} == {NotSent}
    assert weixin.state.calls[TOKEN_PATH] == 3


async def test_a_refused_token_is_exchanged_once_by_all_who_held_it(weixin: WeixinServer, replicas: Replicas) -> None:
    keepers = [tokens_of(replicas) for _ in range(3)]
    old = {await keeper.get() for keeper in keepers}.pop()
    new = weixin.tokens.rotate(weixin.app_id)  # somebody else did
    assert set(await asyncio.gather(*(keeper.renew(old) for keeper in keepers for _ in range(7)))) == {new}
    assert weixin.fetches == 2
    assert weixin.state.fetches[f"{weixin.app_id}:forced"] == 0
    assert {await keeper.get() for keeper in keepers} == {new}


async def test_force_is_used_only_when_the_same_token_is_given_again(weixin: WeixinServer, replicas: Replicas) -> None:
    tokens = tokens_of(replicas)
    old = await tokens.get()
    assert await tokens.renew(old) != old
    assert weixin.fetches == 3
    assert weixin.state.fetches[f"{weixin.app_id}:forced"] == 1


async def test_a_token_refused_for_ever_is_neither_fetched_nor_tried_in_a_hurry(
    weixin: WeixinServer, replicas: Replicas
) -> None:
    weixin.tokens.refuses_all = True
    clients = [replicas.wechat() for _ in range(2)]
    for _ in range(20):
        for client in clients:
            with pytest.raises(NotSent) as error:
                await client.call(PATH)
    assert error.value.retry_after > 0
    assert weixin.fetches <= 6
    assert weixin.state.calls[PATH] <= 6
    assert weixin.state.fetches[f"{weixin.app_id}:forced"] == 1
    for _ in range(24 * 6):
        replicas.later(minutes=10)
        with pytest.raises(NotSent):
            await clients[0].call(PATH)
    assert weixin.state.fetches[f"{weixin.app_id}:forced"] <= 20
    weixin.tokens.refuses_all = False
    replicas.later(minutes=2)
    await clients[0].call(PATH)


async def test_tokens_that_are_new_each_time_and_refused_each_time_are_not_fetched_in_a_hurry(
    weixin: WeixinServer, house: Replicas
) -> None:
    weixin.tokens.refuses_all = weixin.tokens.rotates_always = True
    client = house.wechat()
    for _ in range(20):
        with pytest.raises(NotSent):
            await client.call(PATH)
    assert weixin.fetches == 3
    assert weixin.state.calls[PATH] <= 5


@pytest.mark.parametrize("jump", [timedelta(days=-3), timedelta(days=3), timedelta(minutes=-30)])
async def test_a_clock_that_jumps_stops_nothing_for_longer_than_half_a_minute(
    weixin: WeixinServer, replicas: Replicas, jump: timedelta
) -> None:
    client = replicas.wechat()
    await client.call(PATH)
    replicas.now += jump  # not the platform's
    await client.call(PATH)
    await replicas.wechat().call(PATH)
    weixin.later(hours=2)
    replicas.now += timedelta(seconds=31)
    await client.call(PATH)  # refused, and renewed
    await replicas.wechat().call(PATH)
    assert weixin.fetches <= 4


async def test_a_process_that_died_while_fetching_is_waited_for_a_quarter_of_a_minute(
    weixin: WeixinServer, replicas: Replicas
) -> None:
    weixin.fail_always("hang", TOKEN_PATH)
    dying = asyncio.create_task(tokens_of(replicas).get())
    await asyncio.sleep(0.3)
    assert weixin.state.calls[TOKEN_PATH] == 1
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    weixin.fail_always("", TOKEN_PATH)
    waiting = asyncio.create_task(tokens_of(replicas).get())
    await asyncio.sleep(0.3)
    assert not waiting.done()
    replicas.later(seconds=16)
    async with asyncio.timeout(5):
        assert await waiting


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("html200", "token_no_json"),
        ("list", "token_no_json"),
        (40125, "token_wechat_40125"),
        (40164, "token_wechat_40164"),
        (-1, "token_wechat_-1"),
        ("cut", "token_ServerDisconnectedError"),
    ],
)
async def test_whatever_goes_wrong_with_a_fetch_nothing_was_sent(
    weixin: WeixinServer, house: Replicas, fault: int | str, reason: str
) -> None:
    weixin.fail_next(fault, path=TOKEN_PATH)
    with pytest.raises(NotSent) as error:
        await house.wechat().call(PATH)
    assert str(error.value) == reason
    assert weixin.state.calls[PATH] == 0


async def test_wecom_gives_each_part_a_token_of_its_own(weixin: WeixinServer, house: Replicas) -> None:
    staff, guests = house.wecom("1000002"), house.wecom("kf")
    weixin.member("zhang", "1000002")
    message = {"touser": "zhang", "agentid": 1000002, "msgtype": "text", "text": {"content": "302 毛巾"}}
    await staff.call("/cgi-bin/message/send", message)
    await guests.call("/cgi-bin/kf/account/list")
    old = weixin.sent_to("zhang")[-1].token
    weixin.tokens.rotate(f"{weixin.corp_id}:1000002")
    await staff.call("/cgi-bin/message/send", message)
    assert weixin.sent_to("zhang")[-1].token != old
    assert weixin.fetches == 3


async def test_an_account_with_a_wrong_secret_does_not_disturb_another(house: Replicas) -> None:
    first, second = house.wechat(), house.wecom("kf")
    await first.call(PATH)
    house.weixin.tokens.accounts[f"{house.weixin.corp_id}:kf"].secret = "another"
    with pytest.raises(NotSent, match="token_wecom_40001"):
        await second.call("/cgi-bin/kf/account/list")
    await first.call(PATH)
