"""createCall and updateCall: their fields, and the rules that span several of them."""

import re
from collections.abc import Mapping
from typing import Any

from voice2fa.emulator import fields
from voice2fa.emulator.errors import ApiError
from voice2fa.emulator.fields import Field, bad
from voice2fa.emulator.options import Options
from voice2fa.emulator.orders import CallOrder, Detection, Target, UpdateOrder

REQUIRED = ("from", "to", "answerUrl", "applicationId")
HIDDEN_NAMES = ("Restricted", "Anonymous", "Private", "Unavailable")
UUI_ITEM = re.compile(r"[^,;]+;encoding=(jwt|base64|hex)")

URL = Field(check=fields.check_url)
METHOD = Field(check=fields.check_method, default="POST")
CREDENTIAL = Field(check=fields.check_text, high=1024)
TAG = Field(check=fields.check_tag, high=4096)
CREDENTIALS = dict.fromkeys(("username", "password", "fallbackUsername", "fallbackPassword"), CREDENTIAL)


def _seconds(default: float | None, low: float, high: float) -> Field:
    return Field(check=fields.check_number, default=default, low=low, high=high)


# Bandwidth's OpenAPI description, createCall (July 2026).
CREATE = {
    "to": Field(check=fields.check_destination),
    "from": Field(check=fields.check_phone),
    "applicationId": Field(check=fields.check_text, high=256),
    "answerUrl": URL,
    "answerMethod": METHOD,
    "answerFallbackUrl": URL,
    "answerFallbackMethod": METHOD,
    "disconnectUrl": URL,
    "disconnectMethod": METHOD,
    "callTimeout": _seconds(30, 1, 300),
    "callbackTimeout": _seconds(15, 1, 25),
    "machineDetection": Field(check=fields.check_object),
    "priority": Field(check=fields.check_whole, default=5, low=1, high=5),
    "tag": TAG,
    "privacy": Field(check=fields.check_boolean, default=False),
    "displayName": Field(check=fields.check_text, high=256),
    "uui": Field(check=fields.check_text, high=350),
    **CREDENTIALS,
}
# The description sets no bounds for these times; an hour is ours.
DETECTION = {
    "mode": Field(check=fields.check_choice("async", "sync"), default="async"),
    "detectionTimeout": _seconds(15, 0, 3600),
    "silenceTimeout": _seconds(10, 0, 3600),
    "speechThreshold": _seconds(10, 0, 3600),
    "speechEndThreshold": _seconds(5, 0, 3600),
    "machineSpeechEndThreshold": _seconds(None, 0, 3600),
    "delayResult": Field(check=fields.check_boolean, default=False),
    "callbackUrl": URL,
    "callbackMethod": METHOD,
    "fallbackUrl": URL,
    "fallbackMethod": METHOD,
    **CREDENTIALS,
}
UPDATE = {
    "state": Field(check=fields.check_choice("active", "completed"), default="active"),
    "redirectUrl": URL,
    "redirectMethod": METHOD,
    "redirectFallbackUrl": URL,
    "redirectFallbackMethod": METHOD,
    "tag": TAG,
    **CREDENTIALS,
}


def read_create(body: Any, options: Options) -> CallOrder:
    """Return the call that a createCall body asks for, or raise the documented 400."""
    values = _read(CREATE, body, options, required=REQUIRED)
    if values["applicationId"] != options.application_id:
        raise ApiError(400, f"Could not create call: Application id {values['applicationId']} not found")
    _check_identity(values)
    detection = values["machineDetection"]
    return CallOrder(
        to=values["to"],
        sender=values["from"],
        application_id=values["applicationId"],
        answer=_require(_target(values, "answerUrl", "answerMethod", options), "answerUrl"),
        answer_fallback=_fallback(values, "answerFallbackUrl", "answerFallbackMethod", options),
        answer_fallback_method=values["answerFallbackMethod"],
        disconnect=_target(values, "disconnectUrl", "disconnectMethod", options),
        disconnect_method=values["disconnectMethod"],
        call_timeout=values["callTimeout"],
        callback_timeout=values["callbackTimeout"],
        priority=values["priority"],
        tag=values["tag"],
        display_name=values["displayName"],
        privacy=values["privacy"],
        detection=None if detection is None else _read_detection(detection, options),
    )


def read_update(body: Any, options: Options) -> UpdateOrder:
    """Return the change that an updateCall body asks for, or raise the documented 400."""
    values = _read(UPDATE, body, options)
    if values["state"] == "completed":
        # The *Method fields are documented as forbidden here too, yet the official SDK always sends them
        # and the live API answers 200.
        for name in ("redirectUrl", "redirectFallbackUrl", "tag"):
            if values[name] is not None:
                raise bad(name, "not allowed when state is completed")
        return UpdateOrder(redirect=None, fallback=None, tag=None)
    redirect = _target(values, "redirectUrl", "redirectMethod", options)
    return UpdateOrder(
        redirect=_require(redirect, "redirectUrl"),
        fallback=_fallback(values, "redirectFallbackUrl", "redirectFallbackMethod", options),
        tag=values["tag"],
    )


def _read(
    table: Mapping[str, Field], body: Any, options: Options, *, required: tuple[str, ...] = ()
) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise ApiError(400, "There is something wrong with the request")
    if any(body.get(name) in (None, "") for name in required):
        wanted = ", ".join(required)
        raise ApiError(400, f"Missing at least one required field. Required fields are [{wanted}]")
    return fields.read(table, body, refuse_unknown=options.unknown_fields == "refuse")


def _require(target: Target | None, name: str) -> Target:
    if target is None:
        raise bad(name, "must not be null when state is active")
    return target


def _check_identity(values: Mapping[str, Any]) -> None:
    name, uui = values["displayName"], values["uui"]
    if name is not None and fields.CONTROL_CHARACTERS.search(name):
        raise bad("displayName", "must not contain control characters")
    if values["privacy"] and name not in (None, *HIDDEN_NAMES):
        raise bad("displayName", f"must be one of [{', '.join(HIDDEN_NAMES)}] when privacy is true")
    if uui is not None and not fields.SIP.fullmatch(values["to"]):
        raise bad("uui", "only allowed when calling a SIP URI")
    if uui is not None and not all(UUI_ITEM.fullmatch(item.strip()) for item in uui.split(",")):
        raise bad("uui", "each value must end with an encoding of jwt, base64 or hex")


def _target(
    values: Mapping[str, Any], url: str, method: str, options: Options, credentials: str = "username password"
) -> Target | None:
    if values[url] is None:
        return None
    username, password = (values[name] for name in credentials.split())
    has_credentials = username is not None or password is not None
    if has_credentials and not fields.may_carry_credentials(values[url], options.plain_http_credentials):
        raise bad(url, "must use https when credentials are given")
    return Target(url=values[url], method=values[method], username=username, password=password)


def _fallback(values: Mapping[str, Any], url: str, method: str, options: Options) -> Target | None:
    return _target(values, url, method, options, "fallbackUsername fallbackPassword")


def _read_detection(body: Mapping[str, Any], options: Options) -> Detection:
    values = _read(DETECTION, body, options)
    callback = _target(values, "callbackUrl", "callbackMethod", options)
    if values["mode"] == "async" and callback is None:
        raise bad("machineDetection", "callbackUrl must be specified in async mode")
    machine_end = values["machineSpeechEndThreshold"]
    return Detection(
        mode=values["mode"],
        detection_timeout=values["detectionTimeout"],
        silence_timeout=values["silenceTimeout"],
        speech_threshold=values["speechThreshold"],
        speech_end_threshold=values["speechEndThreshold"],
        machine_speech_end_threshold=values["speechEndThreshold"] if machine_end is None else machine_end,
        delay_result=values["delayResult"],
        callback=callback,
        fallback=_fallback(values, "fallbackUrl", "fallbackMethod", options),
    )
