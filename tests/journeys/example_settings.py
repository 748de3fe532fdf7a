"""The example site as its demonstration runs it, with the way behind the scenes."""

import json
import os
from urllib.parse import urlsplit

import django

os.environ["DEBUG"] = os.environ["DEMO"] = "on"
os.environ["PORT"] = str(urlsplit(os.environ["JOURNEYS_PUBLIC_URL"]).port)
os.environ["EMULATOR_PORT"] = str(urlsplit(os.environ["JOURNEYS_CARRIER"]).port)

from example_project.settings import *  # noqa: F403
from example_project.settings import VOICE2FA

from .settings import LOGGING, MAILBOX  # noqa: F401

ROOT_URLCONF = "tests.journeys.example_urls"
if django.VERSION >= (6, 1):
    MAILERS = {"default": {"BACKEND": MAILBOX}}
else:
    EMAIL_BACKEND = MAILBOX
VOICE2FA = {
    **VOICE2FA,
    "CALL_LIMITS": {"user": [], "number": [], "address": []},
    "MAX_CALLS": 1000,
    **json.loads(os.environ["JOURNEYS_VOICE2FA"]),
}
