"""The journeys' site with django-otp-webauthn, as its documentation sets it up."""

from .settings import *  # noqa: F403
from .settings import INSTALLED_APPS, VOICE2FA

ROOT_URLCONF = "tests.journeys.passkey_urls"
# Passkeys belong to a domain, and an address is none.
ORIGIN = VOICE2FA["PUBLIC_URL"].replace("127.0.0.1", "localhost")
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
INSTALLED_APPS = [*INSTALLED_APPS, "django_otp_webauthn"]
OTP_WEBAUTHN_RP_ID = "localhost"
OTP_WEBAUTHN_RP_NAME = "Example Bank"
OTP_WEBAUTHN_ALLOWED_ORIGINS = [ORIGIN]
OTP_WEBAUTHN_ALLOW_PASSWORDLESS_LOGIN = False
