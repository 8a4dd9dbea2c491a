"""`guanjia feeds`: what other systems tell us, and whether they do."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.command import CONFIG, ConfigFile, DataFolder, open_house

if TYPE_CHECKING:
    from bot.config import Settings
    from crm.store import Store

Row = dict[str, Any]


def list_feeds(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list.")] = False,
    data: DataFolder = None,
    config: ConfigFile = CONFIG,
) -> None:
    """List the feeds: when each last brought something, and what is wrong with one that does not."""
    with open_house(config, data) as (settings, store):
        rows = feed_rows(settings, store)
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    elif rows:
        typer.echo("\n".join(line for row in rows for line in _lines(row)))
    else:
        typer.echo("No feeds. They are named in the settings, under [feeds].")


def feed_rows(settings: Settings, store: Store) -> list[Row]:
    """Times are ISO 8601, by the clock of the calendar's house, of a webhook in UTC."""
    from crm.calendar import local
    from crm.stays.feeds.status import feeds
    from handlers.timed.feeds import why

    of = settings.feeds
    zones = {each.key: each.time_zone for each in settings.properties}
    webhooks = [(each.name, f"webhook, {each.system}", "", "UTC") for each in of.webhooks]
    calendars = [
        (each.name, "calendar", f"{each.property} {each.room}".strip(), zones[each.property]) for each in of.calendars
    ]
    listed = (*webhooks, *calendars)
    with store.reading() as db:
        known = feeds(db, [name for name, *_ in listed])

    def at(moment: datetime | None, zone: str) -> str | None:
        return local(moment, zone).isoformat(timespec="seconds") if moment else None

    return [
        {
            "name": name,
            "kind": kind,
            "for": place,
            "last_success": at(known[name].last_success_at, zone),
            "failing_since": at(known[name].failing_since, zone),
            "last_failure": at(known[name].failed_at, zone),
            "reason": known[name].reason if kind != "calendar" else _in_words(why, known[name].reason),
            "next": at(known[name].next_at, zone),
        }
        for name, kind, place, zone in listed
    ]


def _in_words(why: Any, reason: str) -> str:
    return str(why("en", reason)) if reason else ""


def _lines(row: Row) -> list[str]:
    head = " · ".join(filter(None, (row["name"], row["kind"], row["for"])))
    told = [f"  last success {row['last_success'] or 'never'}"]
    if row["failing_since"]:
        told.append(f"  failing since {row['failing_since']}: {row['reason']}")
    elif row["reason"]:
        told.append(f"  refused {row['last_failure']}: {row['reason']}")
    return [head, *told]
