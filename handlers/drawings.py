"""Cards made for chat, kept with the message that shows them and drawn once somebody needs to see them."""

from __future__ import annotations

from crm.conversations.attachments import CARD, Content, store_files
from crm.conversations.messages import Attachment
from handlers.turn import Moment
from prompts.pictures import Card, packed


def kept(turn: Moment, name: str, card: Card) -> Attachment:
    (attachment,) = store_files(turn.db, turn.now, [Content(CARD, "image/png", f"{name}.png", packed(card))])
    return attachment


def accent(turn: Moment) -> str:
    return turn.house.accent or Card("").accent
