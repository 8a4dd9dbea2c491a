"""Photos: they reach whoever deals with what they show, and nobody else."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.channels.base import File, Inbound
from bot.mailbox import RecordsMailbox
from crm.conversations.attachments import attachment, find_attachment
from crm.conversations.messages import Attachment, message, open_body
from crm.store import Connection
from tests.support.fake_channel import FakeChannel
from tests.turn.houses import House

pytestmark = pytest.mark.anyio

PHOTO = File("photo", "image/png", "photo.png", b"\x89PNG a broken lamp")


async def test_photo_without_words_is_asked_about_and_goes_with_the_answer(house: House) -> None:
    house.add_guest("wang")
    house.add_staff("lily", "maintenance")
    channel = FakeChannel()
    async with house.running(channel):
        await _sends_photo(channel, "wang")
        await channel.hears("wang", "What is it about?")
        await channel.says("wang", "the light is broken")
        card = await channel.hears("lily", "light")
        await house.quiet()
    assert [file.content for file in card.outbound.files] == [PHOTO.content]


async def test_photo_without_words_belongs_to_the_last_open_request(house: House) -> None:
    house.add_guest("wang")
    house.add_staff("lily", "maintenance")
    channel = FakeChannel()
    async with house.running(channel):
        await channel.says("wang", "the light is broken")
        await channel.hears("lily", "light")
        await _sends_photo(channel, "wang")
        told = await channel.hears("lily", "Photo")
        await channel.hears("wang", "passed the picture on")
    assert [file.content for file in told.outbound.files] == [PHOTO.content]
    assert house.count_requests() == 1


async def test_photo_opens_only_in_conversations_that_show_it(house: House) -> None:
    for guest in ("wang", "smith"):
        house.add_guest(guest)
    house.add_staff("lily", "maintenance")
    channel = FakeChannel()
    async with house.running(channel):
        await _sends_photo(channel, "wang", "the light is broken")
        await channel.hears("lily", "light")
        await house.quiet()
    shown = house.look(_only_attachment)
    sees = {
        who: house.look(lambda db, who=who: find_attachment(db, "fake", who, shown.id))  # type: ignore[misc]
        for who in ("wang", "lily", "smith")
    }
    assert {who for who, content in sees.items() if content and content.content == PHOTO.content} == {"wang", "lily"}
    assert sees["smith"] is None


async def _sends_photo(channel: FakeChannel, who: str, text: str = "") -> None:
    await channel.tells(Inbound(channel.name, f"photo-{who}", who, who, text=text, files=(PHOTO,)))


def _only_attachment(db: Connection) -> Attachment:
    rows = db.execute(message.select().where(message.c.direction == "in")).all()
    (found,) = [each for row in rows for each in open_body(db, row.id, row.body).attachments]
    return found


async def test_photo_is_kept_until_the_question_about_the_request_is_answered(house: House) -> None:
    house.add_guest("wang")
    house.add_staff("lily", "kitchen")
    channel = FakeChannel()
    async with house.running(channel):
        await _sends_photo(channel, "wang", "I'd like to order food")
        await channel.says("wang", "two bowls of noodles")
        card = await channel.hears("lily", "noodles")
        await house.quiet()
    assert [file.content for file in card.outbound.files] == [PHOTO.content]


async def test_photo_of_what_was_done_reaches_the_guest_with_the_news(house: House) -> None:
    house.add_guest("wang")
    house.add_staff("lily", "maintenance")
    channel = FakeChannel()
    async with house.running(channel):
        await channel.says("wang", "the light is broken")
        await channel.hears("lily", "light")
        await channel.says("lily", "take 1")
        await channel.hears("lily", "is yours")
        await _sends_photo(channel, "lily")
        await channel.hears("lily", "Photo added to #1")
        await channel.says("lily", "1 done, new bulb")
        news = await channel.hears("wang", "new bulb")
        await house.quiet()
    assert [file.content for file in news.outbound.files] == [PHOTO.content]


async def test_photo_of_a_wish_goes_with_it_to_another_department_and_not_back_to_the_guest(house: House) -> None:
    house.add_guest("wang")
    house.add_staff("lily", "maintenance")
    house.add_staff("dora", "front_desk")
    channel = FakeChannel()
    async with house.running(channel):
        await channel.says("wang", "the light is broken")
        await channel.hears("lily", "light")
        await _sends_photo(channel, "wang")
        await channel.hears("lily", "Photo")
        await channel.says("lily", "pass 1 to the front desk")
        card = await channel.hears("dora", "light")
        await channel.says("dora", "show #1")
        again = await channel.hears("dora", "light", count=2)
        await channel.says("dora", "1 done")
        news = await channel.hears("wang", "1 to 5")
        await house.quiet()
    shown = [[file.content for file in each.outbound.files] for each in (card, again, news)]
    assert shown == [[PHOTO.content], [PHOTO.content], []]


async def test_photo_that_was_asked_for_goes_to_what_was_done(house: House) -> None:
    house.add_guest("wang")
    house.add_staff("lily", "maintenance")
    channel = FakeChannel()
    async with house.running(channel):
        await channel.says("wang", "the light is broken")
        await channel.hears("lily", "light")
        await channel.says("lily", "1 done")
        await channel.hears("wang", "1 to 5")
        await channel.says("lily", "add a photo")
        await channel.hears("lily", "please send the photo now")
        await _sends_photo(channel, "lily")
        news = await channel.hears("wang", "has sent a photo")
        await house.quiet()
    assert [file.content for file in news.outbound.files] == [PHOTO.content]


async def test_photo_is_kept_until_the_colleague_says_which_request_it_shows(house: House) -> None:
    house.add_guest("wang")
    house.add_staff("lily", "housekeeping")
    channel = FakeChannel()
    async with house.running(channel):
        for words in ("two towels please", "a pillow please"):
            await channel.says("wang", words)
            await house.quiet()
        for number in (1, 2):
            await channel.says("lily", f"take {number}")
            await channel.hears("lily", f"#{number} is yours")
        await _sends_photo(channel, "lily")
        await channel.hears("lily", "Which request")
        await channel.says("lily", "#2")
        await channel.hears("lily", "Photo added to #2")
        await channel.says("lily", "2 done")
        news = await channel.hears("wang", "Pillows: done")
        await house.quiet()
    assert [file.content for file in news.outbound.files] == [PHOTO.content]


async def test_a_card_is_drawn_when_it_is_sent_and_when_a_page_asks_for_it(house: House) -> None:
    house.add_guest("wang", channel="web")
    house.add_guest("smith", channel="web")
    channel = FakeChannel("web")
    async with house.running(channel) as (app,):
        await channel.says("wang", "how do I reach you?")
        heard = await channel.hears("wang", "The front desk")
        await house.quiet()
        mailbox = RecordsMailbox(app.records, house.clock)
        (line,) = [each for each in await mailbox.lines("wang") if each.files]
        ((attachment_id, mime),) = line.files
        shown = await mailbox.file("wang", attachment_id)
        assert await mailbox.file("smith", attachment_id) is None
    (sent,) = heard.outbound.files
    assert (sent.kind, sent.mime, mime) == ("photo", "image/png", "image/png")
    assert sent.content.startswith(b"\x89PNG")
    assert shown == sent


async def test_what_stands_on_a_card_is_sealed_in_the_records(house: House) -> None:
    house.add_guest("wang")
    channel = FakeChannel()
    async with house.running(channel):
        await channel.says("wang", "how do I reach you?")
        await channel.hears("wang", "The front desk")
        await house.quiet()
    (row,) = house.rows(select(attachment.c.content))
    assert b"How to reach us" not in row.content
