"""Guests who are kept twice. What joins and parts them is loaded with the first such word, not with the house."""

from __future__ import annotations

from handlers.turn import Reply, Turn


def join_guests(turn: Turn) -> list[Reply]:
    """Slots `one` and `other` are the guests who were chosen, `answer` what was pressed under the preview."""
    from handlers import joining

    return joining.join_guests(turn)


def undo_join(turn: Turn) -> list[Reply]:
    """Slot `join` is the one whose button was pressed, `person` the guest chosen among several of that name."""
    from handlers import joining

    return joining.undo_join(turn)


def possible_doubles(turn: Turn) -> list[Reply]:
    """The likeliest first, each with its reasons."""
    from handlers import joining

    return joining.possible_doubles(turn)
