"""How a guest in elder mode reads what the house says: a sentence a line, a numbered menu, a call one number away."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from handlers.turn import Button, Call, Reply
from prompts.words import say, spoken, table

MOST_CHOICES = 3  # of the reply's own: with the call and the way out there are five
_CALL = Call("call_me")
_LEAVE = Call("elder_mode", {"switch": "off"})
_SENTENCE = re.compile(r"(?:“[^”]*”|[^。！？“]|“)+?(?:[。！？]+|(?<=[.!?])\s+(?=[A-Z“])|$)")


def simply(reply: Reply, language: str) -> Reply:
    """The same facts and promises without polite offers. An alarm is left as it is.

    Where a number answers a question, as a rating or how many, no menu takes it away: the menu is told in words.
    """
    if reply.urgent:
        return reply
    text = plain(language, reply.text)
    own = [button for button in reply.buttons if button.call.intent != "ask_for_person"]
    if _is_scale(own) or (reply.ask is not None and not own):
        return replace(reply, text=f"{text}\n{say(language, 'elder.menu.words')}", buttons=own)
    menu = [*own[:MOST_CHOICES], *_always(language)]
    labels = [f"{number}. {button.label}" for number, button in enumerate(menu, start=1)]
    return replace(
        reply, text=text, buttons=[replace(each, label=label) for each, label in zip(menu, labels, strict=True)]
    )


def plain(language: str, text: str) -> str:
    """A sentence a line, without those that only offer; if nothing else was said they stay."""
    sentences = [each.strip() for line in text.split("\n") for each in _SENTENCE.findall(line)]
    kept = [each for each in sentences if each and not _left_out(spoken(language)).fullmatch(each)]
    return "\n".join(kept or filter(None, sentences))


def _always(language: str) -> Sequence[Button]:
    return (
        Button(say(language, "elder.menu.call"), _CALL),
        Button(say(language, "elder.menu.leave"), _LEAVE),
    )


def _is_scale(buttons: Sequence[Button]) -> bool:
    return bool(buttons) and all(button.label.isdigit() for button in buttons)


@cache
def _left_out(language: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{each})" for each in table(language, "elder", "offers")["left_out"]))
