"""WeChat official accounts: callbacks in AES mode, passive replies, and what may be sent later.

`channel` is the place to begin reading; `holding` keeps the five-second rule. `followers` says one thing to many.
"""

from bot.channels.wechat.channel import House, Wechat
from bot.channels.wechat.followers import WechatFollowers
from bot.channels.wechat.sending import Subscription, Template

__all__ = ["House", "Subscription", "Template", "Wechat", "WechatFollowers"]
