"""One part of a message on its way out, by the permission that was spent for it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.channels.base import File, NotSent, Outbound, Refused
from bot.channels.wechat.holding import Holding
from bot.channels.wechat.rendering import (
    in_fields,
    is_carried,
    media_type,
    passive_media,
    passive_text,
    text_of,
)
from bot.splitting import cut_text
from bot.weixin.client import Client, Json
from crm.calendar import local
from crm.conversations import grants

CUSTOM = "/cgi-bin/message/custom/send"
TEMPLATE = "/cgi-bin/message/template/send"
SUBSCRIPTION = "/cgi-bin/message/template/subscribe"
UPLOAD = "/cgi-bin/media/upload"

FIELD_CHARACTERS = 20
TITLE_CHARACTERS = 15
SUBSCRIPTION_CHARACTERS = 200
EMPTY = "—"  # a field must not be empty


@dataclass(frozen=True, slots=True)
class Template:
    """A template for service news. `fields`: by its name what stands in it, of "text", "house" and "time".

    A text goes on in the next field for it.
    """

    id: str
    fields: Mapping[str, str]
    house: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Subscription:
    """The one-time message that a guest agrees to on a page of the platform."""

    template_id: str
    scene: int
    title: str


class Sender:
    def __init__(
        self,
        client: Client,
        holding: Holding,
        seal: Callable[[str], str],
        clock: Callable[[], datetime],
        template: Template | None,
        subscription: Subscription | None,
    ) -> None:
        self._client = client
        self._holding = holding
        self._seal = seal
        self._clock = clock
        self._template = template
        self._subscription = subscription

    async def send(self, part: Outbound) -> str:
        """The platform's id of the message, where it has one; raises a SendError."""
        match part.by:
            case "passive":
                return await self._send_passive(part)
            case grants.TEMPLATE:
                return await self._send_template(part)
            case grants.CONSENT:
                return await self._send_subscription(part)
        return await self._send_custom(part)

    async def _send_passive(self, part: Outbound) -> str:
        address, now = part.address, self._clock()
        if not self._holding.is_open(address):
            raise NotSent("no_open_request")
        if file := _file(part):
            kind, media_id = media_type(file), await self._upload(file)

            def render(account: str) -> str:
                return passive_media(account, address, now, kind, media_id)
        else:
            text = text_of(part)

            def render(account: str) -> str:
                return passive_text(account, address, now, text)

        if not self._holding.try_answer(address, lambda account: self._seal(render(account))):
            raise NotSent("no_open_request")
        return ""

    async def _send_custom(self, part: Outbound) -> str:
        said: Json = {"touser": part.address}
        if file := _file(part):
            kind = media_type(file)
            said |= {"msgtype": kind, kind: {"media_id": await self._upload(file)}}
        else:
            said |= {"msgtype": "text", "text": {"content": text_of(part)}}
        return _id(await self._client.call(CUSTOM, said))

    async def _send_template(self, part: Outbound) -> str:
        if self._template is None:
            raise Refused("no_template")
        data = {name: {"value": value} for name, value in self._fields(self._template, _said(part)).items()}
        # By this id the platform recognises, for ten minutes, what it was sent before.
        once = hashlib.sha256(f"{part.id} {part.text}".encode()).hexdigest()[:32]
        body = {"touser": part.address, "template_id": self._template.id, "data": data, "client_msg_id": once}
        return _id(await self._client.call(TEMPLATE, body))

    async def _send_subscription(self, part: Outbound) -> str:
        if self._subscription is None:
            raise Refused("no_subscription")
        body = {
            "touser": part.address,
            "template_id": self._subscription.template_id,
            "scene": str(self._subscription.scene),
            "title": cut_text(self._subscription.title, TITLE_CHARACTERS),
            "data": {"content": {"value": cut_text(_said(part), SUBSCRIPTION_CHARACTERS)}},
        }
        return _id(await self._client.call(SUBSCRIPTION, body))

    def _fields(self, template: Template, text: str) -> Mapping[str, str]:
        kinds = list(template.fields.values())
        pieces = iter(in_fields(text, kinds.count("text"), FIELD_CHARACTERS))
        now = local(self._clock(), template.time_zone)
        time = f"{now.year}年{now.month}月{now.day}日 {now:%H:%M}"  # as the platform wants it, in every language
        fixed = {"house": cut_text(template.house, FIELD_CHARACTERS), "time": time}
        return {
            name: (next(pieces) if kind == "text" else fixed[kind]) or EMPTY for name, kind in template.fields.items()
        }

    async def _upload(self, file: File) -> str:
        return await self._client.upload(UPLOAD, file, type=media_type(file))


def _said(part: Outbound) -> str:
    """Without the choices, where there is something else to say: nobody can choose in there."""
    return text_of(replace(part, buttons=()) if part.text else part)


def _file(part: Outbound) -> File | None:
    """What goes as itself; what can only be named goes as text."""
    return next((file for file in part.files if is_carried(file)), None)


def _id(answer: Json) -> str:
    return str(answer.get("msgid") or "")
