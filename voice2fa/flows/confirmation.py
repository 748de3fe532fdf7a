"""Ask for the phone again: before a sensitive act, or to approve one act alone (R40)."""

import hashlib
import hmac
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.crypto import constant_time_compare
from django.utils.functional import Promise
from django.utils.translation import override

from voice2fa.conf import get_settings
from voice2fa.core.errors import Code, Refusal
from voice2fa.core.methods import Method, Purpose
from voice2fa.core.payloads import Payload, canonical
from voice2fa.keys import key_for
from voice2fa.models import PhoneVerification, VoiceDevice
from voice2fa.spoken import fill

from . import verification as verifications
from .attempts.requests import Client, Request, Started
from .login import preferred_phone
from .other_ways import ways_of
from .telephony.speech import language_of


def begin(
    user: AbstractBaseUser,
    *,
    client: Client,
    now: datetime,
    phone: VoiceDevice | None = None,
    message: str | Promise = "",
    payload: Payload | None = None,
) -> Started:
    """Ring a phone of the user who is logged in: the preferred one, or ``phone``. Raises ``Refusal``.

    With a ``payload`` the approval is good for that alone. ``message`` is then a template whose names come
    from the payload, such as ``_("Send {amount} to {payee}.")``: the call says it in its own language, for
    which ``_`` must be ``gettext_lazy``, and one key approves, whatever LOGIN_METHOD is. Values are ``str``,
    ``int``, ``Decimal`` and ``Money``; ``ValueError`` tells of a message or a payload that cannot be.
    """
    if bool(message) != (payload is not None):
        raise ValueError("A message and a payload come together: what is said is what is approved.")
    phone = phone or preferred_phone(user)
    # What the page shows and what is signed is what the call says: all three are in the call's language.
    with override(language_of(phone)):
        spoken = "" if payload is None else fill(str(message), payload)
    if phone is None or not phone.confirmed or phone.user_id != user.pk:
        raise Refusal(Code.NO_PHONE)
    return verifications.start(
        Request(
            purpose=Purpose.CONFIRM,
            method=get_settings().login_method if payload is None else Method.APPROVE,
            number=phone.number.as_e164,
            extension=phone.extension,
            client=client,
            user=user,
            device=phone,
            message=spoken,
            payload_digest="" if payload is None else _digest(payload, message=spoken, user=user),
        ),
        now=now,
    )


def finish(
    verification: PhoneVerification,
    user: AbstractBaseUser,
    *,
    now: datetime,
    payload: Payload | None = None,
) -> VoiceDevice:
    """Use up the user's approved confirmation, once, and return the phone that gave it; raises ``Refusal``.

    What was begun with a payload is finished with an equal one, and what was begun without one with none;
    else ``Refusal(PAYLOAD_CHANGED)`` leaves the approval as it is.
    """
    if verification.purpose != Purpose.CONFIRM or verification.user_id != user.pk:
        raise Refusal(Code.NOT_WAITING)
    digest = "" if payload is None else _digest(payload, message=verification.message, user=user)
    if not constant_time_compare(digest, verification.payload_digest):
        raise Refusal(Code.PAYLOAD_CHANGED)
    phone = verification.device
    if not user.is_active or phone is None or not phone.confirmed:
        raise Refusal(Code.ACCOUNT_CHANGED)
    verifications.use(verification, now=now)
    VoiceDevice.objects.filter(pk=phone.pk).update(last_used_at=now)
    return phone


def is_possible(user: AbstractBaseUser) -> bool:
    """Tell whether the user has anything to confirm with: a phone, or another device of django-otp."""
    return preferred_phone(user) is not None or bool(ways_of(user))


def _digest(payload: Payload, *, message: str, user: AbstractBaseUser) -> str:
    """Return what is stored of a payload: it tells nothing to whoever has no key."""
    told = canonical(payload, message=message, user=str(user.pk))
    return hmac.new(key_for("payloads"), told, hashlib.sha256).hexdigest()
