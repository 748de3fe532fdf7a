"""Orders, lines and options that the tests of all providers share."""

from dataclasses import fields

from voice2fa.providers.bandwidth.casting import make_cast
from voice2fa.providers.base import CallbackUrls, Credentials, Line, MachineDetection, OutgoingCall

ACCOUNT_ID = "9900000"
APPLICATION_ID = "00000000-0000-4000-8000-000000000001"
SECRET = "first-callback-secret-of-the-tests-1"
CALL_ID = "c-0a1b2c3d-4e5f6071-0000-4000-8000-00000000abcd"
CALLBACK_PASSWORD = "callback-password-nobody-may-see"
STEPPED = {"gather", "gather_fallback", "redirect", "redirect_fallback"}
CAST = make_cast({}, "female")


def voice_for(language):
    """Return the voice that Bandwidth's provider takes for the language without any option."""
    return CAST.find(language) or CAST.find_any()


def make_line(base="https://site.example"):
    urls = {
        item.name: f"{base}/call/{item.name.replace('redirect', '{door}')}/"
        + ("{step}/" if item.name in STEPPED else "")
        for item in fields(CallbackUrls)
    }
    return Line(
        urls=CallbackUrls(**urls),
        credentials=Credentials(username="hook", password=CALLBACK_PASSWORD),
    )


LINE = make_line()


def make_order(**changes):
    facts = {
        "to": "+12025550145",
        "caller": "+12025550100",
        "ring_seconds": 30,
        "machine_detection": MachineDetection.OFF,
        "line": LINE,
    }
    return OutgoingCall(**{**facts, **changes})


def bandwidth_options(**changes):
    options = {
        "ACCOUNT_ID": ACCOUNT_ID,
        "APPLICATION_ID": APPLICATION_ID,
        "FROM_NUMBER": "+12025550100",
        "CLIENT_ID": "emulator",
        "CLIENT_SECRET": "emulator-secret",
        "CALLBACK_SECRETS": [SECRET],
    }
    return {**options, **changes}
