"""Log a test client in by a real call: begun, answered, approved and used up as on the site."""

from typing import Any

import phonenumbers
from django.contrib.auth import authenticate, get_user
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.test import Client as TestClient
from django.test import RequestFactory, override_settings
from django.urls import reverse
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from voice2fa.conf import get_settings
from voice2fa.core.methods import Method
from voice2fa.flows import confirmation, login
from voice2fa.flows import verification as verifications
from voice2fa.flows.attempts.requests import Client, Started
from voice2fa.flows.presence.marks import note_confirmation
from voice2fa.flows.telephony.challenges import code_of
from voice2fa.models import PhoneVerification, VoiceDevice
from voice2fa.providers.memory import MemoryProvider

from .calls import PhoneCall, place_waiting, settings_for_calls

_CLIENT = Client(user_agent="voice2fa.testing", is_known=False)


def give_phone(user: AbstractBaseUser, number: str = "", **fields: Any) -> VoiceDevice:
    """Give the user a confirmed phone; without a ``number`` (E.164) one that the site may call."""
    now = timezone.now()
    facts = {"name": "Phone", "confirmed": True, "created_at": now, "consented_at": now, **fields}
    phone: VoiceDevice = VoiceDevice.objects.create(user=user, number=number or _example_number(), **facts)
    return phone


def voice_login(client: TestClient, user: AbstractBaseUser) -> None:
    """Log the client in by a call to the user's phone; without a phone the user is given one.

    Nothing is gone round: a call is placed and answered, the right key pressed, the ticket used. So the
    session is confirmed, fresh, and ``is_verified()``. The call is not left in ``phone_calls``.
    """
    if login.preferred_phone(user) is None:
        give_phone(user)
    with override_settings(**settings_for_calls()):
        started = login.begin(user, _CLIENT, now=timezone.now())
        _approve(started)
        request = RequestFactory().post(reverse("voice2fa:complete"))
        confirmed = authenticate(request, ticket=started.ticket)
        if confirmed is None:
            raise AssertionError(f"The login of {user} was refused. {_reason(request)}")
        client.force_login(confirmed, backend=confirmed.backend)
        # Django's client logs in without a request that has a user, and django-otp looks for one.
        session = client.session
        session[DEVICE_ID_SESSION_KEY] = confirmed.otp_device.persistent_id  # type: ignore[attr-defined]
        session.save()


def voice_confirm(client: TestClient) -> None:
    """Confirm once more as whoever is logged in: what demands a fresh confirmation is content for a while."""
    request = HttpRequest()
    session = request.session = client.session
    user = get_user(request)
    if not isinstance(user, AbstractBaseUser):
        raise AssertionError("Nobody is logged in: call voice_login(client, user) first.")
    with override_settings(**settings_for_calls()):
        now = timezone.now()
        started = confirmation.begin(user, client=_CLIENT, now=now)
        _approve(started)
        phone = confirmation.finish(_read(started), user, now=now)
    note_confirmation(session, user, phone, now=now)
    session.save()


def _approve(started: Started) -> None:
    """Do all that a willing person does on the phone and on the page."""
    place_waiting()
    pk = str(started.verification.pk)
    (placed,) = (call for call in MemoryProvider.calls if call.order.line.credentials.username == pk)
    call = PhoneCall(placed)
    call.answer()
    method = started.verification.method
    call.press(code_of(started.verification) if method == Method.ENTER else call.key)
    if method == Method.SPEAK:
        verifications.submit_code(_read(started), call.code, now=timezone.now())
        call.hang_up()
    MemoryProvider.calls.remove(placed)


def _read(started: Started) -> PhoneVerification:
    rows = PhoneVerification.objects.select_related("user", "device")
    verification: PhoneVerification = rows.get(pk=started.verification.pk)
    return verification


def _reason(request: Any) -> str:
    refusal = getattr(request, "voice2fa_refusal", None)
    return f"Reason: {refusal.code}." if refusal else "Is VoiceBackend in AUTHENTICATION_BACKENDS?"


def _example_number() -> str:
    region = get_settings().allowed_regions[0]
    for kind in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE):
        number = phonenumbers.example_number_for_type(region, kind)
        if number is not None:
            return phonenumbers.format_number(number, PhoneNumberFormat.E164)
    raise AssertionError(f"There is no example of a number in {region}: give the user a phone first.")
