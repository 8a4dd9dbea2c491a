"""`guanjia demo`: a believable house that needs no token, no key and no network. Read command.py first."""

from bot.demo.command import Wishes, demo

__all__ = ["Wishes", "demo"]
