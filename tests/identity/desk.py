"""A house with some guests, of whom one person may have several records, and what may happen there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from crm.conversations.accounts import Place, Speaker, bind_guest, load_speaker, locate
from crm.conversations.alarms import raise_alarm
from crm.conversations.inbound import record_inbound
from crm.conversations.linking import bind_to_stay
from crm.conversations.messages import Body, MessageState
from crm.feedback import FeedbackKind, record_feedback
from crm.guests.profile import add_guest
from crm.properties.catalogue import shipped_catalogue
from crm.properties.houses import put_property
from crm.service_requests.sharing import add_companion
from crm.service_requests.steps import Details, open_request
from crm.stays.bookings import StayState, get_stay
from crm.stays.steps import add_stay
from crm.store import Connection
from crm.tables import metadata

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
REMEMBERED = {"guest_join", "guest_pair", "newcomer", "guest_key", "audit_entry"}  # what was done, and the queue


class Desk:
    """`guests` are records; each has a stay and a chat, in which something was said."""

    def __init__(self, db: Connection, count: int) -> None:
        self.db, self.now = db, NOW
        self.home = put_property(db, NOW, key="home", name="Home", time_zone="Asia/Shanghai", language="zh")
        self._number = 0
        self.guests = [
            add_guest(db, NOW, name=f"Zhang San{number}", language="zh", phone=f"1381234567{number}")
            for number in range(count)
        ]
        self.stays = {each: self.book(each) for each in self.guests}
        self.chats = {each: self.chat(each) for each in self.guests}
        for each in self.guests:
            self.say(each)

    def book(self, guest_id: str) -> str:
        self._number += 1
        return add_stay(
            self.db,
            self.now,
            property_id=self.home.id,
            guest_id=guest_id,
            room_id=None,
            reservation_code=f"GJ-{self._number}",
            state=StayState.IN_HOUSE,
            arrival=self.now.date() - timedelta(days=1),
            departure=self.now.date() + timedelta(days=2),
        )

    def chat(self, guest_id: str) -> Place:
        """Joined to the record's stay, as by a link."""
        self._number += 1
        sender = f"chat-{self._number}"
        place = locate(self.db, self.now, channel="web", address=sender, sender_id=sender, language="zh")
        bind_to_stay(self.db, place.account_id, get_stay(self.db, self.stays[guest_id]), verified=False)
        return place

    def say(self, guest_id: str, words: str = "毛巾") -> int:
        """A request, a complaint and an alarm; the number of the request."""
        self._number += 1
        self.now += timedelta(seconds=1)
        place, speaker = self.chats[guest_id], self.speaker(guest_id)
        assert speaker.stay
        assert speaker.stay.id == self.stays[guest_id], "the chat is of another room"
        inbound = record_inbound(
            self.db,
            self.now,
            place,
            channel="web",
            dedupe_key=f"{self._number}",
            body=Body(words),
            raw=b"",
            state=MessageState.HANDLED,
        )
        assert inbound
        request = open_request(
            self.db,
            self.now,
            shipped_catalogue()["towels"],
            speaker.stay,
            Details(),
            house=self.home,
            conversation_id=place.conversation_id,
            inbound_id=inbound,
            part=0,
        )
        for other in self.chats.values():
            add_companion(self.db, request, other.conversation_id, self._person_at(other))
        record_feedback(
            self.db,
            self.now,
            FeedbackKind.COMPLAINT,
            words,
            property_id=self.home.id,
            stay=speaker.stay,
            inbound_id=inbound,
            part=0,
        )
        raise_alarm(
            self.db,
            self.now,
            property_id=self.home.id,
            conversation_id=place.conversation_id,
            guest_id=speaker.guest_id,
            room="",
            words=words,
            kinds=["fire"],
        )
        return request.number

    def speaker(self, guest_id: str) -> Speaker:
        return load_speaker(self.db, self.chats[guest_id])

    def bind(self, place: Place, guest_id: str) -> None:
        bind_guest(self.db, place.account_id, guest_id)

    def rows(self) -> dict[str, list[Any]]:
        """Everything that is kept, but for what is remembered of joins."""
        tables = (each for each in metadata.sorted_tables if each.name not in REMEMBERED)
        return {
            each.name: sorted(map(repr, self.db.execute(select(each))))
            for each in tables
            if each.name != "alembic_version"
        }

    def _person_at(self, place: Place) -> str | None:
        return load_speaker(self.db, place).guest_id
