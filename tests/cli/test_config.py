"""The settings file: the example is the default, and a wrong value is refused by the name of its key."""

from __future__ import annotations

import re
import tomllib
from copy import deepcopy
from pathlib import Path

import pytest

from bot.channel_settings import SECRETS
from bot.config import ConfigError, PropertySettings, Settings, load_settings, parse_settings
from crm.properties.catalogue import Service
from tests.cli.command import ROOT, guanjia

EXAMPLE = ROOT / "config.example.toml"
WRONG = {
    "web.port": ("port = 8080", "port = 80800"),
    "web.accent": ('accent = "#7a5c3e"', 'accent = "brown"'),
    "store.url": ('url = ""', 'url = "mysql://root@host/name"'),
    "conversation.language": ('language = "zh"                    # zh or en', 'language = "fr" #'),
    "properties.0.time_zone": ('time_zone = "Asia/Shanghai"', 'time_zone = "Lakeside"'),
    "properties.0.rooms": ('"201-208:double"', '"208-201:double"'),
    "services": ('department = "housekeeping"', 'department = "garden"'),
    "web.colour": ('accent = "#7a5c3e"', 'colour = "#7a5c3e"'),
    "telegram.token": ('username = ""', 'token = "123:abc"'),
    "wechat.secret": ('app_id = ""', 'secret = "abc"'),
    "wechat.app_id": ('app_id = ""', 'app_id = "wx1"'),
    "wechat.template.fields.thing1": ('thing1 = "text"', 'thing1 = "words"'),
    "wechat.subscription.title": ('title = ""', 'title = "one two three four"'),
    "wechat.subscription.template_id": ('template_id = ""', 'template_id = "t"'),
}


def test_the_example_is_accepted_and_shows_the_defaults() -> None:
    example = load_settings(EXAMPLE, {})
    plain = Settings(properties=example.properties)
    for section in ("web", "telegram", "wechat", "wecom", "conversation"):
        assert getattr(example, section) == getattr(plain, section), section
    assert example.store.folder == ROOT / plain.store.folder
    assert example.catalogue["baby_cot"] == plain.catalogue["baby_cot"]


def test_the_example_shows_every_key() -> None:
    shown = tomllib.loads(EXAMPLE.read_text("utf-8"))
    secrets = {key for keys in SECRETS.values() for key in keys}
    assert set(shown) == set(Settings.model_fields)
    for name in ("store", "web", "telegram", "wechat", "wecom", "conversation"):
        section = Settings.model_fields[name].annotation
        assert section
        assert set(shown[name]) == set(section.model_fields) - secrets, name
    assert set(shown["properties"][0]) == set(PropertySettings.model_fields)
    assert set(shown["services"]["baby_cot"]) - {"offered"} <= set(Service.model_fields)


def write_wrong(key: str, folder: Path) -> Path:
    """The example with the one wrong value of this key."""
    right, wrong = WRONG[key]
    text = EXAMPLE.read_text("utf-8")
    assert right in text
    (folder / "config.toml").write_text(text.replace(right, wrong, 1), "utf-8")
    return folder / "config.toml"


@pytest.mark.parametrize("key", WRONG)
def test_a_wrong_value_is_refused_by_its_key(key: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=re.escape(f"config.toml: {key}")) as refused:
        load_settings(write_wrong(key, tmp_path), {})
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("items", "why"),
    [
        ('[services.taxi]\nitems = ["limousine"]', "services.taxi.items: nothing of this kind"),
        ('[services.amenities]\nitems = ["x"]', "services.amenities.items.0"),
        ('[services.amenities]\nitems = "yoga mat"', "services.amenities.items"),
    ],
)
def test_things_by_name_are_refused_where_they_make_no_sense(items: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(f"{EXAMPLE.read_text('utf-8')}\n{items}\n", "utf-8")
    with pytest.raises(ConfigError, match=re.escape(why)):
        load_settings(tmp_path / "config.toml", {})


@pytest.mark.parametrize("key", ["web.port", "services"])
def test_the_command_ends_with_two_and_that_line(key: str, tmp_path: Path) -> None:
    write_wrong(key, tmp_path)
    refused = guanjia("requests", folder=tmp_path)
    assert refused.returncode == 2
    assert refused.stdout == ""
    assert len(refused.stderr.splitlines()) == 1
    assert f"config.toml: {key}" in refused.stderr


@pytest.mark.parametrize("content", [b"[web", b"\xff", b"\0"], ids=["half a table", "not utf-8", "NUL"])
def test_an_unreadable_file_is_named(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(content)
    with pytest.raises(ConfigError, match=r"config\.toml is not readable TOML"):
        load_settings(tmp_path / "config.toml", {})


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load_settings(tmp_path, {})


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    refused = guanjia("run", folder=tmp_path)
    assert refused.returncode == 2
    assert "copy config.example.toml" in refused.stderr


def test_records_that_are_away_are_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(EXAMPLE.read_text("utf-8"), "utf-8")
    away = {"GUANJIA_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/house"}
    refused = guanjia("requests", folder=tmp_path, environment=away)
    assert refused.returncode == 1
    assert len(refused.stderr.splitlines()) == 1
    assert "cannot be reached" in refused.stderr


def test_records_stand_beside_the_file_wherever_the_command_is_started(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(EXAMPLE.read_text("utf-8"), "utf-8")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert guanjia("requests", "--config", tmp_path / "config.toml", folder=elsewhere).returncode == 0
    assert (tmp_path / "data" / "guanjia.db").exists()
    assert not list(elsewhere.iterdir())


def test_secrets_come_from_the_environment() -> None:
    values = tomllib.loads(EXAMPLE.read_text("utf-8"))
    settings = parse_settings(values, {"GUANJIA_TELEGRAM_TOKEN": "123:abc"})
    assert settings.telegram.token == "123:abc"
    assert "123:abc" not in repr(settings)


def test_an_official_account_needs_all_its_secrets() -> None:
    values = tomllib.loads(EXAMPLE.read_text("utf-8"))
    values["wechat"]["app_id"] = "wx1"
    secrets = {"GUANJIA_WECHAT_SECRET": "hush", "GUANJIA_WECHAT_TOKEN": "abc", "GUANJIA_WECHAT_AES_KEY": "Q" * 43}
    settings = parse_settings(deepcopy(values), secrets)
    assert settings.wechat.secret == "hush"
    assert not any(secret in repr(settings) for secret in secrets.values())
    for name in secrets:
        with pytest.raises(ConfigError, match=name):
            parse_settings(deepcopy(values), {key: value for key, value in secrets.items() if key != name})
    with pytest.raises(ConfigError, match=r"wechat\.aes_key"):
        parse_settings(deepcopy(values), {**secrets, "GUANJIA_WECHAT_AES_KEY": "too short"})


WECOM = {"corp_id": "ww1", "agent_id": 7, "kf_id": "wk1"}
OF_WECOM = {"GUANJIA_WECOM_SECRET": "s3cret", "GUANJIA_WECOM_TOKEN": "t0ken", "GUANJIA_WECOM_AES_KEY": "K" * 43}


def test_wecom_takes_its_secrets_from_the_environment_and_one_app_may_do_both() -> None:
    values = {**tomllib.loads(EXAMPLE.read_text("utf-8")), "wecom": {**WECOM}}
    settings = parse_settings(deepcopy(values), OF_WECOM)
    assert settings.wecom.secret_for_guests == settings.wecom.secret == "s3cret"
    assert not any(secret in repr(settings) for secret in OF_WECOM.values())
    other = parse_settings(values, {**OF_WECOM, "GUANJIA_WECOM_KF_SECRET": "0ther"})
    assert other.wecom.secret_for_guests == "0ther"


@pytest.mark.parametrize(
    ("chosen", "without", "why"),
    [
        ({"corp_id": ""}, "", "wecom.corp_id: say whose"),
        ({}, "GUANJIA_WECOM_SECRET", "wecom needs GUANJIA_WECOM_SECRET in the environment"),
        ({"agent_id": 0}, "GUANJIA_WECOM_AES_KEY", "wecom needs GUANJIA_WECOM_AES_KEY in the environment"),
        ({"agent_id": "seven"}, "", "wecom.agent_id: "),
        ({"kf_link": "work.weixin.qq.com/kfid/kfc1"}, "", "wecom.kf_link: "),
        ({"secret": "s3cret"}, "", "wecom.secret is a secret: set GUANJIA_WECOM_SECRET instead"),
    ],
)
def test_wecom_without_what_it_needs_is_refused(chosen: dict[str, object], without: str, why: str) -> None:
    values = {**tomllib.loads(EXAMPLE.read_text("utf-8")), "wecom": {**WECOM, **chosen}}
    with pytest.raises(ConfigError, match=re.escape(why)):
        parse_settings(values, {name: value for name, value in OF_WECOM.items() if name != without})


def test_guests_find_customer_service_where_the_house_has_no_page() -> None:
    link = "https://work.weixin.qq.com/kfid/kfc1?enc_scene=ENC1"
    values = {**tomllib.loads(EXAMPLE.read_text("utf-8")), "wecom": {**WECOM, "kf_link": link}}
    assert parse_settings(deepcopy(values), OF_WECOM).chat_link == f"{link}&scene_param="
    values["web"] = {"public_url": "https://chat.example.com"}
    assert parse_settings(values, OF_WECOM).chat_link == "https://chat.example.com/?t="


def knowing(tmp_path: Path, *entries: str) -> Path:
    """A house with suites that tells these entries about itself."""
    house = '[[properties]]\nkey = "a"\nname = "A"\ntime_zone = "UTC"\nrooms = ["1-3:double", "4:suite"]\n'
    told = "".join(f"[[properties.knowledge]]\n{entry}\n" for entry in entries)
    (tmp_path / "config.toml").write_text(house + told, "utf-8")
    return tmp_path / "config.toml"


def test_the_example_shows_room_types_and_markdown() -> None:
    breakfast, families, way = load_settings(EXAMPLE, {}).properties[0].knowledge_entries()
    assert (breakfast.key, families.key, families.room_types) == ("breakfast", "breakfast", ("family",))
    assert "1. Metro line 1 to Lake Park" in way.words["en"].text
    assert "the map (https://example.com/map)" in way.words["en"].text
    assert "*" not in way.words["en"].text


def test_a_text_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "wifi.md").write_text("# Wifi\n\n- network **A**\n", "utf-8")
    path = knowing(tmp_path, 'key = "wifi"\nen = { title = "Wifi", text_file = "wifi.md" }')
    (entry,) = load_settings(path, {}).properties[0].knowledge_entries()
    assert entry.words["en"].text == "Wifi\n\n· network A"


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ('en = { title = "W", text_file = "none.md" }', "properties.0.knowledge.0.en.text_file: "),
        ('en = { title = "W", text_file = "latin.md" }', "is not text in UTF-8"),
        ('en = { title = "W", text_file = "." }', "cannot be read: Is a directory"),
        ('en = { title = "W", text = "x", text_file = "latin.md" }', "there is a text already"),
        ('en = { title = "W", text_file = "long.md" }', "properties.0.knowledge.0.en.text: "),
        ('en = { title = "W" }', "properties.0.knowledge.0.en.text: "),
        ('room_types = ["villa"]\nen = { title = "W", text = "x" }', "no room is of the type 'villa'"),
    ],
)
def test_wrong_knowledge_is_refused_by_its_key(entry: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "latin.md").write_bytes("Fl\u00e4che".encode("latin-1"))
    (tmp_path / "long.md").write_text("x" * 2_001)
    with pytest.raises(ConfigError, match=re.escape(why)):
        load_settings(knowing(tmp_path, f'key = "wifi"\n{entry}'), {})


@pytest.mark.parametrize("types", [("", ""), ('["suite"]', '["double", "suite"]')])
def test_an_entry_told_twice_for_the_same_rooms_is_refused(types: tuple[str, str], tmp_path: Path) -> None:
    words = 'key = "wifi"\nen = { title = "W", text = "x" }'
    entries = [f"{words}\nroom_types = {each}" if each else words for each in types]
    with pytest.raises(ConfigError, match="knowledge 'wifi' is told twice"):
        load_settings(knowing(tmp_path, *entries), {})


def test_an_entry_for_everybody_and_one_for_some_rooms_stand_together(tmp_path: Path) -> None:
    words = 'key = "wifi"\nen = { title = "W", text = "x" }'
    path = knowing(tmp_path, words, f'{words}\nroom_types = ["suite"]')
    assert [each.room_types for each in load_settings(path, {}).properties[0].knowledge_entries()] == [(), ("suite",)]
