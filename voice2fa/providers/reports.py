"""Reading what came over the wire: what holds for the reports of every carrier."""

import json
import re
from collections.abc import Mapping
from typing import Any

from .base import BadEvent

MAX_BODY = 64 * 1024
LONGEST_TEXT = 512

# Ids are the carrier's and are not taken apart, but nothing else may enter our URLs and rows.
CALL_ID = re.compile(r"[A-Za-z0-9_-]{1,256}")
_KEYS = re.compile(r"[0-9A-Da-d*#]{0,50}")
# PostgreSQL refuses NUL in text and lone surrogates in UTF-8.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def read_object(body: bytes) -> Mapping[str, Any]:
    """Return the JSON object in the body; raises ``BadEvent`` for anything else."""
    if len(body) > MAX_BODY:
        raise BadEvent(f"The event is larger than {MAX_BODY} bytes.")
    try:
        report = json.loads(body)
    except RecursionError:
        raise BadEvent("The event is nested too deeply.") from None
    except ValueError:
        raise BadEvent("The event is not JSON.") from None
    if not isinstance(report, dict):
        raise BadEvent("The event is not a JSON object.")
    return report


def read_call_id(report: Mapping[str, Any], name: str) -> str:
    """Return the call id found under the name; raises ``BadEvent`` if there is none."""
    value = report.get(name)
    if not isinstance(value, str) or not CALL_ID.fullmatch(value):
        raise BadEvent(f"The event has no {name}.")
    return value


def read_keys(report: Mapping[str, Any], name: str, *, at_most: int) -> str:
    """Return the keys found under the name, ``""`` when there are none; raises ``BadEvent`` otherwise."""
    # Missing or null is silence; what no telephone can send must never reach a comparison of codes.
    value = report.get(name) or ""
    if not isinstance(value, str) or len(value) > at_most or not _KEYS.fullmatch(value):
        raise BadEvent(f"The event's {name} does not hold keys of a telephone.")
    return value


def read_text(report: Mapping[str, Any], name: str) -> str:
    """Return the cleaned text found under the name, ``""`` when there is none."""
    value = report.get(name)
    return clean(value) if isinstance(value, str) else ""


def clean(text: str) -> str:
    """Return the text cut to 512 characters, without those that a database refuses."""
    return _UNSTORABLE.sub("", text)[:LONGEST_TEXT]
