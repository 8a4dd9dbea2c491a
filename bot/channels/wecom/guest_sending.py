"""What is said to a guest in 微信客服: in as few messages as can be, for each of them costs a grant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from time import monotonic
from typing import Any

from bot.channels.base import NoGrant, NotSent, Outbound, Refused, SendError
from bot.channels.wecom.cards import text_body
from bot.channels.wecom.guest_reading import BUTTON_MARK
from bot.channels.wecom.sending import file_body
from bot.channels.wecom.texts import numbered, texts_of
from bot.splitting import BYTES, clean, units
from bot.weixin.client import Client

MOST_ITEMS = 10
HEAD_LIMIT, LABEL_LIMIT, ID_LIMIT = 1024, 128, 64  # bytes
SESSION_REFUSED = "wecom_95018"
QUEUEING, WITH_A_MEMBER = 2, 3


class WelcomeCodes:
    """The codes by which guests may be welcomed, each once and for seconds; so they are kept by this process alone."""

    def __init__(self) -> None:
        self._codes: dict[str, tuple[str, float]] = {}  # by address: the code, and when it is over

    def keep(self, address: str, code: str, seconds: float) -> None:
        now = monotonic()
        self._codes = {address: kept for address, kept in self._codes.items() if kept[1] > now}
        self._codes[address] = (code, now + seconds)

    def find(self, address: str) -> str:
        code, until = self._codes.get(address, ("", 0.0))
        return code if monotonic() < until else ""

    def drop(self, address: str) -> None:
        self._codes.pop(address, None)


def parts_of(outbound: Outbound) -> list[Outbound]:
    """First what is said, then each file. Buttons are a menu below the text, or numbered where they do not fit one."""
    text = clean(outbound.text).strip()
    files = [replace(outbound, text="", buttons=(), files=(file,)) for file in outbound.files]
    if _fits_menu(text, outbound.buttons):
        return [replace(outbound, text=text, files=()), *files]
    texts = texts_of(numbered(text, [(token, clean(label)) for token, label in outbound.buttons]))
    return [*(replace(outbound, text=each, buttons=(), files=()) for each in texts), *files] or [outbound]


class GuestSender:
    def __init__(self, client: Client, kf_id: str, codes: WelcomeCodes) -> None:
        self._client = client
        self._kf_id = kf_id
        self._codes = codes

    async def send(self, part: Outbound) -> str:
        """Sends one of the parts and returns its id; raises a SendError."""
        if part.by == "welcome":
            return await self._welcome(part)
        body = await file_body(self._client, part.files[0]) if part.files else _body(part)
        try:
            answer = await self._client.call(
                "/cgi-bin/kf/send_msg", {"touser": part.address, "open_kfid": self._kf_id, **body}
            )
        except NoGrant as error:
            if str(error) == SESSION_REFUSED:
                await self._check_voice(part.address)
            raise
        return str(answer.get("msgid") or "")

    async def _welcome(self, part: Outbound) -> str:
        code = self._codes.find(part.address)
        if not code or part.files:
            raise NoGrant("welcome_over" if part.text else "welcome_takes_words")
        try:
            answer = await self._client.call("/cgi-bin/kf/send_msg_on_event", {"code": code, **_body(part)})
        except NotSent:
            raise
        except SendError:
            self._codes.drop(part.address)
            raise
        self._codes.drop(part.address)
        return str(answer.get("msgid") or "")

    async def _check_voice(self, guest: str) -> None:
        """Raises Refused while a member speaks with the guest in WeCom: two voices at once help nobody."""
        answer = await self._client.call(
            "/cgi-bin/kf/service_state/get", {"open_kfid": self._kf_id, "external_userid": guest}
        )
        if answer.get("service_state") in (QUEUEING, WITH_A_MEMBER):
            raise Refused("colleague_speaks")


def _fits_menu(text: str, buttons: Sequence[tuple[str, str]]) -> bool:
    if not (text and 0 < len(buttons) <= MOST_ITEMS) or units(text, BYTES) > HEAD_LIMIT:
        return False
    return all(0 < units(clean(label), BYTES) <= LABEL_LIMIT for _, label in buttons)


def _body(part: Outbound) -> Mapping[str, Any]:
    if not part.text:
        raise Refused("nothing to send")
    if not part.buttons:
        return text_body(part.text)
    items = [_item(token, clean(label)) for token, label in part.buttons]
    return {"msgtype": "msgmenu", "msgmenu": {"head_content": part.text, "list": items}}


def _item(token: str, label: str) -> Mapping[str, Any]:
    marked = BUTTON_MARK + token
    if not token or units(marked, BYTES) > ID_LIMIT:
        raise Refused("button token is empty or too long")
    return {"type": "click", "click": {"id": marked, "content": label}}
