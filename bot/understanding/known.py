"""The guests whom a colleague's message names: by which keys the records are asked for them, and where they stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice, pairwise

from bot.understanding.items import stand_in
from bot.understanding.reading import Reading, Token, fold, is_chinese, language_of, read
from bot.understanding.vocabulary import is_known
from crm.encryption import folded
from crm.names.sound import name_sound, parts, sounds_like
from prompts.words import examples, kinds, phrases

MOST_TOKENS, MOST_RUNS = 60, 128  # of a message; whoever writes more is not asking for somebody
LATIN, CHINESE = range(1, 5), range(2, 5)  # how many words, or characters, a name has
LEAST_LETTERS = 4
SEVERAL = 2  # example lines hold a name here and there too
_BETWEEN = frozenset(" -.'\u2019·")  # what may stand between two words of one name
# Any name does for the brains that read on, if only they have met it in example lines; these stand for all of them.
_STAND_INS = {"zh": ("张", "三"), "en": ("miller",)}
_NAMING = frozenset({"find_guest", "why_not_delivered", "invite_staff", "revoke_staff"})


@dataclass(frozen=True, slots=True)
class Keys:
    """What a message may name: Chinese names as they are written, folded, and others by their sound."""

    written: tuple[str, ...] = ()
    sounds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """A guest's name in the text; `certain`: these words are hardly ever said for another reason."""

    start: int
    end: int
    certain: bool

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.end


def keys_of(text: str) -> Keys:
    """Of at most MOST_RUNS runs of words: each may be a name."""
    reading = read(text)
    runs = [(reading.text[start:end], is_zh) for start, end, is_zh in _runs(reading)]
    written = chain.from_iterable((folded(said), fold(said)) for said, is_zh in runs if is_zh)
    sounds = (name_sound(said) for said, is_zh in runs if not is_zh)
    return Keys(tuple(dict.fromkeys(written)), tuple(dict.fromkeys(each for each in sounds if each)))


def find_known(reading: Reading, names: Sequence[str]) -> tuple[Known, ...]:
    """Where these names stand, the longer ones first chosen."""
    if not names:
        return ()
    written = {form: name for name in names for form in (folded(name), fold(name))}
    sounds = {sound: name for name in names if (sound := name_sound(name))}
    found: list[Known] = []
    for start, end, is_zh in sorted(_runs(reading), key=lambda run: run[0] - run[1]):
        said = reading.text[start:end]
        name = (written.get(folded(said)) or written.get(fold(said))) if is_zh else sounds.get(name_sound(said) or "")
        if name is None or any(start < each.end and each.start < end for each in found):
            continue
        if is_zh or sounds_like(said, name):
            found.append(Known(start, end, _is_certain(said, name, is_zh)))
    return tuple(found)


def with_stand_ins(reading: Reading, known: Sequence[Known], language: str) -> Reading:
    """The same reading, each name that is certain read as one that everybody knows; texts and places stay."""
    tokens = list(reading.tokens)
    for each in sorted((each for each in known if each.certain), key=lambda each: -each.start):
        inside = [at for at, token in enumerate(tokens) if each.start <= token.start < each.end]
        if inside:
            tokens[inside[0] : inside[-1] + 1] = _stand_in(each, language)
    return Reading(reading.text, reading.plain, tuple(tokens))


def language_without(reading: Reading, known: Sequence[Known], otherwise: str) -> str:
    """The language of what is said beside the names: "which room is 王芳 in" is English."""
    if not known:
        return language_of(reading.text, otherwise)
    text = reading.text
    for each in known:
        text = text[: each.start] + " " * (each.end - each.start) + text[each.end :]
    return language_of(text, language_of(reading.text, otherwise))


def _stand_in(known: Known, language: str) -> list[Token]:
    return stand_in(_STAND_INS["zh" if language == "zh" else "en"], known.start, known.end)


def _runs(reading: Reading) -> Iterator[tuple[int, int, bool]]:
    """Places of runs of words of one script that may be a name, and whether they are Chinese."""
    tokens, count = reading.tokens[:MOST_TOKENS], 0
    for at, first in enumerate(tokens):
        is_zh = is_chinese(first)
        for length in CHINESE if is_zh else LATIN:
            run = tokens[at : at + length]
            if len(run) < length or not _is_run(run, is_zh, reading.text) or count >= MOST_RUNS:
                break
            start, end = run[0].start, _without_s(run[-1], reading.text)
            if is_zh or end - start >= LEAST_LETTERS:
                count += 1
                yield start, end, is_zh


def _is_run(run: Sequence[Token], is_zh: bool, text: str) -> bool:
    if not all(is_chinese(token) if is_zh else token.norm.isalpha() and not is_chinese(token) for token in run):
        return False
    gaps = (text[one.end : two.start] for one, two in pairwise(run))
    return all(not gap if is_zh else 0 < len(gap) <= 2 and _BETWEEN.issuperset(gap) for gap in gaps)


def _without_s(token: Token, text: str) -> int:
    """Where a word ends without its 's."""
    return token.end - 2 * (text[token.start : token.end].lower().endswith(("'s", "\u2019s")))


def _is_certain(said: str, name: str, is_zh: bool) -> bool:
    """What is also an ordinary word (May, Grace, 高兴) is no name before anything else says so."""
    if is_zh:
        return len(said) > 2 or not _is_ordinary(fold(said))
    words = fold(said).split()
    if len(words) > 1:
        return not all(map(is_known, words))
    from bot.understanding.meanings import is_common  # numpy comes with the first message

    return len(parts(name)) > 1 and not is_known(words[0]) and not is_common(words[0])


@lru_cache(maxsize=1_024)
def _is_ordinary(pair: str) -> bool:
    """Whether the two characters stand together in several phrases and example lines of those that name nobody."""
    spoken = (of("zh") for of in (examples, phrases, kinds))
    lines = chain.from_iterable(lines for each in spoken for name, lines in each.items() if name not in _NAMING)
    return len(list(islice((line for line in lines if pair in line), SEVERAL))) == SEVERAL
