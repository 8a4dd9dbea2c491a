"""微信客服: guests whose words are fetched by cursor, five answers within 48 hours, and a session that has a state."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.weixin.callback import Told
from tests.support.weixin.state import DAY, Call, Json, Refused, State, Window, need, size

Push = Callable[[str, Mapping[str, Any]], Awaitable[Told]]

NEW, BOT, QUEUE, MEMBER, ENDED = range(5)  # the states of a session
STEPS = {NEW: {BOT, QUEUE, MEMBER, ENDED}, BOT: {QUEUE, MEMBER, ENDED}, QUEUE: {MEMBER, ENDED}, MEMBER: {MEMBER, ENDED}}
COUNT, LASTS = 5, 48 * 3600.0
CODE_SECONDS = {"welcome": 20.0, QUEUE: LASTS, MEMBER: LASTS, ENDED: 20.0}
TOKEN_LASTS = 600.0
KEPT = 3 * DAY
LONGEST_TEXT = 2048
CODE_REFUSED = 41050  # no page names the number for a code that is old or used; this is the one of welcome codes
KINDS = ("text", "image", "voice", "video", "file", "link", "miniprogram", "msgmenu", "location")


@dataclass
class CustomerRecord:
    id: str
    account: str
    state: int = ENDED
    member: str = ""
    window: Window | None = None
    is_welcomed: bool = False
    fails_with: int = 0  # the fail_type told of a message that was taken; 10: the guest wants none


@dataclass
class EventCode:
    customer: CustomerRecord
    until: float
    state: int | None  # the session has to be in it still
    is_used: bool = False


@dataclass
class Kf:
    _state: State
    corp_id: str
    push: Push
    accounts: dict[str, str] = field(default_factory=lambda: {"wk1": "前台"})
    servicers: set[str] = field(default_factory=set)  # members who receive guests
    records: dict[tuple[str, str], CustomerRecord] = field(default_factory=dict)
    codes: dict[str, EventCode] = field(default_factory=dict)
    log: list[Json] = field(default_factory=list)
    page: int = 1000  # fewer may come at once than were asked for
    _tokens: dict[str, float] = field(default_factory=dict)
    _tokenless: deque[float] = field(default_factory=deque)

    def apis(self) -> dict[str, Callable[[Call], Json]]:
        return {
            "/cgi-bin/kf/sync_msg": self._sync,
            "/cgi-bin/kf/send_msg": self._send,
            "/cgi-bin/kf/send_msg_on_event": self._send_on_event,
            "/cgi-bin/kf/service_state/get": self._session,
            "/cgi-bin/kf/service_state/trans": self._hand_over,
            "/cgi-bin/kf/account/list": self._list,
            "/cgi-bin/kf/add_contact_way": lambda call: {"errcode": 0, "url": "https://work.weixin.qq.com/kfid/kfc1"},
            "/cgi-bin/kf/customer/batchget": self._names,
        }

    def customer(self, id_: str, account: str = "wk1") -> Customer:
        return Customer(self, self.records.setdefault((account, id_), CustomerRecord(id_, account)))

    async def append(self, account: str, message: Json) -> Told:
        """Puts it where sync_msg finds it, and tells that something is there."""
        head = {"msgid": f"kf-{self._state.number():08d}", "open_kfid": account, "send_time": int(self._state.now())}
        self.log.append(head | message)
        token = f"ENC{self._state.number():012d}"
        self._tokens[token] = self._state.now() + TOKEN_LASTS
        fields = {"ToUserName": self.corp_id, "CreateTime": int(self._state.now()), "MsgType": "event"}
        return await self.push("kf", fields | {"Event": "kf_msg_or_event", "Token": token, "OpenKfId": account})

    def new_code(self, customer: CustomerRecord, kind: str | int) -> str:
        code = f"code-{self._state.number():08d}"
        state = kind if isinstance(kind, int) else None
        self.codes[code] = EventCode(customer, self._state.now() + CODE_SECONDS[kind], state)
        return code

    def opens(self, customer: CustomerRecord) -> None:
        customer.window = Window(self._state.now() + LASTS, COUNT)
        if customer.state == ENDED:
            customer.state, customer.member = NEW, ""

    def _sync(self, call: Call) -> Json:
        self._check_token(str(call.body.get("token", "")))
        account = str(call.body.get("open_kfid", ""))
        limit = min(int(call.body.get("limit") or 1000), 1000, self.page)
        cursor = str(call.body.get("cursor", ""))
        if cursor and not cursor.removeprefix("cursor-").isdecimal():
            raise Refused(40058, "invalid cursor")
        begin = int(cursor.removeprefix("cursor-")) if cursor else 0
        found, end = [], begin
        for end, message in enumerate(self.log[begin:], begin + 1):  # noqa: B007
            if account in ("", message["open_kfid"]) and message["send_time"] > self._state.now() - KEPT:
                found.append(message)
            if len(found) == limit:
                break
        more = int(end < len(self.log))
        return {"errcode": 0, "errmsg": "ok", "next_cursor": f"cursor-{end}", "has_more": more, "msg_list": found}

    def _check_token(self, token: str) -> None:
        """Without one, or with a wrong one, ten times a minute."""
        now = self._state.now()
        if self._tokens.get(token, 0.0) > now:
            return
        while self._tokenless and self._tokenless[0] <= now - 60:
            self._tokenless.popleft()
        if len(self._tokenless) >= 10:
            raise Refused(45009, "api freq out of limit", msg_list=[])
        self._tokenless.append(now)

    def _send(self, call: Call) -> Json:
        customer = self._find(call.body.get("open_kfid"), call.body.get("touser"))
        kind = self._checked_kind(call.body, KINDS)
        now, window = self._state.now(), customer.window
        if customer.state not in (NEW, BOT):
            raise Refused(95018, "send msg session status invalid")
        if window is None or window.until <= now:
            raise Refused(95002, "send msg time limit")
        if window.left < 1:
            raise Refused(95001, "send msg count limit")
        window.left -= 1
        sent = self._state.record(
            call.path, customer.id, kind, call.body, call.token, is_dropped=bool(customer.fails_with)
        )
        msgid = call.body.get("msgid") or f"out-{sent.number}"
        if customer.fails_with:
            event = {"event_type": "msg_send_fail", "fail_msgid": msgid, "fail_type": customer.fails_with}
            self.note_event(customer, event)
        return {"errcode": 0, "errmsg": "ok", "msgid": msgid}

    def note_event(self, customer: CustomerRecord, event: Json) -> None:
        """Without a callback of its own: it is found with the next."""
        where = {"open_kfid": customer.account, "external_userid": customer.id}
        head: Json = {"msgid": f"kf-{self._state.number():08d}", "open_kfid": customer.account}
        head |= {"send_time": int(self._state.now()), "origin": 4, "msgtype": "event"}
        self.log.append(head | {"event": event | where})

    def _send_on_event(self, call: Call) -> Json:
        code = self.codes.get(str(call.body.get("code", "")))
        if code is None or code.is_used or code.until <= self._state.now():
            raise Refused(CODE_REFUSED, "invalid code")
        if code.state is not None and code.customer.state != code.state:
            raise Refused(95018, "send msg session status invalid")
        kind = self._checked_kind(call.body, ("text", "msgmenu"))
        code.is_used = True
        sent = self._state.record(call.path, code.customer.id, kind, call.body, call.token)
        return {"errcode": 0, "errmsg": "ok", "msgid": call.body.get("msgid") or f"out-{sent.number}"}

    def _checked_kind(self, body: Json, allowed: tuple[str, ...]) -> str:
        kind = str(body.get("msgtype", ""))
        if kind not in allowed:
            raise Refused(40008, "invalid message type")
        content = need(body, kind, dict, 40058)
        if kind == "text" and not 0 < size(str(content.get("content", ""))) <= LONGEST_TEXT:
            raise Refused(40058, "text.content exceed max length 2048")
        if kind in ("image", "voice", "video", "file"):
            self._state.find_media(content.get("media_id"))
        if kind == "msgmenu" and not 1 <= len(content.get("list", ())) <= 10:
            raise Refused(95008, "menu list size invalid")
        return kind

    def _session(self, call: Call) -> Json:
        customer = self._find(call.body.get("open_kfid"), call.body.get("external_userid"))
        return {"errcode": 0, "service_state": customer.state, "servicer_userid": customer.member}

    def _hand_over(self, call: Call) -> Json:
        customer = self._find(call.body.get("open_kfid"), call.body.get("external_userid"))
        wanted, member = int(call.body.get("service_state", -1)), str(call.body.get("servicer_userid", ""))
        if wanted not in STEPS.get(customer.state, ()):
            raise Refused(95016, "not allow change session state")
        if wanted == MEMBER and member not in self.servicers:
            raise Refused(95014, "user is not a servicer")
        customer.state, customer.member = wanted, member if wanted == MEMBER else ""
        told: Json = {"errcode": 0, "errmsg": "ok"}
        return told | ({"msg_code": self.new_code(customer, wanted)} if wanted in CODE_SECONDS else {})

    def _find(self, account: object, id_: object) -> CustomerRecord:
        if account not in self.accounts:
            raise Refused(95000, "invalid open_kfid")
        if (str(account), str(id_)) not in self.records:
            raise Refused(40096, "invalid external userid")
        return self.records[str(account), str(id_)]

    def _list(self, _call: Call) -> Json:
        accounts = [{"open_kfid": id_, "name": name, "avatar": ""} for id_, name in self.accounts.items()]
        return {"errcode": 0, "account_list": accounts}

    def _names(self, call: Call) -> Json:
        asked = call.body.get("external_userid_list", [])
        known = {id_ for _, id_ in self.records}
        found = [{"external_userid": each, "nickname": each, "unionid": f"u-{each}"} for each in asked if each in known]
        return {
            "errcode": 0,
            "customer_list": found,
            "invalid_external_userid": [each for each in asked if each not in known],
        }


class Customer:
    """A guest in 微信客服."""

    def __init__(self, kf: Kf, record: CustomerRecord) -> None:
        self._kf = kf
        self.record = record

    async def enters(self, scene: str = "", scene_param: str = "") -> Told:
        """Opens the chat. Whoever was not welcomed and said nothing yet may be welcomed."""
        event: Json = {"event_type": "enter_session", "scene": scene, "scene_param": scene_param}
        if self.record.window is None and not self.record.is_welcomed:
            event["welcome_code"] = self._kf.new_code(self.record, "welcome")
            self.record.is_welcomed = True
        return await self._happens(event)

    async def says(self, text: str, menu_id: str = "") -> Told:
        return await self.sends("text", {"content": text} | ({"menu_id": menu_id} if menu_id else {}))

    async def sends_picture(self, media_id: str) -> Told:
        return await self.sends("image", {"media_id": media_id})

    async def sends(self, kind: str, content: Json) -> Told:
        self._kf.opens(self.record)
        message = {"external_userid": self.record.id, "origin": 3, "msgtype": kind, kind: content}
        return await self._kf.append(self.record.account, message)

    async def hears(self, member: str, text: str) -> Told:
        """A member answers in WeCom."""
        message = {"external_userid": self.record.id, "origin": 5, "servicer_userid": member, "msgtype": "text"}
        return await self._kf.append(self.record.account, message | {"text": {"content": text}})

    async def session_ends(self, member: str = "") -> Told:
        """The member closes it; what is returned lets the house say good-bye."""
        self.record.state, self.record.member = ENDED, ""
        event = {"event_type": "session_status_change", "change_type": 3, "old_servicer_userid": member}
        return await self._happens(event | {"msg_code": self._kf.new_code(self.record, ENDED)})

    async def _happens(self, event: Json) -> Told:
        where = {"open_kfid": self.record.account, "external_userid": self.record.id}
        return await self._kf.append(self.record.account, {"origin": 4, "msgtype": "event", "event": event | where})
