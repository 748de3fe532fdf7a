"""What is noted when Django opens a session, and which one is closed again at once."""

import pytest
from django.contrib.auth import SESSION_KEY, authenticate, get_user_model, login
from django.contrib.auth.tokens import default_token_generator
from django.contrib.auth.views import PasswordResetConfirmView
from django.http import HttpResponse
from django.urls import include, path
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django_otp.plugins.otp_static.models import StaticDevice

from tests import stage
from tests.stage import reach, real_now
from voice2fa.core.states import State
from voice2fa.flows.presence.marks import confirmed_at, is_confirmed, is_fresh
from voice2fa.flows.presence.sessions import open_session

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("hold_back"), pytest.mark.urls(__name__)]

PLAIN = "django.contrib.auth.backends.ModelBackend"
NEW_PASSWORD = "Copper-Kettle-77"


class Reset(PasswordResetConfirmView):
    """A site's own."""


def greet(request):
    return HttpResponse(f"Hello {request.user.get_username() or 'nobody'}")


def redeem(request):
    login(request, authenticate(request, ticket=request.GET["ticket"]))
    return greet(request)


def enter_again(request):
    """Log in whoever is, after a change of the password, as some sites do."""
    request.user.set_password(NEW_PASSWORD)
    request.user.save()
    login(request, request.user, backend=request.session["_auth_user_backend"])
    return greet(request)


def enter_twice(request):
    login(request, request.user, backend=request.session["_auth_user_backend"])
    return greet(request)


def let_in(request):
    login(request, get_user_model().objects.get(username="anna"), backend=PLAIN)
    return greet(request)


def confirm_by_anothers_phone(request):
    user = get_user_model().objects.get(username="anna")
    user.otp_device = stage.make_phone(stage.make_user("otto"), stage.OTHER_NUMBER)
    login(request, user, backend=PLAIN)
    return greet(request)


def open_by_device(request):
    user = get_user_model().objects.get(username="anna")
    open_session(request, user, device=user.voicedevice_set.get())
    return greet(request)


reset = {"success_url": "/greet/", "post_reset_login": True}
urlpatterns = [
    path("phone/", include("voice2fa.urls")),
    path("greet/", greet),
    path("redeem/", redeem),
    path("again/", enter_again),
    path("twice/", enter_twice),
    path("let-in/", let_in),
    path("others/", confirm_by_anothers_phone),
    path("device/", open_by_device),
    path("reset/<uidb64>/<token>/", PasswordResetConfirmView.as_view(**reset)),
    path("own/<uidb64>/<token>/", Reset.as_view(**reset)),
    path(
        "plain/<uidb64>/<token>/",
        PasswordResetConfirmView.as_view(**reset, post_reset_login_backend=PLAIN),
    ),
]


@pytest.fixture
def confirmed(phone, client):
    """A client that has logged in by call."""
    client.get("/redeem/", {"ticket": reach(State.APPROVED, phone.user, now=real_now()).ticket})
    return client


# The mark


def test_a_login_by_call_is_noted_as_fresh(confirmed, phone):
    assert is_fresh(confirmed.session, phone.user, now=real_now())


def test_a_session_opened_for_who_confirmed_by_a_device_is_noted(client, phone):
    client.get("/device/")
    assert is_fresh(client.session, phone.user, now=real_now())
    assert client.session["otp_device_id"] == phone.persistent_id


def test_a_login_without_a_device_leaves_no_mark(client, phone):
    client.get("/let-in/")
    assert client.session[SESSION_KEY] == str(phone.user.pk)
    assert not is_confirmed(client.session, phone.user)


def test_the_device_of_somebody_else_leaves_no_mark(client, phone):
    client.get("/others/")
    assert not is_confirmed(client.session, phone.user)


def test_being_logged_in_again_in_the_same_session_makes_nothing_fresher(confirmed, phone):  # R21
    before = confirmed_at(confirmed.session, phone.user)
    confirmed.get("/twice/")
    assert confirmed_at(confirmed.session, phone.user) == before


def test_nor_does_it_where_the_user_model_has_a_method_of_that_name(confirmed, phone, monkeypatch):  # R21
    monkeypatch.setattr(get_user_model(), "is_verified", lambda user: True, raising=False)
    before = confirmed_at(confirmed.session, phone.user)
    confirmed.get("/twice/")
    assert confirmed_at(confirmed.session, phone.user) == before


def test_being_logged_in_again_with_another_password_keeps_the_person_in_and_confirms_nothing(
    confirmed, phone
):  # R21
    assert confirmed.get("/again/").content == b"Hello anna"
    assert is_confirmed(confirmed.session, phone.user)
    assert not is_fresh(confirmed.session, phone.user, now=real_now())


def test_a_confirmed_login_gets_a_new_key_even_if_the_session_was_the_persons_already(
    client, phone
):  # R38, A19
    client.get("/let-in/")
    before = client.session.session_key
    client.get("/redeem/", {"ticket": reach(State.APPROVED, phone.user, now=real_now()).ticket})
    assert client.session.session_key != before
    assert not client.session.exists(before)


# A new password


def choose_password(client, user, address):
    """Follow the link of the e-mail and choose a new password."""
    user.refresh_from_db()
    link = f"{urlsafe_base64_encode(force_bytes(user.pk))}/{default_token_generator.make_token(user)}/"
    page = client.get(f"/{address}/{link}")
    data = {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    response = client.post(page["Location"], data)
    user.refresh_from_db()
    assert user.check_password(NEW_PASSWORD)
    return response


@pytest.mark.parametrize("address", ["reset", "own", "plain"])
def test_a_new_password_by_mail_opens_no_session(client, phone, settings, address):  # R37, R39
    if address == "plain":
        settings.AUTHENTICATION_BACKENDS = [*settings.AUTHENTICATION_BACKENDS, PLAIN]
    assert choose_password(client, phone.user, address)["Location"] == "/greet/"
    assert SESSION_KEY not in client.session
    assert client.get("/greet/").content == b"Hello nobody"


def test_a_new_password_by_mail_opens_one_where_nothing_more_is_required(client, user, configure):
    configure(REQUIRED_FOR="with_phone")
    choose_password(client, user, "reset")
    assert client.get("/greet/").content == b"Hello anna"


def test_a_new_password_by_mail_ends_a_confirmed_session_too(confirmed, phone):  # R37
    choose_password(confirmed, phone.user, "reset")
    assert confirmed.get("/greet/").content == b"Hello nobody"


def test_another_way_of_django_otp_is_noted_as_well(client, phone, rf):
    request = rf.get("/")
    request.session = client.session
    user = get_user_model().objects.get(pk=phone.user.pk)
    open_session(request, user, device=StaticDevice.objects.create(user=user, name="Codes"))
    assert is_fresh(request.session, user, now=real_now())
