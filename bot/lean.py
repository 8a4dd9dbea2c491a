"""Libraries are loaded without what they bring for tracebacks and commands that nobody uses here."""

from __future__ import annotations

import importlib
import sys
from typing import Any, cast


def load_without(what: str, library: str) -> None:
    """As if `what` were not installed, which the library provides for; what is loaded already stays as it is."""
    if what in sys.modules or library in sys.modules:
        return
    sys.modules[what] = cast(Any, None)
    try:
        importlib.import_module(library)
    finally:
        del sys.modules[what]
