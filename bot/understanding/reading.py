"""Reads a message as it was typed: cleaned, folded to one width, case and script, and cut into tokens."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 5_000

# Zero-width, direction, tag and control characters say nothing to a person but can hide words from us.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]+"
)
_CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f"
_TOKEN = re.compile(
    rf"(?P<join>wi[ -]fi\b|a/c\b|[ap]\.m\b\.?)|(?P<word>&|[a-z\u00df-\u00f6\u00f8-\u024f]+(?:'[a-z]+)?)|(?P<digits>\d+)"
    rf"|(?P<cjk>[{_CJK}])|(?P<stop>[\n;,!?。、…~—]|\.(?!\d))"
)
_LIST_MARK = re.compile(r"(?m)^ *\d{1,2}[.)、] *(?=[^\d\s])")
_HAS_CJK = re.compile(f"[{_CJK}]")
_HAS_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
# Links, codes and rooms, and what both languages write alike: nobody changes language by them.
_OF_NO_LANGUAGE = re.compile(r"/start\s+\S+|\S*[\d_]\S*|(?<![a-z])(?:ok|okay|wi-?fi|tv|usb)(?![a-z])", re.IGNORECASE)

_TRADITIONAL = (
    "條個雙張單間點鐘時開關門鎖燈電視網機場車計醫師請問幫謝煩顧嗎們這裡裏來過還沒壞熱涼凍悶風調製氣潔掃頭墊換飯麵湯雞"
    "訂預約東運備續遲辦補齊輛幾兩萬樓層號臺壓響聲異髒亂髮無線訊連斷訴評滿極為見說話讓給對應該經職員書帳領歡樂團報參導"
    "遊寵貓餵糧嬰兒媽爺護養藥環現從後當嚴會動務處遺丟錢鑰證覺總結選擇種麼樣與並讚貼專業煙蟲鬧濕乾淨燙廁紙盤飛鐵發燒舊"
    "險櫃檯廳衛傘筆買賣貴優積顯確認誰離終論實際願聽講談復複錯誤轉嬸親紅綠藍雲閉週邊遠進達輕鬆繳費剛鄰陽懶體驗術課學習"
    "溫樹館區縣鎮農鄉漁覽劃畫圖勵興災傷適歲齡擔憂儘趕緊屜牆檢測維絲衝沖馬盡盞喚鈴碼壽隻塊頂鹽蝦魚綁聯鏈鏡閃睏餓腳頻腦"
    "輪橋廚銷監狀態寬頁決級設臉爛騙強銀賠償劑膚較稱價噁惡憤寶閙儲櫥隨於嚇爲喫禮歐幣國園漢語華島廣衹祇甚妳佔佈牀鹹裝壺"
    "臥盜驚轎棄箇"
)
_SIMPLIFIED = (
    "条个双张单间点钟时开关门锁灯电视网机场车计医师请问帮谢烦顾吗们这里里来过还没坏热凉冻闷风调制气洁扫头垫换饭面汤鸡"
    "订预约东运备续迟办补齐辆几两万楼层号台压响声异脏乱发无线讯连断诉评满极为见说话让给对应该经职员书帐领欢乐团报参导"
    "游宠猫喂粮婴儿妈爷护养药环现从后当严会动务处遗丢钱钥证觉总结选择种么样与并赞贴专业烟虫闹湿干净烫厕纸盘飞铁发烧旧"
    "险柜台厅卫伞笔买卖贵优积显确认谁离终论实际愿听讲谈复复错误转婶亲红绿蓝云闭周边远进达轻松缴费刚邻阳懒体验术课学习"
    "温树馆区县镇农乡渔览划画图励兴灾伤适岁龄担忧尽赶紧屉墙检测维丝冲冲马尽盏唤铃码寿只块顶盐虾鱼绑联链镜闪困饿脚频脑"
    "轮桥厨销监状态宽页决级设脸烂骗强银赔偿剂肤较称价恶恶愤宝闹储橱随于吓为吃礼欧币国园汉语华岛广只只什你占布床咸装壶"
    "卧盗惊轿弃个"
)
_ONE_SCRIPT = dict(zip(_TRADITIONAL, _SIMPLIFIED, strict=True)) | {"\u2019": "'", "\u2018": "'", "`": "'"}

_SPOKEN_SHORT = {
    "dont": "do not", "doesnt": "does not", "didnt": "did not", "isnt": "is not", "arent": "are not",
    "wasnt": "was not", "werent": "were not", "cant": "can not", "cannot": "can not", "couldnt": "could not",
    "wont": "will not", "wouldnt": "would not", "hasnt": "has not", "havent": "have not", "shouldnt": "should not",
    "im": "i am", "ive": "i have", "whats": "what is", "wheres": "where is", "whos": "who is",
    "whens": "when is", "hows": "how is", "its": "it is", "thats": "that is", "theres": "there is",
}  # fmt: skip
_ENDINGS = {"'re": "are", "'ve": "have", "'ll": "will", "'d": "would", "'m": "am"}


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a number, a Chinese character, or (norm "") a stop; start and end count characters of the text."""

    norm: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """`plain` is `text` folded character by character, so the same positions hold in both."""

    text: str
    plain: str
    tokens: tuple[Token, ...]


def read(text: str) -> Reading:
    """Never raises and never looks further than the first 5,000 characters."""
    seen = _UNSEEN.sub("", text[: LONGEST * 2].replace("\r", "\n").replace("\t", " "))[:LONGEST].strip()
    plain = _LIST_MARK.sub(lambda mark: " " * len(mark[0]), fold(seen))
    return Reading(seen, plain, tuple(_tokens(plain)))


def fold(text: str) -> str:
    """Lower case, half width, simplified: one character for one."""
    return text.translate(_folding)


def words(phrase: str) -> list[str]:
    """The tokens of a phrase, spelled as they are found in a reading."""
    return [token.norm for token in _tokens(fold(phrase))]


def language_of(text: str, otherwise: str) -> str:
    """Chinese characters make it Chinese, else Latin letters English; codes, digits and pictures say nothing."""
    if _HAS_CJK.search(text):
        return "zh"
    return "en" if _HAS_LATIN.search(_OF_NO_LANGUAGE.sub(" ", text)) else otherwise


def _tokens(plain: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(plain):
        start, end = match.span()
        kind, found = match.lastgroup, match.group()
        if kind == "word":
            for norm in _word(found):
                yield Token(norm, start, end)
        elif kind == "stop":
            yield Token("", start, end)
        else:
            yield Token(re.sub("[^a-z]", "", found) if kind == "join" else found, start, end)


def _word(found: str) -> list[str]:
    stem, quote, ending = found.partition("'")
    if stem == "&":
        return ["and"]
    if quote and "'" + ending in _ENDINGS:
        return [*_word(stem), _ENDINGS["'" + ending]]
    joined = stem + ending
    if joined in _SPOKEN_SHORT:
        return _SPOKEN_SHORT[joined].split()
    return [_singular(joined)]


def _singular(word: str) -> str:
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


class _Folding(dict[int, str]):
    def __missing__(self, code: int) -> str:
        char = chr(code)
        wide = unicodedata.normalize("NFKC", char)
        lower = (wide if len(wide) == 1 else char).lower()
        folded = lower if len(lower) == 1 else char
        folded = _ONE_SCRIPT.get(folded, folded)
        if len(self) < 20_000:
            self[code] = folded
        return folded


_folding = _Folding()
