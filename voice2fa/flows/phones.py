"""Change the phones of an account: add, rename, prefer, choose the language of calls, remove.

Every surface comes here. Each change by the owner asks for a confirmation no older than five minutes, by a
phone or another factor (R21): ``confirmed_at`` is when the person has last given one, or None. Pages read it
from the session (``marks.confirmed_at``); a client with a token has it from what is bound to the token.
"""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from voice2fa import signals
from voice2fa.core.errors import Code, Refusal
from voice2fa.core.history import PhoneEvent
from voice2fa.core.methods import Purpose
from voice2fa.models import PhoneVerification, VoiceDevice

from . import enrolment, first_phone
from . import verification as verifications
from .account import history
from .attempts.requests import Client, Started
from .presence.marks import is_recent
from .requirement import needs_phone
from .telephony.languages import check_language


def check_may_change(user: AbstractBaseUser, *, confirmed_at: datetime | None, now: datetime) -> None:
    """Raise ``Refusal`` unless the user may change phones now (R21).

    ``CONFIRMATION_REQUIRED``: confirm first. ``PROOF_REQUIRED``: there is nothing to confirm by yet, and the
    way is that of a first phone, whatever FIRST_PHONE_PROOF says: see ``first_phone``.
    """
    if first_phone.is_due(user):
        raise Refusal(Code.PROOF_REQUIRED)
    if not is_recent(confirmed_at, now=now):
        raise Refusal(Code.CONFIRMATION_REQUIRED)


def add(
    user: AbstractBaseUser,
    *,
    number: str,
    name: str,
    client: Client,
    confirmed_at: datetime | None,
    now: datetime,
    consents: bool,
    extension: str = "",
    language: str | None = None,
) -> Started:
    """Ring a further phone, which counts once ``enrolment.finish`` uses the approval; raises ``Refusal``.

    ``extension`` and ``language`` are as in ``enrolment.begin``.
    """
    check_may_change(user, confirmed_at=confirmed_at, now=now)
    return enrolment.begin(
        user,
        number=number,
        extension=extension,
        language=language,
        name=name,
        client=client,
        now=now,
        consents=consents,
    )


def rename(
    phone: VoiceDevice, name: str, *, client: Client, confirmed_at: datetime | None, now: datetime
) -> None:
    """Give the phone another name; raises ``Refusal``."""
    check_may_change(phone.user, confirmed_at=confirmed_at, now=now)
    with transaction.atomic():
        _update(phone, name=name)
        history.note_phone(phone, PhoneEvent.RENAMED, client, now=now)
    signals.device_changed.send_robust(sender=VoiceDevice, device=phone, now=now)


def prefer(phone: VoiceDevice, *, client: Client, confirmed_at: datetime | None, now: datetime) -> None:
    """Have the phone rung first from now on; raises ``Refusal``."""
    check_may_change(phone.user, confirmed_at=confirmed_at, now=now)
    if phone.is_preferred:
        return
    with transaction.atomic():
        # Locked together, so that two requests cannot each leave theirs as the first.
        others = [other for other in _lock_phones(phone) if other != phone]
        VoiceDevice.objects.filter(pk__in=[other.pk for other in others]).update(is_preferred=False)
        _update(phone, is_preferred=True)
        history.note_phone(phone, PhoneEvent.PREFERRED, client, now=now)
    signals.device_changed.send_robust(sender=VoiceDevice, device=phone, now=now)


def choose_language(
    phone: VoiceDevice, language: str, *, client: Client, confirmed_at: datetime | None, now: datetime
) -> None:
    """Have all calls to the phone speak the language, or with ``""`` that of the page; raises ``Refusal``."""
    check_may_change(phone.user, confirmed_at=confirmed_at, now=now)
    _set_language(phone, language, now=now)


def choose_language_by_staff(phone: VoiceDevice, language: str, *, now: datetime) -> None:
    """Have calls to the phone speak the language that its owner has asked staff for; raises ``Refusal``."""
    _set_language(phone, language, now=now)


def may_remove(phone: VoiceDevice) -> bool:
    """Tell whether its owner could log in without the phone."""
    others = VoiceDevice.objects.filter(user_id=phone.user_id, confirmed=True).exclude(pk=phone.pk)
    return others.exists() or not needs_phone(phone.user)


def remove(phone: VoiceDevice, *, client: Client, confirmed_at: datetime | None, now: datetime) -> None:
    """Take the phone from its account at once; raises ``Refusal`` if nobody could log in without it."""
    check_may_change(phone.user, confirmed_at=confirmed_at, now=now)
    _remove(phone, PhoneEvent.REMOVED, client, now=now)


def remove_by_staff(phone: VoiceDevice, *, client: Client, now: datetime) -> None:
    """Take the phone from its account, for which staff need no confirmation by its owner; raises ``Refusal``.

    ``client`` is the browser of staff. The owner is told all the same (A30).
    """
    _remove(phone, PhoneEvent.REMOVED_BY_STAFF, client, now=now)


def _set_language(phone: VoiceDevice, language: str, *, now: datetime) -> None:
    check_language(language)
    _update(phone, language=language)
    signals.device_changed.send_robust(sender=VoiceDevice, device=phone, now=now)


def _remove(phone: VoiceDevice, event: PhoneEvent, client: Client, *, now: datetime) -> None:
    with transaction.atomic():
        # Locked together, so that two requests cannot each remove "the other" phone.
        if _lock_phones(phone) == [phone] and needs_phone(phone.user):
            raise Refusal(Code.LAST_PHONE)
        ending = PhoneVerification.objects.filter(device=phone)
        if phone.confirmed:  # of one that was never proved there is no record
            # What is being added may be so on the word of this phone, by who has stolen it (R24).
            additions = PhoneVerification.objects.filter(user_id=phone.user_id, purpose=Purpose.ENROL)
            ending |= additions
            additions.consume(now)
            history.note_phone(phone, event, client, now=now)
        live = list(ending.live())
        if not VoiceDevice.objects.filter(pk=phone.pk).delete()[0]:
            raise Refusal(Code.ACCOUNT_CHANGED)  # by another request, which has told of it
    for verification in live:
        verifications.cancel(verification, now=now)
    signals.device_removed.send_robust(sender=VoiceDevice, device=phone, now=now)


def _lock_phones(phone: VoiceDevice) -> list[VoiceDevice]:
    phones = VoiceDevice.objects.select_for_update().filter(user_id=phone.user_id, confirmed=True)
    return list(phones.order_by("pk"))


def _update(phone: VoiceDevice, **facts: object) -> None:
    """Write the facts; raises ``Refusal`` if the phone is gone by now, and what it says goes with it."""
    if not VoiceDevice.objects.filter(pk=phone.pk, confirmed=True).update(**facts):
        raise Refusal(Code.ACCOUNT_CHANGED)
    for name, value in facts.items():
        setattr(phone, name, value)
