"""The web chat: a guest page and a staff page, pushed to by server-sent events. Read channel.py first."""

from bot.channels.webchat.channel import WebChat
from bot.channels.webchat.mailbox import Line, Mailbox

__all__ = ["Line", "Mailbox", "WebChat"]
