"""Calls to us: what the control plane asks for, and where the application wants to hear of them."""

import uuid
from collections.abc import Mapping
from typing import Any

from voice2fa.emulator import fields
from voice2fa.emulator.errors import ApiError, ControlError
from voice2fa.emulator.options import Options
from voice2fa.emulator.orders import CallOrder, Target
from voice2fa.emulator.validation import HIDDEN_NAMES

FIELDS = ("from", "to", "stirShaken", "attestation")
ATTESTATIONS = ("A", "B", "C", "none")


def read(body: Mapping[str, Any], options: Options) -> CallOrder:
    """Return the call that somebody makes to a number of ours, or raise ControlError with a sentence."""
    if unknown := sorted(set(body) - set(FIELDS)):
        raise ControlError(400, f"A call to us has {', '.join(FIELDS)}, not {', '.join(unknown)}.")
    return CallOrder(
        to=_read_owned(body.get("to"), options),
        sender=_read_caller(body.get("from")),
        application_id=options.application_id,
        answer=_read_target("call_initiated_url", "call_initiated_method", "application", options)
        or Target(url=""),
        answer_fallback=_read_target(
            "call_initiated_fallback_url", "call_initiated_fallback_method", "application_fallback", options
        ),
        answer_fallback_method=options.call_initiated_fallback_method,
        disconnect=_read_target("call_status_url", "call_status_method", "application", options),
        disconnect_method=options.call_status_method,
        call_timeout=0,
        callback_timeout=options.callback_timeout,
        priority=1,
        tag=None,
        display_name=None,
        privacy=body.get("from") in HIDDEN_NAMES,
        detection=None,
        direction="inbound",
        stir_shaken=_read_stir_shaken(body),
    )


def _read_caller(number: Any) -> str:
    if isinstance(number, str) and (number in HIDDEN_NAMES or fields.E164.fullmatch(number)):
        return number
    hidden = ", ".join(HIDDEN_NAMES)
    raise ControlError(400, f"'from' is a number such as +14155550123, or one of {hidden}; not {number!r}.")


def _read_owned(number: Any, options: Options) -> str:
    if not isinstance(number, str) or not fields.E164.fullmatch(number):
        raise ControlError(400, f"'to' is a number such as +12025550100, not {number!r}.")
    if number not in options.numbers:
        owned = ", ".join(options.numbers) or "none"
        raise ControlError(400, f"The account does not own {number}; it owns {owned}.")
    return number


def _read_stir_shaken(body: Mapping[str, Any]) -> Mapping[str, str] | None:
    given, attestation = body.get("stirShaken"), body.get("attestation")
    if given is not None and attestation is not None:
        raise ControlError(400, "Give stirShaken or attestation, not both.")
    if attestation is not None and attestation not in ATTESTATIONS:
        raise ControlError(400, f"attestation is one of {', '.join(ATTESTATIONS)}, not {attestation!r}.")
    if attestation in (None, "none"):
        return _read_strings(given)
    return {
        "verstat": "TN-Validation-Passed",
        "attestationIndicator": attestation,
        "originatingId": str(uuid.uuid4()),
    }


def _read_strings(given: Any) -> Mapping[str, str] | None:
    # Free form, says the OpenAPI description, but its values are strings.
    if given is not None and not (
        isinstance(given, dict) and all(isinstance(v, str) for v in given.values())
    ):
        raise ControlError(400, "stirShaken is an object whose values are strings.")
    return given


def _read_target(name: str, method: str, login: str, options: Options) -> Target | None:
    url = getattr(options, name)
    if not url:
        return None
    try:
        fields.check_url(fields.Field(check=fields.check_url), name, url)
    except ApiError as error:
        raise ControlError(400, f"{error}.") from None
    username, password = (getattr(options, f"{login}_{part}") or None for part in ("username", "password"))
    if (username or password) and not fields.may_carry_credentials(url, options.plain_http_credentials):
        raise ControlError(400, f"{name} must be https where {login}_username is set.")
    return Target(url=url, method=getattr(options, method), username=username, password=password)
