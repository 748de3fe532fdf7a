"""The record of every phone and of what stands in for one (R25), and the e-mails that go with it (R23)."""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import get_language

from voice2fa.background import defer
from voice2fa.core.history import PhoneEvent
from voice2fa.models import PhoneRecord, VoiceDevice
from voice2fa.tasks import send_notice

from ..attempts.requests import Client

# Of these the owner is told, by e-mail: a name that changes opens no door.
TOLD = frozenset(PhoneEvent) - {PhoneEvent.RENAMED, PhoneEvent.DISOWNED}


def note_phone(
    phone: VoiceDevice, event: PhoneEvent, client: Client, *, now: datetime, is_told: bool = True
) -> PhoneRecord:
    """Write what has become of the phone, in the transaction that does it; tell its owner after that."""
    return _note(phone.user, event, client, now=now, is_told=is_told, **_facts_of(phone))


def note(user: AbstractBaseUser, event: PhoneEvent, client: Client, *, now: datetime) -> PhoneRecord:
    """Write what is about no single phone, such as recovery codes; tell the owner after the commit."""
    return _note(user, event, client, now=now, is_told=True)


def note_disowned(
    record: PhoneRecord, user: AbstractBaseUser, client: Client, *, now: datetime
) -> PhoneRecord:
    """Write that the owner of the account has disowned the change."""
    return _note(user, PhoneEvent.DISOWNED, client, now=now, is_told=False, **_facts_of(record))


def _facts_of(phone: VoiceDevice | PhoneRecord) -> dict[str, object]:
    kept = ("number", "extension", "name", "consented_at")
    return {name: getattr(phone, name) for name in kept}


def _note(
    user: AbstractBaseUser,
    event: PhoneEvent,
    client: Client,
    *,
    now: datetime,
    is_told: bool,
    **facts: object,
) -> PhoneRecord:
    record: PhoneRecord = PhoneRecord.objects.create(
        user=user,  # type: ignore[misc]  # any user model
        username=user.get_username()[:254],
        event=event,
        happened_at=now,
        client_address=client.address,
        user_agent=client.user_agent[:256],
        **facts,
    )
    if is_told and event in TOLD:
        defer(send_notice, str(record.pk), get_language() or "")
    return record
