"""The menu of the official account: three buttons, five below each, names and keys of a limited length."""

from __future__ import annotations

from collections.abc import Callable

from tests.support.weixin.state import Call, Json, Refused, size

KINDS = {"click", "view", "scancode_push", "scancode_waitmsg", "pic_photo_or_album", "location_select", "media_id"}


class Menu:
    def __init__(self) -> None:
        self.buttons: list[Json] = []

    def apis(self) -> dict[str, Callable[[Call], Json]]:
        return {
            "/cgi-bin/menu/create": self._create,
            "/cgi-bin/menu/get": self._get,
            "/cgi-bin/menu/delete": self._delete,
        }

    def _create(self, call: Call) -> Json:
        buttons = call.body.get("button")
        if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
            raise Refused(40016, "invalid button size")
        for button in buttons:
            _check_name(button, 16, 40018)
            if below := button.get("sub_button"):
                if not 1 <= len(below) <= 5:
                    raise Refused(40023, "invalid sub button size")
                for each in below:
                    _check_name(each, 60, 40025)
                    _check_act(each)
            else:
                _check_act(button)
        self.buttons = buttons
        return {"errcode": 0, "errmsg": "ok"}

    def _get(self, _call: Call) -> Json:
        if not self.buttons:
            raise Refused(46003, "menu no exist")
        return {"menu": {"button": self.buttons}}

    def _delete(self, _call: Call) -> Json:
        self.buttons = []
        return {"errcode": 0, "errmsg": "ok"}


def _check_name(button: Json, longest: int, code: int) -> None:
    if not 0 < size(str(button.get("name", ""))) <= longest:
        raise Refused(code, "invalid button name size")


def _check_act(button: Json) -> None:
    kind = button.get("type")
    if kind not in KINDS:
        raise Refused(40017, "invalid button type")
    if kind == "click" and not 0 < size(str(button.get("key", ""))) <= 128:
        raise Refused(40019, "invalid button key size")
    if kind == "view" and not str(button.get("url", "")).startswith(("http://", "https://")):
        raise Refused(40055, "invalid button url domain")
