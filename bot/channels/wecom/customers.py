"""Mass sends to the members' customers in WeCom (客户联系): a send is a task that each member confirms in WeCom."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any

from starlette.routing import BaseRoute

from bot.channels.base import (
    Confirmation,
    MaybeSent,
    NoGrant,
    NotSent,
    Outbound,
    Rate,
    Receive,
    Refused,
    SendError,
    Unreachable,
)
from bot.splitting import BYTES, clean, units
from bot.weixin.client import Client, Json

CHANNEL = "wecom_customers"
API = "/cgi-bin/externalcontact"
TEXT_BYTES = 4000
MOST_CUSTOMERS = 10_000  # in one send
PAGE = 500
AT_ONCE = 8
SERVER_FAILED = "status_5"  # after whatever it has done: a task cannot be told from one like it, nor be repeated
HAS_NONE = ("wecom_84061",)
CONFIRMED = 2
OUTCOMES = {0: "waiting", 1: "sent", 2: "not_a_friend", 3: "full"}


class WeComCustomers:
    name = CHANNEL

    def __init__(self, client: Client, withdrawn: Callable[[], Awaitable[Collection[str]]]) -> None:
        """`withdrawn` tells which customers want no more of it."""
        self._client = client
        self._withdrawn = withdrawn
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def start(self, receive: Receive) -> None:
        """What customers say arrives elsewhere."""

    async def stop(self) -> None:
        await self._client.close()

    async def send(self, outbound: Outbound) -> str:
        """Each customer once, though several members know them: the platform chooses whose task it is."""
        text = clean(outbound.text).strip()
        if not 0 < units(text, BYTES) <= TEXT_BYTES:
            raise Refused("text_length")
        customers = await self._customers()
        body = {"chat_type": "single", "external_userid": customers, "text": {"content": text}}
        try:
            answer = await self._client.call(f"{API}/add_msg_template", body)
        except (NoGrant, Unreachable) as error:  # neither is about a person here
            raise Refused(str(error)) from None
        except NotSent as error:
            if str(error).startswith(SERVER_FAILED):
                raise MaybeSent(str(error)) from None
            raise
        return str(answer.get("msgid") or "")

    def routes(self) -> list[BaseRoute]:
        return []

    def rates(self, address: str) -> Sequence[Rate]:
        return (Rate(CHANNEL, 2.0, burst=1),)

    def addresses(self) -> frozenset[str] | None:
        return None

    async def recipients(self) -> Mapping[str, Sequence[str]]:
        answer, withdrawn = await self._client.call(f"{API}/get_follow_user_list"), await self._withdrawn()
        members = [str(each) for each in answer.get("follow_user") or ()]
        known = await asyncio.gather(*(self._of_member(each) for each in members))
        found = [[each for each in customers if each not in withdrawn] for customers in known]
        if len({customer for customers in found for customer in customers}) > MOST_CUSTOMERS:
            raise Refused("too_many_customers")
        return {member: customers for member, customers in zip(members, found, strict=True) if customers}

    async def progress(self, external_id: str, settled: frozenset[str]) -> Sequence[Confirmation]:
        tasks = [
            task
            async for task in self._pages("get_groupmsg_task", "task_list", msgid=external_id)
            if task.get("userid") not in settled
        ]
        return [await self._confirmation(external_id, task) for task in tasks]

    async def remind(self, external_id: str) -> None:
        await self._client.call(f"{API}/remind_groupmsg_send", {"msgid": external_id})

    async def withdraw(self, external_id: str) -> None:
        await self._client.call(f"{API}/cancel_groupmsg_send", {"msgid": external_id})

    async def _customers(self) -> list[str]:
        """Nothing is sent yet, whatever goes wrong with it."""
        try:
            found = await self.recipients()
        except (Refused, NotSent):
            raise
        except SendError as error:
            raise NotSent(str(error)) from None
        customers = sorted({customer for each in found.values() for customer in each})
        if not customers:
            raise Refused("no_customers")
        return customers

    async def _of_member(self, member: str) -> Sequence[str]:
        async with self._slots:
            try:
                answer = await self._client.call(f"{API}/list", userid=member)
            except (Unreachable, Refused) as error:
                if str(error) in HAS_NONE:
                    return ()
                raise
        return [str(each) for each in answer.get("external_userid") or ()]

    async def _confirmation(self, external_id: str, task: Json) -> Confirmation:
        member, is_confirmed = str(task.get("userid") or ""), task.get("status") == CONFIRMED
        people = self._pages("get_groupmsg_send_result", "send_list", msgid=external_id, userid=member)
        outcomes = Counter([OUTCOMES.get(_number(each.get("status")), "waiting") async for each in people])
        return Confirmation(member, is_confirmed, outcomes)

    async def _pages(self, api: str, key: str, **asked: Any) -> AsyncIterator[Json]:
        cursor = ""
        while True:
            answer = await self._client.call(f"{API}/{api}", {**asked, "limit": PAGE, "cursor": cursor})
            for each in answer.get(key) or ():
                yield each
            if not answer.get("next_cursor") or answer["next_cursor"] == cursor:
                return
            cursor = str(answer["next_cursor"])


def _number(value: object) -> int:
    return value if isinstance(value, int) else -1
