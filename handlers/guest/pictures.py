"""A photo that came without words."""

from __future__ import annotations

from dataclasses import replace

from crm.conversations.messages import pack_files
from crm.service_requests.photos import add_photos
from crm.service_requests.sharing import requests_of_guest
from handlers import cards, notices
from handlers.turn import Button, Call, Question, Reply, Turn
from prompts.words import say

ABOUT = ("maintenance", "cleaning", "lost_and_found")


def show_picture(turn: Turn) -> list[Reply]:
    """It belongs to what the guest asked for last; when nothing is open, we ask and keep it for the answer."""
    mine = requests_of_guest(turn.db, turn.speaker.guest_id) if turn.speaker.guest_id else []
    if not mine:
        return [_question(turn)]
    request = mine[-1]
    add_photos(turn.db, request, turn.attachments, of_wish=True)
    told = notices.to_assignee(turn, request, "picture")
    text = say(turn.language, "pictures.show_picture.added", what=cards.what(turn.language, request))
    return [Reply(cards.capital(text)), *(replace(reply, attachments=turn.attachments) for reply in told)]


def _question(turn: Turn) -> Reply:
    carried = {"pictures": pack_files(turn.attachments)}
    calls = {code: Call("request_service", {**carried, "service": code}) for code in ABOUT if code in turn.catalogue}
    buttons = [Button(cards.service_name(turn.language, code), call) for code, call in calls.items()]
    text = say(turn.language, "pictures.show_picture.ask")
    ask = Question(Call("request_service", carried), "service")
    return Reply(text, [*buttons, cards.person_button(turn.language)], ask=ask)
