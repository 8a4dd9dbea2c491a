"""Slips of the finger put right: English words by a letter, Chinese ones by their sound, for all who read on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import chain, pairwise

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.understanding import kept, reading
from bot.understanding.features import places_in
from bot.understanding.reading import Reading, Token, is_chinese, words
from bot.understanding.sounds import sounds
from bot.understanding.vocabulary import known_words
from prompts.words import LANGUAGES, examples, kinds, lessons_digest, phrases, services

SHORTEST, LONG = 3, 8  # letters: one slip in a word, two in a long one
OFTEN, COMMON = 4, 10  # times a word stands in the example lines until others are taken for a slip of it
LEAST_PART = 4  # letters of each of two words written as one
_NUMBERS = frozenset("一二两三四五六七八九十百")
_VOWELS = frozenset("aeiouy")

Codes = npt.NDArray[np.uint64]


def corrected(given: Reading) -> Reading:
    """The same reading with the words that were meant; `text`, and every place in it, stays as it was typed."""
    tokens = [meant for token in given.tokens for meant in _respelled(token, given.text)]
    plain = given.plain
    for at, meant in _misheard(tokens):
        start = tokens[at].start
        tokens[at : at + 2] = [Token(char, start + place, start + place + 1) for place, char in enumerate(meant)]
        plain = plain[:start] + meant + plain[start + 2 :]
    return Reading(given.text, plain, tuple(tokens))


def _respelled(token: Token, text: str) -> Sequence[Token]:
    word = token.norm
    if len(word) < SHORTEST or not (word.isascii() and word.isalpha()):
        return (token,)
    meant = _meant(word)
    if meant == (word,) or _may_be_a_name(token, text):
        return (token,)
    return [Token(each, token.start, token.end) for each in meant]


def _may_be_a_name(token: Token, text: str) -> bool:
    """A capital in the middle of a sentence that is not all capitals."""
    said, before = text[token.start : token.end], text[: token.start].rstrip(" \"'(")
    return said[0].isupper() and not said.isupper() and bool(before) and before[-1] not in ".!?\n。！？"


@lru_cache(maxsize=8_192)
def _meant(word: str) -> tuple[str, ...]:
    """The likeliest of the known words it may be a slip of, else two known words written as one, else itself."""
    counts = word_counts()
    if word in counts:
        return (word,)
    near = process.extract(word, _usual_words(), scorer=OSA.distance, score_cutoff=1 + (len(word) >= LONG), limit=8)
    for meant, _, _ in near:
        if _is_slip(word, meant):
            return (meant,)
    parts = ((word[:at], word[at:]) for at in range(LEAST_PART, len(word) - LEAST_PART + 1))
    return next((both for both in parts if all(counts[part] >= OFTEN for part in both)), (word,))


def _is_slip(word: str, meant: str) -> bool:
    """Another letter in a short word makes another word, unless it is a vowel; few slip at the first letter."""
    if word[0] != meant[0] or abs(len(word) - len(meant)) > 1:
        return False
    if len(word) == SHORTEST:  # wfi, txi, snd
        return len(meant) > len(word) and word_counts()[meant] >= COMMON
    if len(word) != len(meant) or sorted(word) == sorted(meant) or len(word) >= 6:
        return True
    wrong = [pair for pair in zip(word, meant, strict=True) if pair[0] != pair[1]]
    return all(_VOWELS.issuperset(pair) for pair in wrong) and word_counts()[meant] >= COMMON


@cache
def _usual_words() -> list[str]:
    counts = word_counts()
    return [word for word, count in counts.most_common() if count >= OFTEN and len(word) > SHORTEST]


def _misheard(tokens: Sequence[Token]) -> Iterator[tuple[int, str]]:
    """Where two characters that never stand together sound like a word and one of them fits nowhere, and that word."""
    pairs = {at: one.norm + two.norm for at, (one, two) in enumerate(pairwise(tokens)) if _are_chinese(one, two)}
    strange = [at for at, pair in pairs.items() if not _is_met(pair)]
    done = -1
    for at in strange:
        meant = _sounding_like(pairs[at])
        if at <= done or not meant or not _NUMBERS.isdisjoint(pairs[at]):
            continue
        beside = [side for side, place, char in _both(at, meant) if tokens[place].norm != char]
        if len(beside) == 1 and (beside[0] not in pairs or beside[0] in strange):
            yield at, meant
            done = at + 1


def _both(at: int, meant: str) -> Iterator[tuple[int, int, str]]:
    """For each of the two characters the place of the pair on its other side, its own, and what it would become."""
    yield at - 1, at, meant[0]
    yield at + 1, at + 1, meant[1]


def _are_chinese(one: Token, two: Token) -> bool:
    return one.end == two.start and is_chinese(one) and is_chinese(two)


@lru_cache(maxsize=16_384)
def _is_met(pair: str) -> bool:
    _, is_met = places_in(_usage()["met"], np.array([_code(pair)]))
    return bool(is_met[0])


@lru_cache(maxsize=16_384)
def _sounding_like(pair: str) -> str:
    """The word often met that sounds like these two characters, or nothing."""
    (at,), (is_heard,) = places_in(_usage()["sounds"], _sound(np.array([_code(pair)])))
    code = int(_usage()["often"][at])
    return chr(code >> 32) + chr(code & 0xFFFFFFFF) if is_heard else ""


def _code(pair: str) -> np.uint64:
    return np.uint64(ord(pair[0]) << 32 | ord(pair[1]))


def _sound(pairs: Codes) -> Codes:
    heard: Codes = sounds(pairs >> np.uint64(32)) << np.uint64(32) | sounds(pairs & np.uint64(0xFFFFFFFF))
    return heard


@cache
def word_counts() -> Counter[str]:
    """How often English words stand in the example lines; those of phrases count as met often, those of kinds once."""
    usage = _usage()
    return Counter(dict(zip(usage["words"].tobytes().decode().split(), usage["counts"].tolist(), strict=True)))


@cache
def _usage() -> kept.Arrays:
    """Of English words and of pairs of Chinese characters, kept for the same lines and phrases."""
    spoken = [phrases(language) for language in LANGUAGES]
    name = kept.name_of("spelling", [__file__, reading.__file__], [lessons_digest(), spoken, sorted(known_words())])
    return kept.recall(name, _counted)


def _counted() -> kept.Arrays:
    runs = [words(line) for language in LANGUAGES for line in _lines(language)]
    return _english(runs) | _chinese(runs)


def _lines(language: str) -> Iterator[str]:
    for said in (examples(language), phrases(language), kinds(language)):
        yield from chain.from_iterable(said.values())
    for entry in services(language).values():
        yield from (spoken for name in ("phrases", "details", "names") for spoken in entry.get(name, ()))


def _english(runs: Sequence[Sequence[str]]) -> kept.Arrays:
    said = chain(*runs, [*known_words()] * OFTEN)
    counts = Counter(word for word in said if word.isascii() and word.isalpha())
    text = " ".join(counts).encode()
    return {"words": np.frombuffer(text, dtype=np.uint8), "counts": np.array(list(counts.values()), dtype=np.int32)}


def _chinese(runs: Sequence[Sequence[str]]) -> kept.Arrays:
    """All pairs that are met; the words among those met often, the commonest of each sound; their sounds, in order."""
    pairs = [_code(one + two) for run in runs for one, two in pairwise(run) if _both_chinese(one + two)]
    met, counts = np.unique(np.array(pairs, dtype=np.uint64), return_counts=True)
    listed = {said for lines in (*phrases("zh").values(), *kinds("zh").values()) for said in lines}
    whole = [_code(said) for said in listed if _both_chinese(said)]
    is_word = (counts >= OFTEN) & np.isin(met, np.array(whole, dtype=np.uint64))
    often = met[is_word][np.argsort(-counts[is_word], kind="stable")]
    heard, first = np.unique(_sound(often), return_index=True)
    return {"met": met, "often": often[first], "sounds": heard}


def _both_chinese(pair: str) -> bool:
    return len(pair) == 2 and min(pair) >= "\u3400"
