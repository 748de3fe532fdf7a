"""The owner of an account says of a change: that was not me (R23)."""

from datetime import datetime

from django.db import transaction

from voice2fa import signals
from voice2fa.core.errors import Code, Refusal
from voice2fa.core.history import PhoneEvent
from voice2fa.models import PhoneProof, PhoneRecord, PhoneVerification, RecoveryCodes, VoiceDevice

from . import verification as verifications
from .account import history
from .attempts.requests import Client
from .presence.elsewhere import end_sessions


def disown(record: PhoneRecord, *, client: Client, now: datetime) -> None:
    """Undo what can be undone, and throw out whoever is in; raises ``Refusal`` for a second time.

    A phone that was added goes at once, be it the last one; what was removed does not come back by itself.
    Recovery codes are void, sessions end, remembered browsers are forgotten and calls under way are
    cancelled, whatever it was: who made one change may have prepared another.
    """
    user = record.user
    if user is None:
        raise Refusal(Code.WRONG_PROOF)
    with transaction.atomic():
        if not PhoneRecord.objects.filter(pk=record.pk, disowned_at=None).update(disowned_at=now):
            raise Refusal(Code.WRONG_PROOF)
        record.disowned_at = now
        removed = _remove_added(record)
        RecoveryCodes.objects.filter(user=user).delete()
        PhoneProof.objects.filter(user=user, used_at=None).update(account_mark="")  # good for no phone now
        history.note_disowned(record, user, client, now=now)
        verifications_of_user = PhoneVerification.objects.filter(user=user)
        live = list(verifications_of_user.live())
        verifications_of_user.consume(now)  # what was approved and waits to be used opens nothing any more
    for verification in live:
        verifications.cancel(verification, now=now)
    end_sessions(user, spared_key=None)
    for phone in removed:
        signals.device_removed.send_robust(sender=VoiceDevice, device=phone, now=now)
    signals.change_disowned.send_robust(sender=PhoneRecord, record=record, user=user, now=now)


def removes_phone(record: PhoneRecord) -> bool:
    """Tell whether disowning the change takes away a phone that the account still has."""
    return bool(_added(record))


def _remove_added(record: PhoneRecord) -> list[VoiceDevice]:
    phones = _added(record)
    # The objects keep their keys: receivers still want to know which ones they were.
    VoiceDevice.objects.filter(pk__in=[phone.pk for phone in phones]).delete()
    return phones


def _added(record: PhoneRecord) -> list[VoiceDevice]:
    if record.event != PhoneEvent.ADDED:
        return []
    # Behind one number there may be a switchboard: the owner's own extension stays.
    phones = VoiceDevice.objects.filter(user=record.user, number=record.number, extension=record.extension)
    return list(phones)
