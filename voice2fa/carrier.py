"""The provider that the settings name, made once per process."""

from functools import cache

from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.utils.module_loading import import_string

from .conf import get_settings
from .providers.base import BadOptions, Provider


@cache
def get_provider() -> Provider:
    """Return the site's provider; raises ``ImproperlyConfigured`` or ``ImportError`` on wrong settings."""
    setting = get_settings().provider
    try:
        provider: Provider = import_string(setting.backend)(setting.options)
    except BadOptions as wrong:
        raise ImproperlyConfigured(str(wrong)) from wrong
    return provider


def _forget(*, setting: str, **kwargs: object) -> None:
    if setting == "VOICE2FA":
        get_provider.cache_clear()


setting_changed.connect(_forget, dispatch_uid="voice2fa.carrier")
