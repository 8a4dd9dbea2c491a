"""What colleagues write at work, and what we understand by it (it is Wednesday 3 December, 15:00)."""

from __future__ import annotations

import pytest

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
    ("who's working tonight", "who_is_on_duty"),
    ("今天谁值班", "who_is_on_duty"),
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
    ("confirm 12", "complete_request number=12"),
    ("邀请前台小刘", "invite_staff name=小刘 role=front_desk department=front_desk"),
    ("invite a manager named Mia", "invite_staff name=Mia role=manager"),
    ("invite a manager", "invite_staff role=manager"),
    ("哪些超时了", "overdue_requests"),
    ("what is overdue", "overdue_requests"),
    ("302有什么没办完的", "requests_of_room room=302"),
    ("open requests of 302", "requests_of_room room=302"),
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
]


@pytest.mark.parametrize(("sentence", "understood"), SENTENCES)
def test_a_colleague_is_understood(sentence: str, understood: str) -> None:
    assert wishes(hear(sentence, STAFF), "note", "reason") == understood


@pytest.mark.parametrize("sentence", ["两条毛巾", "空调坏了", "my stay", "GJ-7K2M"])
def test_a_colleague_is_offered_nothing_of_a_guest(sentence: str) -> None:
    assert {call.intent for call in hear(sentence, STAFF).calls} <= {intent.name for intent in STAFF}


@pytest.mark.parametrize("sentence", ["done 1042", "302住的谁", "find guest Zhang San", "明天谁到店", "我上班了"])
def test_a_guest_is_offered_nothing_of_a_colleague(sentence: str) -> None:
    assert {call.intent for call in hear(sentence).calls} <= {intent.name for intent in GUEST}
