"""Those who follow the official account: what they do is told to the house, and opens windows for its answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.weixin.callback import Told
from tests.support.weixin.state import Call, Json, Refused, State, Window, need, size

Push = Callable[[str, Mapping[str, Any]], Awaitable[Told]]

ALLOWANCES = {"message": (5, 48 * 3600.0), "moment": (3, 60.0)}  # what the house may send, and for how long
LONGEST_TEXT = 2048
LONGEST_CODE = 30 * 86400


@dataclass
class FanRecord:
    openid: str
    follows: bool = True
    is_blacklisted: bool = False
    language: str = "zh_CN"
    windows: dict[str, Window] = field(default_factory=dict)
    refuses: set[str] = field(default_factory=set)  # templates
    consents: Counter[str] = field(default_factory=Counter)  # by template, one message each
    tags: set[int] = field(default_factory=set)
    broadcasts: list[float] = field(default_factory=list)


class Fans:
    def __init__(self, state: State, account: str, push: Push) -> None:
        self._state = state
        self.account = account
        self.push = push
        self.records: dict[str, FanRecord] = {}

    def apis(self) -> dict[str, Callable[[Call], Json]]:
        return {
            "/cgi-bin/message/custom/send": self._send,
            "/cgi-bin/message/custom/typing": self._typing,
            "/cgi-bin/user/info": self._info,
            "/cgi-bin/user/get": self._list,
            "/cgi-bin/qrcode/create": self._qr_code,
        }

    def fan(self, openid: str, **values: Any) -> Fan:
        record = self.records.setdefault(openid, FanRecord(openid))
        for name, value in values.items():
            setattr(record, name, value)
        return Fan(self._state, self, record)

    def reached(self, openid: object) -> FanRecord:
        """One who follows and may be written to."""
        record = self.records.get(str(openid))
        if record is None:
            raise Refused(40003, "invalid openid")
        if not record.follows:
            raise Refused(43004, "require subscribe")
        if record.is_blacklisted:
            raise Refused(43019, "require remove blacklist")
        return record

    def _send(self, call: Call) -> Json:
        record = self.reached(need(call.body, "touser", code=40003))
        kind = str(call.body.get("msgtype", ""))
        self._check(kind, call.body)
        self._spend(record)
        self._state.record(call.path, record.openid, kind, call.body, call.token)
        return {"errcode": 0, "errmsg": "ok"}

    def _check(self, kind: str, body: Json) -> None:
        if kind not in ("text", "image", "voice", "video", "news", "msgmenu", "mpnewsarticle", "miniprogrampage"):
            raise Refused(40008, "invalid message type")
        content = need(body, kind, dict, 44002)
        if kind == "text":
            if not (text := str(content.get("content", ""))):
                raise Refused(44004, "empty content")
            if size(text) > LONGEST_TEXT:
                raise Refused(45002, "content size out of limit")
        if kind in ("image", "voice", "video"):
            self._state.find_media(content.get("media_id"))
        if kind == "news" and len(content.get("articles", ())) != 1:
            raise Refused(45008, "article size out of limit")
        if kind == "msgmenu" and not content.get("list"):
            raise Refused(47001, "data format error")

    def _spend(self, record: FanRecord) -> None:
        """From what ends first. Which of two windows the platform itself spends is written nowhere."""
        now = self._state.now()
        running = [each for each in record.windows.values() if each.until > now]
        if not running:
            raise Refused(45015, "response out of time limit or subscription is canceled")
        left = [each for each in running if each.left > 0]
        if not left:
            raise Refused(45047, "out of response count limit")
        min(left, key=lambda each: each.until).left -= 1

    def _typing(self, call: Call) -> Json:
        self.reached(need(call.body, "touser", code=40003))
        if call.body.get("command") not in ("Typing", "CancelTyping"):
            raise Refused(45072, "command invalid")
        return {"errcode": 0, "errmsg": "ok"}

    def _info(self, call: Call) -> Json:
        record = self.records.get(call.query.get("openid", ""))
        if record is None:
            raise Refused(40003, "invalid openid")
        if not record.follows:
            return {"subscribe": 0, "openid": record.openid}
        told = {"subscribe": 1, "openid": record.openid, "language": record.language, "unionid": f"u-{record.openid}"}
        return told | {"tagid_list": sorted(record.tags)}

    def _list(self, call: Call) -> Json:
        following = sorted(each.openid for each in self.records.values() if each.follows)
        after = [each for each in following if each > call.query.get("next_openid", "")]
        page = after[:10_000]
        told: Json = {"total": len(following), "count": len(page), "next_openid": page[-1] if page else ""}
        return told | ({"data": {"openid": page}} if page else {})

    def _qr_code(self, call: Call) -> Json:
        scene = need(call.body, "action_info", dict, 47001).get("scene", {})
        if not isinstance(text := scene.get("scene_str", ""), str) or not 0 < len(text) <= 64:
            raise Refused(40053, "invalid action info")
        seconds = call.body.get("expire_seconds", 60)
        if call.body.get("action_name") != "QR_STR_SCENE" or not 0 < seconds <= LONGEST_CODE:
            raise Refused(40099, "invalid code")
        return {"ticket": f"ticket=={text}", "expire_seconds": seconds, "url": f"http://weixin.qq.com/q/{text}"}


class Fan:
    """A person; what it does is told to the house. `until` when, and how much, it may answer is kept besides."""

    def __init__(self, state: State, fans: Fans, record: FanRecord) -> None:
        self._state = state
        self._fans = fans
        self.record = record

    async def says(self, text: str, **more: Any) -> Told:
        return await self.sends("text", Content=text, **more)

    async def sends_picture(self, media_id: str, **more: Any) -> Told:
        return await self.sends("image", PicUrl="http://mmbiz.qpic.cn/1", MediaId=media_id, **more)

    async def speaks(self, media_id: str, recognition: str = "", **more: Any) -> Told:
        return await self.sends("voice", MediaId=media_id, Format="amr", Recognition=recognition, **more)

    async def sends(self, kind: str, **content: Any) -> Told:
        """A message of any kind; MsgId and CreateTime may be given."""
        self._opens("message")
        return await self._tells(kind, {"MsgId": 24_000_000_000_000_000 + self._state.number()} | content)

    async def clicks(self, key: str) -> Told:
        self._opens("moment")
        return await self._tells("event", {"Event": "CLICK", "EventKey": key})

    async def views(self, url: str) -> Told:
        return await self._tells("event", {"Event": "VIEW", "EventKey": url})

    async def follows(self, scene: str = "") -> Told:
        self.record.follows = True
        self._opens("moment")
        key = {"EventKey": f"qrscene_{scene}", "Ticket": f"ticket-{scene}"} if scene else {"EventKey": ""}
        return await self._tells("event", {"Event": "subscribe"} | key)

    async def unfollows(self) -> Told:
        self.record.follows = False
        self.record.windows.clear()
        self.record.consents.clear()
        return await self._tells("event", {"Event": "unsubscribe", "EventKey": ""})

    async def scans(self, scene: str) -> Told:
        self._opens("moment")
        return await self._tells("event", {"Event": "SCAN", "EventKey": scene, "Ticket": f"ticket-{scene}"})

    async def is_at(self, latitude: float, longitude: float) -> Told:
        place = {"Latitude": latitude, "Longitude": longitude, "Precision": 65.0}
        return await self._tells("event", {"Event": "LOCATION"} | place)

    async def answers_consent(self, template: str, *, accepts: bool = True, scene: str = "1") -> Told:
        """In the window that asks for one subscription message."""
        if accepts:
            self.record.consents[template] += 1
        word = "accept" if accepts else "reject"
        choice = {"TemplateId": template, "SubscribeStatusString": word, "PopupScene": scene}
        fields = {"Event": "subscribe_msg_popup_event", "SubscribeMsgPopupEvent": {"List": [choice]}}
        return await self._tells("event", fields)

    def agrees(self, template: str, scene: str = "1") -> None:
        """On the page that asks for a one-time message; agreeing twice gives no second one."""
        self.record.consents[f"{template}#{scene}"] = 1

    async def does(self, event: str, **fields: Any) -> Told:
        """An event of any other name."""
        return await self._tells("event", {"Event": event} | fields)

    def _opens(self, kind: str) -> None:
        count, seconds = ALLOWANCES[kind]
        self.record.windows[kind] = Window(self._state.now() + seconds, count)

    async def _tells(self, kind: str, fields: Mapping[str, Any]) -> Told:
        head: Json = {"ToUserName": self._fans.account, "FromUserName": self.record.openid}
        head |= {"CreateTime": int(self._state.now()), "MsgType": kind}
        told = await self._fans.push("wechat", head | dict(fields))
        if told.reply:
            self._state.record("passive", self.record.openid, str(told.reply.get("MsgType", "")), told.reply)
        return told
