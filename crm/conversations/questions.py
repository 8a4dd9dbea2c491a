"""The open question of a conversation as the records keep it: sealed, for it holds what the guest has said so far."""

from __future__ import annotations

import base64
import json
from typing import Any

from crm.encryption import seal_bytes, unseal_bytes
from crm.store import Connection

_COLUMN = "conversation.question"
_SEALED = "sealed"


def seal_question(db: Connection, conversation_id: str, question: dict[str, Any] | None) -> dict[str, str] | None:
    if question is None:
        return None
    sealed = seal_bytes(db, _COLUMN, conversation_id, json.dumps(question, ensure_ascii=False).encode())
    return {_SEALED: base64.b64encode(sealed).decode()}


def open_question(db: Connection, conversation_id: str, kept: dict[str, Any] | None) -> dict[str, Any] | None:
    """Questions that were left open before they were sealed are still answered."""
    if kept is None or _SEALED not in kept:
        return kept
    opened: dict[str, Any] = json.loads(unseal_bytes(db, _COLUMN, conversation_id, base64.b64decode(kept[_SEALED])))
    return opened
