"""Confirm without the phone: by another django-otp device of a person whose first factor was right."""

import math
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import django_otp
from django.contrib.auth import user_login_failed
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables
from django_otp.models import Device

from voice2fa import signals
from voice2fa.core.errors import Code, Refusal, TryLater
from voice2fa.core.methods import Purpose
from voice2fa.models import PhoneVerification, RecoveryCodes, VoiceDevice

from . import verification as verifications
from .attempts.tickets import check_account, find
from .presence.passes import holder_of

# Codes on paper come last: they are for the day on which nothing else is at hand.
_LAST_RESORTS = frozenset({"voice2fa.recoverycodes", "otp_static.staticdevice"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """Somebody who may confirm another way: whose first factor was right, or who is logged in.

    ``call`` is the call that this spares them, if there is one.
    """

    user: AbstractBaseUser
    call: PhoneVerification | None = None


def ways_of(user: AbstractBaseUser) -> list[Device]:
    """Return the user's other confirmed devices that can confirm here, codes on paper last; never phones."""
    devices = [device for device in django_otp.devices_for_user(user) if _is_of_use(device)]
    return sorted(devices, key=lambda device: device.model_label() in _LAST_RESORTS)


def is_passkey(device: Device) -> bool:
    """Tell whether the device is a passkey of django-otp-webauthn, which takes no token."""
    return any(base.__name__ == "AbstractWebAuthnCredential" for base in type(device).__mro__)


def takes_token(device: Device) -> bool:
    """Tell whether the device judges something that people type."""
    return type(device).verify_token is not Device.verify_token


def find_way(user: AbstractBaseUser, persistent_id: str) -> Device:
    """Return the user's way of that id; raises ``Refusal(WRONG_TOKEN)``: others' do not exist here."""
    found = [device for device in ways_of(user) if device.persistent_id == persistent_id]
    if not found:
        raise Refusal(Code.WRONG_TOKEN)
    return found[0]


@sensitive_variables()
def claim_of(*, ticket: str, given_pass: str, now: datetime) -> Claim:
    """Return whose first factor was right a moment ago, by a login's ticket or by a pass; raises ``Refusal``.

    A call that was reported or locked has ended the login that it belonged to, and what was approved by phone
    needs no other way: there the person starts over.
    """
    if given_pass:
        return Claim(user=holder_of(given_pass))
    call = find(ticket)
    if call.user is None:
        raise Refusal(Code.ACCOUNT_CHANGED)
    if call.purpose != Purpose.LOGIN or not _is_open(call, now=now):
        raise Refusal(Code.START_OVER)
    check_account(call)
    return Claim(user=call.user, call=call)


def may_spare(call: PhoneVerification, *, now: datetime) -> bool:
    """Tell whether another way may stand in for the call: for a login, or to confirm that it is really them.

    Never for a transaction: what the call says of it, no other way does (R40).
    """
    if call.user is None or call.payload_digest or not _is_open(call, now=now):
        return False
    return call.purpose in {Purpose.LOGIN, Purpose.CONFIRM}


def challenge(claim: Claim, persistent_id: str, *, now: datetime) -> str:
    """Have the device send its token, by e-mail say, and return what it says to that; raises ``Refusal``."""
    device = find_way(claim.user, persistent_id)
    if not device.is_interactive():
        raise Refusal(Code.WRONG_TOKEN)
    is_allowed, why = device.generate_is_allowed()
    if not is_allowed:
        raise _wait(Code.JUST_SENT, (why or {}).get("next_generation_at"), now=now)
    try:
        return str(device.generate_challenge() or "")
    except Exception as error:  # whatever a stranger's device may raise while it sends
        raise Refusal(Code.NOT_SENT) from error


@sensitive_variables("token")
def finish(request: HttpRequest, claim: Claim, persistent_id: str, token: str, *, now: datetime) -> Device:
    """Return the device that has accepted the token, used up by this, and cancel the call that it spares.

    The caller opens the session, or marks it as confirmed. Raises ``Refusal`` and tells Django's listeners;
    django-otp locks the device, throttles it, and keeps the count of wrong tokens (R12, R44).
    """
    device = find_way(claim.user, persistent_id)
    is_allowed, why = device.verify_is_allowed()
    if not is_allowed:
        raise _wait(Code.TOO_MANY_FAILURES, (why or {}).get("locked_until"), now=now)
    accepted: Device | None = django_otp.verify_token(claim.user, persistent_id, token)
    if accepted is None:
        # Whoever counts failed logins counts this one too.
        name = {"username": claim.user.get_username()}
        user_login_failed.send(sender="django.contrib.auth", credentials=name, request=request)
        raise Refusal(Code.WRONG_TOKEN)
    settle(claim, accepted, now=now)
    return accepted


def settle(claim: Claim, device: Device, *, now: datetime) -> None:
    """Cancel the call of a person whom the device has verified, and tell the listeners."""
    if claim.call is not None:
        verifications.cancel(claim.call, now=now)
    announce: Any = partial(signals.other_way_used.send_robust, sender=type(device))
    transaction.on_commit(partial(announce, user=claim.user, device=device, now=now))


def _is_of_use(device: Device) -> bool:
    if isinstance(device, VoiceDevice):
        return False
    if isinstance(device, RecoveryCodes):
        return device.remaining > 0
    return takes_token(device) or is_passkey(device)


def _is_open(call: PhoneVerification, *, now: datetime) -> bool:
    is_recent = call.begun_at + verifications.FIRST_FACTOR_LIFETIME > now
    return is_recent and verifications.is_repeatable(call) and call.consumed_at is None


def _wait(code: Code, until: datetime | None, *, now: datetime) -> Refusal:
    if until is None:
        return Refusal(code)
    return TryLater(code, retry_after=max(1, math.ceil((until - now).total_seconds())))
