"""People as the records of a house know them, several times each, with the truth of who is who."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

SURNAMES = {
    "王": "Wang", "李": "Li", "张": "Zhang", "刘": "Liu", "陈": "Chen", "杨": "Yang", "赵": "Zhao", "黄": "Huang",
    "周": "Zhou", "吴": "Wu", "徐": "Xu", "孙": "Sun", "胡": "Hu", "朱": "Zhu", "高": "Gao", "林": "Lin", "何": "He",
    "郭": "Guo", "马": "Ma", "罗": "Luo", "欧阳": "Ouyang", "司马": "Sima",
}  # fmt: skip
GIVEN = {
    "伟": "Wei", "芳": "Fang", "娜": "Na", "敏": "Min", "静": "Jing", "丽": "Li", "强": "Qiang", "磊": "Lei",
    "洋": "Yang", "勇": "Yong", "艳": "Yan", "杰": "Jie", "娟": "Juan", "涛": "Tao", "明": "Ming", "超": "Chao",
    "秀": "Xiu", "霞": "Xia", "平": "Ping", "刚": "Gang", "桂": "Gui", "英": "Ying", "华": "Hua", "玉": "Yu",
    "红": "Hong", "健": "Jian", "建": "Jian", "国": "Guo", "志": "Zhi", "文": "Wen", "思": "Si", "雨": "Yu",
}  # fmt: skip
TRADITIONAL = str.maketrans(
    "张刘陈杨赵黄吴孙马罗欧阳伟丽强军艳杰涛兰红华国志", "張劉陳楊趙黃吳孫馬羅歐陽偉麗強軍豔傑濤蘭紅華國志"
)
FIRST = [
    "John",
    "Mary",
    "Anna",
    "Peter",
    "James",
    "Linda",
    "Robert",
    "Susan",
    "Michael",
    "Karen",
    "Thomas",
    "Nancy",
    "Daniel",
    "Laura",
    "Paul",
    "Julia",
    "Mark",
    "Sarah",
    "Kevin",
    "Emma",
    "Oliver",
    "Sophie",
    "George",
    "Alice",
    "Henry",
    "Clara",
    "Martin",
    "Elena",
    "Victor",
    "Rosa",
    "Hugo",
    "Ines",
    "Felix",
    "Nora",
    "Simon",
    "Lucy",
]
LAST = [
    "Miller",
    "Smith",
    "Garcia",
    "Müller",
    "Johnson",
    "Brown",
    "Davis",
    "Wilson",
    "Martinez",
    "Anderson",
    "Taylor",
    "Thomas",
    "Moore",
    "Jackson",
    "White",
    "Harris",
    "Clark",
    "Lewis",
    "Walker",
    "Hall",
    "Young",
    "King",
    "Wright",
    "Hill",
    "Green",
    "Baker",
    "Nelson",
    "Carter",
    "Mitchell",
    "Roberts",
    "Turner",
    "Phillips",
    "Campbell",
    "Parker",
    "Evans",
    "Edwards",
    "Collins",
    "Stewart",
    "Sanchez",
    "Morris",
    "Rogers",
    "Reed",
    "Cook",
    "Morgan",
    "Bell",
    "Murphy",
    "Bailey",
    "Cooper",
    "Lindqvist",
]
STREETS = ["Main", "Oak", "Pine", "Maple", "Cedar", "Elm", "Lake", "Hill", "Park", "River"]
PROFILES = (1, 1, 2, 2, 2, 3, 3, 3, 4)  # records of a person: 2.3 in the mean


@dataclass(frozen=True, slots=True)
class Profile:
    """One record; `who` is the person it is of."""

    who: int
    name: str
    phone: str = ""
    email: str = ""
    document: str = ""
    born: str = ""
    address: str = ""


def people(seed: int, count: int) -> list[Profile]:
    """Records of so many people: alone, in families with one phone, or booked by an agency under its own."""
    made = Maker(seed)
    profiles: list[Profile] = []
    while made.persons < count:
        profiles += made.group()
    made.random.shuffle(profiles)
    return profiles


class Maker:
    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.persons = 0

    def group(self) -> list[Profile]:
        kind = self.random.random()
        if kind < 0.70:
            return self._records([self._person(self._is_chinese())])
        return self._records(self._family()) if kind < 0.998 else self._records(self._agency())

    def _family(self) -> list[Profile]:
        """Two to four with one surname, phone, mailbox and home; each has papers and a birthday of their own."""
        is_chinese = self._is_chinese()
        first = self._person(is_chinese)
        surname = first.name.split()[-1] if not is_chinese else first.name[: -len(self._given(first.name))]
        others = [self._person(is_chinese, surname) for _ in range(self.random.randint(1, 3))]
        told_apart = {frozenset(each.name.split()): each for each in (first, *others)}
        family = [e for names, e in told_apart.items() if not any(names < more or more < names for more in told_apart)]
        return [replace(each, phone=first.phone, email=first.email, address=first.address) for each in family]

    def _agency(self) -> list[Profile]:
        phone, email = self._phone(), f"booking{self.random.randint(1, 10**6)}@travel.example"
        people = [self._person(self._is_chinese()) for _ in range(self.random.randint(12, 90))]
        return [replace(each, phone=phone, email=email, address="") for each in people]

    def _person(self, is_chinese: bool, surname: str = "") -> Profile:
        self.persons += 1
        random = self.random
        if is_chinese:
            given = "".join(random.choices(list(GIVEN), k=random.choice((1, 2, 2))))
            name = (surname or random.choice(list(SURNAMES))) + given
        else:
            middle = random.choice(["", "", "", f" {random.choice(FIRST)}"])
            name = f"{random.choice(FIRST)}{middle} {surname or random.choice(LAST)}"
        born = f"{random.randint(1940, 2005)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}"
        address = f"{random.randint(1, 400)} {random.choice(STREETS)} Street, {random.randint(10000, 99999)}"
        mail = f"{random.choice(FIRST).lower()}{self.persons}@{random.choice(('mail', 'post', 'web'))}.example"
        document = f"{random.choice('EG')}{random.randint(10**7, 10**8 - 1)}"
        return Profile(self.persons, name, self._phone(), mail, document, born, address)

    def _records(self, persons: list[Profile]) -> list[Profile]:
        return [self._told(each) for each in persons for _ in range(self.random.choice(PROFILES))]

    def _told(self, person: Profile) -> Profile:
        """As one source has it: some fields, spelled its own way, now and then with a slip or an old phone."""
        random = self.random
        said = replace(
            person,
            name=self._spelled(person.name),
            phone=self._phone_as_written(person.phone) if random.random() < 0.85 else "",
            email=person.email if random.random() < 0.5 else "",
            document=person.document if random.random() < 0.25 else "",
            born=person.born if random.random() < 0.3 else "",
            address=person.address if random.random() < 0.3 else "",
        )
        if random.random() < 0.06:
            said = replace(said, phone=self._phone())
        if random.random() < 0.06:
            said = replace(said, name=self._slip(said.name))
        if random.random() < 0.02 and said.phone and said.email:  # put into each other's column
            said = replace(said, phone=said.email, email=said.phone)
        return said

    def _spelled(self, name: str) -> str:
        random = self.random
        if not name.isascii() and name[0] in "".join(SURNAMES):
            given = self._given(name)
            surname = name[: -len(given)]
            latin, first = SURNAMES[surname], "".join(GIVEN[each] for each in given).capitalize()
            own = (name, name, name.translate(TRADITIONAL), f"{name}先生", f"{surname} {given}")
            more = (
                f"{latin} {first}",
                f"{first} {latin}",
                f"{latin.upper()}/{first.upper()}",
                f"{latin}{first}".lower(),
            )
            return random.choice((*own, *more))
        first, *_, last = parts = name.split()
        ways = (name, name, name.upper(), name.lower(), f"{last}, {' '.join(parts[:-1])}", f"{first} {last}")
        return random.choice((*ways, f"{first}  {last}"))

    def _given(self, name: str) -> str:
        surname = 2 if name[:2] in SURNAMES else 1
        return name[surname:]

    def _slip(self, word: str) -> str:
        if len(word) < 5 or not word.isascii():
            return word
        at = self.random.randrange(1, len(word) - 1)
        return self.random.choice((word[:at] + word[at + 1 :], word[:at] + word[at + 1] + word[at] + word[at + 2 :]))

    def _phone(self) -> str:
        return f"1{self.random.choice('3578')}{self.random.randint(10**8, 10**9 - 1)}"

    def _phone_as_written(self, phone: str) -> str:
        spaced = f"{phone[:3]} {phone[3:7]} {phone[7:]}"
        return self.random.choice(
            (phone, f"+86{phone}", f"+86 {spaced}", spaced, spaced.replace(" ", "-"), f"0086{phone}")
        )

    def _is_chinese(self) -> bool:
        return self.random.random() < 0.6


@dataclass(frozen=True, slots=True)
class Judgement:
    """Of pairs: how many were joined, rightly joined, joined or proposed rightly, and how many there truly are."""

    joined: int
    rightly: int
    found: int
    true: int

    @property
    def precision(self) -> float:
        return self.rightly / self.joined if self.joined else 1.0

    @property
    def recall(self) -> float:
        return self.rightly / self.true

    @property
    def recall_with_proposals(self) -> float:
        return self.found / self.true


def judge(who: dict[str, int], persons: dict[str, str], proposed: set[frozenset[str]]) -> Judgement:
    """`who` each record truly is of, under which person each is kept now, and which persons are proposed."""
    true = list(_pairs(who))
    rightly = sum(persons[one] == persons[other] for one, other in true)
    found = sum(
        persons[one] == persons[other] or frozenset((persons[one], persons[other])) in proposed for one, other in true
    )
    return Judgement(sum(1 for _ in _pairs(persons)), rightly, found, len(true))


def _pairs(of: dict[str, int] | dict[str, str]) -> Iterator[tuple[str, str]]:
    groups: dict[object, list[str]] = {}
    for record, group in of.items():
        groups.setdefault(group, []).append(record)
    for some in groups.values():
        yield from ((one, other) for at, one in enumerate(some) for other in some[at + 1 :])
