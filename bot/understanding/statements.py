"""A statement about a thing orders nothing: it was received, is enough, works again, is praised or asked after."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace

from bot.understanding.pieces import Piece, only_says
from bot.understanding.vocabulary import Hit, Kind, Meaning, service_words

_ORDER = "request_service"  # offered to guests; a colleague who says that it works again has done it
# What is understood instead of an order, in the order of their weight.
_INSTEAD = {Kind.ENQUIRES: "my_requests", Kind.SETTLED: "thank", Kind.MENDED: "thank", Kind.PRAISED: "compliment"}


def spare_orders(pieces: Sequence[Piece], offered: Container[str]) -> None:
    """Takes the services out of clauses that only speak about them; "two more, please" afterwards still wants them."""
    for at, piece in enumerate(pieces):
        if _ORDER in offered and not piece.hits and only_says(piece, Kind.MENDED):
            piece.hits = [_instead(_INSTEAD[Kind.MENDED], piece.of(Kind.MENDED)[0])]
        for kind, intent in _INSTEAD.items():
            stated = None if _asks_already(piece) else _stated(piece, kind)
            about = [hit for hit in piece.hits if stated and _is_about(stated, hit, piece)]
            if not stated or not about:
                continue
            piece.hits = [hit for hit in piece.hits if hit not in about]
            later = _wanted_later(pieces[at + 1 :]) if kind is not Kind.ENQUIRES else None
            if later:
                later.hits = [replace(about[0], start=later.start, end=later.start)]
            elif intent in offered and all(hit.meaning.name != intent for hit in piece.hits):
                piece.hits = sorted([*piece.hits, _instead(intent, stated)], key=lambda hit: hit.start)


def _stated(piece: Piece, kind: Kind) -> Hit | None:
    """What is stated, but for "has not arrived" and 不够用."""
    denied = piece.of(Kind.DENIES, Kind.REFUSES) if kind is not Kind.ENQUIRES else []
    about = (hit for hit in piece.of(kind) if not hit.whole)
    return next((hit for hit in about if not any(_denies(no, hit) for no in denied)), None)


def _denies(no: Hit, hit: Hit) -> bool:
    if hit.meaning.kind is Kind.MENDED and no.start < hit.start:  # "it does not seem to work now"
        return True
    return hit.start <= no.start < hit.end or no.start < hit.start <= no.end


def _asks_already(piece: Piece) -> bool:
    return any(hit.meaning.name == _INSTEAD[Kind.ENQUIRES] for hit in piece.hits)


def _is_about(stated: Hit, hit: Hit, piece: Piece) -> bool:
    """A service before the statement, or after it with no word of wanting: "I got the towels and need a pillow"."""
    is_service = hit.meaning.kind is Kind.SERVICE
    if not is_service or service_words()[hit.meaning.name].fault != (stated.meaning.kind is Kind.MENDED):
        return False
    if stated.meaning.kind is Kind.PRAISED and hit.start > stated.end:
        return False
    if hit.start < stated.start:
        return True
    wanted = [want.start for want in piece.of(Kind.WANTS) if not stated.start <= want.start < stated.end]
    return not any(start <= hit.start for start in wanted)


def _wanted_later(pieces: Sequence[Piece]) -> Piece | None:
    return next((piece for piece in pieces if not piece.hits and piece.of(Kind.WANTS)), None)


def _instead(intent: str, stated: Hit) -> Hit:
    return Hit(Meaning(Kind.INTENT, intent), stated.start, stated.end, stated.weight)
