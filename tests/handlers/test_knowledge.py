"""Colleagues keep the house's knowledge in chat: what was asked, what is told, who changed it."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from crm.conversations.unanswered import due_questions
from crm.properties.houses import Property
from crm.properties.knowledge import Entry, Words, entries_for, knowledge
from crm.properties.knowledge_changes import Configured, add_entry, history, put_knowledge, try_change
from crm.staff.audit import AuditEntry
from crm.stays.bookings import Stay, StayState
from crm.store import table
from handlers import entries
from handlers.timed.house_questions import telling_askers
from handlers.turn import Moment, Reply
from tests.support.house import House, Person

audit = table(AuditEntry)
BREAKFAST = {
    "zh": Words("早餐", "每天 7:00 到 10:00。", ("早餐几点",)),
    "en": Words("Breakfast", "Daily from 7:00 to 10:00 am.", ("what time is breakfast",)),
}
TOO_LONG = "x" * 2_001


def configured(house: House, *more: Configured) -> Entry:
    put_knowledge(house.db, house.now, house.home, [Configured("breakfast", BREAKFAST), *more])
    return next(each for each in known(house) if each.key == "breakfast")


def known(house: House, where: Property | None = None) -> tuple[Entry, ...]:
    return knowledge(house.db, where or house.home)


def wonders(house: House, guest: Person, question: str, *telling: str) -> None:
    """The guest asks what no entry answers."""
    house.ask(guest, "ask_house", question=question, telling=list(telling))
    house.later(minutes=1)


def looks_again(house: House, finds: str = "") -> list[Reply]:
    """What the clock says; `finds` is the title of the entry that questions find."""

    def find(_: str, entries: tuple[Entry, ...]) -> list[str]:
        return [each.id for each in entries if finds and each.words[0][1].title == finds]

    work = telling_askers(find)
    moment = house.turn(house.stranger(), "")
    said = []
    for key in work.due(house.db, house.now, 100):
        said += work.act(Moment(house.db, house.now, moment.house, moment.catalogue), key)
    return said


@pytest.fixture
def desk(house: House) -> Person:
    return house.staff("Dora", "front_desk")


@pytest.mark.parametrize(
    ("language", "title", "text", "told"),
    [
        ("en", "Gym", "The gym is on the second floor.", "The gym is on the second floor."),
        ("en", "Gym", "gym: second floor", "Gym: second floor"),
        ("en", "Gym", "On the second floor.", "Gym: On the second floor."),
        ("zh", "健身房", "健身房在二楼。", "健身房在二楼。"),
        ("zh", "健身房", "二楼，房卡开门。", "健身房：二楼，房卡开门。"),
    ],
)
def test_title_is_not_said_twice(language: str, title: str, text: str, told: str) -> None:
    assert entries.spoken(language, Words(title, text, ())) == told


# What was asked


def test_the_same_question_is_one_line_with_how_often_and_by_how_many_it_was_asked(house: House, desk: Person) -> None:
    anna, wang = house.guest("Anna Berg", "301"), house.guest("Wang Fang", "302")
    wonders(house, anna, "is the pool heated?", "pool", "heated")
    wonders(house, wang, "do you have a heated pool", "pool", "heated")
    wonders(house, anna, "Is the pool heated", "pool", "heated")
    wonders(house, wang, "is there a piano", "piano")
    heard = house.ask(desk, "unanswered_questions")
    assert heard.own == (
        "2 unanswered:\n1. is there a piano · 9:03 am\n2. Is the pool heated · asked 3 times by 2 guests, last 9:02 am"
    )
    assert heard.labels == ["Answer 1", "Answer 2"]


def test_other_questions_about_the_same_thing_stay_apart(house: House, desk: Person) -> None:
    anna = house.guest("Anna Berg")
    wonders(house, anna, "is the pool heated", "pool", "heated")
    wonders(house, anna, "is the pool open at night", "pool", "open", "night")
    assert house.ask(desk, "unanswered_questions").own.startswith("2 unanswered:")


def test_nothing_unanswered_says_so(house: House, desk: Person) -> None:
    assert house.ask(desk, "unanswered_questions").own == "No unanswered questions."
    house.ask(house.guest(), "ask_house")
    assert house.ask(desk, "unanswered_questions").own == "No unanswered questions."


def test_questions_nobody_could_answer_for_two_months_are_left(house: House, desk: Person) -> None:
    wonders(house, house.guest(), "is there a piano", "piano")
    house.later(days=61)
    assert house.ask(desk, "unanswered_questions").own == "No unanswered questions."


def test_questions_of_each_house_stand_under_its_name(house: House) -> None:
    elsewhere = house.another_property()
    boss = house.staff("Max", "manager", properties=[house.home, elsewhere])
    wonders(house, house.guest(), "is there a piano", "piano")
    at_home, house.home = house.home, elsewhere
    guest = house.guest("Luc Petit", "302")
    wonders(house, guest, "is there a sauna", "sauna")
    house.home = at_home
    assert house.ask(boss, "unanswered_questions").own == (
        "2 unanswered:\nHillside\n1. is there a sauna · 9:01 am\nLakeside\n2. is there a piano · 9:00 am"
    )
    foreigner = house.staff("Frank", "manager", properties=[elsewhere])
    house.home = elsewhere
    assert "piano" not in house.ask(foreigner, "unanswered_questions").own


# Answering


def test_answer_becomes_an_entry_named_by_the_question(house: House, desk: Person) -> None:
    wonders(house, house.guest(), "excuse me, is the pool heated?", "pool", "heated")
    heard = house.press(desk, house.ask(desk, "unanswered_questions"), "Answer 1")
    assert heard.own.startswith("A guest asked: “excuse me, is the pool heated?”\nWhat should guests be told?")
    assert heard.asks == "content"
    heard = house.reply(desk, heard, "Yes, 28 °C all year.")
    assert heard.own == (
        "Added to house knowledge.\nIs the pool heated: Yes, 28 °C all year.\nGuests in house who asked will be told."
    )
    (entry,) = known(house)
    assert entry.spoken("en") == Words(
        "Is the pool heated", "Yes, 28 °C all year.", ("excuse me, is the pool heated?",)
    )
    assert house.ask(desk, "unanswered_questions").own == "No unanswered questions."
    rows = house.db.execute(select(audit.c.action, audit.c.subject)).all()
    assert [tuple(row) for row in rows] == [("add_knowledge", f"entry:{entry.id}")]


def test_an_unclear_question_needs_a_title(house: House, desk: Person) -> None:
    wonders(house, house.guest(), "my wife wants to swim tomorrow but she feels the cold, is it warm?", "swim", "cold")
    heard = house.press(desk, house.ask(desk, "unanswered_questions"), "Answer 1")
    heard = house.reply(desk, heard, "Yes, 28 °C.")
    assert (heard.asks, heard.own) == ("title", "What is it called? The title guests see, such as “Pool”.")
    assert "Pool: Yes, 28 °C." in house.reply(desk, heard, "Pool").own


def test_whoever_answers_second_sees_the_first_answer_and_may_replace_it(house: House, desk: Person) -> None:
    boss = house.staff("Max", "manager")
    wonders(house, house.guest(), "is the pool heated", "pool", "heated")
    listed = house.ask(desk, "unanswered_questions")
    first, second = house.press(desk, listed, "Answer 1"), house.press(boss, listed, "Answer 1")
    house.reply(desk, first, "Yes, 28 °C.")
    heard = house.reply(boss, second, "No, it is cold.")
    assert heard.own == (
        "This question has been answered.\nIs the pool heated: Yes, 28 °C.\n"
        "Yours is not saved: “No, it is cold.” To use it instead, press below."
    )
    assert len(known(house)) == 1
    assert "Is the pool heated: No, it is cold." in house.press(boss, heard, "Use mine").own
    late = house.press(boss, listed, "Answer 1")
    assert late.own.startswith("This question has been answered.")
    assert late.labels == ["Change it"]


def test_question_of_another_house_does_not_exist(house: House, desk: Person) -> None:
    wonders(house, house.guest(), "is the pool heated", "pool", "heated")
    call = house.ask(desk, "unanswered_questions").buttons[0].call
    foreigner = house.staff("Frank", "manager", properties=[house.another_property()])
    assert "not yours" in house.ask(foreigner, "add_knowledge", **call.slots).own
    house.home = house.another_property("seaside")
    both = house.staff("Zoe", "manager", properties=[house.home])
    assert house.ask(both, "add_knowledge", **call.slots).own.startswith("I cannot find")


def test_askers_in_house_are_told_once(house: House, desk: Person) -> None:
    anna, gone = house.guest("Anna Berg", "301"), house.stranger("Passer-by")
    for guest in (anna, anna, gone):
        wonders(house, guest, "is the pool heated", "pool", "heated")
    assert looks_again(house) == []
    heard = house.press(desk, house.ask(desk, "unanswered_questions"), "Answer 1")
    house.reply(desk, heard, "Yes, 28 °C.")
    (news,) = looks_again(house)
    assert news.to is not None
    assert news.to.conversation_id == anna.place.conversation_id
    assert news.text == "You asked: “is the pool heated” Here is the answer.\nYes, 28 °C."
    assert looks_again(house) == []
    assert due_questions(house.db, house.now, 10) == []


def test_whoever_has_left_is_not_told(house: House, desk: Person) -> None:
    departed = house.guest("Anna Berg", "301", days=(-3, 0))
    wonders(house, departed, "is the pool heated", "pool", "heated")
    assert departed.stay is not None
    house.db.execute(update(Stay).where(table(Stay).c.id == departed.stay.id).values(state=StayState.DEPARTED))
    heard = house.press(desk, house.ask(desk, "unanswered_questions"), "Answer 1")
    house.reply(desk, heard, "Yes, 28 °C.")
    assert looks_again(house) == []
    assert house.ask(desk, "unanswered_questions").own == "No unanswered questions."


def test_a_new_entry_answers_what_was_asked_before_in_the_guests_language(house: House, desk: Person) -> None:
    wang = house.guest("王芳", "302", language="zh")
    wonders(house, wang, "泳池几点关", "泳", "池", "关")
    house.ask(desk, "add_knowledge", content="Pool: 21:00 关门")
    assert [(reply.to and reply.to.name, reply.text) for reply in looks_again(house, "Pool")] == [
        ("王芳", "您问过“泳池几点关”，现在可以回答您了。\nPool：21:00 关门")
    ]
    assert house.ask(desk, "unanswered_questions").own == "No unanswered questions."


def test_a_question_without_an_answer_is_looked_at_once_for_each_change(house: House, desk: Person) -> None:
    wonders(house, house.guest(), "is there a piano", "piano")
    house.ask(desk, "add_knowledge", content="Pool: closes at 21:00")
    assert len(due_questions(house.db, house.now, 10)) == 1
    assert looks_again(house) == []
    assert due_questions(house.db, house.now, 10) == []


def test_what_fails_is_put_off_until_the_next_change(house: House, desk: Person) -> None:
    wonders(house, house.guest(), "is there a piano", "piano")
    house.ask(desk, "add_knowledge", content="Pool: closes at 21:00")
    work = telling_askers(lambda _question, _entries: ())
    work.put_off(house.db, house.now, due_questions(house.db, house.now, 10)[0])
    assert due_questions(house.db, house.now, 10) == []


# Adding


def test_words_behind_the_colon_are_the_title(house: House, desk: Person) -> None:
    heard = house.ask(desk, "add_knowledge", content="Pool: closes at 21:00")
    assert heard.own == "Added to house knowledge.\nPool: closes at 21:00"
    assert heard.labels == ["Add Chinese", "Only for guests with a stay"]


def test_an_hour_is_no_title(house: House, desk: Person) -> None:
    heard = house.ask(desk, "add_knowledge", content="pool closes at 21:00")
    assert heard.asks == "title"
    assert house.reply(desk, heard, "Pool").own.endswith("Pool: pool closes at 21:00")


def test_a_colleague_of_two_houses_says_which(house: House) -> None:
    elsewhere = house.another_property()
    boss = house.staff("Max", "manager", properties=[house.home, elsewhere])
    heard = house.ask(boss, "add_knowledge", content="Pool: closes at 21:00")
    assert heard.labels == ["Hillside", "Lakeside"]
    assert house.press(boss, heard, "Hillside").own.startswith("Added to house knowledge, Hillside.")
    assert known(house) == ()
    assert len(known(house, elsewhere)) == 1


def test_what_is_like_an_entry_may_be_meant_to_change_it(house: House, desk: Person) -> None:
    entry = configured(house)
    heard = house.ask(desk, "add_knowledge", content="Breakfast: 7 to 11", entries=[entry.id])
    assert heard.own == (
        "There is an entry like it.\nBreakfast: Daily from 7:00 to 10:00 am.\nChange that one, or add a new one?"
    )
    assert "Breakfast: 7 to 11" in house.press(desk, heard, "Change it").own
    assert len(known(house)) == 1
    assert house.press(desk, heard, "Add a new one").own.startswith("Added")
    assert len(known(house)) == 2


def test_what_is_said_to_be_in_a_language_changes_only_that(house: House, desk: Person) -> None:
    entry = configured(house)
    heard = house.ask(desk, "add_knowledge", content="From 8 am.", entries=[entry.id], language="en")
    house.press(desk, heard, "Change it")
    assert [words.text for _, words in known(house)[0].words] == ["每天 7:00 到 10:00。", "From 8 am."]


def test_a_question_too_old_to_be_open_may_still_be_answered(house: House, desk: Person) -> None:
    wonders(house, house.guest(), "is there a piano", "piano")
    listed = house.ask(desk, "unanswered_questions")
    house.later(days=61)
    house.ask(desk, "add_knowledge", content="Pool: closes at 21:00")
    assert looks_again(house) == []
    heard = house.reply(desk, house.press(desk, listed, "Answer 1"), "In the lobby.")
    assert heard.own.startswith("Added to house knowledge.\nIs there a piano: In the lobby.")
    assert {each.spoken("en").title for each in known(house)} == {"Pool", "Is there a piano"}


def test_only_for_guests_with_a_stay(house: House, desk: Person) -> None:
    heard = house.press(
        desk, house.ask(desk, "add_knowledge", content="Gate code: 4711"), "Only for guests with a stay"
    )
    assert "Told only to guests with a stay" in heard.own
    (entry,) = known(house)
    assert entry.guests_only
    assert house.ask(house.stranger(), "ask_house", question="gate", entries=[entry.id]).asks == "credential"
    assert house.ask(house.guest(), "ask_house", question="gate", entries=[entry.id]).own == "Gate code: 4711"


def test_what_is_too_long_is_refused_in_a_sentence_and_asked_for_again(house: House, desk: Person) -> None:
    heard = house.ask(desk, "add_knowledge", content=f"Pool: {TOO_LONG}")
    assert heard.own.startswith("That is 2001 characters; an entry has at most 2000.")
    assert house.reply(desk, heard, "Pool: closes at 21:00").own.startswith("Added")
    heard = house.ask(desk, "add_knowledge", content="closes at 21:00", title="p" * 81)
    assert (heard.asks, heard.own[:21]) == ("title", "That is 81 characters")
    entry = configured(house)
    heard = house.ask(desk, "change_knowledge", entry=entry.id, content=TOO_LONG)
    assert heard.asks == "content"
    assert known(house)[0].words == tuple(BREAKFAST.items())


def test_rooms_are_named_as_the_configuration_or_as_colleagues_do(house: House) -> None:
    desk, zhou = house.staff("Dora", "front_desk"), house.staff("小周", "front_desk", language="zh")
    heard = house.ask(desk, "add_knowledge", content="Breakfast: in your room", rooms="suites")
    assert "Breakfast (suite): in your room" in heard.own
    assert "早餐（套房）：送到房间" in house.ask(zhou, "add_knowledge", content="早餐：送到房间", rooms="套房").own
    assert {each.room_types for each in known(house)} == {("suite",)}
    house.ask(desk, "add_knowledge", content="Pool: for you too", rooms="double rooms and suites")
    assert ("double", "suite") in {each.room_types for each in known(house)}


def test_rooms_and_languages_there_are_not_are_refused_in_a_sentence(house: House, desk: Person) -> None:
    for unknown in ("presidential suite", "suites and villas", "总统套房"):
        heard = house.ask(desk, "add_knowledge", content="Breakfast: in your room", rooms=unknown)
        assert heard.own.startswith(f"No room here is of the type “{unknown}”.")
    heard = house.ask(desk, "add_knowledge", content="Breakfast: in your room", rooms="penthouse")
    assert heard.own == (
        "No room here is of the type “penthouse”. There are: double, suite. Please name one of them and send it again."
    )
    entry = configured(house)
    for call in ({"content": "Petit déjeuner"}, {"entry": entry.id}):
        for intent in ("add_knowledge", "change_knowledge"):
            heard = house.ask(desk, intent, language="other", **call)
            assert heard.own.startswith("House knowledge is written in Chinese and English")
    assert known(house) == (entry,)


# Changing


def test_a_changed_text_goes_for_every_language_until_somebody_writes_it(house: House, desk: Person) -> None:
    entry = configured(house)
    heard = house.ask(desk, "change_knowledge", entries=[entry.id])
    assert heard.own == "Breakfast: Daily from 7:00 to 10:00 am.\nWhat should it say now? Write the new text."
    heard = house.reply(desk, heard, "From 8 am.")
    assert heard.own == (
        "Changed.\nBreakfast: From 8 am.\nBefore: Daily from 7:00 to 10:00 am.\n"
        "Guests who read Chinese see these words too for now."
    )
    guest = house.guest("王芳", "302", language="zh")
    assert house.ask(guest, "ask_house", question="早餐", entries=[entry.id]).own == "早餐：From 8 am."
    heard = house.press(desk, heard, "Add Chinese")
    assert heard.own.endswith("What does it say in Chinese? Write the new text.")
    house.reply(desk, heard, "8 点起。")
    (entry,) = known(house)
    assert entry.words == (
        ("zh", Words("早餐", "8 点起。", ("早餐几点",))),
        ("en", Words("Breakfast", "From 8 am.", ("what time is breakfast",))),
    )


def test_a_language_it_was_never_written_in_needs_a_title(house: House, desk: Person) -> None:
    house.ask(desk, "add_knowledge", content="Pool: closes at 21:00")
    heard = house.press(desk, house.ask(desk, "show_knowledge", entries=[known(house)[0].id]), "Add Chinese")
    heard = house.reply(desk, heard, "21 点关门。")
    assert heard.own == "What is the title in Chinese?"
    assert "泳池: 21 点关门。" in house.reply(desk, heard, "泳池").own
    assert known(house)[0].spoken("zh") == Words("泳池", "21 点关门。")


def test_whoever_changes_second_sees_what_the_first_wrote_and_is_asked_again(house: House, desk: Person) -> None:
    entry, boss = configured(house), house.staff("Max", "manager")
    first = house.ask(desk, "change_knowledge", entries=[entry.id])
    second = house.ask(boss, "change_knowledge", entries=[entry.id])
    house.reply(desk, first, "From 8 am.")
    heard = house.reply(boss, second, "From 6 am.")
    assert heard.own == (
        "Dora has just changed this entry.\nBreakfast: From 8 am.\n"
        "Yours is not saved: “From 6 am.”\nWhat should it say?"
    )
    assert heard.asks == "content"
    assert known(house)[0].spoken("en").text == "From 8 am."
    assert "Breakfast: From 6 am." in house.press(boss, heard, "Use mine").own
    assert "has just changed" in house.press(boss, heard, "Use mine").own


def test_of_two_changes_at_the_same_instant_one_holds(house: House, desk: Person) -> None:
    entry = configured(house)
    assert desk.member is not None
    words = {"en": Words("Breakfast", "From 8 am.")}
    assert try_change(house.db, house.now, entry, words, staff_id=desk.member.id)
    assert not try_change(house.db, house.now, entry, words, staff_id=desk.member.id)


def test_several_entries_that_may_be_meant_are_a_choice(house: House, desk: Person) -> None:
    configured(house, Configured("breakfast-suite", {"en": Words("Breakfast in bed", "At any hour.")}))
    ids = [each.id for each in known(house)]
    heard = house.ask(desk, "change_knowledge", entries=ids)
    assert (heard.own, heard.labels) == ("Change which one?", ["Breakfast", "Breakfast in bed"])
    assert house.press(desk, heard, "Breakfast in bed").own.startswith("Breakfast in bed: At any hour.")
    assert house.reply(desk, heard, ids[:1]).own.startswith("Breakfast: Daily")


def test_an_entry_of_another_house_is_not_touched(house: House) -> None:
    entry = configured(house)
    house.home = house.another_property()
    foreigner = house.staff("Frank", "manager", properties=[house.home])
    for intent in ("show_knowledge", "change_knowledge", "delete_knowledge", "knowledge_history"):
        heard = house.ask(foreigner, intent, entry=entry.id, version=1, content="hacked")
        assert heard.own.startswith("I cannot find"), intent


# Showing and deleting


def test_an_entry_is_shown_with_all_that_is_told(house: House, desk: Person) -> None:
    suite = Configured("breakfast", {"en": Words("Breakfast", "In bed.")}, guests_only=True, room_types=("suite",))
    entry = configured(house, suite)
    heard = house.ask(desk, "show_knowledge", entries=[entry.id])
    assert heard.own == "Breakfast: Daily from 7:00 to 10:00 am.\n早餐：每天 7:00 到 10:00。"
    assert heard.labels == ["Change it", "Delete an entry", "History of an entry"]
    heard = house.ask(desk, "show_knowledge")
    assert heard.labels == ["Breakfast", "Breakfast (suite)"]
    assert house.press(desk, heard, "Breakfast (suite)").own == (
        "Breakfast: In bed.\nOnly for rooms: suite\nTold only to guests with a stay"
    )


def test_an_empty_house_has_nothing_to_show(house: House, desk: Person) -> None:
    assert house.ask(desk, "show_knowledge").own == "There are no entries yet."


def test_deleting_asks_first_and_then_guests_are_told_nothing(house: House, desk: Person) -> None:
    entry = configured(house)
    heard = house.ask(desk, "delete_knowledge", entries=[entry.id])
    assert heard.own == "Delete this entry?\nBreakfast: Daily from 7:00 to 10:00 am."
    assert len(known(house)) == 1
    assert house.press(desk, heard, "Delete it").own.startswith("“Breakfast” is deleted.")
    assert known(house) == ()
    assert "written down" in house.ask(house.guest(), "ask_house", question="breakfast", entries=[entry.id]).own
    assert house.press(desk, heard, "Delete it").own == "Dora has deleted this entry."


def test_what_was_changed_meanwhile_is_shown_before_it_is_deleted(house: House, desk: Person) -> None:
    entry, boss = configured(house), house.staff("Max", "manager")
    heard = house.ask(desk, "delete_knowledge", entries=[entry.id])
    house.ask(boss, "change_knowledge", entry=entry.id, content="From 8 am.")
    heard = house.press(desk, heard, "Delete it")
    assert heard.own == "Delete this entry?\nBreakfast: From 8 am."
    assert "is deleted" in house.press(desk, heard, "Delete it").own


def test_words_for_a_deleted_entry_are_not_lost(house: House, desk: Person) -> None:
    entry, boss = configured(house), house.staff("Max", "manager")
    heard = house.ask(boss, "change_knowledge", entries=[entry.id])
    house.press(desk, house.ask(desk, "delete_knowledge", entries=[entry.id]), "Delete it")
    heard = house.reply(boss, heard, "From 8 am.")
    assert heard.own == "Dora has deleted this entry. Yours is not saved."
    assert "Breakfast: From 8 am." in house.press(boss, heard, "Add house knowledge").own


def test_history_tells_who_changed_what_and_when(house: House, desk: Person) -> None:
    entry = configured(house)
    house.later(hours=1)
    house.ask(desk, "change_knowledge", entry=entry.id, content="From 8 am.")
    house.later(hours=1)
    boss = house.staff("店长", "manager", language="zh")
    house.press(boss, house.ask(boss, "delete_knowledge", entry=entry.id), "确认删除")
    assert house.ask(desk, "knowledge_history", entry=entry.id).own == (
        "Breakfast: From 8 am.\nHistory:\n11:00 am 店长: deleted, before: From 8 am.\n"
        "10:00 am Dora: changed, before: Daily from 7:00 to 10:00 am.\n9:00 am configuration: added"
    )
    assert "10:00 Dora 修改，原来：每天 7:00 到 10:00。" in house.ask(boss, "knowledge_history", entry=entry.id).own


# The configuration


def test_a_colleagues_words_last_until_the_configuration_changes(house: House, desk: Person) -> None:
    entry = configured(house)
    house.ask(desk, "change_knowledge", entry=entry.id, content="From 8 am.")
    house.ask(desk, "add_knowledge", content="Pool: closes at 21:00")
    assert put_knowledge(house.db, house.now, house.home, [Configured("breakfast", BREAKFAST)]) == []
    assert {each.spoken("en").text for each in known(house)} == {"From 8 am.", "closes at 21:00"}
    newer = Configured("breakfast", {"en": Words("Breakfast", "From 9 am.")})
    assert put_knowledge(house.db, house.now, house.home, [newer]) == ["breakfast"]
    assert put_knowledge(house.db, house.now, house.home, [newer]) == []
    assert {each.spoken("en").text for each in known(house)} == {"From 9 am.", "closes at 21:00"}
    assert [each.staff_id is None for each in history(house.db, entry)] == [True, False, True]


def test_what_a_colleague_deleted_stays_deleted_until_the_configuration_changes(house: House, desk: Person) -> None:
    entry = configured(house)
    house.press(desk, house.ask(desk, "delete_knowledge", entry=entry.id), "Delete it")
    assert put_knowledge(house.db, house.now, house.home, [Configured("breakfast", BREAKFAST)]) == []
    assert known(house) == ()
    newer = Configured("breakfast", {"en": Words("Breakfast", "From 9 am.")})
    assert put_knowledge(house.db, house.now, house.home, [newer]) == ["breakfast"]
    assert [each.spoken("en").text for each in known(house)] == ["From 9 am."]


def test_what_the_configuration_no_longer_tells_is_told_no_more(house: House) -> None:
    configured(house)
    assert put_knowledge(house.db, house.now, house.home, []) == []
    assert known(house) == ()
    assert put_knowledge(house.db, house.now, house.home, [Configured("breakfast", BREAKFAST)]) == []
    assert len(known(house)) == 1


def test_an_entry_for_the_guests_rooms_goes_before_the_general_one(house: House) -> None:
    suite = Configured("breakfast", {"en": Words("Breakfast", "In bed.")}, room_types=("suite",))
    spa = Configured("spa", {"en": Words("Spa", "On the roof.")}, room_types=("suite",))
    configured(house, suite, spa)
    told = {
        kind: {each.spoken("en").text for each in entries_for(known(house), kind)} for kind in ("suite", "double", "")
    }
    general = {"Daily from 7:00 to 10:00 am."}
    assert told == {"suite": {"In bed.", "On the roof."}, "double": general, "": general}


def test_the_type_of_a_guests_room_is_known_with_the_stay(house: House) -> None:
    guest, booked = house.guest("Anna Berg", "303"), house.book("Luc Petit")
    assert guest.stay is not None
    assert (guest.stay.room_type, booked.room_type, booked.room) == ("suite", "", "")


def test_an_entry_made_in_chat_is_kept_in_one_house(house: House, desk: Person) -> None:
    elsewhere = house.another_property()
    assert desk.member is not None
    add_entry(house.db, house.now, elsewhere, {"en": Words("Pool", "Closed.")}, staff_id=desk.member.id)
    assert known(house) == ()
    entry = known(house, elsewhere)[0]
    assert "written down" in house.ask(house.guest(), "ask_house", question="pool", entries=[entry.id]).own
