"""An allergy is taken back: "I am not allergic after all", 其实我对花生不过敏, "take the peanut allergy off"."""

from __future__ import annotations

import re

from bot.understanding.allergies import denies
from bot.understanding.amounts import blank
from bot.understanding.contract import Context
from bot.understanding.finding import is_more_left
from bot.understanding.foods import around_pattern, things_in
from bot.understanding.reading import Reading
from crm.service_requests.needs import Needs
from handlers.turn import Call

TAKE_BACK = "take_back_allergy"
_ORDER = "request_service"
_SIGN = re.compile(r"\ballerg\w*|过敏")
# Denied of something else than what was told: who has no other allergy keeps the first.
_OTHERS = re.compile(
    r"\b(?:other|others|else|further|more allergies)\b|别的|其他|其它|另外的|除了|\bexcept\b|\bbut\b"
    r"|不是.*(?:而是|[,，]是)"
)
_REMOVES = re.compile(
    r"\b(?:remove|delete|cancel|drop|erase|take off"
    r"|take (?:the|that|my)(?: [a-z]+){1,3} off|was(?: a)? mistake"
    r"|was(?:n'?t| not)? (?:wrong|right|true)|forget(?: about)? (?:the|my|that))\b"
    r"|去掉|删掉|删除|删了|取消|撤销|划掉|搞错|弄错|记错|说错|误会|不用管|不算数"
)
_KEEPS = re.compile(r"\b(?:do not|don'?t|never|please keep)\b|别|不要|不可|不能")
_ASKED = re.compile(r"[?？吗]")
_NO_LONGER = re.compile(
    r"\bafter all\b|\bany ?more\b|\bno longer\b|\bmistaken?\b|\bwrong\b|\bactually\b|\bnever was\b|其实|不再|已经不"
    r"|不过敏了|没有?过敏了|搞错|弄错|记错|说错|误会"
)
_SAID_BESIDE = re.compile(
    r"\b(?:after all|any ?more|no longer|mistaken?|wrong(?:ly)?|mixed up|actually|was|were|never|isn'?t|aren'?t|wasn'?t"
    r"|made|make|take|out|turns|off|from|note|notes|card|list|earlier|before|told|what|could|would|he'?s|she'?s|it'?s|true|right)\b"
    r"|其实|原来|之前|先前|以前|刚才|后来|查过|医生|再|已经|搞|弄|记|说错|误会|这|那|条|备注|上|里|掉|错"
)


def withdrawn(reading: Reading, context: Context) -> tuple[Call, ...]:
    """The call of a message that says nothing else; an order it stands in the midst of is asked for again.

    What is only denied ("no allergies") may answer a question of ours or be said by another guest: it is not `sure`.
    """
    plain = reading.plain
    if not _SIGN.search(plain) or all(intent.name != TAKE_BACK for intent in context.offered):
        return ()
    removes = bool(_REMOVES.search(plain)) and not _KEEPS.search(plain)
    if not (removes or denies(plain)) or _OTHERS.search(plain) or _says_more(plain):
        return ()
    named = tuple(dict.fromkeys(code for code, _ in things_in(plain, 0, len(plain))))
    sure = bool(removes or named or _NO_LONGER.search(plain)) and not _ASKED.search(plain)
    call = Call(TAKE_BACK, {**Needs(named).as_slots(), "sure": sure})
    if context.question is None:
        return (call,)
    return (call, context.question.call) if sure and context.question.call.intent == _ORDER else ()


def _says_more(plain: str) -> bool:
    rest = blank(plain, [span for _, span in things_in(plain, 0, len(plain))])
    return is_more_left(rest, _SIGN, _REMOVES, _SAID_BESIDE, around_pattern("changing"), around_pattern("words"))
