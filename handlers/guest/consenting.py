"""A guest agrees to hear of news and offers in this chat, or wants no more of them anywhere."""

from __future__ import annotations

from crm.conversations.consents import agree, withdraw
from handlers.turn import Button, Call, Reply, Turn
from prompts.words import say


def agree_to_news(turn: Turn) -> list[Reply]:
    """Slot `sure`: agreed is what was pressed, not what words may have meant. Whoever follows us may have no stay."""
    if not turn.slot("sure"):
        return [Reply(say(turn.language, "consenting.agree_to_news.ask"), [_agree(turn)])]
    agree(turn.db, turn.now, turn.speaker.account_id, turn.inbound_id)
    stop = Button(say(turn.language, "consenting.end_news.button"), Call("end_news"))
    return [Reply(say(turn.language, "consenting.agree_to_news.agreed"), [stop])]


def end_news(turn: Turn) -> list[Reply]:
    """At once, whether they had agreed or not; what concerns the stay goes on."""
    withdraw(turn.db, turn.now, turn.speaker.account_id)
    return [Reply(say(turn.language, "consenting.end_news.ended"), [_agree(turn)])]


def _agree(turn: Turn) -> Button:
    return Button(say(turn.language, "consenting.agree_to_news.button"), Call("agree_to_news", {"sure": True}))
