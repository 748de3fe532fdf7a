"""Values of BXML attributes: one reader for each kind in the tables."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from voice2fa.emulator.verbs import Attribute

_KEYS = re.compile(r"[0-9*#a-dA-D]*")


class BxmlError(Exception):
    """A document cannot be run, and why."""


def _read_text(attribute: Attribute, where: str, written: str) -> str:
    if len(written) > attribute.high:
        raise BxmlError(f"{where} is longer than {attribute.high:.0f} characters.")
    return written


def _read_url(attribute: Attribute, where: str, written: str) -> str:
    address = written.strip()
    try:
        scheme = urlsplit(address).scheme
    except ValueError:
        scheme = "broken"
    if not address or len(address) > 2048 or re.search(r"\s", address) or scheme not in ("", "http", "https"):
        raise BxmlError(f"{where} is not an http or https URL.")
    return address


def _read_number(attribute: Attribute, where: str, written: str) -> float:
    try:
        value = float(written)
    except ValueError:
        raise BxmlError(f"{where} is not a number: {written!r}.") from None
    if not attribute.low <= value <= attribute.high:
        raise BxmlError(f"{where} must be within [{attribute.low}, {attribute.high}], but was {written}.")
    return value


def _read_whole(attribute: Attribute, where: str, written: str) -> int:
    value = _read_number(attribute, where, written)
    if not value.is_integer():
        raise BxmlError(f"{where} is not a whole number: {written!r}.")
    return int(value)


def _read_boolean(attribute: Attribute, where: str, written: str) -> bool:
    if written not in ("true", "false"):
        raise BxmlError(f"{where} is neither true nor false: {written!r}.")
    return written == "true"


def _read_choice(attribute: Attribute, where: str, written: str) -> str:
    if written not in attribute.choices:
        raise BxmlError(f"{where} is one of {', '.join(attribute.choices)}, not {written!r}.")
    return written


def _read_keys(attribute: Attribute, where: str, written: str) -> str:
    if not _KEYS.fullmatch(written):
        raise BxmlError(f"{where} may hold only the keys 0-9 * # a-d.")
    return _read_text(attribute, where, written).upper()


READERS: dict[str, Callable[[Attribute, str, str], Any]] = {
    "text": _read_text,
    "tag": _read_text,
    "url": _read_url,
    "number": _read_number,
    "whole": _read_whole,
    "boolean": _read_boolean,
    "choice": _read_choice,
    "keys": _read_keys,
}
