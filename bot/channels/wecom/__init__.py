"""WeCom (企业微信): the company's own app for staff in `channel`, 微信客服 for guests in `guest_channel`.

Both are told of by one `callback`. Begin reading there. `customers` is what members send once they confirm it.
"""

from bot.channels.wecom.callback import Callback
from bot.channels.wecom.channel import WeCom
from bot.channels.wecom.customers import WeComCustomers
from bot.channels.wecom.guest_channel import WeComGuests

__all__ = ["Callback", "WeCom", "WeComCustomers", "WeComGuests"]
