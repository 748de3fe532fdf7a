"""Log in: the right password first, then the saved phone."""

import inspect
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth import load_backend, user_login_failed
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, F, OuterRef
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from voice2fa.conf import get_settings
from voice2fa.core.errors import Code, Refusal
from voice2fa.core.methods import Purpose
from voice2fa.models import PhoneVerification, StoppedNumber, VoiceDevice

from . import verification as verifications
from .attempts.requests import Client, Request, Started
from .presence import chain

# Of a phone: its number must not be called any more (A23).
_IS_STOPPED = Exists(StoppedNumber.objects.standing().filter(number=OuterRef("number")))


# Of all names, so that the frames of the backends are hidden too: they have the password as an argument.
@sensitive_variables()
def ask(
    paths: Iterable[str], request: HttpRequest | None, credentials: dict[str, Any]
) -> AbstractBaseUser | None:
    """Return the user whom the first of the backends to know the credentials names, or None.

    Backends that take other credentials are left out, as Django does. Raises ``PermissionDenied`` where one
    of them says that nobody must be let in.
    """
    for path in paths:
        backend = load_backend(path)
        try:
            inspect.signature(backend.authenticate).bind(request, **credentials)
        except TypeError:
            continue  # this backend takes other credentials
        user: AbstractBaseUser | None = backend.authenticate(request, **credentials)
        if user is not None:
            return user
    return None


@sensitive_variables()
def check_first_factor(request: HttpRequest | None, credentials: dict[str, Any]) -> AbstractBaseUser | None:
    """Return the user whom a first-factor backend recognises by the credentials, or None."""
    try:
        return ask(get_settings().first_factor_backends, request, credentials)
    except PermissionDenied:
        return None


@sensitive_variables("credentials")
def identify(request: HttpRequest, credentials: dict[str, Any]) -> AbstractBaseUser:
    """Return the user whose first factor is right, or raise ``Refusal`` and tell Django's listeners.

    Backends listed before ours are asked first, as Django would: one that counts failures, such as
    django-axes, keeps out whoever has had too many.
    """
    user = check_first_factor(request, credentials) if _is_admitted(request, credentials) else None
    if user is None:
        harmless = {name: value for name, value in credentials.items() if name != "password"}
        user_login_failed.send(sender="django.contrib.auth", credentials=harmless, request=request)
        raise Refusal(Code.BAD_CREDENTIALS)
    return user


@sensitive_variables("credentials")
def _is_admitted(request: HttpRequest, credentials: dict[str, Any]) -> bool:
    """Tell whether no backend before ours keeps the person out."""
    try:
        ask(chain.before_ours(), request, credentials)
    except PermissionDenied:
        return False
    return True


def preferred_phone(user: AbstractBaseUser) -> VoiceDevice | None:
    """Return the confirmed phone that the user prefers, used last, or has longest; None without any (R20).

    One whose number must not be called any more comes last (A23).
    """
    phones = VoiceDevice.objects.filter(user=user, confirmed=True)
    by_rank = phones.order_by(_IS_STOPPED, "-is_preferred", F("last_used_at").desc(nulls_last=True), "pk")
    phone: VoiceDevice | None = by_rank.first()
    return phone


def other_phones(verification: PhoneVerification) -> list[VoiceDevice]:
    """Return the user's other confirmed phones that we may ring for this login or confirmation."""
    if verification.purpose not in {Purpose.LOGIN, Purpose.CONFIRM} or verification.user_id is None:
        return []
    phones = VoiceDevice.objects.filter(user_id=verification.user_id, confirmed=True)
    return list(phones.exclude(_IS_STOPPED).exclude(pk=verification.device_id).order_by("pk"))


def begin(user: AbstractBaseUser, client: Client, *, now: datetime) -> Started:
    """Ring the saved phone of a user whose first factor was right; raises ``Refusal``."""
    phone = preferred_phone(user)
    if phone is None:
        raise Refusal(Code.NO_PHONE)
    return verifications.start(
        Request(
            purpose=Purpose.LOGIN,
            method=get_settings().login_method,
            number=phone.number.as_e164,
            extension=phone.extension,
            client=client,
            user=user,
            device=phone,
        ),
        now=now,
    )


def finish(verification: PhoneVerification, *, now: datetime) -> AbstractBaseUser:
    """Use up the approved login and return its user; raises ``Refusal``, too if account or phone are gone."""
    user, phone = verification.user, verification.device
    if user is None or not user.is_active or phone is None or not phone.confirmed:
        raise Refusal(Code.ACCOUNT_CHANGED)
    verifications.use(verification, now=now)
    VoiceDevice.objects.filter(pk=phone.pk).update(last_used_at=now)
    return user
