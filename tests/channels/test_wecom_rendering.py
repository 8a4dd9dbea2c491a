"""An Outbound as WeCom takes it: within its bounds, and nothing lost of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import File, Outbound, Refused
from bot.channels.wecom import cards, guest_sending
from bot.splitting import columns

PICTURE = File("photo", "image/jpeg", "pool.jpg", b"\xff\xd8 a picture")
PAPER = File("document", "application/pdf", "bill.pdf", b"%PDF a bill")
ID = "01a21a39-c5dc-701a-871a-a01e150c9920"

texts = st.text(st.sampled_from("ab1 \n.，。房间毛巾é😀") | st.characters(exclude_categories=["Cs"]), max_size=900)
labels = st.lists(st.text(st.sampled_from("ab 接单完成😀"), min_size=1, max_size=60), max_size=12)


def saying(text: str, *names: str, files: tuple[File, ...] = ()) -> Outbound:
    return Outbound(ID, "LiNa", text, "zh", [(f"{ID}:{place}", name) for place, name in enumerate(names)], files)


def words(text: str) -> str:
    return "".join(text.replace("\0", "").split())


def test_a_request_is_a_card_with_its_buttons() -> None:
    (part,) = cards.parts_of(saying("303 · 毛巾 2条\n7:54 前 · #1", "接单", "完成"))
    card = part.body["template_card"]
    assert (card["card_type"], card["main_title"]) == ("button_interaction", {"title": "303 · 毛巾 2条"})
    assert card["sub_title_text"] == "7:54 前 · #1"
    assert [(each["text"], each["key"]) for each in card["button_list"]] == [("接单", f"{ID}:0"), ("完成", f"{ID}:1")]


def test_each_try_of_a_card_is_a_task_of_its_own() -> None:
    tasks = {cards.parts_of(saying("303", "接单"))[0].body["template_card"]["task_id"] for _ in range(2)}
    assert len(tasks) == 2
    assert all(task.startswith(ID) and len(task) <= 128 for task in tasks)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("303", [f"{number}" for number in range(7)]),
        ("房" * 37, ["接单"]),
        ("303\n" + "房" * 161, ["接单"]),
        ("303", ["转给李秀英和王小明同志"]),
    ],
)
def test_what_a_card_would_cut_off_is_numbered_text(text: str, names: list[str]) -> None:
    (part,) = cards.parts_of(saying(text, *names))
    assert part.body["text"]["content"] == "\n".join([text, *(f"{n}. {name}" for n, name in enumerate(names, 1))])


def test_labels_that_are_numbered_already_are_not_numbered_twice() -> None:
    (part,) = cards.parts_of(saying("which", *(f"{number}. choice" for number in range(1, 8))))
    assert part.body["text"]["content"].splitlines()[1] == "1. choice"


def test_files_come_before_what_is_said_of_them_to_members_and_after_it_to_guests() -> None:
    outbound = saying("Your bill", files=(PICTURE, PAPER))
    assert [part.file for part in cards.parts_of(outbound)] == [PICTURE, PAPER, None]
    parts = guest_sending.parts_of(outbound)
    assert [(part.text, tuple(part.files)) for part in parts] == [("Your bill", ()), ("", (PICTURE,)), ("", (PAPER,))]


def test_nothing_and_a_button_without_a_token_are_refused() -> None:
    with pytest.raises(Refused):
        cards.parts_of(saying(" \n"))
    with pytest.raises(Refused):
        cards.parts_of(Outbound(ID, "LiNa", "303", "zh", [("", "接单")]))


@given(texts, labels)
def test_a_member_gets_all_the_words_within_the_bounds(text: str, names: list[str]) -> None:
    try:
        parts = cards.parts_of(saying(text, *names))
    except Refused:
        assert not words(text)
        return
    shown = []
    for part in parts:
        if card := part.body.get("template_card"):
            assert len(card["button_list"]) == len(names) <= 6
            assert columns(card["main_title"]["title"]) <= 72
            shown += [card["main_title"]["title"], card.get("sub_title_text", "")]
        else:
            assert 0 < len(part.body["text"]["content"].encode()) <= 2048
            shown.append(part.body["text"]["content"])
    assert words("".join(shown)).startswith(words(text))


@given(texts, labels)
def test_a_guest_gets_all_the_words_within_the_bounds(text: str, names: list[str]) -> None:
    outbound = saying(text, *names)
    parts = guest_sending.parts_of(outbound)
    if parts == [outbound] and not words(text):
        return  # nothing to send, which sending it says
    for part in parts:
        assert 0 < len(part.text.encode()) <= (1024 if part.buttons else 2048)
        assert len(part.buttons) <= 10
        assert all(len(label.encode()) <= 128 for _, label in part.buttons)
    shown = "".join(part.text for part in parts)
    assert words(shown).startswith(words(text))
    menu = [label for part in parts for _, label in part.buttons]
    assert menu == names or all(words(name) in words(shown) for name in names)
