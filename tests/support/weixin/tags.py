"""Tags of the followers: a hundred at most, twenty on one, fifty people in a call."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tests.support.weixin.fans import FanRecord, Fans
from tests.support.weixin.state import Call, Json, Refused, need, size

OK = {"errcode": 0, "errmsg": "ok"}


class Tags:
    def __init__(self, fans: Fans) -> None:
        self._fans = fans
        self.names: dict[int, str] = {2: "星标组"}  # given by the platform

    def apis(self) -> dict[str, Callable[[Call], Json]]:
        return {
            "/cgi-bin/tags/create": self._create,
            "/cgi-bin/tags/get": self._get,
            "/cgi-bin/tags/delete": self._delete,
            "/cgi-bin/tags/members/batchtagging": self._tag,
            "/cgi-bin/tags/members/batchuntagging": self._untag,
            "/cgi-bin/tags/getidlist": self._of_fan,
            "/cgi-bin/user/tag/get": self._people,
        }

    def _create(self, call: Call) -> Json:
        name = need(need(call.body, "tag", dict, 47001), "name", code=45158)
        if size(name) > 30:
            raise Refused(45158, "tag name too long")
        if name in self.names.values():
            raise Refused(45157, "invalid tag name, exist")
        if len(self.names) >= 100:
            raise Refused(45056, "exceed tag num limit")
        number = max((100, *self.names)) + 1
        self.names[number] = name
        return {"tag": {"id": number, "name": name}}

    def _get(self, _call: Call) -> Json:
        return {
            "tags": [{"id": id_, "name": name, "count": len(self._tagged(id_))} for id_, name in self.names.items()]
        }

    def _delete(self, call: Call) -> Json:
        number = self._known(need(call.body, "tag", dict, 47001).get("id"))
        del self.names[number]
        for record in self._fans.records.values():
            record.tags.discard(number)
        return OK

    def _tag(self, call: Call) -> Json:
        number = self._known(call.body.get("tagid"))
        people = list(self._people_of(call))
        if any(len(each.tags | {number}) > 20 for each in people):
            raise Refused(45059, "exceed tag num limit of one fan")
        for record in people:
            record.tags.add(number)
        return OK

    def _untag(self, call: Call) -> Json:
        number = self._known(call.body.get("tagid"))
        for record in self._people_of(call):
            record.tags.discard(number)
        return OK

    def _of_fan(self, call: Call) -> Json:
        return {"tagid_list": sorted(self._fans.reached(call.body.get("openid")).tags)}

    def _people(self, call: Call) -> Json:
        people = self._tagged(self._known(call.body.get("tagid")))
        return {"count": len(people), "data": {"openid": people}, "next_openid": people[-1] if people else ""}

    def _tagged(self, number: int) -> list[str]:
        return sorted(each.openid for each in self._fans.records.values() if number in each.tags)

    def _known(self, number: object) -> int:
        if not isinstance(number, int) or number not in self.names:
            raise Refused(45159, "invalid tag")
        return number

    def _people_of(self, call: Call) -> Iterable[FanRecord]:
        people = need(call.body, "openid_list", list, 40032)
        if len(people) > 50:
            raise Refused(40032, "invalid openid list size")
        return [self._fans.reached(each) for each in people]
