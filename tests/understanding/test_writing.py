"""The language a guest writes: told by the script, else by a model; one odd word changes nothing."""

from __future__ import annotations

import pytest

from bot.languages import is_foreign
from bot.understanding.reading import language_of
from bot.understanding.writing import heard_language, is_our_own, is_written_in


def heard(text: str, current: str, told: str = "") -> str:
    return heard_language(text, current, language_of(text, current), told)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("タオルを2枚お願いします", "ja"),
        ("水をください", "ja"),
        ("明日の朝食は何時からですか", "ja"),
        ("엘리베이터가 어디예요?", "ko"),
        ("수건 주세요", "ko"),
        ("Принесите полотенца, пожалуйста", "ru"),
        ("Принесіть ще рушники", "uk"),
        ("ขอผ้าเช็ดตัวสองผืน", "th"),
        ("أريد منشفتين من فضلك", "ar"),
        ("لطفا دو چای بیاورید", "fa"),
        ("אפשר לקבל מגבות", "he"),
        ("Θα ήθελα πετσέτες", "el"),
        ("मुझे दो तौलिये चाहिए", "hi"),
    ],
)
@pytest.mark.parametrize("current", ["zh", "en", "fr-FR"])
def test_a_sentence_in_a_script_of_its_own_tells_the_language(text: str, language: str, current: str) -> None:
    assert heard(text, current) == language


@pytest.mark.parametrize(
    "text",
    [
        "我想吃ラーメン",
        "毛巾のセット",
        "ありがとう",
        "おはよう",
        "Спасибо",
        "수건",
        "要两条毛巾",
        "2 towels please",
        "302",
        "😀",
        "",
    ],
)
@pytest.mark.parametrize("current", ["zh", "en"])
def test_chinese_and_english_guests_are_read_as_without_a_model(text: str, current: str) -> None:
    assert heard(text, current) == language_of(text, current)


@pytest.mark.parametrize("text", ["2 towels please", "could you bring the towels", "taxi", "merci", "I need a plumber"])
def test_a_model_makes_nobody_french_who_writes_english(text: str) -> None:
    assert heard(text, "en", told="fr") == "en"


@pytest.mark.parametrize(
    ("text", "told", "language"),
    [
        ("Je voudrais deux serviettes s'il vous plaît", "fr", "fr"),
        ("Guten Tag, wir brauchen noch zwei Handtücher", "de", "de"),
        ("Tôi cần hai chiếc khăn tắm", "vi", "vi"),
        ("Je voudrais deux serviettes", "xx", "en"),
        ("Je voudrais deux serviettes", "zh", "en"),
        ("Je voudrais deux serviettes", "", "en"),
        ("Треба ще рушники будь ласка", "bg", "bg"),  # of the same script a model knows better
        ("Принесите полотенца", "fr", "ru"),  # but not against it
        ("要两条毛巾", "ja", "zh"),
    ],
)
def test_what_a_model_says_counts_where_the_letters_leave_it_open(text: str, told: str, language: str) -> None:
    assert heard(text, "zh", told) == language


@pytest.mark.parametrize(
    ("text", "current", "language"),
    [
        ("wifi", "ja", "ja"),
        ("late checkout", "ja", "ja"),
        ("朝食時間", "ja-JP", "ja-JP"),
        ("はい", "ja", "ja"),
        ("taxi", "fr", "fr"),
        ("un taxi pour l'aéroport", "fr", "fr"),
        ("could I have the bill please", "fr", "en"),
        ("could I have the bill please", "ja", "en"),
        ("你好，要两条毛巾", "ja", "zh"),
        ("要毛巾", "fr", "zh"),
    ],
)
def test_a_guest_of_another_language_keeps_it_until_they_write_another(text: str, current: str, language: str) -> None:
    assert heard(text, current) == language


def test_only_known_languages_that_the_house_does_not_speak_are_foreign() -> None:
    assert [is_foreign(each) for each in ("ja", "fr-FR", "pt-br")] == [True] * 3
    assert not any(is_foreign(each) for each in ("zh-CN", "en", "zh", "", "*", "xx", "klingon"))


def test_english_words_that_everybody_uses_are_the_house_s_own() -> None:
    assert all(is_our_own(each) for each in ("help", "late checkout", "wifi", "302"))
    assert not any(is_our_own(each) for each in ("駐車場", "taxi pour la gare", "タクシー"))


def test_a_translation_has_the_letters_of_its_language() -> None:
    assert is_written_in("タオル、302号室", "ja")
    assert is_written_in("朝食", "ja")
    assert is_written_in("Zwei Handtücher", "de")
    assert is_written_in("毛巾", "zh")
    assert not is_written_in("two towels", "ja")
    assert not is_written_in("毛巾", "de")
    assert not is_written_in("полотенца", "en")
    assert not is_written_in("", "ja")
