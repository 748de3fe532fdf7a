"""Register: the account comes into being only when the call has proved the phone."""

import json
from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core import serializers
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from voice2fa import signals
from voice2fa.conf import get_settings
from voice2fa.core.errors import Code, Refusal
from voice2fa.core.history import PhoneEvent
from voice2fa.core.methods import Purpose
from voice2fa.models import PhoneVerification, VoiceDevice
from voice2fa.numbers import read_extension

from . import verification as verifications
from .account import history
from .attempts.requests import Client, Request, Started
from .enrolment import check_consent, check_room, client_of
from .telephony.languages import page_language


def begin(
    applicant: AbstractBaseUser,
    *,
    number: str,
    client: Client,
    now: datetime,
    consents: bool,
    extension: str = "",
) -> Started:
    """Ring the number for an unsaved user whose password is set, and so hashed; raises ``Refusal``.

    ``extension`` is keyed in once the number has answered. This call and all later ones
    speak the language of the page.
    ``consents`` tells whether the person agrees to automated calls and knows their risk (R29, R48).
    """
    check_consent(consents)
    extension = read_extension(extension)
    check_room(number, extension)
    return verifications.start(
        Request(
            purpose=Purpose.REGISTER,
            method=get_settings().enrol_method,
            number=number,
            extension=extension,
            client=client,
            applicant=_pack(applicant),
            consented_at=now,
        ),
        now=now,
    )


def finish(verification: PhoneVerification, *, now: datetime) -> AbstractBaseUser:
    """Use up the approved registration; create the user and the confirmed phone. Raises ``Refusal``."""
    packed = verification.applicant
    try:
        with transaction.atomic():
            verifications.use(verification, now=now)
            # Other calls may have filled it meanwhile.
            check_room(verification.number.as_e164, verification.extension)
            user = _unpack(packed)
            user.validate_unique()
            user.save(force_insert=True)
            phone = VoiceDevice.objects.create(
                user=user,
                number=verification.number,
                extension=verification.extension,
                language=page_language(),  # and not what the call spoke, perhaps in its place
                name=_("My phone"),
                confirmed=True,
                created_at=now,
                consented_at=verification.consented_at,
                last_used_at=now,
            )
            PhoneVerification.objects.filter(pk=verification.pk).update(user=user, device=phone)
            # The address is not proved: strangers could have us write to it. Nor has anything changed.
            history.note_phone(phone, PhoneEvent.ADDED, client_of(verification), now=now, is_told=False)
    except (IntegrityError, ValidationError):
        raise Refusal(Code.USERNAME_TAKEN) from None
    verification.user, verification.device = user, phone  # type: ignore[assignment]  # any user model
    signals.device_confirmed.send_robust(sender=VoiceDevice, device=phone, now=now)
    return user


def _pack(user: AbstractBaseUser) -> dict[str, Any]:
    """Return the user as JSON: Django's serializer knows the fields of any user model."""
    names = [field.name for field in user._meta.concrete_fields]
    (packed,) = json.loads(serializers.serialize("json", [user], fields=names))
    return dict(packed)


def _unpack(packed: Any) -> AbstractBaseUser:
    (unpacked,) = serializers.deserialize("python", [packed])
    user: AbstractBaseUser = unpacked.object  # type: ignore[assignment]  # the label in it is the user model's
    return user
