"""The optional middleware: a session that nobody confirmed counts as not logged in."""

import pytest
from asgiref.sync import iscoroutinefunction
from django.contrib.auth import SESSION_KEY, authenticate, get_user_model, login
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import AsyncClient, Client
from django.urls import include, path

from tests import stage
from tests.stage import PASSWORD, reach, real_now
from tests.test_backends import run_async
from voice2fa.core.states import State
from voice2fa.flows.presence.marks import note_remembered
from voice2fa.flows.presence.sessions import open_session
from voice2fa.middleware import ConfirmationMiddleware
from voice2fa.testing import voice_login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("hold_back"), pytest.mark.urls(__name__)]

USERS = "django.contrib.auth.middleware.AuthenticationMiddleware"
REMOTE = "django.contrib.auth.middleware.RemoteUserMiddleware"
OURS = "voice2fa.middleware.ConfirmationMiddleware"
PLAIN = "django.contrib.auth.backends.ModelBackend"
REMOTE_BACKEND = "django.contrib.auth.backends.RemoteUserBackend"


def show(request):
    """Tell who the page takes the visitor for."""
    return HttpResponse(f"{request.user.get_username() or 'nobody'}, {request.user.is_verified()}")


async def show_async(request):
    user = await request.auser()
    return HttpResponse(f"{user.get_username() or 'nobody'}, {user.is_verified()}")


def ignore(request):
    """Look at nobody."""
    return HttpResponse("the same for all")


def let_in(request):
    """Log anna in, as a site's own code may without asking anybody."""
    login(request, get_user_model().objects.get(username="anna"), backend=PLAIN)
    return HttpResponse()


def enter_remembered(request):
    user = get_user_model().objects.get(username="anna")
    open_session(request, user)
    note_remembered(request.session, user)
    return HttpResponse()


def redeem(request):
    user = authenticate(request, ticket=request.GET["ticket"])
    login(request, user)
    return HttpResponse()


def enter_again(request):
    """Do what some sites do after a change of the password: log in whoever is."""
    request.user.set_password("another " + PASSWORD)
    request.user.save()
    login(request, request.user, backend=request.session["_auth_user_backend"])
    return HttpResponse()


urlpatterns = [
    path("show/", show),
    path("async/", show_async),
    path("ignore/", ignore),
    path("let-in/", let_in),
    path("remembered/", enter_remembered),
    path("redeem/", redeem),
    path("again/", enter_again),
    path("phone/", include("voice2fa.urls")),
]


@pytest.fixture(autouse=True)
def middleware(settings):
    """Return a function that puts what is given directly after Django's own middleware for users."""

    def put(*paths):
        listed = [item for item in settings.MIDDLEWARE if item not in {OURS, REMOTE}]
        place = listed.index(USERS) + 1
        settings.MIDDLEWARE = [*listed[:place], *paths, *listed[place:]]

    settings.AUTHENTICATION_BACKENDS = ["voice2fa.backends.VoiceBackend", PLAIN, REMOTE_BACKEND]
    put(OURS)
    return put


def seen(client, address="/show/", **extra):
    return client.get(address, **extra).content.decode()


def confirm(client, user):
    """Take the user through a whole login by call."""
    started = reach(State.APPROVED, user, now=real_now())
    client.get("/redeem/", {"ticket": started.ticket})


# Sessions that no backend has seen


def test_without_the_middleware_the_sites_own_login_opens(phone, client, middleware):
    middleware()
    client.get("/let-in/")
    assert seen(client) == "anna, False"


def test_a_login_by_the_sites_own_code_counts_for_nothing(phone, client):  # R39, A20
    client.get("/let-in/")
    assert SESSION_KEY in client.session
    assert seen(client) == "nobody, False"


@pytest.mark.parametrize("backend", ["voice2fa.backends.VoiceBackend", PLAIN])
def test_a_forced_login_counts_for_nothing(phone, client, backend):  # R39, A20
    client.force_login(phone.user, backend=backend)
    assert seen(client) == "nobody, False"


def test_pages_for_members_send_such_a_session_to_the_login(phone, client):
    client.force_login(phone.user)
    assert client.get("/phone/phones/")["Location"] == "/phone/login/?next=/phone/phones/"


def test_a_name_from_the_web_server_counts_for_nothing(phone, client, middleware):  # R39, A20
    middleware(REMOTE, OURS)
    assert seen(client, REMOTE_USER="anna") == "nobody, False"
    assert seen(client, REMOTE_USER="anna") == "nobody, False"


def test_a_name_from_the_web_server_opens_once_the_call_was_approved(phone, client, middleware):
    middleware(REMOTE, OURS)
    client.defaults["REMOTE_USER"] = "anna"
    confirm(client, phone.user)
    assert seen(client) == "anna, True"
    assert seen(client, REMOTE_USER="otto") == "nobody, False"


# Sessions that were confirmed


def test_a_login_by_call_counts(phone, client):
    confirm(client, phone.user)
    assert seen(client) == "anna, True"


def test_the_honest_login_of_tests_counts(phone, client):
    voice_login(client, phone.user)
    assert seen(client) == "anna, True"


def test_the_mark_outlives_a_change_of_the_password_by_the_person(phone, client):
    confirm(client, phone.user)
    client.get("/again/")
    assert seen(client) == "anna, True"


def test_a_remembered_browser_counts(phone, client):
    client.get("/remembered/")
    assert seen(client) == "anna, False"


def test_the_mark_of_one_does_not_serve_another(phone, client):
    confirm(client, phone.user)
    client.force_login(stage.make_user("otto"))
    assert seen(client) == "nobody, False"
    client.get("/let-in/")
    assert seen(client) == "nobody, False"


def test_after_logging_out_the_mark_is_gone(phone, client):
    confirm(client, phone.user)
    client.logout()
    client.force_login(phone.user)
    assert seen(client) == "nobody, False"


def test_who_holds_the_key_of_an_unconfirmed_session_does_not_hold_the_confirmed_one(
    phone, client
):  # R38, A19
    client.get("/let-in/")
    accomplice = Client()
    accomplice.cookies["sessionid"] = client.cookies["sessionid"].value
    confirm(client, phone.user)
    assert seen(client) == "anna, True"
    assert seen(accomplice) == "nobody, False"


# Whom it leaves alone


def test_of_whom_nothing_is_required_the_session_counts(user, client, configure):
    configure(REQUIRED_FOR="with_phone")
    client.force_login(user)
    assert seen(client) == "anna, False"


def test_from_the_moment_it_is_required_the_session_counts_no_more(user, client, configure):
    configure(REQUIRED_FOR="staff")
    client.force_login(user)
    assert seen(client) == "anna, False"
    user.is_staff = True
    user.save()
    assert seen(client) == "nobody, False"


def test_in_the_time_of_grace_who_has_no_phone_may_stay(user, client, configure):
    configure(GRACE_UNTIL=real_now().date().isoformat())
    client.force_login(user)
    assert seen(client) == "anna, False"
    stage.make_phone(user)
    assert seen(client) == "nobody, False"


def test_strangers_are_strangers(client, db):
    assert seen(client) == "nobody, False"


# What it costs


def test_a_page_that_looks_at_nobody_costs_nothing_and_varies_by_nothing(
    phone, client, django_assert_num_queries
):
    client.force_login(phone.user)
    with django_assert_num_queries(0):
        response = client.get("/ignore/")
    assert "Cookie" not in response.headers.get("Vary", "")


def test_a_confirmed_session_costs_no_query_more(phone, client, middleware, django_assert_num_queries):
    confirm(client, phone.user)
    with django_assert_num_queries(3):  # session, user, and django-otp's device
        seen(client)
    middleware()
    with django_assert_num_queries(3):
        seen(client)


# The asynchronous way


def visit_async(client, address):
    async def visit():
        return (await client.get(address)).content.decode()

    return run_async(visit())


@pytest.fixture
def async_client():
    return AsyncClient()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("address", ["/show/", "/async/"])
def test_asynchronous_views_see_the_same(phone, async_client, address):  # A20
    assert visit_async(async_client, address) == "nobody, False"
    async_client.force_login(phone.user)
    assert visit_async(async_client, address) == "nobody, False"
    started = reach(State.APPROVED, phone.user, now=real_now())
    visit_async(async_client, f"/redeem/?ticket={started.ticket}")
    assert visit_async(async_client, address) == "anna, True"


def test_between_asynchronous_middleware_it_is_one_itself():
    async def get_response(request):
        """Answer nothing."""

    assert iscoroutinefunction(ConfirmationMiddleware(get_response))
    assert not iscoroutinefunction(ConfirmationMiddleware(show))


@pytest.mark.parametrize("present", [set(), {"user"}])
def test_before_djangos_own_it_says_where_it_belongs(rf, present):
    request = rf.get("/")
    for name in present:
        setattr(request, name, AnonymousUser())
    with pytest.raises(ImproperlyConfigured, match="after AuthenticationMiddleware"):
        ConfirmationMiddleware(show)(request)
