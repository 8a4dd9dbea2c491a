"""Phones, addresses and papers in the one form in which they are compared; "" where nothing of use is said."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import cache

from crm.encryption import folded
from crm.guests.profile import digits_of

CHINA = "CN"
LEAST_DIGITS = 7  # shorter ones are house phones and extensions, which nobody has alone
_TAG = re.compile(r"\+[^@]*(?=@)")
_WORD = re.compile(r"\w+")


def e164(phone: str, country: str) -> str:
    """+8613812345678, in whatever form it is written; `country` is meant where the number does not say."""
    from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, is_possible_number, parse

    digits = digits_of(phone)
    if len(digits) < LEAST_DIGITS or len(set(digits)) == 1:
        return ""
    try:
        number = parse(phone, country)
    except NumberParseException:
        return digits
    return str(format_number(number, PhoneNumberFormat.E164)) if is_possible_number(number) else digits


def mailbox(email: str) -> str:
    """Without case and without what is written behind a plus sign."""
    return _TAG.sub("", folded(email))


def paper(document: str) -> str:
    return "".join(each for each in folded(document).upper() if each.isalnum())


def birthday(born: str) -> str:
    """As YYYYMMDD; "" for what is no day."""
    digits = digits_of(born)
    try:
        return f"{date(int(digits[:4]), int(digits[4:6]), int(digits[6:])):%Y%m%d}" if len(digits) == 8 else ""
    except ValueError:
        return ""


def home(address: str) -> str:
    """Its words, without case and punctuation."""
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", address).casefold()))


def country_of(phone: str, time_zone: str) -> str:
    """Where a house is, by its own phone, else by its clock: the country of numbers that name none."""
    if phone.lstrip().startswith("+"):
        return _country_of_phone(phone) or CHINA
    return _countries().get(time_zone, CHINA)


@cache
def _country_of_phone(phone: str) -> str:
    from phonenumbers import NumberParseException, parse, region_code_for_number

    try:
        return str(region_code_for_number(parse(phone)) or "")
    except NumberParseException:
        return ""


@cache
def _countries() -> dict[str, str]:
    from importlib.resources import files

    lines = (files("tzdata.zoneinfo") / "zone.tab").read_text("utf-8").splitlines()
    return {zone: country for country, _, zone in (each.split("\t")[:3] for each in lines if each[:1] != "#")}


def last_digits(phone: str) -> str:
    return digits_of(phone)[-4:]


def masked(email: str) -> str:
    """s…@mail.example: enough to tell it from another."""
    local, _, provider = email.partition("@")
    return f"{local[:1]}…@{provider}" if provider else ""
