"""Reads what links a person to a stay or an invitation: a code, a name with four digits, a token."""

from __future__ import annotations

import re

from bot.understanding.reading import fold, words
from bot.understanding.vocabulary import is_known

Span = tuple[int, int]

_CODE = re.compile(r"(?<![\w-])(?P<code>[A-Za-z]{2,4}-(?=[A-Za-z0-9]*\d|[A-Z0-9]{4})[A-Za-z0-9]{4,12})(?![\w-])")
_NAMED_CODE = re.compile(
    r"(?:\b(?:code|booking|reservation|confirmation)(?: (?:code|number|no\.?|id))?(?: is)?"
    r"|(?:预订|预定|订单|确认)[号码]+|编号|入住码|房码)\W{0,3}(?:是"
    r"|为)?\W{0,2}(?P<code>[a-z0-9][a-z0-9-]{3,19})(?![\w-])"
)
_DIGITS = r"(?<!\d)(?P<digits>\d{4})(?!\d)"
_TAIL = r"(?:手机|电话)?(?:号码?)?(?:尾号|后四位|末四位|最后四位|后4位|末4位)(?:数字)?(?:是|为|:)?"
_ZH_MARKED = re.compile(
    r"(?:我叫|我是|姓名(?:是|:)?|名字(?:是|叫|:)?|叫)\s*"
    rf"(?P<name>[\u4e00-\u9fff·]{{2,4}}|(?<![a-z])[a-z]+(?: [a-z]+){{1,3}})"
    rf"[\s,，。、;；]*(?:我的)?(?:{_TAIL})?\s*{_DIGITS}"
)
_ZH_TAIL = re.compile(
    rf"(?P<name>[\u4e00-\u9fff·]{{2,4}}|(?<![a-z])[a-z]+(?: [a-z]+){{1,3}})[\s,，。、]*(?:我的)?{_TAIL}\s*{_DIGITS}"
)
_ZH_ALONE = re.compile(rf"(?P<name>[\u4e00-\u9fff·]{{2,4}})[\s,，、]*{_DIGITS}")
_EN_MARKED = re.compile(
    r"(?:\bmy name is|\bname is|\bname:|\bi am|\bi'm|\bthis is)\s+(?P<name>[a-z][a-z'-]*(?: [a-z][a-z'-]*){0,3}?)"
    r"[\s,.;]*(?:and )?(?:my )?(?:phone|mobile|number|tel)?[a-z ]{0,30}?(?:ending|ends|last four|last 4|digits)?"
    r"[a-z ]{0,20}?"
    rf"(?:is|are|:)?\s*{_DIGITS}"
)
_EN_ALONE = re.compile(rf"(?P<name>[a-z][a-z'-]*(?: [a-z][a-z'-]*){{1,3}}|[a-z]{{3,}})[\s,]+{_DIGITS}")
_HOUR = re.compile(r"\d{1,2}h\d{2}|\d{1,2}[ap]m")
_NO_NAME = frozenset("房间号码楼毛巾枕空调要请给送的了在电话我你您接单完")
_POLITE_EDGE = re.compile(
    r"^(?:你好|您好|hi|hello)[\s,，!。.]*|(?<![\s,，。.!])[\s,，。.!]*+(?:谢谢|thanks|thank you)?[\s。.!]*+$"
)
_TOKEN = re.compile(r"\s*(?P<how>/start|invite|邀请码?)[\s:=]+(?P<token>[A-Za-z0-9_-]{8,64})\s*", re.IGNORECASE)


def find_credential_words(plain: str, raw: str, asked: bool) -> tuple[dict[str, str], list[Span]] | None:
    """A reservation code, or a name with the last four digits of a phone."""
    code = _CODE.search(raw) or _named_code(plain) or (_asked_code(plain) if asked else None)
    if code:
        start, end = code.span("code")
        return {"code": raw[start:end].upper()}, [code.span()]
    for pattern in (_ZH_MARKED, _ZH_TAIL, _EN_MARKED):
        match = pattern.search(plain)
        if match and not _unlikely(match["name"]):
            return _name_and_digits(match, raw, 0)
    return _alone(plain, raw)


def find_token_words(raw: str, asked: bool) -> tuple[str, list[Span]] | None:
    """A token is told from an ordinary word by a digit, a sign or a capital inside it."""
    match = _TOKEN.fullmatch(raw) or (re.fullmatch(r"\s*(?P<token>[A-Za-z0-9_-]{8,64})\s*", raw) if asked else None)
    if not match:
        return None
    token = match["token"]
    deep_link = match.groupdict().get("how") == "/start"
    return (token, [match.span("token")]) if deep_link or re.search(r"[\d_-]|.[A-Z]", token) else None


def _named_code(plain: str) -> re.Match[str] | None:
    match = _NAMED_CODE.search(plain)
    return match if match and re.search(r"\d", match["code"]) and not _HOUR.fullmatch(match["code"]) else None


def _asked_code(plain: str) -> re.Match[str] | None:
    return re.fullmatch(r"\W*(?P<code>(?=[a-z-]*\d)(?=[\d-]*[a-z]|\d{6})[a-z0-9][a-z0-9-]{3,19})\W*", plain)


def _alone(plain: str, raw: str) -> tuple[dict[str, str], list[Span]] | None:
    """Name and digits with nothing else around them but courtesy."""
    offset = 0
    edge = _POLITE_EDGE.match(plain)
    if edge and edge.start() == 0:
        offset = edge.end()
    rest = _POLITE_EDGE.sub("", plain[offset:])
    match = _ZH_ALONE.fullmatch(rest) or _EN_ALONE.fullmatch(rest)
    if not match or _unlikely(match["name"]):
        return None
    credential = _name_and_digits(match, raw, offset)
    return None if _is_a_thing(credential[0]["name"]) else credential


def _unlikely(name: str) -> bool:
    """Words we listen for are no names: "room 1203" is not a guest called Room."""
    if name.isascii():
        return all(is_known(word) for word in words(name))
    return any(char in _NO_NAME for char in name)


def _is_a_thing(name: str) -> bool:
    """ "Beef noodles 1609" and 加婴儿床 1509 are wishes; "Rose May 1234", written as a name, is one."""
    from bot.understanding.kinds import is_listed, kinds_of  # loaded with the first message

    if not name.isascii():
        return bool(kinds_of(list(name)) - {"find_guest"})
    return not name.istitle() and any(is_known(word) or is_listed(word) for word in words(fold(name)))


def _name_and_digits(match: re.Match[str], raw: str, offset: int) -> tuple[dict[str, str], list[Span]]:
    start, end = match.span("name")
    name = raw[offset + start : offset + end].strip()
    return {"name": name, "digits": match["digits"]}, [(offset + match.start(), offset + match.end())]
