"""WeCom's application for the staff: thirty messages a minute for a member, the rest vanishes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.weixin.callback import Told
from tests.support.weixin.state import Call, Json, Refused, State, need, size

Push = Callable[[str, Mapping[str, Any]], Awaitable[Told]]

A_MINUTE, AN_HOUR = 30, 1000
LONGEST_TEXT = 2048
CARD_LASTS = 72 * 3600.0
KINDS = ("text", "markdown", "image", "voice", "file", "textcard", "news", "template_card")


@dataclass
class MemberRecord:
    userid: str
    sends: list[tuple[str, float]] = field(default_factory=list)  # (agent, at) of what arrived


@dataclass
class Card:
    """Buttons that were sent; its code changes the card once."""

    userid: str
    agent: str
    task: str
    code: str
    at: float
    body: Json
    is_used: bool = False


class Members:
    def __init__(self, state: State, corp_id: str, push: Push) -> None:
        self._state = state
        self.corp_id = corp_id
        self.push = push
        self.records: dict[str, MemberRecord] = {}
        self.cards: list[Card] = []

    def apis(self) -> dict[str, Callable[[Call], Json]]:
        return {
            "/cgi-bin/message/send": self._send,
            "/cgi-bin/message/update_template_card": self._update_card,
            "/cgi-bin/message/recall": lambda _call: {"errcode": 0, "errmsg": "ok"},
            "/cgi-bin/user/simplelist": self._list,
        }

    def member(self, userid: str, agent: str) -> Member:
        return Member(self._state, self, self.records.setdefault(userid, MemberRecord(userid)), agent)

    def _send(self, call: Call) -> Json:
        agent = str(call.body.get("agentid", ""))
        if call.account != f"{self.corp_id}:{agent}":
            raise Refused(301002, "not allow operate another agent with this accesstoken")
        kind = str(call.body.get("msgtype", ""))
        self._check(kind, call.body)
        people = [each for each in str(call.body.get("touser", "")).split("|") if each]
        known = list(self.records) if people == ["@all"] else [each for each in people if each in self.records]
        if not known:
            raise Refused(81013, "user & party & tag all invalid")
        told: Json = {"errcode": 0, "errmsg": "ok", "msgid": f"msg-{self._state.number()}"}
        for userid in known:
            self._deliver(self.records[userid], agent, kind, call)
        if unknown := [each for each in people if each not in self.records and each != "@all"]:
            told["invaliduser"] = "|".join(unknown)
        if kind == "template_card":
            told["response_code"] = self._keep_card(known[0], agent, call.body["template_card"])
        return told

    def _check(self, kind: str, body: Json) -> None:
        if kind not in KINDS:
            raise Refused(40008, "invalid message type")
        content = need(body, kind, dict, 44004)
        if kind in ("text", "markdown"):
            need(content, "content", code=44004)
        if kind in ("image", "voice", "file"):
            self._state.find_media(content.get("media_id"))
        if kind == "template_card" and content.get("card_type") == "button_interaction":
            buttons = content.get("button_list", [])
            if not 1 <= len(buttons) <= 6 or not content.get("task_id"):
                raise Refused(40016, "invalid button size")

    def _deliver(self, record: MemberRecord, agent: str, kind: str, call: Call) -> None:
        """Too much is answered like the rest, and never arrives; too long a text arrives cut off."""
        now = self._state.now()
        times = [at for of_agent, at in record.sends if of_agent == agent]
        a_minute = sum(at > now - 60 for at in times)
        an_hour = sum(at > now - 3600 for at in times)
        is_dropped = a_minute >= A_MINUTE or an_hour >= AN_HOUR
        if not is_dropped:
            record.sends.append((agent, now))
        body = call.body
        if kind in ("text", "markdown") and size(body[kind]["content"]) > LONGEST_TEXT:
            cut = body[kind]["content"].encode()[:LONGEST_TEXT].decode(errors="ignore")
            body = body | {kind: body[kind] | {"content": cut}}
        self._state.record(call.path, record.userid, kind, body, call.token, is_dropped=is_dropped)

    def _keep_card(self, userid: str, agent: str, card: Json) -> str:
        code = f"response-{self._state.number()}"
        self.cards.append(Card(userid, agent, str(card.get("task_id", "")), code, self._state.now(), card))
        return code

    def _update_card(self, call: Call) -> Json:
        card = next((each for each in self.cards if each.code == call.body.get("response_code")), None)
        if card is None or card.is_used or card.at + CARD_LASTS < self._state.now():
            raise Refused(42014, "response_code invalid or used")
        card.is_used = True
        self._state.record(call.path, card.userid, "template_card", call.body, call.token)
        return {"errcode": 0, "errmsg": "ok"}

    def _list(self, _call: Call) -> Json:
        return {"errcode": 0, "userlist": [{"userid": each, "name": each} for each in self.records]}


class Member:
    """A colleague, in one application."""

    def __init__(self, state: State, members: Members, record: MemberRecord, agent: str) -> None:
        self._state = state
        self._members = members
        self.record = record
        self.agent = agent

    async def says(self, text: str, **more: Any) -> Told:
        return await self.sends("text", Content=text, **more)

    async def sends_picture(self, media_id: str, **more: Any) -> Told:
        return await self.sends("image", PicUrl="http://wework.qpic.cn/1", MediaId=media_id, **more)

    async def sends(self, kind: str, **content: Any) -> Told:
        return await self._tells(kind, {"MsgId": 7_000_000_000_000_000 + self._state.number()} | content)

    async def clicks(self, key: str) -> Told:
        return await self.does("click", EventKey=key)

    async def enters(self) -> Told:
        return await self.does("enter_agent", EventKey="")

    async def presses(self, key: str, task: str = "") -> Told:
        """A button of a card, of the last one when no task is named; the card's code may be used anew."""
        mine = [each for each in self._members.cards if each.userid == self.record.userid and task in ("", each.task)]
        card = mine[-1]
        card.code, card.is_used, card.at = f"response-{self._state.number()}", False, self._state.now()
        fields = {"EventKey": key, "TaskId": card.task, "CardType": card.body.get("card_type", "")}
        return await self.does("template_card_event", ResponseCode=card.code, **fields)

    async def does(self, event: str, **fields: Any) -> Told:
        return await self._tells("event", {"Event": event} | fields)

    async def _tells(self, kind: str, fields: Mapping[str, Any]) -> Told:
        head: Json = {"ToUserName": self._members.corp_id, "FromUserName": self.record.userid}
        head |= {"CreateTime": int(self._state.now()), "MsgType": kind}
        told = await self._members.push(self.agent, head | dict(fields) | {"AgentID": self.agent})
        if told.reply:
            self._state.record("passive", self.record.userid, str(told.reply.get("MsgType", "")), told.reply)
        return told
