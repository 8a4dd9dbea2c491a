"""A small house for tests of the handlers: real records in one open transaction, and a clock that stands still."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.timed import TIMED
from crm.calendar import local
from crm.conversations.accounts import Place, bind_guest, bind_staff, load_speaker, locate
from crm.conversations.attachments import Content, store_files
from crm.conversations.messages import Attachment, pack, unpack
from crm.guests.profile import add_guest
from crm.properties.catalogue import Catalogue, shipped_catalogue
from crm.properties.houses import Property, find_room_id, put_property, put_rooms
from crm.service_requests.requests import ServiceRequest, all_requests
from crm.staff.members import StaffMember, add_staff_member, set_on_duty
from crm.stays.bookings import StayInfo, StayState, get_stay
from crm.stays.steps import add_stay
from crm.store import Connection
from handlers import intents
from handlers.turn import Button, Call, Moment, Reply, Turn

MONDAY_9_AM = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # in Shanghai
PHONE = "+86 571 8888 0000"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account and a private conversation."""

    name: str
    place: Place
    language: str
    stay: StayInfo | None = None
    member: StaffMember | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What everybody heard after one call."""

    replies: Sequence[Reply]

    @property
    def own(self) -> str:
        """What the speaker heard."""
        return "\n".join(reply.text for reply in self.replies if reply.to is None)

    @property
    def buttons(self) -> list[Button]:
        """The buttons the speaker got."""
        return [button for reply in self.replies if reply.to is None for button in reply.buttons]

    @property
    def labels(self) -> list[str]:
        return [button.label for button in self.buttons]

    @property
    def asks(self) -> str | None:
        """The detail the speaker is asked for."""
        return next((reply.ask.asks for reply in reversed(self.replies) if reply.ask), None)

    def replies_to(self, person: Person) -> list[Reply]:
        wanted = person.place.conversation_id
        return [reply for reply in self.replies if reply.to and reply.to.conversation_id == wanted]

    def by(self, person: Person) -> str:
        """What another person heard."""
        return "\n".join(reply.text for reply in self.replies_to(person))

    def labels_of(self, person: Person) -> list[str]:
        return [button.label for reply in self.replies_to(person) for button in reply.buttons]

    def listeners(self) -> set[str]:
        return {reply.to.conversation_id for reply in self.replies if reply.to}


@dataclass
class House:
    db: Connection
    now: datetime
    home: Property
    catalogue: Catalogue = field(default_factory=shipped_catalogue)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def today(self) -> datetime:
        return local(self.now, self.home.time_zone)

    def later(self, **elapsed: float) -> None:
        self.now += timedelta(**elapsed)

    def stranger(self, name: str = "Somebody", language: str = "en") -> Person:
        """Somebody who wrote for the first time."""
        sender = f"{name}-{next(self._numbers)}"
        place = locate(
            self.db, self.now, channel="fake", address=sender, sender_id=sender, name=name, language=language
        )
        return Person(name, place, language)

    def book(
        self,
        name: str,
        room: str = "",
        *,
        state: StayState = StayState.IN_HOUSE,
        days: tuple[int, int] = (-1, 3),
        phone: str | None = None,
        guest_id: str | None = None,
        **values: Any,
    ) -> StayInfo:
        """A stay from so many days before or after today until so many days later."""
        today = self.today.date()
        stay_id = add_stay(
            self.db,
            self.now,
            property_id=self.home.id,
            guest_id=guest_id or add_guest(self.db, self.now, name=name, language="en", phone=phone),
            room_id=find_room_id(self.db, self.home, room) if room else None,
            reservation_code=values.pop("code", f"GJ-{next(self._numbers):04}"),
            state=state,
            arrival=today + timedelta(days=days[0]),
            departure=today + timedelta(days=days[1]),
            **values,
        )
        return get_stay(self.db, stay_id)

    def guest(self, name: str = "Anna Berg", room: str = "302", *, language: str = "en", **values: Any) -> Person:
        """Somebody with a stay whose chat is linked to it."""
        stay = self.book(name, room, **values)
        chat = self.stranger(name, language)
        bind_guest(self.db, chat.place.account_id, stay.guest_id)
        return Person(name, chat.place, language, stay=stay)

    def another_chat(self, guest: Person) -> Person:
        """The same guest on another channel."""
        assert guest.stay
        chat = self.stranger(guest.name, guest.language)
        bind_guest(self.db, chat.place.account_id, guest.stay.guest_id)
        return Person(guest.name, chat.place, guest.language, stay=guest.stay)

    def staff(
        self,
        name: str,
        role: str = "housekeeping",
        *,
        language: str = "en",
        on_duty: bool = True,
        properties: Sequence[Property] = (),
    ) -> Person:
        chat = self.stranger(name, language)
        member = add_staff_member(
            self.db,
            self.now,
            name=name,
            role=role,
            department=role,
            language=language,
            property_ids=[each.id for each in properties or [self.home]],
        )
        set_on_duty(self.db, member, on_duty)
        bind_staff(self.db, chat.place.account_id, member)
        return Person(name, chat.place, language, member=member)

    def another_property(self, key: str = "hillside") -> Property:
        made = put_property(self.db, self.now, key=key, name=key.title(), time_zone="Asia/Shanghai", language="en")
        put_rooms(self.db, self.now, made, [("302", "double")])
        return made

    def turn(self, person: Person, intent: str, /, *, said: str = "", **slots: Any) -> Turn:
        """A turn as bot/ would make it, with slots as they come back from the records."""
        speaker = load_speaker(self.db, person.place)
        return Turn(
            db=self.db,
            now=self.now,
            speaker=speaker,
            house=self.home,
            catalogue=self.catalogue,
            call=Call(intent, unpack(pack(slots))),
            text=said,
            inbound_id=f"inbound-{next(self._numbers)}",
        )

    def ask(self, person: Person, intent: str, /, *, said: str = "", **slots: Any) -> Heard:
        return Heard(intents.answer(self.turn(person, intent, said=said, **slots)))

    def photo(self, name: str = "photo.png") -> Attachment:
        """A photo that somebody has sent."""
        return store_files(self.db, self.now, [Content("photo", "image/png", name, b"\x89PNG")])[0]

    def show(self, person: Person, intent: str, photos: Sequence[Attachment], /, **slots: Any) -> Heard:
        """The same as `ask`, with photos."""
        return Heard(intents.answer(replace(self.turn(person, intent, **slots), attachments=photos)))

    def press(self, person: Person, heard: Heard, label: str) -> Heard:
        """Presses a button of what was last said to this person."""
        offered = [*heard.buttons, *(button for reply in heard.replies_to(person) for button in reply.buttons)]
        call = next(button.call for button in offered if button.label == label)
        return self.ask(person, call.intent, said=label, **call.slots)

    def tick(self) -> Heard:
        """What the clock does now."""
        moment = Moment(db=self.db, now=self.now, house=self.home, catalogue=self.catalogue)
        return Heard(
            [reply for work in TIMED for key in work.due(self.db, self.now, 100) for reply in work.act(moment, key)]
        )

    def wait(self, seconds: float = 0, **elapsed: float) -> Heard:
        """All that the clock does while so much time passes, ticked every five seconds; and where it stands then."""
        until = self.now + timedelta(seconds=seconds, **elapsed)
        replies: list[Reply] = []
        while self.now < until:
            self.now = min(self.now + timedelta(seconds=5), until)
            replies += self.tick().replies
        return Heard(replies)

    def reply(self, person: Person, heard: Heard, value: Any) -> Heard:
        """Answers the open question with this value."""
        question = next(reply.ask for reply in reversed(heard.replies) if reply.ask)
        return self.ask(person, question.call.intent, **{**question.call.slots, question.asks: value})

    def requests(self) -> list[ServiceRequest]:
        return all_requests(self.db)

    def at(self, hour: int, minute: int = 0, days: int = 0) -> datetime:
        """An hour by the house's clock, today or some days later."""
        return self.today.replace(hour=hour, minute=minute, second=0, microsecond=0) + timedelta(days=days)


def make_house(db: Connection, now: datetime = MONDAY_9_AM) -> House:
    """A house with three rooms and nobody in it yet."""
    made = put_property(
        db,
        now,
        key="lakeside",
        name="Lakeside",
        time_zone="Asia/Shanghai",
        language="zh",
        phone=PHONE,
        sends_to_customers=True,
        sends_to_followers=True,
    )
    put_rooms(db, now, made, [("301", "double"), ("302", "double"), ("303", "suite")])
    return House(db, now, made)
