"""What an installation takes on disk, read from the metadata of what is installed here."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

OWN = ("bot", "handlers", "crm", "prompts")
ROOT = Path(__file__).parents[2]


def installed_megabytes() -> tuple[float, str]:
    """All of it, and the three largest distributions by name."""
    sizes = {name: _size(found) for name, found in _needed("guanjia", {"postgres"}, {}).items() if name != "guanjia"}
    sizes["guanjia"] = sum(
        file.stat().st_size for folder in OWN for file in (ROOT / folder).rglob("*") if file.is_file()
    )
    largest = sorted(sizes, key=lambda name: sizes[name], reverse=True)[:3]
    return sum(sizes.values()) / 1e6, ", ".join(f"{name} {sizes[name] / 1e6:.0f}" for name in largest)


def _needed(name: str, extras: set[str], known: dict[str, Distribution]) -> dict[str, Distribution]:
    """The distribution and all it requires here, by canonical name."""
    key = canonicalize_name(name)
    if key in known and not extras:
        return known
    try:
        known[key] = distribution(name)
    except PackageNotFoundError:  # a requirement of another platform or Python
        return known
    for line in known[key].requires or ():
        requirement = Requirement(line)
        if _applies(requirement, extras):
            _needed(requirement.name, requirement.extras, known)
    return known


def _applies(requirement: Requirement, extras: set[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in extras or {""})


def _size(found: Distribution) -> int:
    return sum(file.stat().st_size for file in _files(found) if file.is_file())


def _files(found: Distribution) -> Iterator[Path]:
    """The files of its RECORD, and the byte code made of them, which a RECORD need not list."""
    for entry in found.files or ():
        path = Path(str(entry.locate()))
        if path.suffix == ".pyc":
            continue
        yield path
        if path.suffix == ".py":
            yield from (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc")
