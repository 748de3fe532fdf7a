"""The honest way to log a test client in."""

import pytest
from django.contrib.auth import get_user
from django.http import HttpRequest
from django.test import Client, TestCase
from django.urls import reverse
from django.utils import timezone
from django_otp import user_has_device

from tests import stage
from voice2fa import testing
from voice2fa.core.errors import Refusal
from voice2fa.core.states import State
from voice2fa.flows.presence import marks
from voice2fa.models import PhoneVerification, VoiceDevice
from voice2fa.providers.memory import MemoryProvider


@pytest.mark.parametrize("control", ["bxml", "api"])
@pytest.mark.parametrize("method", ["approve", "enter", "speak"])
def test_somebody_without_a_phone_is_logged_in_by_one(user, client, voice_login, configure, method, control):
    configure(LOGIN_METHOD=method, CALL_CONTROL=control)
    voice_login(client, user)
    seen = client.get(reverse("voice2fa:phones")).wsgi_request.user
    assert seen == user
    assert seen.is_verified()
    assert seen.otp_device == VoiceDevice.objects.get(user=user)
    assert marks.is_fresh(client.session, user, now=timezone.now())


def test_the_login_is_one_like_any_other(user, client, voice_login):
    voice_login(client, user)
    verification = PhoneVerification.objects.get()
    assert (verification.purpose, verification.state) == ("login", State.APPROVED)
    assert verification.consumed_at is not None
    assert [event.kind for event in verification.events.order_by("pk")] == [
        "answer",
        "machine",
        "gather",
        "disconnect",
    ]


def test_the_phone_that_there_is_rings(phone, client, voice_login):
    voice_login(client, phone.user)
    assert PhoneVerification.objects.get().device == phone
    assert user_has_device(phone.user)


def test_its_call_is_not_left_in_the_list(phone, client, voice_login, phone_calls):
    voice_login(client, phone.user)
    assert phone_calls == []
    assert MemoryProvider.calls == []


def test_calls_that_lie_there_are_left_alone(phone, client, voice_login, phone_calls):
    other = stage.make_user("berta")
    stage.make_phone(other, number=stage.OTHER_NUMBER)
    Client().post(reverse("voice2fa:login"), {"username": "berta", "password": stage.PASSWORD})
    voice_login(client, phone.user)
    assert [call.to for call in phone_calls] == [stage.OTHER_NUMBER]
    assert not phone_calls[0].is_over


@pytest.mark.django_db(transaction=True)
def test_it_works_with_real_commits_too(client, voice_login):
    user = stage.make_user()
    voice_login(client, user)
    assert client.get(reverse("voice2fa:phones")).status_code == 200


def test_one_after_the_other_log_in(phone, voice_login):
    for _ in range(12):  # more than the limits allow of calls that came to nothing
        voice_login(Client(), phone.user)


def test_who_may_not_log_in_is_not_logged_in(phone, client, voice_login):
    phone.user.is_active = False
    phone.user.save()
    with pytest.raises(AssertionError, match="account_changed"):
        voice_login(client, phone.user)
    assert "_auth_user_id" not in client.session


def test_without_our_backend_it_says_so(phone, client, voice_login, settings):
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
    with pytest.raises(AssertionError, match="AUTHENTICATION_BACKENDS"):
        voice_login(client, phone.user)


def test_a_call_in_progress_is_in_the_way(phone, client, voice_login, configure):
    configure(COOL_DOWN=60)
    stage.begin(phone.user, now=timezone.now())
    with pytest.raises(Refusal):
        voice_login(client, phone.user)


def test_an_old_confirmation_becomes_a_fresh_one(user, client, voice_login, voice_confirm, phone_calls):
    voice_login(client, user)
    session = client.session
    marks.note_remembered(session, user)
    session.save()
    assert not marks.is_fresh(client.session, user, now=timezone.now())
    voice_confirm(client)
    assert marks.is_fresh(client.session, user, now=timezone.now())
    assert PhoneVerification.objects.get(purpose="confirm").consumed_at is not None
    assert phone_calls == []


def test_nobody_confirms_nothing(client, voice_confirm):
    with pytest.raises(AssertionError, match="Nobody is logged in"):
        voice_confirm(client)


class MemberTests(TestCase):
    """As a site without pytest would write them."""

    def test_a_member_is_in(self):
        user = stage.make_user()
        testing.voice_login(self.client, user)
        request = HttpRequest()
        request.session = self.client.session
        assert get_user(request) == user
