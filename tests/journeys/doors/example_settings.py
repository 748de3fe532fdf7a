"""The example site as its demonstration runs it, on a carrier whose calls lie in a list."""

import os

os.environ["DEBUG"] = os.environ["DEMO"] = "on"

from example_project.settings import *  # noqa: F403
from example_project.settings import VOICE2FA

ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
VOICE2FA = {
    **VOICE2FA,
    "PROVIDER": {"BACKEND": "voice2fa.providers.memory.MemoryProvider"},
    "CALL_LIMITS": {"user": [], "number": [], "address": []},
    "COOL_DOWN": 0,
}
LOGGING = {"version": 1, "disable_existing_loggers": False}
