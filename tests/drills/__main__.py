"""The command line of the drills: one line of figures for each, and exit status 1 when one of them went wrong."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from tests.drills import crash, faults, grants, imports, model, replicas, wechat
from tests.drills.site import database

Drill = Callable[[str, str, argparse.Namespace], Coroutine[Any, Any, tuple[str, list[str]]]]


async def _crash(kind: str, url: str, options: argparse.Namespace) -> tuple[str, list[str]]:
    plan = crash.Plan.short(options.seed) if options.short else crash.Plan(seed=options.seed, silent=options.silent)
    return await crash.crash(kind, url, plan)


async def _replicas(_kind: str, url: str, options: argparse.Namespace) -> tuple[str, list[str]]:
    plan = replicas.Plan.short(options.seed) if options.short else replicas.Plan(seed=options.seed)
    return await replicas.replicas(url, plan)


async def _faults(kind: str, url: str, _options: argparse.Namespace) -> tuple[str, list[str]]:
    return await faults.faults(kind, url)


async def _model(_kind: str, url: str, options: argparse.Namespace) -> tuple[str, list[str]]:
    return await model.model(url, model.Plan(20 if options.short else 200, options.seed))


async def _imports(kind: str, url: str, options: argparse.Namespace) -> tuple[str, list[str]]:
    return await imports.imports(kind, url, imports.Plan(2_000 if options.short else 120_000, options.seed))


async def _wechat(_kind: str, _url: str, options: argparse.Namespace) -> tuple[str, list[str]]:
    return await wechat.wechat(wechat.Plan.short(options.seed) if options.short else wechat.Plan(seed=options.seed))


async def _grants(kind: str, url: str, options: argparse.Namespace) -> tuple[str, list[str]]:
    return await grants.grants(
        kind, url, grants.Plan.short(options.seed) if options.short else grants.Plan(seed=options.seed)
    )


DRILLS: dict[str, tuple[tuple[str, ...], Drill]] = {
    "crash": (("sqlite", "postgresql"), _crash),
    "replicas": (("postgresql",), _replicas),
    "faults": (("sqlite", "postgresql"), _faults),
    "model": (("sqlite",), _model),
    "grants": (("sqlite", "postgresql"), _grants),
    "imports": (("sqlite", "postgresql"), _imports),
    "wechat": (("sqlite",), _wechat),
}


def main() -> int:
    options = _options()
    kinds, drill = DRILLS[options.name]
    failed = False
    for kind in kinds if options.database == "both" else (options.database,):
        with database(kind) as url:
            figures, wrong = asyncio.run(drill(kind, url, options))
        print(figures, flush=True)
        for each in wrong:
            print(f"  {each}", file=sys.stderr)
        failed = failed or bool(wrong)
    return int(failed)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.drills", description=__doc__)
    parser.add_argument("name", choices=DRILLS)
    parser.add_argument("--short", action="store_true", help="a small one, as run by CI")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--silent", type=float, default=0.0, help="share of sends that are never answered (crash)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
