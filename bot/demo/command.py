"""Prepares the demo's folder, opens the house in it, and says where it is."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sys
import webbrowser
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import typer

from bot import loop
from bot.app import App, house_channels, open_store, utc_now
from bot.channels.base import Channel
from bot.config import ConfigError, Settings, load_settings
from bot.demo.house import DESK, furnish
from bot.demo.links import Links, fresh_links
from bot.demo.simulation import Simulation, send_home
from bot.demo.telling import Facts, as_object, gather_facts, welcome
from bot.records import Records
from bot.web import serve
from crm.properties.houses import properties
from crm.store import Store

NEIGHBOURING_PORTS = 20

MARK = "# The settings of a demo house."  # how its config.toml begins


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for on the command line. No `folder`: a fresh one for this run; `port` 0: any free one."""

    folder: Path | None = None
    port: int | None = None
    serves: bool = True
    as_json: bool = False
    simulates: bool = False
    seed: int | None = None
    opens_browser: bool = True


def demo(wishes: Wishes) -> None:
    """Opens the house, serves it until stopped, and removes what was made for this run. Raises ConfigError."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that it tidies up even before it serves
    with ExitStack() as stack:
        folder = wishes.folder or Path(stack.enter_context(TemporaryDirectory(prefix="guanjia-demo-")))
        folder = folder.absolute()
        settings = _settings(folder, wishes)
        store = open_store(settings)
        stack.callback(store.close)
        facts, links = _prepare(settings, store, folder, wishes)
        if wishes.serves:
            loop.run(_serve(settings, store, facts, links, wishes))
        else:
            _tell(facts, links, wishes, f"http://{settings.web.host}:{settings.web.port}")


def _prepare(settings: Settings, store: Store, folder: Path, wishes: Wishes) -> tuple[Facts, Links]:
    now = utc_now()
    # All work falls to the desk as long as nobody else is there; simulated colleagues leave it less than housekeeping.
    beside = "housekeeping" if wishes.simulates else DESK
    with store.transaction() as db:
        house = properties(db)[0]
        furnish(db, now, house, settings.catalogue)
        send_home(db, now)
        return gather_facts(db, now, settings, house, folder), fresh_links(db, now, house, beside)


def _settings(folder: Path, wishes: Wishes) -> Settings:
    """Those in the folder, written when new. The environment is left out: a demo never touches the real house."""
    file = folder / "config.toml"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(Path(__file__).with_name("config.toml").read_text("utf-8"), "utf-8")
    elif not file.read_text("utf-8", "replace").startswith(MARK):
        raise ConfigError(f"{file} is not of a demo house: name another folder, a demo never touches a real one")
    settings = load_settings(file, {})
    wanted = settings.web.port if wishes.port is None else wishes.port
    port = _free_port(settings.web.host, wanted) if wishes.serves else wanted
    if wanted and port != wanted:
        typer.echo(f"Port {wanted} is taken, so this house answers on port {port}.", err=True)
    if port == settings.web.port:
        return settings
    # The file is told too, so that `guanjia invite` names the address where the house is now.
    text = file.read_text("utf-8")
    file.write_text(re.sub(r"(?m)^port = \d+", f"port = {port}", text, count=1), "utf-8")
    return settings.model_copy(update={"web": settings.web.model_copy(update={"port": port})})


def _free_port(host: str, wanted: int) -> int:
    """The wanted port, else one near it, else any."""
    near = range(wanted, min(wanted + NEIGHBOURING_PORTS, 65536)) if wanted else ()
    for port in (*near, 0):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server itself does
            probe.bind((host, port))
            return int(probe.getsockname()[1])
    return wanted


async def _serve(settings: Settings, store: Store, facts: Facts, links: Links, wishes: Wishes) -> None:
    def make_channels(settings: Settings, records: Records) -> list[Channel]:
        channels = house_channels(settings, records, demo_links=links.pair)
        return [*channels, Simulation(records, utc_now, wishes.seed)] if wishes.simulates else channels

    def on_ready(address: str) -> None:
        _tell(facts, links, wishes, address)
        if wishes.opens_browser and not wishes.as_json:
            _open_browser(f"{address}/demo")

    await serve(App(settings, store, make_channels), on_ready=on_ready)


def _tell(facts: Facts, links: Links, wishes: Wishes, address: str) -> None:
    if wishes.as_json:
        typer.echo(json.dumps(as_object(facts, links, address), ensure_ascii=False, indent=2))
    else:
        typer.echo("\n".join(welcome(facts, links, address, serves=wishes.serves, is_kept=wishes.folder is not None)))
    sys.stdout.flush()


def _open_browser(address: str) -> None:
    """Only where there is a screen; in a thread, because a browser may take its time, or all of it."""
    has_screen = sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if has_screen:
        Thread(target=_try_to_open, args=(address,), daemon=True).start()


def _try_to_open(address: str) -> None:
    with suppress(Exception):  # a comfort: without it the address stands on the terminal
        webbrowser.open(address)
