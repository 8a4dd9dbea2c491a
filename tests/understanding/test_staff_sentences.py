"""What colleagues write at work, and what we understand by it (it is Wednesday 3 December, 15:00)."""

from __future__ import annotations

import pytest

from handlers.turn import Call, Question
from tests.understanding.speakers import GUEST, STAFF, hear, wishes

SENTENCES = [
    ("done 1042", "complete_request number=1042"),
    ("1042 完成", "complete_request number=1042"),
    ("1042好了", "complete_request number=1042"),
    ("on my way 1042", "start_request number=1042"),
    ("1042 马上到", "start_request number=1042"),
    ("cannot 1042 no stock", "decline_request number=1042 reason=no stock"),
    ("1042 做不到 没货了", "decline_request number=1042 reason=没货了"),
    ("who is in 302", "who_is_in_room room=302"),
    ("guest card of 302", "guest_card room=302"),
    ("302的客人卡片", "guest_card room=302"),
    ("elder mode for 302", "room_elder_mode room=302"),
    ("302开启长者模式", "room_elder_mode room=302"),
    ("302 关闭长者模式", "room_elder_mode room=302 switch=off"),
    ("turn off elder mode in 302", "room_elder_mode room=302 switch=off"),
    ("302住的谁", "who_is_in_room room=302"),
    ("find guest Zhang San", "find_guest name=Zhang San"),
    ("查一下张三", "find_guest name=张三"),
    ("谁到店", "arrivals"),
    ("今天谁到店", "arrivals@12-03"),
    ("明天谁退房", "departures@12-04"),
    ("在住客人", "in_house"),
    ("who arrives tomorrow", "arrivals@12-04"),
    ("我上班了", "go_on_duty"),
    ("on duty", "go_on_duty"),
    ("谁在值班", "who_is_on_duty"),
    ("invite Li Lei as housekeeping", "invite_staff name=Li Lei role=housekeeping department=housekeeping"),
    ("邀请李雷做前台", "invite_staff name=李雷 role=front_desk department=front_desk"),
    ("revoke Li Lei", "revoke_staff name=Li Lei"),
    ("help", "staff_help"),
    ("give 12 to Maria Garcia", "reassign_request number=12 name=Maria Garcia"),
    ("hand request 12 over to Tom", "reassign_request number=12 name=Tom"),
    ("12号转给李秀英", "reassign_request number=12 name=李秀英"),
    ("把12号转给小王", "reassign_request number=12 name=小王"),
    ("12 is for maintenance", "reassign_request number=12 name=maintenance"),
    ("12号是工程部的", "reassign_request number=12 name=工程部"),
    ("give 12 to me", "accept_request number=12"),
    ("12号转给我", "accept_request number=12"),
    ("取消12号", "withdraw_request number=12"),
    ("cancel #12", "withdraw_request number=12"),
    ("12号取消吧，客人改主意了", "withdraw_request number=12 reason=客人改主意了"),
    ("cancel #12, guest changed her mind", "withdraw_request number=12 reason=guest changed her mind"),
    ("cancel 12 because we opened it twice", "withdraw_request number=12 reason=we opened it twice"),
    ("302的毛巾不用送了", "withdraw_request room=302"),
    ("302客人不要毛巾了", "withdraw_request room=302"),
    ("cancel the taxi of 302", "withdraw_request room=302"),
    ("302 no longer needs the towels", "withdraw_request room=302"),
    ("取消302的毛巾和枕头", "withdraw_request room=302 + withdraw_request room=302"),
    ("取消12号和13号", "withdraw_request number=12 + withdraw_request number=13"),
    ("cancel #12, #13 and 14", "withdraw_request number=12 + withdraw_request number=13 + withdraw_request number=14"),
    ("12号和13号改成三条", "amend_request*3 number=12 + amend_request*3 number=13"),
    ("取消 1203 的大字模式", "room_elder_mode room=1203 switch=off"),
    ("取消12号，13号完成", "complete_request number=13"),
    ("12号改成三条", "amend_request*3 number=12"),
    ("change #12 to three", "amend_request*3 number=12"),
    ("make it 3 for 12", "amend_request*3 number=12"),
    ("guest wants three for #12", "amend_request*3 number=12"),
    ("12号改成三条，要白色的", "amend_request*3 number=12 note=要白色的"),
    ("12号改到晚上八点", "amend_request@12-03 20:00 number=12"),
    ("move #12 to 8 pm", "amend_request@12-03 20:00 number=12"),
    ("postpone 12 to nine", "amend_request@12-03 21:00 number=12 either_half=True"),
    ("302的毛巾改成三条", "amend_request*3 room=302"),
    ("change the taxi of 302 to 7:30 pm", "amend_request@12-03 19:30 room=302"),
    ("302 has moved to 305, bring it there", "amend_request room=302 place=305"),
    ("302搬到305了，送到305", "amend_request room=302 place=305"),
    ("12号只能八点", "make_offer@12-03 20:00 number=12"),
    ("#12 only possible at 8", "make_offer@12-03 20:00 number=12"),
    ("12号改成两晚", "make_offer*2 number=12"),
    ("move request 8 to 304", "make_offer number=8 room=304"),
    ("33改成下午两点行不行，问问客人", "make_offer@12-04 14:00 number=33"),
    ("merge 12 and 13", "merge_requests numbers=[12, 13]"),
    ("12和13合并", "merge_requests numbers=[12, 13]"),
    ("hand over", "hand_over"),
    ("who leads housekeeping", "who_is_on_duty department=housekeeping"),
    ("交班", "hand_over"),
    ("交班了，我先走了", "go_off_duty"),
    ("5 敲门没人", "decline_request number=5"),
    ("5 nobody answers", "decline_request number=5"),
    ("给305送两双拖鞋和一个枕头", "desk:amenities*2 room=305 note=两双拖鞋 + desk:pillows*1 room=305"),
    ("302 wants two towels", "desk:towels*2 room=302"),
    ("给302送两条毛巾", "desk:towels*2 room=302"),
    ("wake-up call for 302 at 7 tomorrow", "desk:wake_up_call@12-04 07:00 room=302"),
    ("帮301叫辆车，明早六点", "desk:taxi@12-04 06:00 room=301"),
    ("302 needs two pillows and a taxi at 6 pm", "desk:pillows*2 room=302 + desk:taxi@12-03 18:00 room=302"),
    ("帮助", "staff_help"),
    ("open requests", "open_requests"),
    ("我的任务", "my_tasks"),
    ("接单 1042", "accept_request number=1042"),
    ("1042 我来", "accept_request number=1042"),
    ("done 1042, left at door", "complete_request number=1042 note=left at door"),
    ("hello", "greet"),
    ("谁住302", "who_is_in_room room=302"),
    ("1042搞定", "complete_request number=1042"),
    ("#1042 done, towels delivered", "complete_request number=1042 note=towels delivered"),
    ("got 1042", "accept_request number=1042"),
    ("1042 我接了", "accept_request number=1042"),
    ("I cannot do 1042, lift is broken", "decline_request number=1042 reason=lift is broken"),
    ("omw 1042", "start_request number=1042"),
    ("who stays in 1203", "who_is_in_room room=1203"),
    ("1203是谁", "who_is_in_room room=1203"),
    ("查张三", "find_guest name=张三"),
    ("look up Maria Garcia", "find_guest name=Maria Garcia"),
    ("arrivals tomorrow", "arrivals@12-04"),
    ("明天有多少人退房", "departures@12-04"),
    ("今晚有谁到店", "arrivals@12-03"),
    ("现在住着多少客人", "in_house"),
    ("who's working tonight", "who_is_on_duty@12-03"),
    ("今天谁值班", "who_is_on_duty@12-03"),
    ("下班了", "go_off_duty"),
    ("going off duty", "go_off_duty"),
    ("还有什么工单没处理", "open_requests"),
    ("my jobs", "my_tasks"),
    ("邀请新员工王芳，客房部", "invite_staff name=王芳 role=housekeeping department=housekeeping"),
    ("invite Tom Baker for maintenance", "invite_staff name=Tom Baker role=maintenance department=maintenance"),
    ("停用李雷的账号", "revoke_staff name=李雷"),
    ("thanks", "thank"),
    ("怎么用", "staff_help"),
    ("待办", "open_requests"),
    ("帮我设成下班状态", "go_off_duty"),
    ("帮我设为上班状态", "go_on_duty"),
    ("1216 who", "who_is_in_room room=1216"),
    ("Rm. 1403 guest?", "who_is_in_room room=1403"),
    ("who checked into C302", "who_is_in_room room=C302"),
    ("12 确认", "complete_request number=12"),
    ("take over 302", "take_over room=302"),
    ("talk to room 302", "take_over room=302"),
    ("接管302的对话", "take_over room=302"),
    ("302我来聊", "take_over room=302"),
    ("tell 302 the taxi is here", "write_to_guest room=302"),
    ("any open alarms?", "open_alarms"),
    ("现在有没有警报", "open_alarms"),
    ("I'm running up to the guest in 302 who called for help", "answer_alarm room=302"),
    ("302呼救，我上去", "answer_alarm room=302"),
    ("the alert in 302 turned out to be nothing, close it", "close_alarm room=302"),
    ("302客人好好的，关闭警报", "close_alarm room=302"),
    ("set an alarm for 302 at 7", "desk:wake_up_call@12-04 07:00 room=302"),
    ("has the taxi for 303 been ordered", "requests_of_room room=303"),
    ("did somebody book the cab for 303?", "requests_of_room room=303"),
    ("did the towels get to 302", "requests_of_room room=302"),
    ("where are we with 302", "requests_of_room room=302"),
    ("303的出租车叫了吗", "requests_of_room room=303"),
    ("302的毛巾送到了吗", "requests_of_room room=302"),
    ("303空调修好没有", "requests_of_room room=303"),
    ("303空调修好了", "complete_request number=303"),
    ("what slipped last night", "brief_now"),
    ("昨天到现在有投诉吗", "brief_now"),
    ("any wake-up calls for the morning", "open_requests"),
    ("hand back", "end_handoff"),
    ("交还302", "end_handoff room=302"),
    ("confirm 12", "complete_request number=12"),
    ("邀请前台小刘", "invite_staff name=小刘 role=front_desk department=front_desk"),
    ("invite a manager named Mia", "invite_staff name=Mia role=manager"),
    ("invite a manager", "invite_staff role=manager"),
    ("哪些超时了", "overdue_requests"),
    ("what is overdue", "overdue_requests"),
    ("302有什么没办完的", "requests_of_room room=302"),
    ("open requests of 302", "requests_of_room room=302"),
    ("show #12", "show_request number=12"),
    ("#12", "show_request number=12"),
    ("photos of request 12", "show_request number=12"),
    ("看 #12", "show_request number=12"),
    ("#12是什么？", "show_request number=12"),
    ("查一下12号单的照片", "show_request number=12"),
    ("#12 done", "complete_request number=12"),
    ("客房部还有什么", "open_requests department=housekeeping"),
    ("open requests of housekeeping", "open_requests department=housekeeping"),
    ("今天完成了多少", "work_done@12-03"),
    ("what did we do today", "work_done@12-03"),
    ("为什么王芳没收到？", "why_not_delivered name=王芳"),
    ("why did Wang Fang not get it", "why_not_delivered name=Wang Fang"),
    ("302为什么没收到", "why_not_delivered room=302"),
    ("why has 302 not received it", "why_not_delivered room=302"),
    ("今日简报", "brief_now"),
    ("brief now", "brief_now"),
    ("每天7点半给我简报", "set_brief@12-04 07:30"),
    ("brief me at 7:30", "set_brief@12-04 07:30"),
    ("每天晚上九点给我简报", "set_brief@12-03 21:00"),
    ("brief me daily at 2:45 pm", "set_brief@12-04 14:45"),
    ("不要简报了", "stop_brief"),
    ("别再发简报给我", "stop_brief"),
    ("stop the brief", "stop_brief"),
    ("please don't send me the brief any more", "stop_brief"),
    ("Lily works tomorrow 7 to 15", "plan_shift@12-04 colleagues=['Lily'] hours=['07:00-15:00']"),
    ("Lily works the night shift tomorrow 22-6", "plan_shift@12-04 colleagues=['Lily'] hours=['22:00-06:00']"),
    ("小丽明天7点到15点上班", "plan_shift@12-04 colleagues=['小丽'] hours=['07:00-15:00']"),
    ("陳靜明天七點到三點上班", "plan_shift@12-04 colleagues=['陳靜'] hours=['07:00-15:00']"),
    ("我明天7点到15点上班", "plan_shift@12-04 colleagues=['我'] hours=['07:00-15:00']"),
    ("I work on Friday 10:00-18:00", "plan_shift@12-05 colleagues=['I'] hours=['10:00-18:00']"),
    ("Lily and Mei work Sat 7-15", "plan_shift@12-06 colleagues=['Lily', 'Mei'] hours=['07:00-15:00']"),
    ("李和平明天早班", "plan_shift@12-04 colleagues=['李和平']"),
    ("Lily is off tomorrow", "cancel_shift@12-04 colleagues=['Lily']"),
    ("lily works tomorrow 7 to 15", "plan_shift@12-04 colleagues=['lily'] hours=['07:00-15:00']"),
    ("Vera does not work tomorrow", "cancel_shift@12-04 colleagues=['Vera']"),
    ("取消小丽明天的班", "cancel_shift@12-04 colleagues=['小丽']"),
    ("Cancel Lily's shift tomorrow", "cancel_shift@12-04 colleagues=['Lily']"),
    ("I'm off tomorrow", "cancel_shift@12-04 colleagues=['I']"),
    ("小丽明天休息", "cancel_shift@12-04 colleagues=['小丽']"),
    ("swap: Lily and Chen on Saturday", "swap_shifts@12-06 colleagues=['Lily', 'Chen']"),
    ("小丽和陈师傅周六换班", "swap_shifts@12-06 colleagues=['小丽', '陈师傅']"),
    ("roster today", "show_roster@12-03"),
    ("roster tomorrow", "show_roster@12-04"),
    ("roster this week", "show_roster@12-03,12-04,12-05,12-06,12-07"),
    ("who works tomorrow", "show_roster@12-04"),
    ("明天谁上班", "show_roster@12-04"),
    ("when do I work", "my_shifts"),
    ("我什么时候上班", "my_shifts"),
    ("my shifts", "my_shifts"),
    ("我下周哪几天上班", "my_shifts@12-08,12-09,12-10,12-11,12-12,12-13,12-14"),
    ("who is on duty", "who_is_on_duty"),
    ("小丽明天上班吗", "show_roster@12-04"),
    ("is Lily working tomorrow", "show_roster@12-04"),
    ("does Lily work on Friday?", "show_roster@12-05"),
    ("我周日上班吗", "my_shifts@12-07"),
    ("off duty，明天见", "go_off_duty"),
    ("今天的班上完了", "go_off_duty"),
    ("I work from now till 14h", "go_on_duty"),
    ("wifi not working today in 302", "nothing"),
]


@pytest.mark.parametrize(("sentence", "understood"), SENTENCES)
def test_a_colleague_is_understood(sentence: str, understood: str) -> None:
    assert wishes(hear(sentence, STAFF), "note", "reason") == understood


@pytest.mark.parametrize(
    ("sentence", "services"),
    [
        ("cancel the taxi of 302", ["taxi"]),
        ("302的毛巾和枕头不用送了", ["towels", "pillows"]),
        ("301的毛巾和302的枕头都不用了", []),  # nobody can tell what is in which room
        ("302的毛巾改成三条", ["towels"]),
    ],
)
def test_what_is_cancelled_or_changed_in_a_room_is_named(sentence: str, services: list[str]) -> None:
    assert [call.slots.get("service") for call in hear(sentence, STAFF).calls] == services


@pytest.mark.parametrize(
    ("answer", "understood"),
    [
        ("三条", "amend_request*3 number=12"),
        ("to 8 pm please", "amend_request@12-03 20:00 number=12"),
        ("302", "amend_request number=12 place=302"),
        ("改送到305", "amend_request number=12 place=305"),
        ("三条，要白色的", "amend_request*3 note=三条，要白色的 number=12"),
        ("the big ones", "amend_request note=the big ones number=12"),
    ],
)
def test_words_of_a_change_are_noted_where_they_say_more(answer: str, understood: str) -> None:
    question = Question(Call("amend_request", {"number": 12}), "note")
    assert wishes(hear(answer, STAFF, question=question), "note") == understood


WEEK = "12-08,12-09,12-10,12-11,12-12"


@pytest.mark.parametrize(
    ("sentence", "who", "hours"),
    [
        ("Lily works Mon to Fri 7:00-15:00 and 18-20", "Lily", ["07:00-15:00", "18:00-20:00"]),
        ("排班 小丽 周一到周五 7:00-15:00", "小丽", ["07:00-15:00"]),
        ("Grace O'Neil works next week Mon-Fri from 10 pm to 6 am", "Grace O'Neil", ["22:00-06:00"]),
        ("陈师傅下周一到周五 7点半到下午4点上班", "陈师傅", ["07:30-16:00"]),
    ],
)
def test_a_week_is_planned_in_one_sentence(sentence: str, who: str, hours: list[str]) -> None:
    assert wishes(hear(sentence, STAFF)) == f"plan_shift@{WEEK} colleagues={[who]} hours={hours}"


@pytest.mark.parametrize("sentence", ["两条毛巾", "空调坏了", "my stay", "GJ-7K2M"])
def test_a_colleague_is_offered_nothing_of_a_guest(sentence: str) -> None:
    assert {call.intent for call in hear(sentence, STAFF).calls} <= {intent.name for intent in STAFF}


@pytest.mark.parametrize("sentence", ["done 1042", "302住的谁", "find guest Zhang San", "明天谁到店", "我上班了"])
def test_a_guest_is_offered_nothing_of_a_colleague(sentence: str) -> None:
    assert {call.intent for call in hear(sentence).calls} <= {intent.name for intent in GUEST}


@pytest.mark.parametrize(
    ("sentence", "note"),
    [
        ("给302送两双拖鞋", "两双拖鞋"),
        ("302房客人要一个充电器", "一个充电器"),
        ("302 wants a phone charger", "a phone charger"),
    ],
)
def test_what_is_noted_for_a_guest_does_not_begin_with_the_room(sentence: str, note: str) -> None:
    assert [call.slots["note"] for call in hear(sentence, STAFF).calls] == [note]
