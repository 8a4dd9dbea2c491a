"""The house rules of ARCHITECTURE, and the proof that each contract of the import linter would notice its breach."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
ROOMS = ("bot", "handlers", "crm", "prompts")
BELOW_BOT = ("handlers", "crm", "prompts")
MAX_FILE_LINES = 250
MAX_FUNCTION_LINES = 50

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
CONTRACTS = {contract["id"]: contract["name"] for contract in PYPROJECT["tool"]["importlinter"]["contracts"]}

# For each contract, ways to break it: module -> the line it should never contain.
BREACHES: list[tuple[str, dict[str, str]]] = [
    ("floors", {"handlers.turn": "import bot.config"}),
    ("floors", {"crm.store": "import handlers.turn"}),
    ("floors", {"crm.store": "import prompts.words"}),
    ("floors", {"prompts.words": "import crm.store"}),
    ("handlers", {"handlers.turn": "import handlers.guest.planted"}),
    ("handlers", {"handlers.guest.planted": "import handlers.intents"}),
    ("handlers", {"handlers.stray": ""}),
    ("capabilities", {"handlers.guest.planted": "import handlers.staff.planted"}),
    ("capabilities", {"handlers.guest.planted": "import handlers.guest.neighbour"}),
    ("capabilities", {"handlers.timed.planted": "import handlers.community.planted"}),
    ("channels", {"bot.channels.planted": "import bot.channels.telegram"}),
    ("channels", {"bot.channels.base": "import bot.channels.console"}),
    ("nouns", {"crm.store": "import crm.guests"}),
    ("nouns", {"crm.guests.planted": "import crm.staff"}),
    ("nouns", {"crm.conversations.planted": "import crm.insight"}),
    ("nouns", {"crm.stray": ""}),
    ("circles", {"crm.guests.planted": "import crm.guests.other", "crm.guests.other": "import crm.guests.planted"}),
    ("circles", {"bot.planted": "import bot.other", "bot.other": "import bot.planted"}),
    (
        "circles",
        {"bot.weixin.planted": "import bot.channels.console", "bot.channels.planted": "import bot.weixin.http"},
    ),
    ("networks", {"handlers.guest.planted": "import telegram"}),
    ("networks", {"crm.store": "import requests"}),
    ("networks", {"prompts.words": "import openai"}),
    ("event-loop", {"handlers.guest.planted": "import asyncio"}),
    ("event-loop", {"crm.store": "import asyncio"}),
    ("wording", {"crm.store": "import jinja2"}),
    ("database", {"handlers.guest.planted": "import sqlmodel"}),
    ("database", {"handlers.guest.planted": "from sqlalchemy import select"}),
    ("database", {"prompts.words": "import sqlmodel"}),
    ("drawing", {"handlers.guest.planted": "import PIL"}),
    ("drawing", {"bot.delivery": "from PIL import Image"}),
]


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A copy of the four packages and their contracts, and what the linter says of it."""
    house = tmp_path_factory.mktemp("house")
    for room in ROOMS:
        shutil.copytree(ROOT / room, house / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", house)
    return house, _lint(house).stdout


def test_the_house_keeps_its_contracts() -> None:
    result = _lint(ROOT)
    assert result.returncode == 0, result.stdout
    assert result.stdout.count(" KEPT") == len(CONTRACTS)


@pytest.mark.parametrize(("contract", "planted"), BREACHES, ids=lambda value: value if isinstance(value, str) else None)
def test_a_contract_notices_its_breach(
    contract: str, planted: dict[str, str], pristine: tuple[Path, str], tmp_path: Path
) -> None:
    untouched, verdict = pristine
    assert f"{CONTRACTS[contract]} KEPT" in verdict
    house = shutil.copytree(untouched, tmp_path / "house")
    for module, line in planted.items():
        _plant(house, module, line)
    result = _lint(house, contract)
    assert f"{CONTRACTS[contract]} BROKEN" in result.stdout, result.stdout + result.stderr


def test_every_contract_is_breached_above() -> None:
    assert {contract for contract, _ in BREACHES} == set(CONTRACTS)


def test_every_folder_is_a_package() -> None:
    # The linter does not look into a folder without __init__.py, so nothing in there would be held to the contracts.
    folders = {path.parent for path in _modules(*ROOMS)}
    assert [str(folder.relative_to(ROOT)) for folder in folders if not (folder / "__init__.py").exists()] == []


def test_files_are_short() -> None:
    lengths = {_name(path): len(path.read_text().splitlines()) for path in _modules(*ROOMS)}
    assert {name: lines for name, lines in lengths.items() if lines > MAX_FILE_LINES} == {}


def test_functions_are_short() -> None:
    lengths = {
        f"{_name(path)}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path in _modules(*ROOMS)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: lines for name, lines in lengths.items() if lines > MAX_FUNCTION_LINES} == {}


def test_nobody_below_bot_asks_the_clock() -> None:
    found = [place for path in _modules(*BELOW_BOT) for place in _clock_calls(path.read_text(), _name(path))]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import datetime\ndatetime.now()",
        "import datetime\ndatetime.datetime.now(datetime.UTC)",
        "from datetime import datetime as clock\nclock.utcnow()",
        "from datetime import date\ndate.today()",
        "import time\ntime.time()",
        "import time as clock\nclock.time_ns()",
        "from time import time\ntime()",
        "from time import time as clock\nclock()",
    ],
)
def test_every_way_to_ask_the_clock_is_noticed(source: str) -> None:
    assert len(list(_clock_calls(source, "planted"))) == 1


def test_words_that_only_look_like_the_clock_are_left_alone() -> None:
    source = "import time\nturn.now\nmessage.time()\ntime.sleep(1)\nfunc.now()\ntime.monotonic()"
    assert list(_clock_calls(source, "planted")) == []


def test_only_the_store_commits() -> None:
    calls = [
        f"{_name(path)}:{node.lineno}"
        for path in _modules(*ROOMS)
        if path.parent != ROOT / "crm" / "store"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]
    assert calls == []


def test_no_file_names_a_package_registry() -> None:
    registry = re.compile(
        r"://[^\s/'\"]*(pypi|pythonhosted|npmjs|yarnpkg|jsdelivr|unpkg|tuna\.|mirrors?\.)", re.IGNORECASE
    )
    assert registry.search("see https:" + "//files.pythonhosted" + ".org/packages")
    found = [
        f"{_name(path)}:{number}"
        for path in _repository_files()
        for number, line in enumerate(path.read_text(errors="ignore").splitlines(), start=1)
        if registry.search(line)
    ]
    assert found == []


def test_the_lock_names_no_host() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert "--hash=sha256:" in lock
    assert "://" not in lock
    assert [line for line in lock.splitlines() if line.startswith("-")] == []


def test_the_lock_satisfies_every_dependency() -> None:
    project = PYPROJECT["project"]
    wanted = [*project["dependencies"], *PYPROJECT["dependency-groups"]["dev"], *PYPROJECT["build-system"]["requires"]]
    wanted += [line for extra in project["optional-dependencies"].values() for line in extra]
    locked = dict(re.findall(r"^([A-Za-z0-9_.-]+)==(\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    for requirement in map(Requirement, wanted):
        version = locked.get(requirement.name.lower())
        assert version is not None, f"{requirement.name} is not locked: make lock"
        assert version in requirement.specifier, f"{requirement} is locked at {version}: make lock"


def _lint(house: Path, contract: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-logo", "--no-cache"]
    command += ["--contract", contract] if contract else []
    # A wide terminal, so that a contract's name and its outcome stand on one line.
    environment = {**os.environ, "COLUMNS": "300"}
    return subprocess.run(command, cwd=house, env=environment, capture_output=True, text=True, check=False)


def _plant(house: Path, module: str, line: str) -> None:
    """Add the line to the module, and see to it that this module and those of ours that it imports exist."""
    imported = re.findall(rf"import ((?:{'|'.join(ROOMS)})\.\S+)", line)
    for name in [module, *imported]:
        _file_of(house, name).touch()
    with _file_of(house, module).open("a") as file:
        file.write(f"\n{line}\n")


def _file_of(house: Path, module: str) -> Path:
    path = house.joinpath(*module.split("."))
    path.parent.mkdir(parents=True, exist_ok=True)
    (path.parent / "__init__.py").touch()
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _modules(*rooms: str) -> list[Path]:
    """The Python files of these rooms; migrations are history and stay as they were written."""
    files = (path for room in rooms for path in sorted((ROOT / room).rglob("*.py")))
    return [path for path in files if "migrations" not in path.parts]


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _clock_calls(source: str, name: str) -> Iterator[str]:
    """Places where the source asks for the present: datetime, date or time, under whatever name it was imported."""
    tree = ast.parse(source)
    aliases = {
        alias.asname or alias.name: f"{node.module}.{alias.name}" if isinstance(node, ast.ImportFrom) else alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    clock = re.compile(r"datetime\.(datetime|date)\.(now|utcnow|today)|time\.(time|time_ns|gmtime|localtime|ctime)")
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            first, dot, rest = ast.unparse(node.func).partition(".")
            if first in aliases and clock.fullmatch(aliases[first] + dot + rest):
                yield f"{name}:{node.lineno}"


def _repository_files() -> Iterator[Path]:
    made_by_tools = {".git", ".venv", "__pycache__", "build", "dist", "node_modules"}
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [entry for entry in folders if entry not in made_by_tools and not entry.endswith("_cache")]
        yield from (Path(folder, file) for file in files)
