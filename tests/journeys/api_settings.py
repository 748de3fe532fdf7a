"""The example site for a client that asks far more often than people do."""

from .example_settings import *  # noqa: F403 - the same site but for what follows

SCOPES = ("voice2fa_start", "voice2fa_answer", "voice2fa_poll", "voice2fa_account")
REST_FRAMEWORK = {"DEFAULT_THROTTLE_RATES": dict.fromkeys(SCOPES)}
