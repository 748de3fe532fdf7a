"""Which describer the endpoints have: one for drf-spectacular where that is installed, else none."""

from importlib.util import find_spec
from typing import Any

SCHEMA: Any = None
if find_spec("drf_spectacular"):
    from .openapi import VoiceSchema

    SCHEMA = VoiceSchema()
