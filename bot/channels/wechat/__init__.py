"""WeChat official accounts: callbacks in AES mode, passive replies, and what may be sent later.

`channel` is the place to begin reading; `holding` keeps the five-second rule.
"""

from bot.channels.wechat.channel import House, Wechat
from bot.channels.wechat.sending import Subscription, Template

__all__ = ["House", "Subscription", "Template", "Wechat"]
