"""Sentences that speak about a thing and order nothing, and amounts and days that do not exist."""

from __future__ import annotations

import pytest

from handlers.turn import Call, Intent, Question
from tests.understanding.speakers import GUEST, STAFF, asking, hear, wishes

STATEMENTS = [
    ("毛巾收到了，谢谢", "thank"),
    ("毛巾够了", "thank"),
    ("毛巾和枕头都收到了", "thank"),
    ("毛巾送到了", "thank"),
    ("谢谢你们的毛巾", "thank"),
    ("毛巾很软", "compliment"),
    ("出租车订了吗", "my_requests"),
    ("车叫好了吗", "my_requests"),
    ("我的毛巾在哪", "my_requests"),
    ("I already got the towels, thanks", "thank"),
    ("we have enough towels", "thank"),
    ("the towels have arrived", "thank"),
    ("thank you for the towels", "thank"),
    ("the towels are lovely", "compliment"),
    ("is my taxi booked?", "my_requests"),
    ("is the airport transfer booked", "my_requests"),
    ("has the taxi arrived", "my_requests"),
    ("where are my towels?", "my_requests"),
    ("when will the towels come", "my_requests"),
    ("no towels came", "my_requests"),
    ("no taxi yet?", "my_requests"),
    ("没有毛巾送来", "my_requests"),
    ("没人送毛巾来", "my_requests"),
    ("the TV works again", "thank"),
    ("the tv is working now, thanks", "thank"),
    ("it works again, thank you", "thank"),
    ("电视修好了", "thank"),
    ("又能用了", "thank"),
    ("is the AC fixed?", "my_requests"),
    ("fixed, thank you", "thank"),
    ("it stopped working again", "reopen_request"),
    ("not working at all", "reopen_request"),
    ("电视好了吗", "my_requests"),
]
STILL_WISHES = [
    ("毛巾不够", "towels"),
    ("毛巾不够了", "towels"),
    ("毛巾很好，再来两条", "compliment + towels*2"),
    ("枕头太软了，换一个", "pillows*1"),
    ("毛巾送来了但是少一条", "towels*1"),
    ("给我足够的毛巾", "towels"),
    ("please make sure we have enough towels", "towels"),
    ("not enough towels", "towels"),
    ("the TV is not working again", "tv"),
    ("空调修好了，再来两条毛巾", "towels*2"),
    ("the tv works again but the shower is broken", "water"),
    ("we do not have enough towels", "towels"),
    ("the towels have not arrived", "my_requests"),
    ("has my taxi not arrived yet", "my_requests"),
    ("I received only one towel, please bring two more", "towels*3"),
    ("I got the towels but need three more", "towels*3"),
    ("I got the towels and need a pillow", "pillows"),
    ("the service is great, two towels please", "compliment + towels*2"),
    ("wifi password and an extra pillow", "pillows*1"),
    ("AC is making noise", "air_conditioning"),
    ("I would like to see the manager", "ask_for_person"),
    ("can I talk to the manager", "ask_for_person"),
    ("算了不要了", "thank"),
    ("好", "thank"),
]
UNREAL = [
    ("taxi on 31 February at 8", "taxi"),
    ("taxi on 24 December 2028 at 8", "taxi"),
    ("2月31号早上8点叫车", "taxi"),
    ("table for 2 on 30 February", "restaurant_table for 2"),
    ("明天25点叫醒", "wake_up_call"),
    ("taxi tomorrow at 25", "taxi"),
    ("0 towels", "towels*0"),
    ("0条毛巾", "towels*0"),
    ("-3 towels", "towels*0"),
    ("two and a half towels", "towels*0"),
    ("2.5 towels", "towels*0"),
    ("两条半毛巾", "towels*0"),
    ("500 towels", "towels*500"),
    ("毛巾500条", "towels*500"),
    ("三百条毛巾", "towels*300"),
    ("two hundred and fifty towels", "towels*250"),
    ("no towels please", "-towels"),
    ("2 bottles of 1.5 liter water", "drinking_water*2"),
]
QUIET = [
    "do not disturb please",
    "请勿打扰",
    "别打扰我，睡到下午两点",
    "上午别来敲门",
]

REASON = Question(Call("decline_request", {"number": 12}), "reason")
COMPLAINT = Question(Call("complain"), "text")
INVITED = Question(Call("invite_staff", {"role": "manager"}), "name")
FOOD = asking("food_order", "note")
LOST = asking("lost_and_found", "note")
OTHER_THINGS = [
    (STAFF, REASON, "who arrives tomorrow", "arrivals@12-04"),
    (STAFF, REASON, "明天谁到店", "arrivals@12-04"),
    (STAFF, INVITED, "who is on duty", "who_is_on_duty"),
    (STAFF, INVITED, "towels for 201 are late", "overdue_requests"),
    (STAFF, INVITED, "毛巾还没送到", "open_requests"),
    (GUEST, FOOD, "where are my towels", "my_requests"),
    (GUEST, FOOD, "我的毛巾在哪", "my_requests"),
    (GUEST, FOOD, "two towels please", "towels*2"),
    (GUEST, COMPLAINT, "bring 2 towels please", "towels*2"),
    (GUEST, COMPLAINT, "送两条毛巾", "towels*2"),
    (GUEST, asking("taxi", "time"), "31 February at 8", "nothing"),
    (GUEST, asking("taxi", "time"), "2月31号早上8点", "nothing"),
]
ANSWERS = [
    (STAFF, REASON, "no stock", "no stock"),
    (STAFF, REASON, "the plumber is off duty", "the plumber is off duty"),
    (STAFF, INVITED, "Mia Wong", "Mia Wong"),
    (STAFF, INVITED, "小刘", "小刘"),
    (GUEST, FOOD, "2 noodles please, no onions", "2 noodles please, no onions"),
    (GUEST, LOST, "a black suitcase", "a black suitcase"),
    (GUEST, LOST, "my phone charger", "my phone charger"),
    (GUEST, COMPLAINT, "the shower is cold and nobody came", "the shower is cold and nobody came"),
    (GUEST, COMPLAINT, "隔壁太吵", "隔壁太吵"),
]
EMERGENCIES = ["fire in my room", "着火了", "两条毛巾，着火了", "towels please, there is a fire in the corridor"]


@pytest.mark.parametrize(("sentence", "understood"), STATEMENTS)
def test_a_statement_about_a_thing_orders_nothing(sentence: str, understood: str) -> None:
    assert wishes(hear(sentence)) == understood


@pytest.mark.parametrize(("sentence", "understood"), STILL_WISHES)
def test_a_wish_is_still_heard(sentence: str, understood: str) -> None:
    assert wishes(hear(sentence)) == understood


@pytest.mark.parametrize(("sentence", "understood"), UNREAL)
def test_no_day_hour_or_amount_is_guessed(sentence: str, understood: str) -> None:
    assert wishes(hear(sentence)) == understood


@pytest.mark.parametrize("sentence", ["who arrives on 31 February", "2月31号谁到店", "who arrives on 5 March 2028"])
def test_a_day_that_does_not_exist_is_not_today(sentence: str) -> None:
    assert hear(sentence, STAFF).by == "none"


@pytest.mark.parametrize("sentence", QUIET)
def test_who_wants_quiet_cancels_nothing(sentence: str) -> None:
    assert [call.intent for call in hear(sentence).calls] == ["keep_quiet"]


@pytest.mark.parametrize(("sentence", "day"), [("明天不用打扫", 4), ("no cleaning today", 3), ("今天别打扫了", 3)])
def test_the_day_goes_with_what_the_house_does_daily(sentence: str, day: int) -> None:
    (call,) = hear(sentence).calls
    assert (call.intent, call.slots["service"], call.slots["day"].day) == ("cancel_request", "cleaning", day)
    assert "day" not in hear("no towels today").calls[0].slots


@pytest.mark.parametrize("sentence", ["我要退房", "i want to check out", "can i have the bill"])
def test_who_wants_to_leave_is_looked_after_by_a_person(sentence: str) -> None:
    assert wishes(hear(sentence)) == "ask_for_person"


@pytest.mark.parametrize(("intents", "question", "said", "understood"), OTHER_THINGS)
def test_an_open_question_does_not_swallow_another_thing(
    intents: tuple[Intent, ...], question: Question, said: str, understood: str
) -> None:
    heard = hear(said, intents, question)
    assert heard.by in ("phrases", "classifier", "none")
    assert wishes(heard) == understood


@pytest.mark.parametrize(("intents", "question", "said", "answer"), ANSWERS)
def test_an_answer_in_words_is_kept(intents: tuple[Intent, ...], question: Question, said: str, answer: str) -> None:
    heard = hear(said, intents, question)
    assert (heard.by, heard.calls[0].intent) == ("pending", question.call.intent)
    assert heard.calls[0].slots[question.asks] == answer


@pytest.mark.parametrize("question", [None, COMPLAINT, FOOD])
@pytest.mark.parametrize("said", EMERGENCIES)
def test_an_emergency_goes_before_everything(said: str, question: Question | None) -> None:
    heard = hear(said, question=question)
    assert (heard.by, heard.calls) == ("phrases", (Call("emergency", {"text": said}),))


@pytest.mark.parametrize("said", ["明天早上十点以后", "十点以后吧", "明天下午三点左右可以", "after 10 please"])
def test_an_hour_alone_is_no_wish(said: str) -> None:
    assert wishes(hear(said)) == "nothing"


def test_whoever_answers_for_a_complaint_reads_all_of_it() -> None:
    said = "一直都很满意，就是楼上半夜拖桌椅，睡得不太好，能不能跟楼上的客人说一声"
    calls = {call.intent: call.slots for call in hear(said).calls}
    assert calls["complain"]["text"] == said
    assert "ask_for_person" not in calls
