"""Prove a phone by a call to it, and add it to an account."""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Replace

from voice2fa import signals
from voice2fa.conf import get_settings
from voice2fa.core.errors import Code, Refusal
from voice2fa.core.history import PhoneEvent
from voice2fa.core.methods import Purpose
from voice2fa.models import PhoneVerification, VoiceDevice
from voice2fa.numbers import PAUSE, read_extension, strip_pauses

from . import verification as verifications
from .account import history
from .attempts.requests import Client, Request, Started
from .telephony.languages import check_language, page_language

#: How many times ACCOUNTS_PER_NUMBER the extensions of one number may serve together.
DESKS_PER_NUMBER = 20


def phones_of(user: AbstractBaseUser) -> list[VoiceDevice]:
    """Return the user's confirmed phones, oldest first."""
    return list(VoiceDevice.objects.filter(user=user, confirmed=True).order_by("pk"))


def begin(
    user: AbstractBaseUser,
    *,
    number: str,
    name: str,
    client: Client,
    now: datetime,
    consents: bool,
    extension: str = "",
    language: str | None = None,
) -> Started:
    """Ring the number so that the user can prove it; unproved it does not count. Raises ``Refusal``.

    ``extension`` is keyed in once the number has answered. ``language`` is that of all calls to the phone: by
    default that of the page, and with ``""`` that of whichever page asks for a call.
    ``consents`` tells whether the person agrees to automated calls and knows their risk (R29, R48). Whether
    the user may add a phone at all has been asked before: by ``phones.add``, by the flow of a first phone, or
    by staff themselves (R21).
    """
    check_consent(consents)
    extension = read_extension(extension)
    language = page_language() if language is None else language
    check_language(language)
    check_room(number, extension, user=user)
    phone, is_new = VoiceDevice.objects.update_or_create(
        user=user,
        number=number,
        extension=extension,
        confirmed=False,
        defaults={"name": name, "language": language, "created_at": now},
    )
    request = Request(
        purpose=Purpose.ENROL,
        method=get_settings().enrol_method,
        number=number,
        extension=extension,
        client=client,
        user=user,
        device=phone,
        consented_at=now,
    )
    try:
        return verifications.start(request, now=now)
    except Refusal:
        if is_new:
            phone.delete()
        raise


def finish(verification: PhoneVerification, *, now: datetime) -> VoiceDevice:
    """Use up the approved enrolment and confirm its phone; raises ``Refusal``."""
    phone, user = verification.device, verification.user
    if user is None or not user.is_active or phone is None:
        raise Refusal(Code.ACCOUNT_CHANGED)
    with transaction.atomic():
        verifications.use(verification, now=now)
        # Other calls may have filled it meanwhile.
        check_room(phone.number.as_e164, phone.extension, user=user)
        facts = {"confirmed": True, "created_at": now, "consented_at": verification.consented_at}
        if not VoiceDevice.objects.filter(pk=phone.pk).update(**facts):
            raise Refusal(Code.ACCOUNT_CHANGED)  # removed meanwhile
        phone.confirmed, phone.created_at, phone.consented_at = True, now, verification.consented_at
        history.note_phone(phone, PhoneEvent.ADDED, client_of(verification), now=now)
    signals.device_confirmed.send_robust(sender=VoiceDevice, device=phone, now=now)
    return phone


def client_of(verification: PhoneVerification) -> Client:
    """Return who has asked for the call."""
    return Client(address=verification.client_address, user_agent=verification.user_agent)


def check_consent(consents: bool) -> None:
    """Raise ``Refusal`` unless whoever gives the number agrees that we ring it (R29, R48)."""
    if not consents:
        raise Refusal(Code.CONSENT_REQUIRED)


def check_room(number: str, extension: str, *, user: AbstractBaseUser | None = None) -> None:
    """Raise ``Refusal`` if the account or the phone has as many of the other as it may have (R27).

    Behind one number there may be a switchboard: each of its extensions is a phone. What the account itself
    has of them does not count, so that an extension can be added anew with other pauses.
    """
    settings = get_settings()
    phones = VoiceDevice.objects.filter(confirmed=True)
    if user is not None:
        mine = list(phones.filter(user=user))
        if any((phone.number, phone.extension) == (number, extension) for phone in mine):
            raise Refusal(Code.PHONE_EXISTS)
        if len(mine) >= settings.phones_per_user:
            raise Refusal(Code.PHONE_LIMIT)
    others = phones.filter(number=number).exclude(user=user)
    # A pause more or less makes no other phone.
    at_desk = others.alias(keys=Replace("extension", Value(PAUSE))).filter(keys=strip_pauses(extension))
    most = settings.accounts_per_number
    # Extensions can be made up, on a mobile too: there is an end to them.
    if _count_accounts(at_desk) >= most or _count_accounts(others) >= most * DESKS_PER_NUMBER:
        raise Refusal(Code.NUMBER_SHARED)


def _count_accounts(phones: QuerySet[VoiceDevice]) -> int:
    return phones.values("user").distinct().count()
