"""A stand-in for Tencent's two platforms: APIs on loopback with their windows and faults, and the people.

In a test:        async with WeixinServer() as weixin:
                      weixin.tells(Callback(url, token=…, aes_key=…, receiver=weixin.app_id))
                      told = await weixin.fan("o1").says("towels please")
As a process:     python -m tests.support.weixin --port 8082
The house's side: wechat_client(base_url=weixin.address, app_id=weixin.app_id, secret=weixin.secret, …)
Other processes:  POST {address}/control/fan_says {"id": "o1", "text": "towels please"}; see control.py.
"""

from __future__ import annotations

from tests.support.weixin.callback import Callback, Told, Try
from tests.support.weixin.server import WeixinServer
from tests.support.weixin.state import Refused, Sent

__all__ = ["Callback", "Refused", "Sent", "Told", "Try", "WeixinServer"]
