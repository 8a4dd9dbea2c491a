"""What the house may send unasked: template messages, subscription messages, and four broadcasts a month."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.weixin.fans import FanRecord, Fans
from tests.support.weixin.state import Call, Json, Refused, State, need

BROADCASTS_A_MONTH = 4
MOST_PEOPLE = 10_000
REMEMBERED = 86400.0  # seconds for which a clientmsgid is refused the second time
SHANGHAI = timedelta(hours=8)
LENGTHS = {"thing": 20, "character_string": 32, "time": 24, "date": 24, "phrase": 5, "amount": 12, "const": 20}


class Notices:
    """`templates` names the fields of each template; `push` is called with what becomes of a message afterwards."""

    def __init__(self, state: State, fans: Fans, push_soon: Callable[[str, Json], None]) -> None:
        self._state = state
        self._fans = fans
        self._push_soon = push_soon
        self.templates: dict[str, tuple[str, ...]] = {}
        self.may_broadcast = True  # as a verified service account may
        self.verdict = "send success"  # of the review of what is broadcast
        self._broadcasts: dict[str, tuple[int, float]] = {}  # clientmsgid -> msg_id, when it was last tried

    def apis(self) -> dict[str, Callable[[Call], Json]]:
        return {
            "/cgi-bin/message/template/send": self._template,
            "/cgi-bin/message/subscribe/bizsend": self._subscription,
            "/cgi-bin/message/template/subscribe": self._once,
            "/cgi-bin/message/mass/send": self._mass,
            "/cgi-bin/message/mass/sendall": self._mass_by_tag,
            "/cgi-bin/message/mass/preview": self._preview,
        }

    def _template(self, call: Call) -> Json:
        record = self._fans.reached(need(call.body, "touser", code=40003))
        template = self._filled(call.body)
        if template in record.refuses:
            raise Refused(43101, "user refuse to accept the msg")
        sent = self._state.record(call.path, record.openid, "template", call.body, call.token)
        self._report(record, "TEMPLATESENDJOBFINISH", {"MsgID": sent.number, "Status": "success"})
        return {"errcode": 0, "errmsg": "ok", "msgid": sent.number}

    def _subscription(self, call: Call) -> Json:
        record = self._fans.reached(need(call.body, "touser", code=40003))
        self._consume(record, self._filled(call.body))
        self._state.record(call.path, record.openid, "subscription", call.body, call.token)
        return {"errcode": 0, "errmsg": "ok"}

    def _once(self, call: Call) -> Json:
        """The guest need not follow; the consent is of a scene."""
        record = self._fans.records.get(str(call.body.get("touser")))
        if record is None:
            raise Refused(40003, "invalid openid")
        for name in ("template_id", "scene", "title"):
            need(call.body, name, code=47001)
        content = need(call.body, "data", dict, 47001).get("content", {}).get("value", "")
        if not 0 < len(content) <= 200 or len(call.body["title"]) > 15:
            raise Refused(47003, "argument invalid! data.content.value is too long or empty")
        self._consume(record, f"{call.body['template_id']}#{call.body['scene']}")
        self._state.record(call.path, record.openid, "subscription", call.body, call.token)
        return {"errcode": 0, "errmsg": "ok"}

    def _consume(self, record: FanRecord, template: str) -> None:
        if template in record.refuses or record.consents[template] < 1:
            raise Refused(43101, "user refuse to accept the msg")
        record.consents[template] -= 1

    def _filled(self, body: Json) -> str:
        """The template's id, when all its fields are there and of the right length."""
        template = need(body, "template_id", code=40037)
        if template not in self.templates:
            raise Refused(40037, "invalid template_id")
        data = need(body, "data", dict, 47001)
        for name in self.templates[template]:
            value = data.get(name, {}).get("value") if isinstance(data.get(name), dict) else None
            longest = LENGTHS.get(name.rstrip("0123456789"), 200)
            if not isinstance(value, str) or not 0 < len(value) <= longest:
                raise Refused(47003, f"argument invalid! data.{name}.value invalid")
        return str(template)

    def _mass(self, call: Call) -> Json:
        people = need(call.body, "touser", list, 40130)
        if len(people) < 2:
            raise Refused(40130, "invalid openid list size, at least two openid")
        if len(people) > MOST_PEOPLE:
            raise Refused(40032, "invalid openid list size")
        return self._broadcast(call, (self._fans.records.get(str(each)) for each in people), len(people))

    def _mass_by_tag(self, call: Call) -> Json:
        audience = need(call.body, "filter", dict, 47001)
        everybody = list(self._fans.records.values())
        if not audience.get("is_to_all"):
            everybody = [each for each in everybody if audience.get("tag_id") in each.tags]
        return self._broadcast(call, everybody, len(everybody))

    def _broadcast(self, call: Call, people: Iterable[FanRecord | None], total: int) -> Json:
        if not self.may_broadcast:
            raise Refused(48001, "api unauthorized")
        kind = str(call.body.get("msgtype", ""))
        need(call.body, kind, dict, 40008)
        number = self._numbered(str(call.body.get("clientmsgid", "")))
        is_passed = "success" in self.verdict
        reached = [each for each in people if is_passed and each and each.follows and self._has_room(each)]
        for record in reached:
            record.broadcasts.append(self._state.now())
            self._state.record(call.path, record.openid, kind, call.body, call.token)
        counts = {"TotalCount": total, "FilterCount": len(reached), "SentCount": len(reached), "ErrorCount": 0}
        fields = {"MsgID": number, "Status": self.verdict} | counts
        teller = next(iter(self._fans.records), "mphelper")  # told in the name of some follower
        self._push_soon("wechat", self._head(teller, "MASSSENDJOBFINISH") | fields)
        return {"errcode": 0, "errmsg": "send job submission success", "msg_id": number, "msg_data_id": number}

    def _numbered(self, key: str) -> int:
        """The msg_id; refuses what it was given before, and what is tried again within a minute."""
        now = self._state.now()
        if len(key.encode()) > 64:
            raise Refused(45067, "clientmsgid size out of limit")
        number, tried = self._broadcasts.get(key, (0, 0.0))
        if not key or now - tried > REMEMBERED:
            number = self._state.number()
            self._broadcasts[key] = (number, now)
            return number
        self._broadcasts[key] = (number, now)
        if now - tried < 60:
            raise Refused(45066, "same clientmsgid retry too fast")
        raise Refused(45065, "clientmsgid exist", msg_id=number)

    def _has_room(self, record: FanRecord) -> bool:
        month = self._month(self._state.now())
        return sum(self._month(at) == month for at in record.broadcasts) < BROADCASTS_A_MONTH

    def _month(self, at: float) -> str:
        return f"{datetime.fromtimestamp(at, UTC) + SHANGHAI:%Y-%m}"

    def _preview(self, call: Call) -> Json:
        record = self._fans.reached(need(call.body, "touser", code=40003))
        self._state.record(call.path, record.openid, str(call.body.get("msgtype", "")), call.body, call.token)
        return {"errcode": 0, "errmsg": "preview success", "msg_id": self._state.number()}

    def _report(self, record: FanRecord, event: str, fields: dict[str, Any]) -> None:
        self._push_soon("wechat", self._head(record.openid, event) | fields)

    def _head(self, openid: str, event: str) -> Json:
        head = {"ToUserName": self._fans.account, "FromUserName": openid, "CreateTime": int(self._state.now())}
        return head | {"MsgType": "event", "Event": event}
