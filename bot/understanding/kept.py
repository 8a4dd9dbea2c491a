"""Arrays that are costly to make, kept on disk in the user's cache; a house that may not write makes them anew."""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Arrays = dict[str, npt.NDArray[Any]]


def find(name: str) -> Arrays | None:
    try:
        with np.load(_path(name), allow_pickle=False) as stored:
            return dict(stored)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def keep(name: str, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Whole or not at all."""
    path = _path(name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
            np.savez(part, **dict(arrays), allow_pickle=False)
        Path(part.name).replace(path)
    except OSError:
        return


def _path(name: str) -> Path:
    """In a folder of this user alone: whoever could write there could teach the house."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "guanjia" / "learned" / f"{name}.npz"
