"""May people call us in place of being called, and is that as safe as it can be?"""

from typing import Any

from django.core.checks import CheckMessage, Tags, register

from voice2fa.conf import NEVER
from voice2fa.core.policy import ANY
from voice2fa.core.problems import Problem

from .configuration import load_provider, read_setting
from .messages import TAG, as_messages

_TAKES_NONE = Problem(
    id="voice2fa.W086",
    message="VOICE2FA['CALL_IN'] is on, and this provider takes no calls: nobody is offered to call.",
    hint="Remove CALL_IN, or take a provider that announces calls, such as "
    "'voice2fa.providers.bandwidth.BandwidthProvider'.",
    is_error=False,
)
_FORGEABLE = Problem(
    id="voice2fa.W087",
    message="VOICE2FA['CALL_IN'] is 'any', and numbers of callers can be forged: whoever has a password sees "
    "the code on the page, and needs no phone.",
    hint="Write 'CALL_IN': 'A', so that the caller's telephone company must vouch for the number.",
    is_error=False,
)


@register(TAG)
def check_call_in(**kwargs: Any) -> list[CheckMessage]:
    """Report a carrier that tells us of no calls."""
    values, _ = read_setting()
    setting = values.get("provider")
    if values.get("call_in", NEVER) == NEVER or setting is None:
        return []
    provider = load_provider(setting.backend)
    takes_none = not isinstance(provider, Problem) and not provider.can_take_calls
    return as_messages([_TAKES_NONE] if takes_none else [])


@register(TAG, Tags.security, deploy=True)
def check_attestation(**kwargs: Any) -> list[CheckMessage]:
    """Report that calls are taken whose number nobody vouches for."""
    values, _ = read_setting()
    return as_messages([_FORGEABLE] if values.get("call_in") == ANY else [])
