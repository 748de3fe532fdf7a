"""Is the site fit for the public? Asked by ``check --deploy`` only."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Tags, register
from django_otp import device_classes

from voice2fa.core.addresses import is_loopback
from voice2fa.core.machines import BY_ONE_KEY
from voice2fa.core.policy import RANDOM_KEY
from voice2fa.core.problems import Problem
from voice2fa.readers import ProviderSetting

from .configuration import load_provider, read_setting
from .messages import TAG, as_messages

_STAND_IN = Problem(
    id="voice2fa.E050",
    message="VOICE2FA['PROVIDER'] is a stand-in for development: it rings no telephone.",
    hint="Write 'BACKEND': 'voice2fa.providers.bandwidth.BandwidthProvider', and its OPTIONS.",
)
_PLAIN_URL = Problem(
    id="voice2fa.E051",
    message="VOICE2FA['PUBLIC_URL'] is not https, so callbacks and credentials can be read on the way.",
    hint="Write the address that the public knows, such as 'https://www.example.com'.",
)
_KNOWN_SECRET = Problem(
    id="voice2fa.E053",
    message="OPTIONS['CALLBACK_SECRETS'] holds one that others know or can guess, and so forge callbacks.",
    hint='Write one made by python -c "import secrets; print(secrets.token_urlsafe(32))", and keep it.',
)
_PROXY_UNKNOWN = Problem(
    id="voice2fa.W054",
    message="SECURE_PROXY_SSL_HEADER names a proxy, and VOICE2FA['TRUSTED_PROXIES'] is 0: "
    "all people share the limits of the proxy's address.",
    hint="Write how many proxies stand in front of the site, such as 'TRUSTED_PROXIES': 1.",
    is_error=False,
)
_FIXED_KEY = Problem(
    id="voice2fa.W055",
    message="VOICE2FA['APPROVE_KEY'] is the same for every call: a tone recorded in a greeting can press it.",
    hint="Write 'APPROVE_KEY': 'random'; or 'MACHINE_DETECTION': 'sync', or 'enter' for both methods.",
    is_error=False,
)
_PHONES_ONLY = Problem(
    id="voice2fa.E080",
    message="Phones are the only factor on offer: who loses theirs, or wants something safer, has none.",
    hint="Add 'django_otp.plugins.otp_totp' or 'django_otp_webauthn' to INSTALLED_APPS, and a page that sets "
    "it up; or accept the risk, and add 'voice2fa.E080' to SILENCED_SYSTEM_CHECKS.",
)
# Codes on paper are for the day on which a factor is lost, and no factor to choose (R28).
_ON_PAPER = frozenset({"otp_static.staticdevice"})
# Printed in the documentation and in the example, for calls on one's own machine.
_PUBLISHED_SECRETS = frozenset({"for-calls-on-this-machine-only-and-nowhere-else"})
_FEWEST_CHARACTERS = 10  # that differ, in a secret that looks made by chance
# Options that say where a carrier's API is.
_CARRIER_URLS = ("BASE_URL", "TOKEN_URL")


@register(TAG, Tags.security, deploy=True)
def check_deployment(**kwargs: Any) -> list[CheckMessage]:
    """Report what is fine on a developer's desk and wrong in production."""
    values, _ = read_setting()
    setting: ProviderSetting | None = values.get("provider")
    problems = []
    if setting is not None and getattr(load_provider(setting.backend), "for_development", False):
        problems.append(_STAND_IN)
    if not values.get("public_url", "https:").startswith("https:"):
        problems.append(_PLAIN_URL)
    options = setting.options if setting is not None else {}
    if _has_known_secret(options.get("CALLBACK_SECRETS")):
        problems.append(_KNOWN_SECRET)
    if settings.SECURE_PROXY_SSL_HEADER and values.get("trusted_proxies") == 0:
        problems.append(_PROXY_UNKNOWN)
    if _is_open_to_tones(values):
        problems.append(_FIXED_KEY)
    if not _has_other_factor():
        problems.append(_PHONES_ONLY)
    problems += [_emulated(name) for name in _CARRIER_URLS if _is_on_this_machine(options.get(name))]
    return as_messages(problems)


def _is_open_to_tones(values: dict[str, Any]) -> bool:
    """Tell whether one key, known before, does something while a machine may be on the line (A3)."""
    asks_for_key = {values.get("login_method"), values.get("enrol_method")} & BY_ONE_KEY
    is_fixed = values.get("approve_key", RANDOM_KEY) != RANDOM_KEY
    return bool(asks_for_key) and is_fixed and values.get("machine_detection") != "sync"


def _has_other_factor() -> bool:
    """Tell whether a device of django-otp is installed that is neither a phone nor paper."""
    others = [model for model in device_classes() if model._meta.app_label != "voice2fa"]
    return any(model.model_label() not in _ON_PAPER for model in others)


def _has_known_secret(secrets: Any) -> bool:
    listed = secrets if isinstance(secrets, list | tuple) else []
    return any(
        secret in _PUBLISHED_SECRETS or len(set(secret)) < _FEWEST_CHARACTERS
        for secret in listed
        if isinstance(secret, str)
    )


def _is_on_this_machine(url: Any) -> bool:
    try:
        return isinstance(url, str) and is_loopback(urlsplit(url).hostname or "")
    except ValueError:
        return False


def _emulated(name: str) -> Problem:
    return Problem(
        id="voice2fa.W052",
        message=f"OPTIONS['{name}'] leads to this machine, where an emulator answers and no telephone rings.",
        hint=f"Remove {name}: the carrier's own address is the default.",
        is_error=False,
    )
