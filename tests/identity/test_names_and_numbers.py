"""What is the same however it is written, and what only looks so."""

from __future__ import annotations

import pytest

from crm.identity.contacts import birthday, country_of, e164, mailbox, paper
from crm.identity.evidence import Verdict, weigh
from crm.identity.facts import Facts
from crm.names.comparing import Likeness, compare, sound_of

NAMES = [
    ("张三", "張三", "same"),
    ("张三", "Zhang San", "same"),
    ("SAN/ZHANG MR", "张三", "same"),
    ("张三 先生", "张三", "same"),
    ("张 三", "zhangsan", "same"),
    ("欧阳娜娜", "Nana OUYANG", "same"),
    ("Miller, John", "john miller", "same"),
    ("ＪＯＨＮ　ＭＩＬＬＥＲ", "John Miller", "same"),
    ("Maria Garcia", "María García López", "compatible"),
    ("John A. Miller", "John Miller", "compatible"),
    ("Jon Miler", "John Miller", "alike"),
    ("李晓明", "李小明", "alike"),
    ("王建霞", "王霞建", "alike"),
    ("三张", "张三", "same"),
    ("Thomas Nora Edwards", "Nora Thomas Edwards", "compatible"),
    ("John Miller Jr", "John Miller", "alike"),
    ("Mr John Miller", "Mrs John Miller", "alike"),
    ("张三先生", "张三女士", "alike"),
    ("张小三", "张三", "partial"),
    ("小张", "张三", "partial"),
    ("老王", "王芳", "partial"),
    ("Mr Zhang", "张三", "partial"),
    ("J. Miller", "John Miller", "partial"),
    ("张先生", "张女士", "differs"),
    ("张伟", "张芳", "differs"),
    ("Anna Miller", "Peter Miller", "half"),
    ("Anna Miller", "Anna Berg", "half"),
    ("Mr Paul Miller", "Mrs Anna Miller", "differs"),
    ("Anna Miller", "Peter Berg", "differs"),
    ("—", "张三", "unknown"),
    ("", "", "unknown"),
]


@pytest.mark.parametrize(("one", "other", "likeness"), NAMES)
def test_names_are_compared_either_way_round(one: str, other: str, likeness: str) -> None:
    assert compare(one, other) is compare(other, one) is Likeness(likeness)


def test_spellings_of_a_name_have_one_sound() -> None:
    assert (
        len(
            {sound_of(each) for each in ("张三", "張三", "Zhang San", "SAN ZHANG", "张三先生", "张 三", "Mr Zhang San")}
        )
        == 1
    )


@pytest.mark.parametrize(
    ("written", "country", "phone"),
    [
        ("138 1234 5678", "CN", "+8613812345678"),
        ("0086-13812345678", "CN", "+8613812345678"),
        ("+86 (138) 1234-5678", "GB", "+8613812345678"),
        ("020 7946 0000", "GB", "+442079460000"),
        ("8001", "CN", ""),
        ("00000000000", "CN", ""),
        ("no phone", "CN", ""),
    ],
)
def test_a_phone_has_one_form(written: str, country: str, phone: str) -> None:
    assert e164(written, country) == phone


def test_a_number_without_a_country_is_of_the_house_s() -> None:
    assert country_of("+44 20 7946 0000", "Asia/Shanghai") == "GB"
    assert country_of("0571 8888 0000", "Asia/Shanghai") == "CN"
    assert country_of("", "Europe/Berlin") == "DE"
    assert country_of("", "Mars/Olympus") == "CN"


def test_other_details_have_one_form_too() -> None:
    assert mailbox(" Anna.Berg+hotel@Mail.example ") == "anna.berg@mail.example"
    assert paper("g 1234-5678") == paper("Ｇ12345678") == "G12345678"
    assert birthday("1990-02-03") == birthday("19900203") == "19900203"
    assert birthday("1990-02-30") == birthday("199") == ""


def facts(name: str, **said: str) -> Facts:
    fields = {"phone": "", "email": "", "document": "", "born": "", "address": "", **said}
    return Facts("", "", name, sound_of(name), **fields)


def test_a_phone_of_a_family_joins_only_who_is_called_the_same() -> None:
    phone = "+8613812345678"
    assert weigh(facts("张三", phone=phone), facts("Zhang San", phone=phone)).verdict is Verdict.CERTAIN
    assert weigh(facts("张三", phone=phone), facts("张小三", phone=phone)).verdict is Verdict.LIKELY
    assert weigh(facts("张三", phone=phone), facts("张芳", phone=phone)).verdict is Verdict.UNLIKELY


def test_a_phone_of_an_agency_joins_nobody() -> None:
    one, other = facts("张伟", phone="+8613812345678"), facts("Zhang Wei", phone="+8613812345678")
    assert weigh(one, other, lambda field, value: 1).verdict is Verdict.CERTAIN
    assert weigh(one, other, lambda field, value: 8).verdict is Verdict.LIKELY
    assert weigh(one, other, lambda field, value: 50).verdict is Verdict.UNLIKELY


def test_a_name_alone_joins_nobody() -> None:
    assert weigh(facts("张三"), facts("张三")).verdict is Verdict.UNLIKELY


def test_papers_and_birthdays_speak_against_it() -> None:
    phone = "+8613812345678"
    father = facts("John Miller", phone=phone, born="19500101", document="E1234567")
    son = facts("John Miller", phone=phone, born="19800505", document="G7654321")
    assert weigh(father, son).verdict is not Verdict.CERTAIN


def test_whoever_married_is_known_by_paper_and_birthday() -> None:
    paper = {"document": "E1234567", "born": "19900203"}
    assert weigh(facts("Anna Miller", **paper), facts("Anna Berg", **paper)).verdict is Verdict.CERTAIN
    assert weigh(facts("Anna Miller", **paper), facts("Peter Berg", **paper)).verdict is Verdict.LIKELY
    assert (
        weigh(facts("Anna Miller", document="E1234567"), facts("Anna Berg", document="E1234567")).verdict
        is Verdict.LIKELY
    )


def test_another_paper_is_no_obstacle_to_the_same_birthday_and_home() -> None:
    home = {"born": "19900203", "address": "12 main street"}
    one, other = (
        facts("Anna Miller", document="E1234567", **home),
        facts("Anna Miller", document="44010119900203", **home),
    )
    assert weigh(one, other).verdict is Verdict.CERTAIN
    phone = {"phone": "+8613812345678", "email": "miller@mail.example"}
    father, son = facts("John Miller", document="E1234567", **phone), facts("John Miller", document="G7654321", **phone)
    assert weigh(father, son).verdict is Verdict.LIKELY


def test_twins_are_not_joined() -> None:
    home = {"phone": "+8613812345678", "email": "miller@mail.example", "born": "19900203", "address": "12 main street"}
    assert weigh(facts("Anna Miller", **home), facts("Hanna Miller", **home)).verdict is Verdict.LIKELY
