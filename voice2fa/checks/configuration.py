"""Is ``VOICE2FA`` readable, and does its provider accept its options?"""

import inspect
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, register
from django.utils.module_loading import import_string

from voice2fa import conf
from voice2fa.core.problems import Problem
from voice2fa.providers.base import Provider
from voice2fa.readers import ProviderSetting

from .messages import TAG, as_messages


@register(TAG)
def check_configuration(**kwargs: Any) -> list[CheckMessage]:
    """Report every key of ``VOICE2FA`` and every provider option that is wrong."""
    values, problems = read_setting()
    setting = values.get("provider")
    return as_messages([*problems, *(_check_provider(setting) if setting else [])])


def read_setting() -> tuple[dict[str, Any], list[Problem]]:
    """Return the readable values of ``VOICE2FA``, by field name, and the problems of the others."""
    return conf.read(getattr(settings, "VOICE2FA", None))


def load_provider(path: str) -> type[Provider] | Problem:
    """Return the provider class at the dotted path, or what is wrong with the path."""
    try:
        found = import_string(path)
    except Exception as error:  # whatever a stranger's module may raise while it is imported
        return Problem(
            id="voice2fa.E030",
            message=f"VOICE2FA['PROVIDER']['BACKEND'] {path!r} cannot be imported ({error}).",
            hint="Write a dotted path, such as 'voice2fa.providers.bandwidth.BandwidthProvider'.",
        )
    if inspect.isclass(found) and issubclass(found, Provider) and not inspect.isabstract(found):
        return found
    return Problem(
        id="voice2fa.E031",
        message=f"VOICE2FA['PROVIDER']['BACKEND'] {path!r} is not a complete provider.",
        hint="Name a class that inherits from voice2fa.providers.base.Provider and defines all its methods.",
    )


def _check_provider(setting: ProviderSetting) -> list[Problem]:
    provider = load_provider(setting.backend)
    if isinstance(provider, Problem):
        return [provider]
    return list(provider.check(setting.options))
