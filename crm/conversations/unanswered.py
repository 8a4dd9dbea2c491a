"""Questions about the house that no entry answered: listed for colleagues, and answered once somebody knows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, bindparam, insert, select, text, update
from sqlmodel import Field, SQLModel

from crm.conversations.accounts import lock_conversation
from crm.encryption import seal, unseal
from crm.errors import NotFound
from crm.properties.houses import Property, property_table
from crm.properties.knowledge import Entry
from crm.store import Connection, Prepared, Utc, new_id, partial_index, table

KEPT = timedelta(days=60)  # then nobody has known for long enough
ALIKE = 0.75  # of the telling words of two questions that ask the same
MOST = 500  # of a house are looked at to be listed

_OPEN = "settled_at IS NULL"


class UnansweredQuestion(SQLModel, table=True):
    """`question` seals the guest's words and those of them that tell what is asked. `told`: they know `entry_id`.

    `looked_version` is the version of the house's knowledge in which no answer was found.
    """

    __tablename__ = "unanswered_question"
    __table_args__ = (
        partial_index("ix_question_asked", "property_id", "asked_at", where=_OPEN),
        partial_index("ix_question_to_look_at", "property_id", "looked_version", where=_OPEN),
        Index("ix_question_told", "conversation_id", "entry_id"),
    )

    id: str = Field(primary_key=True)
    property_id: str = Field(foreign_key="property.id")
    conversation_id: str = Field(foreign_key="conversation.id")
    language: str
    question: bytes
    asked_at: datetime = Field(sa_type=Utc)
    looked_version: int
    entry_id: str | None = Field(default=None, foreign_key="knowledge_entry.id")
    settled_at: datetime | None = Field(default=None, sa_type=Utc)
    told: bool = False


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question as it was asked; `telling` are the words that say what it is about."""

    id: str
    property_id: str
    conversation_id: str
    language: str
    words: str
    telling: frozenset[str]
    asked_at: datetime
    entry_id: str | None


_row = table(UnansweredQuestion)
_is_open = text(f"unanswered_question.{_OPEN}")
_COLUMNS = tuple(
    _row.c[name]
    for name in ("id", "property_id", "conversation_id", "language", "question", "asked_at", "entry_id", "settled_at")
)
_INSERT = Prepared(insert(UnansweredQuestion))
_BY_ID = Prepared(select(*_COLUMNS).where(_row.c.id == bindparam("question_id")))
_OF_PROPERTY = (
    select(*_COLUMNS)
    .where(_row.c.property_id == bindparam("property_id"), _is_open, _row.c.entry_id.is_(None))
    .where(_row.c.asked_at > bindparam("since"))
    .order_by(_row.c.asked_at.desc())
    .limit(MOST)
)
_DUE = Prepared(
    select(_row.c.id)
    .join(property_table, property_table.c.id == _row.c.property_id)
    .where(_is_open, _row.c.looked_version < property_table.c.knowledge_version)
    .order_by(property_table.c.id, _row.c.looked_version)  # as in the index, or SQLite would read every question
    .limit(bindparam("limit"))
)
_ANSWER = Prepared(
    update(UnansweredQuestion)
    .where(_row.c.id == bindparam("question_id"), _is_open, _row.c.entry_id.is_(None))
    .values(entry_id=bindparam("answer"))
)
_SETTLE = Prepared(
    update(UnansweredQuestion)
    .where(_row.c.id == bindparam("question_id"), _is_open)
    .values(entry_id=bindparam("answer"), settled_at=bindparam("now"), told=bindparam("is_told"))
)
_LOOKED = Prepared(
    update(UnansweredQuestion)
    .where(_row.c.id == bindparam("question_id"))
    .values(looked_version=bindparam("version"), entry_id=None)
)
_TOLD = Prepared(
    select(_row.c.id)
    .where(
        _row.c.conversation_id.in_(bindparam("conversation_ids", expanding=True)),
        _row.c.entry_id == bindparam("answer"),
        _row.c.told.is_(True),
    )
    .limit(1)
)


def note_question(
    db: Connection,
    now: datetime,
    of: Property,
    version: int,
    *,
    conversation_id: str,
    language: str,
    words: str,
    telling: Iterable[str],
) -> None:
    """Somebody asked what no entry of this version of the house's knowledge answers."""
    question_id = new_id(now)
    packed = json.dumps({"words": words, "telling": sorted(set(telling))}, ensure_ascii=False)
    _INSERT.write(
        db,
        {
            "id": question_id,
            "property_id": of.id,
            "conversation_id": conversation_id,
            "language": language,
            "question": seal(db, "unanswered_question.question", question_id, packed),
            "asked_at": now,
            "looked_version": version,
        },
    )


def get_question(db: Connection, question_id: str) -> OpenQuestion:
    """Answered or not. Raises NotFound."""
    found = _BY_ID.first(db, {"question_id": question_id})
    if found is None:
        raise NotFound(what="")
    return _question(db, found)


def find_open_question(db: Connection, question_id: str) -> OpenQuestion | None:
    """None when it is settled."""
    found = _BY_ID.first(db, {"question_id": question_id})
    return _question(db, found) if found and found.settled_at is None else None


def open_questions(db: Connection, now: datetime, property_id: str) -> list[list[OpenQuestion]]:
    """What nobody has answered, the same question asked several times in one list; the latest first everywhere."""
    rows = db.execute(_OF_PROPERTY, {"property_id": property_id, "since": now - KEPT})
    groups: list[list[OpenQuestion]] = []
    for each in (_question(db, found) for found in rows):
        same = next((group for group in groups if is_alike(group[0], each)), None)
        if same is None:
            groups.append([each])
        else:
            same.append(each)
    return groups


def is_alike(one: OpenQuestion, other: OpenQuestion) -> bool:
    """Whether two ask the same, by how many of their telling words they share."""
    if not one.telling or not other.telling:
        return one.words == other.words
    return 2 * len(one.telling & other.telling) / (len(one.telling) + len(other.telling)) >= ALIKE


def answer_questions(db: Connection, questions: Sequence[OpenQuestion], entry: Entry) -> int:
    """This entry answers them, whatever else would; how many of them nobody had answered yet."""
    return _ANSWER.change(db, *({"question_id": each.id, "answer": entry.id} for each in questions))


def due_questions(db: Connection, _now: datetime, limit: int) -> list[str]:
    """Questions asked before the house's knowledge changed: there may be an answer now."""
    return [str(each) for each in _DUE.scalars(db, {"limit": limit})]


def look_later(db: Connection, question: OpenQuestion, version: int) -> None:
    """There is no answer in this version of the house's knowledge."""
    _LOOKED.change(db, {"question_id": question.id, "version": version})


def try_settle(db: Connection, now: datetime, question: OpenQuestion, entry: Entry | None, *, told: bool) -> bool:
    """False when a replica was faster."""
    values = {"question_id": question.id, "answer": entry.id if entry else None, "now": now, "is_told": told}
    return _SETTLE.change(db, values) == 1


def was_told(db: Connection, chats: Iterable[str], entry: Entry) -> bool:
    """Whether the asker was told this answer in one of these chats before; nobody else tells them meanwhile."""
    places = sorted(chats)
    for each in places:
        lock_conversation(db, each)
    return _TOLD.first(db, {"conversation_ids": places, "answer": entry.id}) is not None


def _question(db: Connection, found: Any) -> OpenQuestion:
    packed = json.loads(unseal(db, "unanswered_question.question", found.id, found.question) or "{}")
    return OpenQuestion(
        id=found.id,
        property_id=found.property_id,
        conversation_id=found.conversation_id,
        language=found.language,
        words=packed["words"],
        telling=frozenset(packed["telling"]),
        asked_at=found.asked_at,
        entry_id=found.entry_id,
    )
