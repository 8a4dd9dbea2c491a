"""What a wish may cost, where somebody says so: an amount, its currency and on which side of it to stay."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from bot.understanding.numbers import EN_NUMBER, number

Span = tuple[int, int]
Money = dict[
    str, Any
]  # amount: str; currency: ISO code, "" for the house's own; bound; per: "person" where it is for each

HIGHEST = 10_000_000
BOUNDS = ("at_most", "about", "at_least")
# 块, 元, "¥", "kuai" and "bucks" are whatever the house counts in.
CODES = {
    "USD": "us$ $ usd dollar dollars 美元 美金 刀",
    "HKD": "hk$ hkd 港币 港元",
    "TWD": "nt$ twd 台币 新台币",
    "SGD": "s$ sgd 新币",
    "AUD": "a$ aud 澳元 澳币",
    "EUR": "€ eur euro euros 欧元 欧",
    "GBP": "£ gbp pound pounds quid 英镑 镑",
    "JPY": "jpy yen 日元 日币",
    "CNY": "rmb cny yuan 人民币",
}
_CURRENCIES = {said: code for code, words in CODES.items() for said in words.split()}
_TRIGGER = re.compile(
    r"[$¥€£元块圆镑刀]|yuan|rmb|usd|cny|hkd|sgd|eur|gbp|jpy|\byen\b|dollar|buck|pound|quid|kuai|budget|per (?:person"
    r"|head)"
    r"|a head|预算|人均|每人|每位|人民币|美金|港币|台币|日币|新币"
)
_SIGN = r"us\$|hk\$|nt\$|s\$|a\$|[$¥€£]|(?:rmb|usd|cny|eur|gbp|hkd|sgd|jpy|aud)\b"
_EN_UNIT = "yuan|rmb|usd|cny|eur|gbp|hkd|sgd|jpy|aud|yen|dollars?|euros?|bucks?|pounds?|quid|kuai"
_ZH_UNIT = "块钱?|元|圆|美元|美金|欧元|人民币|港币|港元|新?台币|日元|日币|英镑|镑|新币|澳元|澳币|刀"
_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d{1,8}(?:\.\d{1,2})?"
_WORDS = rf"(?:(?:an?|{EN_NUMBER}) (?:hundred|thousand)(?: and)?(?: (?:{EN_NUMBER}))?|(?:{EN_NUMBER}))"
_HANZI = "[一二两三四五六七八九十百千万]{1,9}"
_RANGE = rf"(?:(?:{_DIGITS}|{_HANZI}) ?(?:-|–|~|to|and|到|至) ?)?"
_OWN = (
    r"(?:预算|人均|每人|每位)(?:费用|消费|标准)?"
    r"(?:大概|大约|在|是|为|就|差不多|控制在|不要?超过|最多|至少|别超过|约|[:：\s])*"
)
_BUDGET = r"\bbudget(?: of| is|'s|:| around| about| under| up to| max| maximum| limit| per person| per head| roughly)*"
_MONEY = re.compile(
    rf"(?P<sign>{_SIGN}) ?{_RANGE}(?:{_SIGN})?(?P<a>{_DIGITS})(?P<ak>k\b)?(?: ?(?:{_EN_UNIT})\b)?"
    rf"|(?<![\d.:#/-]){_RANGE}(?P<b>(?:{_DIGITS})(?P<bk>k)?|\b{_WORDS}) ?-?(?P<unit>{_EN_UNIT})\b"
    rf"|(?P<own>{_OWN}){_RANGE}(?P<c>{_DIGITS}"
    rf"|{_HANZI})(?P<c10>[百千万])?[来多]?(?P<cunit>{_ZH_UNIT})?(?![\d人位个点:：岁号])"
    rf"|(?<![\d.:第]){_RANGE}(?P<d>{_DIGITS}|{_HANZI})(?P<d10>[百千万])?(?P<odd>[来多几])?(?P<dunit>{_ZH_UNIT})"
    rf"|(?P<budget>{_BUDGET}) (?P<e>{_DIGITS}|\b{_WORDS})(?: ?(?P<eunit>{_EN_UNIT})\b)?(?![\d:%])(?! ?(?:people"
    rf"|persons?|nights?|days?|[ap]m)\b)"
    rf"|(?<![\d.:#])(?P<f>{_DIGITS}|\b{_WORDS})(?= (?:per|a) (?:person|head)\b| pp\b)"
)
# A coin, a voucher or a piece of cake is no budget; small numbers of 块 are pieces.
_NO_BUDGET = re.compile(
    r"\s*(?:-| )?的?(?:券|卡|代金|优惠|押金|零钱|硬币|纸币|现金|面额|voucher|coupon|gift card|deposit|notes?\b"
    r"|bills?\b|coins?\b"
    r"|discount|off\b|refund|charge|fee\b)"
)
_PIECES = re.compile(r"肥皂|香皂|蛋糕|巧克力|毛巾|毯|糖|饼|披萨|牛排|豆腐|西瓜|面包|冰|抹布|浴巾|地垫|充电|手表|电池")
_MOST_BEFORE = re.compile(
    r"(?:\b(?:under|below|less than|at most|max(?:imum)?|up to|no more than|not more than|within|cheaper than|not over"
    r"|not exceed(?:ing)?|limit|between|budget)(?: of| is|:)?(?: about)?"
    r"|不(?:要|能)?超过|别超过|最多|不高于|低于|少于|小于|上限|顶多|不多于|控制在|预算)[^\d,，。;；]{0,6}$"
)
_ABOUT_BEFORE = re.compile(
    r"(?:\b(?:around|about|roughly|approx(?:imately|\.)?|circa|some|for|~)|~|大概|大约|差不多|约|左右)\s?$"
)
_LEAST_BEFORE = re.compile(
    r"(?:\b(?:over|more than|at least|min(?:imum)?|above)(?: of)?|至少|起码|不少于|不低于|最少|超过|高于)\s?$"
)
_MOST_AFTER = re.compile(
    r"\s*(?:钱|块)?(?:以内|以下|之内|之下|封顶|内|(?:max(?:imum)?|or (?:less|under)|tops|at most|limit|budget)\b)"
)
_ABOUT_AFTER = re.compile(r"\s*(?:钱)?(?:左右|上下|的样子|的|-?ish\b|or so\b|roughly\b|worth\b|give or take)")
_LEAST_AFTER = re.compile(r"\s*(?:以上|起|往上|\+|(?:or more|and up|minimum|at least)\b)")
_EACH = re.compile(
    r"\s*(?:左右|以内)?(?:/ ?(?:人|位|person|head|pax)|(?:per|a) (?:person|head)\b|(?:pp|each|apiece)\b"
    r"|(?:一|每)(?:个?人|位))"
)
_EACH_BEFORE = re.compile(r"(?:人均|每人|每位|per (?:person|head))[^\d,，。]{0,4}$")
_UP_TO = re.compile(r"\d ?[-–~] ?\d|\d to \d|\d and \d|.[到至].")  # of a range its upper end counts
_LOOSELY = re.compile("左右|大概|大约|约|about|around|roughly|至少")
_ROUGH = re.compile("[一二两三四五六七八九]{2}[百千万]")
_ODD = {"百": 100, "千": 1_000, "万": 10_000}
_HAN = dict(zip("一二三四五六七八九", range(1, 10), strict=True)) | {"两": 2}


@lru_cache(maxsize=64)  # of one message it is asked for several times
def find_budget(plain: str) -> tuple[Money | None, tuple[Span, ...]]:
    """The first budget told, and where money stands at all: none of its digits counts anything else."""
    spans: list[Span] = []
    budget: Money | None = None
    for match in _MONEY.finditer(plain) if _TRIGGER.search(plain) else ():
        value, code = _value(match), _currency(match)
        if value is None or (match["dunit"] == "块" and (value < 10 or _PIECES.match(plain, match.end()))):
            continue
        spans.append(match.span())
        bound = _bound(plain, match)
        if budget is None and bound and not _NO_BUDGET.match(plain, match.end()):
            budget = {"amount": f"{value:.2f}".removesuffix(".00"), "currency": code, "bound": bound}
            if _is_each(plain, match):
                budget["per"] = "person"
    return budget, tuple(spans)


def _bound(plain: str, match: re.Match[str]) -> str:
    """at_most, at_least, about; "" for a price that is only mentioned. A budget is not to be passed."""
    own = match["own"] or match["budget"] or ""
    before = plain[max(0, match.start() - 24) : match.start()] + own
    if _MOST_AFTER.match(plain, match.end()) or _is_most(before) or _UP_TO.search(match[0]):
        return "at_most"
    if _LEAST_AFTER.match(plain, match.end()) or _LEAST_BEFORE.search(before):
        return "at_least"
    if (
        match["odd"]
        or match[0].endswith(("来", "多"))
        or _ROUGH.search(match[0])
        or _ABOUT_AFTER.match(plain, match.end())
    ):
        return "about"
    return "about" if _ABOUT_BEFORE.search(before) or _is_each(plain, match) or own else ""


def _is_most(before: str) -> bool:
    said = _MOST_BEFORE.search(before)
    return said is not None and not (said[0].startswith(("预算", "budget")) and _LOOSELY.search(said[0]))


def _is_each(plain: str, match: re.Match[str]) -> bool:
    before = plain[max(0, match.start() - 8) : match.start()] + (match["own"] or "") + (match["budget"] or "")
    return bool(match["f"] or _EACH.match(plain, match.end()) or _EACH_BEFORE.search(before))


def _currency(match: re.Match[str]) -> str:
    said = match["sign"] or match["unit"] or match["eunit"] or match["cunit"] or match["dunit"] or ""
    return _CURRENCIES.get(said, "")


def _value(match: re.Match[str]) -> float | None:
    said = next(match[name] for name in "abcdef" if match[name])
    times = _ODD.get(match["c10"] or match["d10"] or "", 1) * (1000 if match["ak"] or match["bk"] else 1)
    said = said.removesuffix("k").replace(",", "")
    value = float(said) if said[0].isdigit() else float(_spoken(said))
    return value * times if 0 < value * times <= HIGHEST else None


def _spoken(said: str) -> int:
    """两百五 is 250, 三四百 the larger, "two hundred and fifty" 250."""
    if said.isascii():
        return _english(said)
    total, last, unit = 0, 0, 1
    for char in said:
        if char in _HAN:
            last = _HAN[char]
            continue
        size = 10 if char == "十" else _ODD[char]
        total, last, unit = (total + last) * size if size == 10_000 else total + (last or 1) * size, 0, size
    return total + last * (unit // 10 if unit >= 100 and said[-2:-1] in _ODD else 1)


def _english(said: str) -> int:
    parts = re.fullmatch(r"(.+?) (hundred|thousand)(?: and)?(?: (.+))?", said)
    if parts is None:
        return number(said)
    many = 1 if parts[1] in ("a", "an") else number(parts[1])
    return many * (100 if parts[2] == "hundred" else 1_000) + (number(parts[3]) if parts[3] else 0)
