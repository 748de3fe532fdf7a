"""The settings of the site that the journeys visit: a process of its own, turned by environment variables."""

import json

import django

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES, VOICE2FA, env

ROOT_URLCONF = "tests.journeys.urls"
ALLOWED_HOSTS = ["127.0.0.1"]
STATIC_URL = "/static/"
MAILBOX = "tests.journeys.mailbox.Mailbox"
if django.VERSION >= (6, 1):
    MAILERS = {"default": {"BACKEND": MAILBOX}}
else:
    EMAIL_BACKEND = MAILBOX

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # As Django recommends for SQLite with many threads; a test database need not survive a power cut.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF",
    }

VOICE2FA = {
    **VOICE2FA,
    "PUBLIC_URL": env("JOURNEYS_PUBLIC_URL", default="http://127.0.0.1:8000"),
    "PROVIDER": {
        "BACKEND": "voice2fa.providers.bandwidth.BandwidthProvider",
        "OPTIONS": {
            "ACCOUNT_ID": "9900000",
            "APPLICATION_ID": "00000000-0000-4000-8000-000000000001",
            "FROM_NUMBER": "+12025550100",
            "CLIENT_ID": "emulator",
            "CLIENT_SECRET": "emulator-secret",
            "CALLBACK_SECRETS": ["only-for-journeys-" + "x" * 32],
            "BASE_URL": env("JOURNEYS_CARRIER", default="http://127.0.0.1:8001") + "/api/v2",
            "TOKEN_URL": env("JOURNEYS_CARRIER", default="http://127.0.0.1:8001") + "/api/v1/oauth2/token",
            "READ_TIMEOUT": 2,
        },
    },
    # Every journey comes from the same address; journeys about the limits set their own.
    "CALL_LIMITS": {"user": [], "number": [], "address": []},
    "MAX_CALLS": 1000,
    **json.loads(env("JOURNEYS_VOICE2FA", default="{}")),
}

# Everything that any logger of the process has to say, for the journeys that look for secrets in it.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"level_first": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "level_first"}},
    "root": {"handlers": ["stderr"], "level": "DEBUG"},
    "loggers": {
        "django": {"handlers": [], "level": "DEBUG", "propagate": True},
        "django.server": {"handlers": [], "level": "DEBUG", "propagate": True},
        # Says that templates ask for variables that are not there, with tracebacks.
        "django.template": {"level": "INFO"},
        "django.db.backends.schema": {"level": "INFO"},
    },
}
