"""Arrays that are costly to make, kept on disk in the user's cache; a house that may not write makes them anew."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # who only asks whether something is kept need not load numpy
    import numpy.typing as npt

    Arrays = dict[str, npt.NDArray[Any]]


def name_of(what: str, code: Iterable[str | Path], told: object) -> str:
    """Another name whenever the code that makes the arrays (its files) or what it makes them from changes."""
    made_by = [Path(file).read_text("utf-8") for file in code]
    digest = hashlib.sha256(json.dumps([made_by, told, version("numpy")]).encode()).hexdigest()
    return f"{what}-{digest[:24]}"


def has(name: str) -> bool:
    return _path(name).is_file()


def find(name: str) -> Arrays | None:
    import numpy as np

    try:
        with np.load(_path(name), allow_pickle=False) as stored:
            return dict(stored)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def keep(name: str, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Whole or not at all."""
    import numpy as np

    path = _path(name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
            np.savez(part, **dict(arrays), allow_pickle=False)
        Path(part.name).replace(path)
    except OSError:
        return


def recall(name: str, make: Callable[[], Arrays]) -> Arrays:
    """What is kept under the name; made, and kept, where nothing is."""
    found = find(name)
    if found is None:
        found = make()
        keep(name, found)
    return found


def _path(name: str) -> Path:
    """In a folder of this user alone: whoever could write there could teach the house."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "guanjia" / "learned" / f"{name}.npz"
