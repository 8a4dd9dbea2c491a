"""The stand-in for Tencent's platforms, a clock, and as many processes on the same records as a test asks for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.records import Records
from bot.weixin.accounts import wechat_client, wecom_client
from bot.weixin.client import Client
from crm.encryption import new_keyring
from crm.store import Store
from tests.support.weixin import WeixinServer


class Replicas:
    """Clients of processes that share their records; the house's clock stands still until it is moved."""

    def __init__(self, url: str, weixin: WeixinServer) -> None:
        self.url = url
        self.weixin = weixin
        self.keyring = new_keyring()
        self.now = datetime.now(UTC)
        self._records: list[Records] = []
        self._clients: list[Client] = []

    def later(self, **elapsed: float) -> None:
        """For the house and for the platform."""
        self.now += timedelta(**elapsed)
        self.weixin.later(timedelta(**elapsed).total_seconds())

    def records(self) -> Records:
        self._records.append(Records(Store(self.url, self.keyring)))
        return self._records[-1]

    def wechat(self, seconds: float = 2.0, base_url: str = "", records: Records | None = None) -> Client:
        """As a process of its own has it, unless it is given the records of another."""
        client = wechat_client(
            app_id=self.weixin.app_id,
            secret=self.weixin.secret,
            records=records or self.records(),
            clock=lambda: self.now,
            base_url=base_url or self.weixin.address,
            seconds=seconds,
        )
        self._clients.append(client)
        return client

    def wecom(self, part: str, seconds: float = 2.0) -> Client:
        client = wecom_client(
            corp_id=self.weixin.corp_id,
            part=part,
            secret=self.weixin.corp_secret(part),
            records=self.records(),
            clock=lambda: self.now,
            base_url=self.weixin.address,
            seconds=seconds,
        )
        self._clients.append(client)
        return client

    async def close(self) -> None:
        for client in self._clients:
            await client.close()
        for records in self._records:
            records.close()


@pytest.fixture
async def weixin() -> AsyncIterator[WeixinServer]:
    async with WeixinServer() as server:
        yield server


@pytest.fixture
async def replicas(records_url: str, weixin: WeixinServer) -> AsyncIterator[Replicas]:
    """On either database."""
    house = Replicas(records_url, weixin)
    yield house
    await house.close()


@pytest.fixture
async def house(sqlite_records_url: str, weixin: WeixinServer) -> AsyncIterator[Replicas]:
    """Where the database does not matter."""
    house = Replicas(sqlite_records_url, weixin)
    yield house
    await house.close()
