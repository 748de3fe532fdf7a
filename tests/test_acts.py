"""A site's own code has an act approved, by a page or by its API: the words that it may give (A26)."""

import pytest
from django.contrib.sessions.backends.signed_cookies import SessionStore
from rest_framework.request import Request

from tests import stage
from voice2fa.api import transactions as api
from voice2fa.models import PhoneVerification
from voice2fa.web import transactions as web


def ask_by_page(request, **act):
    return web.ask(request, finish_url="/finish/", back_url="/", **act)


def ask_by_api(request, **act):
    asked = Request(request)
    asked.user = request.user
    return api.ask(asked, **act)


@pytest.fixture(params=[ask_by_page, ask_by_api])
def ask(request, rf, phone, hold_back, configure):
    """Return a function that asks for an act as a view of the site does."""
    configure(CALL_LIMITS=stage.NO_LIMITS)
    asked = rf.post("/send/")
    asked.user, asked.session = phone.user, SessionStore()
    return lambda **act: request.param(asked, **act)


@pytest.mark.parametrize("message", ["   ", "\t\n", "\u200b\u202e", "...", "x" * 5000])
def test_a_message_that_cannot_be_said_is_an_error_that_tells_why(ask, message):
    with pytest.raises(ValueError, match="from 1 to 512 characters, some of which can be said"):
        ask(message=message, payload={})
    assert not PhoneVerification.objects.exists()


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ("  ", "names nothing of the payload"),
        ("x" * 5000, "names nothing of the payload"),
        ("{payee}" + "x" * 5000, "from 1 to 512 characters"),
        ("{payee}" * 5000, "from 1 to 512 characters"),
        ("", "come together"),
    ],
)
def test_a_message_must_say_what_is_approved(ask, message, error):
    with pytest.raises(ValueError, match=error):
        ask(message=message, payload={"payee": "Maria Keller"})
    assert not PhoneVerification.objects.exists()


@pytest.mark.parametrize(
    ("payee", "said"),
    [("   ", "something that cannot be read out"), ("x" * 5000, "x" * 64), ("Maria " * 1000, "Maria " * 11)],
)
def test_whatever_a_value_is_like_the_message_stays_a_sentence(ask, payee, said):
    ask(message="Pay {payee}.", payload={"payee": payee})
    assert PhoneVerification.objects.get().message == f"Pay {said[:64].strip()}."
