"""客户联系: a broadcast is a task which every member confirms, with three reminders a day, and its results."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.weixin.callback import Told
from tests.support.weixin.state import DAY, Call, Json, Refused, State, need, size

Push = Callable[[str, Mapping[str, Any]], Awaitable[Told]]

UNSENT, SENT, NO_FRIEND, FULL = range(4)
REMINDERS_A_DAY = 3
REMINDED_ENOUGH = 45009  # the page of the API names no number of its own
WELCOME_SECONDS = 20.0
MONTH = 30 * DAY


@dataclass
class Task:
    id: str
    body: Json
    people: dict[str, dict[str, int]]  # member -> customer -> state
    done: dict[str, float] = field(default_factory=dict)  # member -> when confirmed
    reminders: list[float] = field(default_factory=list)
    is_cancelled: bool = False


@dataclass
class Contacts:
    _state: State
    corp_id: str
    push: Push
    a_month: int = 30
    friends: dict[str, list[str]] = field(default_factory=dict)  # customer -> members who know them
    without: list[str] = field(default_factory=list)  # members who have no customer
    tasks: dict[str, Task] = field(default_factory=dict)
    welcomes: dict[str, tuple[str, float, bool]] = field(default_factory=dict)  # code -> customer, until, used
    _got: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def apis(self) -> dict[str, Callable[[Call], Json]]:
        return {
            "/cgi-bin/externalcontact/add_msg_template": self._add,
            "/cgi-bin/externalcontact/get_groupmsg_task": self._tasks_of,
            "/cgi-bin/externalcontact/get_groupmsg_send_result": self._results,
            "/cgi-bin/externalcontact/remind_groupmsg_send": self._remind,
            "/cgi-bin/externalcontact/cancel_groupmsg_send": self._cancel,
            "/cgi-bin/externalcontact/send_welcome_msg": self._welcome,
            "/cgi-bin/externalcontact/get_follow_user_list": self._members,
            "/cgi-bin/externalcontact/list": self._list,
            "/cgi-bin/externalcontact/get": self._get,
        }

    def knows(self, member: str, *customers: str) -> None:
        for customer in customers:
            self.friends.setdefault(customer, []).append(member)

    async def adds(self, customer: str, member: str, state: str = "") -> Told:
        """A guest becomes a contact of the member, and may be welcomed."""
        self.knows(member, customer)
        code = f"welcome-{self._state.number()}"
        self.welcomes[code] = (customer, self._state.now() + WELCOME_SECONDS, False)
        fields = {"ToUserName": self.corp_id, "FromUserName": "sys", "CreateTime": int(self._state.now())}
        fields |= {"MsgType": "event", "Event": "change_external_contact", "ChangeType": "add_external_contact"}
        fields |= {"UserID": member, "ExternalUserID": customer, "State": state, "WelcomeCode": code}
        return await self.push("contacts", fields)

    def confirms(self, msgid: str, member: str) -> int:
        """The member sends what the task asks for; to how many."""
        task = self.tasks[msgid]
        if task.is_cancelled or member in task.done:
            return 0
        now = self._state.now()
        task.done[member] = now
        for customer in task.people[member]:
            task.people[member][customer] = self._outcome(customer, member, now)
            if task.people[member][customer] == SENT:
                self._got[customer].append(now)
                self._state.record("groupmsg", customer, "text", task.body)
        return sum(state == SENT for state in task.people[member].values())

    def _outcome(self, customer: str, member: str, now: float) -> int:
        if member not in self.friends.get(customer, ()):
            return NO_FRIEND
        return FULL if sum(at > now - MONTH for at in self._got[customer]) >= self.a_month else SENT

    def _add(self, call: Call) -> Json:
        text = call.body.get("text", {}).get("content", "")
        attachments = call.body.get("attachments", [])
        if not text and not attachments:
            raise Refused(40058, "text and attachments can not be both empty")
        if size(text) > 4000 or len(attachments) > 9:
            raise Refused(40058, "text.content or attachments exceed max length")
        sender = str(call.body.get("sender", ""))
        asked = [str(each) for each in call.body.get("external_userid", [])]
        if not asked and not sender:
            raise Refused(40058, "external_userid and sender can not be both empty")
        asked = asked or [each for each, members in self.friends.items() if sender in members]
        people: dict[str, dict[str, int]] = {}
        for customer in asked:
            members = [each for each in self.friends.get(customer, ()) if sender in ("", each)]
            if members:
                people.setdefault(members[-1], {})[customer] = UNSENT
        if not people:
            raise Refused(41048, "no customer to send")
        task = Task(f"msgGCAAA{self._state.number():06d}", call.body, people)
        self.tasks[task.id] = task
        known = {customer for each in people.values() for customer in each}
        return {"errcode": 0, "msgid": task.id, "fail_list": [each for each in asked if each not in known]}

    def _tasks_of(self, call: Call) -> Json:
        task = self._task(call)
        told = [
            {"userid": member, "status": 2 if member in task.done else 0, "send_time": int(task.done.get(member, 0))}
            for member in task.people
        ]
        return {"errcode": 0, "task_list": told, "next_cursor": ""}

    def _results(self, call: Call) -> Json:
        people = self._task(call).people.get(need(call.body, "userid"))
        if people is None:
            raise Refused(40003, "invalid userid")
        limit, begin = min(int(call.body.get("limit") or 500), 1000), int(call.body.get("cursor") or 0)
        page: Iterable[tuple[str, int]] = list(people.items())[begin : begin + limit]
        told = [
            {"external_userid": customer, "userid": call.body["userid"], "status": state} for customer, state in page
        ]
        more = str(begin + limit) if begin + limit < len(people) else ""
        return {"errcode": 0, "send_list": told, "next_cursor": more}

    def _remind(self, call: Call) -> Json:
        task, now = self._task(call), self._state.now()
        if sum(at > now - DAY for at in task.reminders) >= REMINDERS_A_DAY:
            raise Refused(REMINDED_ENOUGH, "remind exceed limit")
        task.reminders.append(now)
        return {"errcode": 0, "errmsg": "ok"}

    def _cancel(self, call: Call) -> Json:
        self._task(call).is_cancelled = True
        return {"errcode": 0, "errmsg": "ok"}

    def _task(self, call: Call) -> Task:
        task = self.tasks.get(need(call.body, "msgid"))
        if task is None:
            raise Refused(40058, "invalid msgid")
        return task

    def _welcome(self, call: Call) -> Json:
        code = str(call.body.get("welcome_code", ""))
        customer, until, is_used = self.welcomes.get(code, ("", 0.0, False))
        if is_used:
            raise Refused(41051, "externaluser has started chatting")
        if until <= self._state.now():
            raise Refused(41050, "invalid welcome code")
        self.welcomes[code] = (customer, until, True)
        self._state.record(call.path, customer, "text", call.body, call.token)
        return {"errcode": 0, "errmsg": "ok"}

    def _members(self, _call: Call) -> Json:
        """Whoever may have customers, though they have none."""
        return {
            "errcode": 0,
            "follow_user": sorted({*self.without, *(m for each in self.friends.values() for m in each)}),
        }

    def _list(self, call: Call) -> Json:
        member = call.query.get("userid", "")
        found = [customer for customer, members in self.friends.items() if member in members]
        if not found:
            raise Refused(84061, "not external contact")
        return {"errcode": 0, "external_userid": found}

    def _get(self, call: Call) -> Json:
        customer = call.query.get("external_userid", "")
        if customer not in self.friends:
            raise Refused(84061, "not external contact")
        told = {"external_userid": customer, "name": customer, "type": 1, "unionid": f"u-{customer}"}
        return {
            "errcode": 0,
            "external_contact": told,
            "follow_user": [{"userid": each} for each in self.friends[customer]],
        }
