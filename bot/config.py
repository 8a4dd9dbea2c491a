"""Settings from config.toml, secrets from the environment; a wrong value is refused by the name of its key."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, field_validator, model_validator

from bot.channel_settings import SECRETS, Section, TelegramSettings, WechatSettings, WecomSettings
from bot.feed_settings import FeedsSettings, add_feed_secrets
from bot.knowledge_settings import KnowledgeSettings, TextFileError, read_text_files
from bot.shift_settings import ShiftSettings
from crm.properties.catalogue import Catalogue, Department, house_catalogue
from crm.properties.hours import Hours, Shifts
from crm.properties.knowledge_changes import Configured
from prompts.words import FALLBACK
from prompts.words import services as spoken_services

LONGEST_ROOM_RANGE = 1_000


class ConfigError(ValueError):
    """A setting is wrong; the message names the key and says what it should be."""


class StoreSettings(Section):
    folder: Path = Path("data")
    url: str = ""

    @field_validator("url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        if url and not url.startswith(("sqlite:///", "postgresql://")):
            raise ValueError("must begin with sqlite:/// or postgresql://")
        return url


class WebSettings(Section):
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: str = ""
    origins: tuple[str, ...] = ()
    accent: str = Field(default="#7a5c3e", pattern=r"^#[0-9a-fA-F]{6}$")


class ModelSettings(Section):
    base_url: str = Field(default="", pattern=r"^(https?://\S+)?$")
    name: str = ""
    seconds: float = Field(default=2.5, gt=0, le=2.8)
    tokens_per_conversation: int = Field(default=20_000, ge=0)
    tokens_per_day: int = Field(default=500_000, ge=0)
    key: str = Field(default="", repr=False)


class ConversationSettings(Section):
    language: Literal["zh", "en"] = "zh"
    burst_seconds: float = Field(default=0.7, ge=0, le=10)
    handoff_quiet_minutes: int = Field(default=30, ge=5, le=1440)


class StayEventsSettings(Section):
    departed_minutes: int = Field(default=10, ge=0, le=24 * 60)


class PropertySettings(Section):
    key: str = Field(pattern=r"^[a-z0-9-]{1,40}$")
    name: str = Field(min_length=1)
    time_zone: str
    language: Literal["zh", "en"] = "zh"
    phone: str = ""
    rooms: tuple[str, ...] = ()
    knowledge: tuple[KnowledgeSettings, ...] = ()
    hours: dict[Department, ShiftSettings] = Field(default={})
    holidays: Literal["", "china"] = ""
    rest_days: tuple[date, ...] = ()
    work_days: tuple[date, ...] = ()

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise ValueError("no such time zone, write it like Asia/Shanghai") from None
        return name

    @field_validator("rooms")
    @classmethod
    def _readable_rooms(cls, rooms: tuple[str, ...]) -> tuple[str, ...]:
        for entry in rooms:
            list(_rooms(entry))
        return rooms

    @model_validator(mode="after")
    def _entries_told_once(self) -> Self:
        """Of each key at most one entry for everybody and one for each type of room."""
        types, told = {kind for _, kind in self.room_list() if kind}, set()
        for entry in self.knowledge:
            for kind in entry.room_types or ("",):
                if kind and kind not in types:
                    known = ", ".join(sorted(types)) or "none"
                    raise ValueError(f"knowledge {entry.key!r}: no room is of the type {kind!r} (there is {known})")
                if (entry.key, kind) in told:
                    raise ValueError(f"knowledge {entry.key!r} is told twice{f' for {kind!r}' if kind else ''}")
                told.add((entry.key, kind))
        return self

    def room_list(self) -> list[tuple[str, str]]:
        """Number and type of every room."""
        return [room for entry in self.rooms for room in _rooms(entry)]

    def working_hours(self) -> Hours:
        departments: dict[str, Shifts] = {name: each.shifts() for name, each in self.hours.items()}
        return Hours(departments, self.holidays, self.rest_days, self.work_days)

    def knowledge_entries(self) -> list[Configured]:
        return [Configured(each.key, each.words(), each.guests_only, each.room_types) for each in self.knowledge]


class Settings(Section):
    store: StoreSettings = StoreSettings()
    web: WebSettings = WebSettings()
    telegram: TelegramSettings = TelegramSettings()
    wechat: WechatSettings = WechatSettings()
    wecom: WecomSettings = WecomSettings()
    conversation: ConversationSettings = ConversationSettings()
    model: ModelSettings = ModelSettings()
    properties: tuple[PropertySettings, ...] = Field(min_length=1)
    services: dict[str, dict[str, Any]] = Field(default={})
    stay_events: StayEventsSettings = StayEventsSettings()
    feeds: FeedsSettings = FeedsSettings()

    @field_validator("services")
    @classmethod
    def _valid_services(cls, services: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        for code, service in house_catalogue(services).items():
            if service.items and "item" not in spoken_services(FALLBACK)[code]:
                raise ValueError(f"services.{code}.items: nothing of this kind has a name of its own")
        return services

    @property
    def catalogue(self) -> Catalogue:
        return house_catalogue(self.services)

    @property
    def chat_link(self) -> str:
        """With a guest's token behind it, what opens the chat of their stay; nothing while no address is public."""
        if self.web.public_url:
            return f"{self.web.public_url.rstrip('/')}/?t="
        if self.telegram.username:
            return f"https://t.me/{self.telegram.username}?start="
        return f"{self.wecom.kf_link}&scene_param=" if self.wecom.kf_link else ""

    @property
    def database_url(self) -> str:
        return self.store.url or f"sqlite:///{self.store.folder / 'guanjia.db'}"


def load_settings(path: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """Reads the file and the secrets; a relative folder stands beside the file. Raises ConfigError."""
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path} is missing: copy config.example.toml to it and change what you need") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not readable TOML: {error}") from None
    try:
        read_text_files(values, path.parent)
    except TextFileError as error:
        raise ConfigError(f"{path}: {error}") from None
    settings = parse_settings(values, environment, str(path))
    folder = path.absolute().parent / settings.store.folder
    return settings.model_copy(update={"store": settings.store.model_copy(update={"folder": folder})})


def parse_settings(values: dict[str, Any], environment: Mapping[str, str], source: str = "settings") -> Settings:
    """Checks the values and adds the secrets of the environment. Raises ConfigError naming the first wrong key."""
    for section, key in ((section, key) for section, keys in SECRETS.items() for key in keys):
        name = f"GUANJIA_{section}_{key}".upper()
        if key in values.get(section, {}):
            raise ConfigError(f"{source}: {section}.{key} is a secret: set {name} instead")
        if secret := environment.get(name):
            values.setdefault(section, {})[key] = secret
    if wrong := add_feed_secrets(values, environment):
        raise ConfigError(f"{source}: {wrong}")
    if url := environment.get("GUANJIA_DATABASE_URL"):
        values.setdefault("store", {})["url"] = url
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{source}: {key}: {first['msg'].removeprefix('Value error, ')}") from None
    _check_together(settings, source)
    return settings


def _check_together(settings: Settings, source: str) -> None:
    """What one key says of another."""
    wechat = settings.wechat
    if settings.telegram.webhook_url and not settings.telegram.webhook_secret:
        raise ConfigError(f"{source}: telegram.webhook_url needs GUANJIA_TELEGRAM_WEBHOOK_SECRET in the environment")
    if wechat.app_id and not (wechat.secret and wechat.token and wechat.aes_key):
        names = "GUANJIA_WECHAT_SECRET, GUANJIA_WECHAT_TOKEN and GUANJIA_WECHAT_AES_KEY"
        raise ConfigError(f"{source}: wechat.app_id needs {names} in the environment")
    if wechat.subscription.template_id and not (settings.web.public_url and wechat.subscription.title):
        raise ConfigError(f"{source}: wechat.subscription.template_id needs a title there, and web.public_url")
    if settings.wecom.is_on and not settings.wecom.corp_id:
        raise ConfigError(f"{source}: wecom.corp_id: say whose agent_id or kf_id it is")
    if settings.wecom.is_on and (names := settings.wecom.missing()):
        raise ConfigError(f"{source}: wecom needs {names} in the environment")
    if wrong := settings.feeds.what_is_wrong({each.key: {*dict(each.room_list())} for each in settings.properties}):
        raise ConfigError(f"{source}: {wrong}")
    if settings.model.base_url and not settings.model.name:
        raise ConfigError(f"{source}: model.name: say which model is asked at model.base_url")


def _rooms(entry: str) -> Iterator[tuple[str, str]]:
    numbers, _, room_type = entry.partition(":")
    first, dash, last = numbers.strip().partition("-")
    if not dash:
        yield first, room_type
        return
    if not (first.isdecimal() and last.isdecimal()) or not 0 <= int(last) - int(first) < LONGEST_ROOM_RANGE:
        raise ValueError(f"{entry!r} is not a range of rooms like 201-208")
    for number in range(int(first), int(last) + 1):
        yield str(number).zfill(len(first)), room_type
