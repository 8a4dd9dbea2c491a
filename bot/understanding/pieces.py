"""Cuts a message into stretches that each want one thing, and tells what is wanted, refused or only asked about."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from bot.understanding.reading import Token
from bot.understanding.vocabulary import Hit, Kind, Meaning, service_words

WRAPPERS = frozenset({"greet", "thank", "farewell"})
_WANTED = (Kind.INTENT, Kind.SERVICE)
STATEMENTS = (Kind.SETTLED, Kind.PRAISED, Kind.MENDED, Kind.ENQUIRES)
_STRONG = 4


@dataclass(slots=True)
class Piece:
    """A clause, in tokens; `grammar` are the small words found in it."""

    start: int
    end: int
    hits: list[Hit] = field(default_factory=list)
    grammar: list[Hit] = field(default_factory=list)

    def of(self, *kinds: Kind) -> list[Hit]:
        return [hit for hit in self.grammar if hit.meaning.kind in kinds]


@dataclass(slots=True)
class Stretch:
    """Part of a piece around hits that want the same thing; `more` are neighbouring clauses that only add details."""

    piece: Piece
    start: int
    end: int
    hits: list[Hit]
    refused: bool = False
    more: list[Piece] = field(default_factory=list)
    leading: list[Piece] = field(default_factory=list)

    @property
    def wishes(self) -> bool:
        return self.refused or not all(hit.meaning.only_name for hit in self.hits)

    @property
    def wants(self) -> tuple[Kind, str]:
        return self.hits[0].wants


@dataclass(frozen=True, slots=True)
class Spotted:
    """The code of a service or the name of an intent, its place (in tokens), and the service it is about, if any."""

    name: str
    start: int
    end: int
    service: str = ""


def choose(hits: Iterable[Hit], tokens: Sequence[Token]) -> tuple[list[Hit], list[Hit]]:
    """The wanted hits that do not overlap, the longest first chosen, and the grammar around them."""
    hits = list(hits)
    idle = _idle(hits)
    chosen = _longest(hit for hit in hits if hit.meaning.kind in _WANTED and _may_stand(hit, tokens, idle))
    refusals = _longest(hit for hit in hits if hit.meaning.kind in (Kind.REFUSES, Kind.EXEMPT))
    spared = [hit for hit in refusals if hit.meaning.kind is Kind.EXEMPT]
    others = [hit for hit in hits if hit.meaning.kind not in (*_WANTED, Kind.REFUSES, Kind.EXEMPT)]
    grammar = [hit for hit in refusals if hit not in spared] + others
    spared_at, taken = _covered(spared), _covered(chosen)
    first = {hit.start for hit in chosen}
    return chosen, [hit for hit in grammar if _is_free(hit, taken, first) and not _is_spared(hit, spared_at)]


def pieces_of(tokens: Sequence[Token], chosen: Sequence[Hit], grammar: Sequence[Hit]) -> list[Piece]:
    """Clauses between stops and words such as 还有 or "and also"."""
    inside = {at for hit in chosen for at in range(hit.start + 1, hit.end)}
    breaks = {hit.start: hit.end for hit in _longest(h for h in grammar if h.meaning.kind is Kind.BREAK)}
    found, start, at = [], 0, 0
    while at < len(tokens):
        ends = at + 1 if not tokens[at].norm else breaks.get(at)
        if ends and at not in inside:
            found.append(Piece(start, at))
            start = at = ends
        else:
            at += 1
    found.append(Piece(start, len(tokens)))
    for piece in found:
        piece.hits = [hit for hit in chosen if piece.start <= hit.start < piece.end]
        piece.grammar = [hit for hit in grammar if piece.start <= hit.start and hit.end <= piece.end]
    return [piece for piece in found if piece.end > piece.start]


def stretches_of(piece: Piece, tokens: Sequence[Token]) -> list[Stretch]:
    """One stretch for each different thing wanted in the piece."""
    groups: list[list[Hit]] = []
    for hit in piece.hits:
        if groups and groups[-1][0].wants == hit.wants and not hit.captures:
            groups[-1].append(hit)
        else:
            groups.append([hit])
    found, start = [], piece.start
    for group, following in zip_longest(groups, groups[1:]):
        end, resume = _border(piece, group[-1], following[0], tokens, start) if following else (piece.end, piece.end)
        found.append(Stretch(piece, start, end, group, refused=_is_refused(piece, group)))
        start = resume
    return found


def is_question(piece: Piece) -> bool:
    return bool(piece.of(Kind.ASKS))


def is_refusal(piece: Piece) -> bool:
    """Whether the clause only takes back what was said before: "不用了", but not "不要葱"."""
    return only_says(piece, Kind.REFUSED)


def only_says(piece: Piece, kind: Kind) -> bool:
    """Whether nothing but small words stands around what is of this kind."""
    said = bool(piece.of(kind))
    return said and _covered(piece.of(kind, Kind.FILLER)).issuperset(range(piece.start, piece.end))


def deny(hit: Hit, piece: Piece, turned: str) -> Hit | None:
    """Praise with a "not" before it is a complaint; a complaint with a "not" before it is nothing."""
    near = [no for no in piece.of(Kind.DENIES, Kind.REFUSES) if 0 <= hit.start - no.end <= 1]
    if not near or hit.meaning.kind is Kind.SERVICE:
        return hit
    if hit.meaning.name == "compliment":
        return replace(hit, meaning=Meaning(Kind.INTENT, turned))
    return None if hit.meaning.name in (turned, "ask_for_person", "suggest") else hit


def _idle(hits: Iterable[Hit]) -> set[int]:
    """Tokens that carry no wish: small words and courtesies."""
    return _covered(
        hit for hit in hits if hit.meaning.kind in (Kind.FILLER, Kind.POLITE) or hit.meaning.name in WRAPPERS
    )


def _may_stand(hit: Hit, tokens: Sequence[Token], idle: Container[int]) -> bool:
    """A phrase marked as whole counts only when nothing but courtesy stands around it."""
    if not hit.whole:
        return True
    around = (at for at, token in enumerate(tokens) if token.norm and not hit.start <= at < hit.end)
    return all(at in idle for at in around)


def _is_free(hit: Hit, taken: set[int], first: set[int]) -> bool:
    """Grammar within a phrase belongs to the phrase; only a clear refusal in its gap ("空调不用修了") still refuses."""
    if hit.meaning.kind in (Kind.FILLER, *STATEMENTS) or not taken.issuperset(range(hit.start, hit.end)):
        return True
    return hit.meaning.kind is Kind.REFUSES and hit.weight >= _STRONG and hit.start not in first


def _is_spared(hit: Hit, spared_at: set[int]) -> bool:
    return hit.meaning.kind is Kind.REFUSED and hit.start in spared_at


def _longest(hits: Iterable[Hit]) -> list[Hit]:
    taken: set[int] = set()
    chosen = []
    for hit in sorted(hits, key=lambda hit: (-_rank(hit), hit.start, -hit.end)):
        places = set(range(hit.start, hit.end))
        if not taken & places:
            taken |= places
            chosen.append(hit)
    return sorted(chosen, key=lambda hit: hit.start)


def _rank(hit: Hit) -> int:
    """Between a thing to mend and a grumble about it, the thing to mend goes first."""
    is_thing = hit.meaning.kind is Kind.SERVICE and not hit.meaning.only_name
    return hit.weight + (3 if is_thing else 0)


def _covered(hits: Iterable[Hit]) -> set[int]:
    return {at for hit in hits for at in range(hit.start, hit.end)}


def _border(piece: Piece, hit: Hit, following: Hit, tokens: Sequence[Token], start: int) -> tuple[int, int]:
    """Where one wish ends and the next begins: at "and", else before or after the number between them."""
    joins = [join for join in piece.of(Kind.JOIN) if hit.end <= join.start and join.end <= following.start]
    if joins:
        return joins[-1].start, joins[-1].end
    counted_before = any(_is_number(token) for token in tokens[start : hit.start])
    return (hit.end, hit.end) if counted_before else (following.start, following.start)


def _is_number(token: Token) -> bool:
    return token.norm.isdigit() or token.norm in "一二两三四五六七八九十"


def _is_refused(piece: Piece, group: Sequence[Hit]) -> bool:
    service = service_words().get(group[0].meaning.name) if group[0].meaning.kind is Kind.SERVICE else None
    fault = service is not None and service.fault
    for no in piece.of(Kind.REFUSES):
        reach = 8 if no.weight >= _STRONG else 3
        if any(hit.start < no.start < hit.end for hit in group):
            return True
        if no.start < group[0].start <= no.end + reach and not _affirmed(piece, no.end, group[0].start):
            # A lone "no" or 别 before a fault belongs to the fault: "no, the AC is broken".
            return not fault or no.weight >= _STRONG
    last = max((hit.end for hit in piece.hits), default=0)
    after = [no for no in piece.of(Kind.REFUSED) if 0 <= no.start - last <= 3 and _is_final(piece, no)]
    return any(not _affirmed(piece, group[-1].end, no.start) for no in after)


def _is_final(piece: Piece, no: Hit) -> bool:
    """毛巾不要了 refuses the towel; 炒饭不要葱 says how the rice is wanted."""
    return _covered(piece.of(Kind.FILLER)).issuperset(range(no.end, piece.end))


def _affirmed(piece: Piece, start: int, end: int) -> bool:
    refusing = _covered(piece.of(Kind.REFUSES, Kind.REFUSED))
    return any(start <= yes.start and yes.end <= end and yes.start not in refusing for yes in piece.of(Kind.AFFIRMS))
