"""A guest in a colleague's hands: taken over, written to, handed back, and what the clock does when nobody speaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from crm.conversations.accounts import bind_guest
from crm.conversations.handoffs import Handoff, HandoffState, find_open_handoff
from crm.conversations.handoffs import handoff as handoffs_table
from crm.conversations.inbound import record_inbound
from crm.conversations.messages import Attachment, Body, MessageState
from crm.properties.catalogue import shipped_catalogue
from crm.service_requests.requests import RequestState
from crm.staff.audit import AuditEntry
from crm.staff.members import revoke
from crm.stays.bookings import StayState
from crm.store import table
from handlers import handoffs, intents
from handlers.timed.handoffs import handoff_work
from handlers.turn import Moment
from tests.support.house import PHONE, Heard, House, Person

QUIET = timedelta(minutes=30)
PHOTO = Attachment("photo-1", "photo", "image/jpeg", "photo.jpg")


def open_in(house: House, guest: Person) -> Handoff | None:
    return find_open_handoff(house.db, guest.place.conversation_id)


def held(house: House, guest: Person) -> Handoff:
    found = open_in(house, guest)
    assert found
    assert found.is_taken
    return found


def take(house: House, colleague: Person, guest: Person) -> Heard:
    return house.ask(colleague, "take_over", conversation=guest.place.conversation_id)


def says(house: House, person: Person, guest: Person, words: str, photos: Sequence[Attachment] = ()) -> Heard:
    """While they talk."""
    turn = house.turn(person, handoffs.RELAY, said=words, handoff=held(house, guest).id)
    return Heard(intents.answer(replace(turn, attachments=photos)))


WORK = handoff_work(QUIET)


def tick(house: House) -> Heard:
    """What the clock does at this instant, and that it does it once."""
    replies = []
    for key in WORK.due(house.db, house.now, 100):
        moment = Moment(house.db, house.now, house.home, shipped_catalogue())
        replies += WORK.act(moment, key)
        assert WORK.act(moment, key) == []
    assert WORK.due(house.db, house.now, 100) == []
    return Heard(replies)


# -- taking over


def test_a_colleague_takes_over_by_the_button_of_the_card(house: House) -> None:
    guest, desk = house.guest(), house.staff("Dora", "front_desk")
    asked = house.ask(guest, "ask_for_person", said="I want to talk to somebody")
    heard = house.press(desk, asked, "Take over")
    assert heard.own.startswith("Yours: 302 Anna Berg\nyesterday to Thu, 4 nights · 1 adult\n")
    assert "#1 Room 302 · person to talk to · by 9:10 am · Dora" in heard.own
    assert "begin with a slash" in heard.own
    assert heard.labels == ["Hand back"]
    assert heard.by(guest) == "Dora from the front desk is with you now. Please just write."
    assert held(house, guest).staff_name == "Dora"
    assert house.requests()[0].state is RequestState.ACCEPTED


def test_a_colleague_takes_over_in_words_a_guest_who_asked_for_nobody(house: House) -> None:
    guest, desk = house.guest("张三", language="zh"), house.staff("陈静", "front_desk", language="zh")
    heard = house.ask(desk, "take_over", room="302")
    assert heard.own.startswith("接待中：302 张三\n昨天到周四，4晚 · 1大\n")
    assert heard.by(guest) == "前台陈静现在在这里，您直接说就好。"
    assert house.requests() == []


def test_a_name_the_guest_cannot_read_is_not_said(house: House) -> None:
    guest, desk = house.guest(), house.staff("陈静", "front_desk")
    assert take(house, desk, guest).by(guest) == "Somebody from the front desk is with you now. Please just write."
    assert says(house, desk, guest, "Good morning").by(guest) == "The front desk: Good morning"


def test_the_last_ten_messages_are_shown_shortened(house: House) -> None:
    guest, desk = house.guest(), house.staff("Dora", "front_desk")
    for number in range(12):
        record_inbound(
            house.db,
            house.now + timedelta(minutes=number),
            guest.place,
            channel="fake",
            dedupe_key=f"said-{number}",
            body=Body(f"word {number} " + "and so on " * 10),
            raw=b"",
            state=MessageState.HANDLED,
        )
    lines = [line for line in take(house, desk, guest).own.splitlines() if "Guest: " in line]
    assert lines[0].startswith("9:02 am Guest: word 2 and so on")
    assert len(lines) == 10
    assert all(len(line) < 60 and line.endswith("…") for line in lines)


def test_open_requests_and_their_allergies_are_on_the_card(house: House) -> None:
    guest, desk = house.guest(), house.staff("Dora", "front_desk")
    house.staff("Carl", "kitchen")
    house.ask(guest, "request_service", service="food_order", note="noodles", allergy=["peanuts"])
    assert "⚠ Allergy: peanut" in take(house, desk, guest).own


def test_taking_over_is_written_down_as_a_look_at_the_guest(house: House) -> None:
    guest, desk = house.guest(), house.staff("Dora", "front_desk")
    take(house, desk, guest)
    assert guest.stay
    entries = house.db.execute(select(table(AuditEntry).c.action, table(AuditEntry).c.subject)).all()
    assert ("take_over", f"guest:{guest.stay.guest_id}") in [tuple(each) for each in entries]


def test_somebody_unlinked_is_taken_over_too(house: House) -> None:
    chat, desk = house.stranger("Pat"), house.staff("Dora", "front_desk")
    asked = house.ask(chat, "ask_for_person", said="human please")
    heard = house.press(desk, asked, "Take over")
    assert heard.own.startswith("Yours: Pat (fake, not linked to a stay)\n")
    assert says(house, chat, chat, "hello?").by(desk) == "Pat (fake, not linked to a stay): hello?"


def test_taking_over_without_a_room_means_whoever_waits(house: House) -> None:
    guest, other, desk = house.guest(), house.guest("Ben Cox", "303"), house.staff("Dora", "front_desk")
    assert house.ask(desk, "take_over").asks == "room"
    house.ask(guest, "ask_for_person")
    house.later(minutes=1)
    house.ask(other, "ask_for_person")
    heard = house.ask(desk, "take_over")
    assert (heard.own, heard.labels) == ("Which guest?", ["302 Anna Berg", "303 Ben Cox"])
    heard = house.press(desk, heard, "303 Ben Cox")
    assert heard.by(other)
    assert house.ask(desk, "take_over").by(guest)


def test_whoever_was_rung_meanwhile_waits_no_longer(house: House) -> None:
    guest, desk = house.guest(), house.staff("Dora", "front_desk")
    house.ask(guest, "ask_for_person")
    house.ask(desk, "complete_request", number=1)
    assert house.ask(desk, "take_over").asks == "room"


def test_a_room_that_is_unknown_empty_or_without_a_chat_is_told_apart(house: House) -> None:
    desk = house.staff("Dora", "front_desk")
    house.book("Anna Berg", "302")
    assert house.ask(desk, "take_over", room="999").own == "There is no room 999 here."
    assert house.ask(desk, "take_over", room="301").own == "Room 301: nobody in house."
    assert house.ask(desk, "take_over", room="302").own == "Room 302 has linked no chat. Please call or go there."


def test_a_guest_who_left_is_still_answered_and_shown_as_gone(house: House) -> None:
    guest = house.guest(state=StayState.DEPARTED, days=(-4, -1))
    heard = take(house, house.staff("Dora", "front_desk"), guest)
    assert heard.own.startswith("Yours: Anna Berg\nleft yesterday · 1 adult\n")


def test_two_colleagues_one_has_it_and_the_other_sees_who(house: House) -> None:
    guest, dora, olaf = house.guest(), house.staff("Dora", "front_desk"), house.staff("Olaf", "front_desk")
    asked = house.ask(guest, "ask_for_person")
    house.press(dora, asked, "Take over")
    heard = house.press(olaf, asked, "Take over")
    assert (heard.own, heard.labels) == ("302 Anna Berg: Dora has it, since 9:00 am.", [])
    assert not heard.listeners()
    late = house.ask(olaf, "write_to_guest", room="302", text="Hello")
    assert late.own == "302 Anna Berg: Dora has it, since 9:00 am. Your words were not sent."
    assert not late.listeners()


def test_a_manager_takes_over_from_a_colleague_who_hears_it(house: House) -> None:
    guest, dora, boss = house.guest(), house.staff("Dora", "front_desk"), house.staff("Max", "manager")
    asked = house.ask(guest, "ask_for_person")
    house.press(dora, asked, "Take over")
    heard = take(house, boss, guest)
    assert heard.labels == ["Take it over from Dora"]
    heard = house.press(boss, heard, "Take it over from Dora")
    assert heard.by(dora) == "Max has taken over 302 Anna Berg."
    assert heard.by(guest) == "Max, the duty manager, is with you now. Please just write."
    assert house.requests()[0].assignee_name == "Max"
    assert held(house, guest).staff_name == "Max"


def test_only_a_manager_takes_from_others_whatever_the_button_says(house: House) -> None:
    guest, dora, olaf = house.guest(), house.staff("Dora", "front_desk"), house.staff("Olaf", "front_desk")
    take(house, dora, guest)
    assert dora.member
    conversation = guest.place.conversation_id
    heard = house.ask(olaf, "take_over", conversation=conversation, **{"from": dora.member.id})
    assert heard.own.startswith("302 Anna Berg: Dora has it")


def test_a_colleague_of_another_house_touches_no_conversation(house: House) -> None:
    guest = house.guest()
    foreigner = house.staff("Frank", "manager", properties=[house.another_property()])
    house.home, home = house.another_property(), house.home
    for intent in ("take_over", "write_to_guest"):
        heard = house.ask(foreigner, intent, conversation=guest.place.conversation_id, text="hi")
        assert heard.own == "That is not yours to see or do here. The manager can help."
    house.home = home
    assert open_in(house, guest) is None


# -- talking


def test_words_and_photos_reach_the_other_as_they_are(house: House) -> None:
    guest, desk = house.guest("王芳", language="zh"), house.staff("陈静", "front_desk", language="zh")
    take(house, desk, guest)
    assert says(house, guest, guest, "空调还是不冷").by(desk) == "302 王芳：空调还是不冷"
    photo = says(house, guest, guest, "", [PHOTO])
    assert photo.by(desk) == "302 王芳 发来图片"
    assert photo.replies_to(desk)[0].attachments == [PHOTO]
    assert says(house, desk, guest, "师傅 10 分钟到").by(guest) == "陈静：师傅 10 分钟到"
    back = says(house, desk, guest, "", [PHOTO])
    assert (back.by(guest), back.own) == ("陈静发来图片", "")
    assert back.replies_to(guest)[0].attachments == [PHOTO]


def test_an_answer_alone_takes_over(house: House) -> None:
    guest, desk = house.guest(), house.staff("Dora", "front_desk")
    asked = house.ask(guest, "ask_for_person")
    heard = house.press(desk, asked, "Answer")
    assert heard.own == "To 302 Anna Berg: write what you want to say. It goes to the guest as it is."
    assert heard.asks == "text"
    assert not heard.listeners()
    heard = house.reply(desk, heard, "I am on my way")
    assert heard.own.startswith("Sent to 302 Anna Berg\n")
    assert heard.by(guest) == "Dora from the front desk is with you now. Please just write.\nDora: I am on my way"
    assert held(house, guest).answered_at == house.now


def test_an_answer_may_be_thought_better_of(house: House) -> None:
    guest, desk = house.guest(), house.staff("Dora", "front_desk")
    heard = house.press(desk, house.ask(guest, "ask_for_person"), "Answer")
    heard = house.press(desk, heard, "Not now")
    assert heard.own == "Nothing was sent."
    assert not heard.listeners()


def test_writing_to_a_room_twice_greets_once(house: House) -> None:
    guest, desk = house.guest(), house.staff("Dora", "front_desk")
    house.ask(desk, "write_to_guest", room="302", text="Your taxi is here")
    heard = house.ask(desk, "write_to_guest", room="302", text="It is a white car")
    assert heard.own == "Sent to 302 Anna Berg. Your words now go there."
    assert heard.by(guest) == "Dora: It is a white car"


def test_of_several_guests_one_is_in_front_and_the_others_say_so(house: House) -> None:
    anna, ben, desk = house.guest(), house.guest("Ben Cox", "303"), house.staff("Dora", "front_desk")
    take(house, desk, anna)
    house.later(minutes=1)
    take(house, desk, ben)
    house.later(minutes=1)
    heard = says(house, anna, anna, "Are you there?")
    assert heard.by(desk) == "302 Anna Berg: Are you there?\n(Your words now go to 303 Ben Cox.)"
    assert not says(house, ben, ben, "Hello").labels_of(desk)
    heard = house.press(desk, heard, "Answer this guest")
    assert (heard.own, heard.listeners()) == ("Your words now go to 302 Anna Berg.", set())
    assert "(Your words" not in says(house, anna, anna, "Good").by(desk)


def test_where_two_guests_may_be_meant_nothing_is_sent_before_the_colleague_says_to_whom(house: House) -> None:
    anna, ben, desk = house.guest(), house.guest("Ben Cox", "303"), house.staff("Dora", "front_desk")
    take(house, desk, anna)
    house.later(minutes=1)
    take(house, desk, ben)
    house.later(minutes=1)
    says(house, anna, anna, "May I stay until two?")
    heard = says(house, desk, ben, "Yes, of course", [PHOTO])
    assert heard.own == "To whom? “Yes, of course”"
    assert heard.labels == ["303 Ben Cox", "302 Anna Berg"]
    assert not heard.listeners()
    house.later(minutes=1)
    heard = house.press(desk, heard, "302 Anna Berg")
    assert heard.by(anna) == "Dora: Yes, of course"
    assert heard.replies_to(anna)[0].attachments == [PHOTO]
    assert not heard.by(ben)
    assert says(house, desk, anna, "With pleasure").by(anna) == "Dora: With pleasure"


def test_what_is_written_after_it_was_handed_back_reaches_nobody(house: House) -> None:
    guest, desk = house.guest(), house.staff("Dora", "front_desk")
    take(house, desk, guest)
    was = held(house, guest)
    house.ask(desk, "end_handoff")
    heard = house.ask(desk, handoffs.RELAY, said="one more thing", handoff=was.id)
    assert heard.own == "Not sent: 302 Anna Berg is not in your hands any more."
    assert not heard.listeners()


def test_asking_again_opens_nothing_new_and_reminds_the_desk(house: House) -> None:
    guest, desk = house.guest(), house.staff("Dora", "front_desk")
    house.ask(guest, "ask_for_person")
    house.later(minutes=4)
    heard = house.ask(guest, "ask_for_person", said="Hello? A person please")
    assert heard.own.startswith("I have passed this on too; the front desk knows that you are waiting.")
    assert heard.by(desk) == ("302 Anna Berg asks for a person again · waiting since 9:00 am\n“Hello? A person please”")
    assert heard.labels_of(desk) == ["Take over", "Answer"]
    assert len(house.requests()) == 1
    house.ask(desk, "complete_request", number=1)
    house.ask(guest, "ask_for_person")
    assert len(house.requests()) == 2


def test_an_old_button_for_a_person_says_that_somebody_is_here(house: House) -> None:
    guest, desk = house.guest(), house.staff("Dora", "front_desk")
    take(house, desk, guest)
    assert house.ask(guest, "ask_for_person").own == "Somebody is here with you. Please just write."


# -- how it ends


def test_a_colleague_hands_back_and_the_request_is_done(house: House) -> None:
    guest, desk = house.guest(), house.staff("Dora", "front_desk")
    house.press(desk, house.ask(guest, "ask_for_person"), "Take over")
    says(house, desk, guest, "Here I am")
    heard = house.ask(desk, "end_handoff")
    assert heard.own == "Handed back: 302 Anna Berg. The guest knows."
    assert heard.by(guest) == "Dora has left the chat to me again. Tell me whatever you need."
    assert house.requests()[0].state is RequestState.DONE
    assert open_in(house, guest) is None
    again = house.ask(desk, "end_handoff")
    assert (again.own, again.listeners()) == ("You are talking with no guest just now.", set())


def test_handing_back_without_a_word_does_not_finish_the_request(house: House) -> None:
    guest, desk = house.guest(), house.staff("Dora", "front_desk")
    house.press(desk, house.ask(guest, "ask_for_person"), "Take over")
    house.ask(desk, "end_handoff")
    assert house.requests()[0].is_unfinished


def test_after_one_the_next_is_in_front_and_the_colleague_hears_which(house: House) -> None:
    anna, ben, desk = house.guest(), house.guest("Ben Cox", "303"), house.staff("Dora", "front_desk")
    take(house, desk, anna)
    house.later(minutes=1)
    take(house, desk, ben)
    heard = house.ask(desk, "end_handoff", room="303")
    assert heard.own == "Handed back: 303 Ben Cox. The guest knows. Your words now go to 302 Anna Berg."
    assert house.ask(desk, "end_handoff", room="303").own == "You are talking with no guest just now."


def test_the_guest_ends_it(house: House) -> None:
    guest, desk = house.guest(language="zh"), house.staff("陈静", "front_desk", language="zh")
    take(house, desk, guest)
    heard = house.ask(guest, "back_to_house")
    assert heard.own == "好的，后面由我来。需要什么，直接告诉我。"
    assert heard.by(desk) == "302 Anna Berg 不用人工了，对话已交还。"
    assert house.ask(guest, "back_to_house").own == "我在。需要什么，直接告诉我。"


def test_a_guest_who_no_longer_waits_takes_the_request_back(house: House) -> None:
    guest, desk = house.guest(), house.staff("Dora", "front_desk")
    house.ask(guest, "ask_for_person")
    heard = house.ask(guest, "back_to_house")
    assert heard.by(desk) == "#1 cancelled by the guest · Room 302 · person to talk to"
    assert house.requests()[0].state is RequestState.CANCELLED
    assert open_in(house, guest) is None


def test_a_quiet_talk_ends_by_itself_and_both_hear_it(house: House) -> None:
    guest, desk = house.guest(), house.staff("Dora", "front_desk")
    take(house, desk, guest)
    says(house, desk, guest, "Anything else?")
    house.later(minutes=29)
    assert not tick(house).replies
    says(house, guest, guest, "No, thank you")
    says(house, desk, guest, "You are welcome")
    house.later(minutes=29, seconds=59)
    assert not tick(house).replies
    house.later(seconds=1)
    heard = tick(house)
    assert heard.by(guest) == "It has been quiet for a while, so it is me again. Tell me whatever you need."
    assert heard.by(desk) == "302 Anna Berg: quiet for 30 min. Handed back."
    assert open_in(house, guest) is None


def test_a_guest_whose_last_words_nobody_answered_is_told_so(house: House) -> None:
    guest, desk = house.guest(), house.staff("Dora", "front_desk")
    take(house, desk, guest)
    says(house, desk, guest, "Hello")
    says(house, guest, guest, "Is there a later bus?")
    house.later(minutes=5)
    reminded = tick(house)
    assert reminded.by(desk) == "302 Anna Berg has been waiting for your answer since 9:00 am."
    assert reminded.labels_of(desk) == ["Hand back"]
    house.later(minutes=25)
    heard = tick(house)
    assert "Your last words have not been answered yet" in heard.by(guest)
    assert heard.labels_of(guest) == ["A person, please"]
    assert "The guest's last words were not answered." in heard.by(desk)


def test_whoever_takes_over_and_says_nothing_is_reminded_and_then_relieved(house: House) -> None:
    guest, dora = house.guest(), house.staff("Dora", "front_desk")
    olaf, boss = house.staff("Olaf", "front_desk"), house.staff("Max", "manager")
    house.press(dora, house.ask(guest, "ask_for_person"), "Take over")
    house.later(minutes=5)
    assert tick(house).by(dora) == "302 Anna Berg has been waiting for your answer since 9:00 am."
    house.later(minutes=5)
    heard = tick(house)
    assert heard.by(guest) == (
        "Dora cannot come to the chat just now. I have asked somebody else, who will write here. "
        f"If it cannot wait, please call {PHONE}. Until then I am here."
    )
    for person in (olaf, boss):
        assert heard.by(person) == "302 Anna Berg waits for a person · Dora took it and wrote nothing for 10 min"
        assert heard.labels_of(person) == ["Take over", "Answer"]
    assert heard.by(dora) == "302 Anna Berg: no answer for 10 min. The desk has it now."
    assert house.requests()[0].state is RequestState.OPEN
    assert house.press(olaf, heard, "Take over").by(guest).startswith("Olaf from the front desk")


def test_with_nobody_else_on_duty_the_manager_at_home_hears_it_and_the_guest_is_told(house: House) -> None:
    guest, dora = house.guest(), house.staff("Dora", "front_desk")
    boss = house.staff("Max", "manager", on_duty=False)
    take(house, dora, guest)
    house.later(minutes=10)
    heard = tick(house)
    assert "Nobody else is at the desk; the manager has been told." in heard.by(guest)
    assert heard.by(boss)


def test_whoever_goes_off_duty_leaves_the_guest_to_the_desk(house: House) -> None:
    guest, dora, olaf = house.guest(), house.staff("Dora", "front_desk"), house.staff("Olaf", "front_desk")
    take(house, dora, guest)
    says(house, dora, guest, "Hello")
    heard = house.ask(dora, "go_off_duty")
    assert heard.by(olaf) == "302 Anna Berg waits for a person · Dora is off duty"
    assert heard.by(guest).startswith("Dora has finished for today. The front desk knows")
    found = open_in(house, guest)
    assert found
    assert found.state is HandoffState.ASKED


def test_whoever_is_removed_leaves_the_guest_to_the_desk(house: House) -> None:
    guest, boss, olaf = house.guest(), house.staff("Max", "manager"), house.staff("Olaf", "front_desk")
    dora = house.staff("Dora", "front_desk")
    take(house, dora, guest)
    heard = house.ask(boss, "revoke_staff", name="Dora")
    assert heard.by(olaf) == "302 Anna Berg waits for a person · Dora is off duty"
    assert heard.by(guest)
    assert not open_in(house, guest).is_taken  # type: ignore[union-attr]


def test_whoever_no_longer_works_here_hears_nothing_of_the_guest(house: House) -> None:
    for room, name in (("302", "Anna Berg"), ("303", "Ben Cox")):
        guest, dora = house.guest(name, room), house.staff("Dora", "front_desk")
        take(house, dora, guest)
        assert dora.member
        revoke(house.db, dora.member, house.now)  # not by a colleague's words, which would tell the desk at once
        if room == "302":
            heard = says(house, guest, guest, "Are you there?")
            assert heard.own.startswith("Dora has finished for today.")
        else:
            house.later(minutes=5)
            heard = tick(house)
            assert heard.by(guest).startswith("Dora has finished for today.")
        assert not heard.by(dora)
        assert not open_in(house, guest).is_taken  # type: ignore[union-attr]


def test_what_the_clock_cannot_do_waits_and_is_tried_again(house: House) -> None:
    guest, dora = house.guest(), house.staff("Dora", "front_desk")
    take(house, dora, guest)
    house.later(minutes=31)
    for key in WORK.due(house.db, house.now, 100):
        WORK.put_off(house.db, house.now, key)
    assert WORK.due(house.db, house.now, 100) == []
    house.later(minutes=31)
    assert WORK.due(house.db, house.now, 100)


# -- a guest on two channels


def test_guest_who_goes_on_in_another_chat_is_answered_there(house: House) -> None:
    guest, desk = house.guest(), house.staff("Dora", "front_desk")
    phone = house.another_chat(guest)
    take(house, desk, guest)
    says(house, desk, guest, "Good evening")
    heard = says(house, phone, phone, "Can you read me here?")
    assert heard.by(desk) == "302 Anna Berg (now on fake): Can you read me here?"
    assert heard.own == "Dora from the front desk is with you now. Please just write."
    assert heard.labels == ["No person needed"]
    assert not heard.by(guest)
    heard = says(house, phone, phone, "Hello?")
    assert (heard.own, heard.by(desk)) == ("", "302 Anna Berg: Hello?")
    heard = says(house, desk, phone, "Very well")
    assert heard.by(phone) == "Dora: Very well"
    assert not heard.by(guest)
    assert "(now on fake)" in says(house, guest, guest, "And here again").by(desk)
    assert says(house, desk, guest, "Here too").by(guest) == "Dora: Here too"


def test_it_is_one_talk_whichever_chat_a_colleague_takes(house: House) -> None:
    guest, desk, eva = house.guest(), house.staff("Dora", "front_desk"), house.staff("Eva", "front_desk")
    phone = house.another_chat(guest)
    take(house, desk, guest)
    says(house, phone, phone, "Hello")
    assert take(house, desk, guest).own == "Your words now go to 302 Anna Berg."
    heard = take(house, eva, guest)
    assert "Dora has it" in heard.own
    assert not heard.listeners()
    heard = house.ask(desk, "write_to_guest", conversation=guest.place.conversation_id, text="It is at the door")
    assert heard.by(phone) == "Dora: It is at the door"
    assert len(list(house.db.execute(select(handoffs_table)))) == 1


def test_guest_ends_it_wherever_they_write(house: House) -> None:
    guest, desk = house.guest(), house.staff("Dora", "front_desk")
    phone = house.another_chat(guest)
    take(house, desk, guest)
    heard = house.ask(phone, "back_to_house")
    assert heard.own == "Of course, it is me again. Tell me whatever you need."
    assert "needs no person any more" in heard.by(desk)
    assert not heard.by(guest)
    assert open_in(house, guest) is None


def test_guest_who_waits_asks_again_in_another_chat_and_is_welcomed_there(house: House) -> None:
    guest, desk = house.guest(), house.staff("Dora", "front_desk")
    phone = house.another_chat(guest)
    house.ask(guest, "ask_for_person", said="a person please")
    heard = house.ask(phone, "ask_for_person", said="is anybody there")
    assert "asks for a person again" in heard.by(desk)
    assert len(house.requests()) == 1
    heard = house.ask(desk, "take_over", room="302")
    assert heard.by(phone) == "Dora from the front desk is with you now. Please just write."
    assert not heard.by(guest)


def test_two_talks_of_one_guest_stay_where_they_are(house: House) -> None:
    """Who linked the second chat while it was in other hands."""
    guest, dora, eva = house.guest(), house.staff("Dora", "front_desk"), house.staff("Eva", "front_desk")
    stranger = house.stranger("Anna")
    take(house, dora, guest)
    take(house, eva, stranger)
    assert guest.stay
    bind_guest(house.db, stranger.place.account_id, guest.stay.guest_id)
    assert says(house, stranger, stranger, "Hello").by(eva) == "302 Anna Berg: Hello"
    assert says(house, guest, guest, "Good evening").by(dora) == "302 Anna Berg: Good evening"


def test_come_now_brings_a_person_where_nothing_else_is_open(house: House) -> None:
    guest, desk = house.guest(), house.staff("Dora", "front_desk")
    heard = house.ask(guest, "resume_request", said="please come now")
    assert heard.by(desk).startswith("Room 302 · person to talk to")
    assert heard.own.strip().startswith("The front desk knows and will write here, call or come to room 302")
