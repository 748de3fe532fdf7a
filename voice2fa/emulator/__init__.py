"""An emulator of Bandwidth's Voice API v2 and BXML, for development and tests.

It does not reproduce media, SIP, carriers' delays, billing, numbers' real reachability, real speech or real
machine detection: a call here is a state machine with a transcript, and a callee is a web page, a script or a
test. What it does reproduce is the wire: requests, answers, errors, callbacks with their credentials, and how
BXML steers a call. It imports nothing else of voice2fa, so that it can contradict it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from voice2fa.emulator.options import Options

if TYPE_CHECKING:
    from voice2fa.emulator.server import Emulator

__all__ = ["Emulator", "Options"]


def __getattr__(name: str) -> Any:
    # The server needs aiohttp, which is an extra; the options do not.
    if name == "Emulator":
        return import_module("voice2fa.emulator.server").Emulator
    raise AttributeError(name)
