"""What a client gets for an approved login: a session, or one of three kinds of tokens."""

import pytest
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.models import Session
from django.core.checks import run_checks
from knox.models import AuthToken
from rest_framework.authtoken.models import Token

from tests import stage
from voice2fa.api.issuers import Issuer, SessionIssuer
from voice2fa.models import PhoneVerification

from .conftest import NEW_NUMBER, error_of
from .test_accounts import NEW_PHONE

TOKENS = {
    "token.TokenIssuer": ("Token", "token"),
    "knox.KnoxIssuer": ("Token", "token"),
    "simplejwt.SimpleJWTIssuer": ("Bearer", "access"),
}


@pytest.fixture(params=TOKENS)
def kind(request, configure):
    configure(API_ISSUER=f"voice2fa.api.issuers.{request.param}")
    return TOKENS[request.param]


@pytest.fixture
def token(kind, phone, api, approve):
    """A client that has logged in and shows its token; it keeps no cookie."""
    api.log_in()
    approve(api)
    done = api.send("complete").json()
    scheme, name = kind
    api.defaults["HTTP_AUTHORIZATION"] = f"{scheme} {done[name]}"
    api.receipt = {"Voice-Auth-Confirmation": done["confirmation"]}
    return api


@pytest.fixture
def heard():
    told = []

    def hear(sender, user, request, **kwargs):
        told.append(user)

    user_logged_in.connect(hear)
    yield told
    user_logged_in.disconnect(hear)


def test_a_token_opens_the_account_and_no_session_is_opened(phone, token):
    assert token.ask("session").json() == {
        "user": {"id": str(phone.user_id), "username": "anna"},
        "csrf_token": "",
    }
    assert len(token.ask("phones").json()) == 1
    assert dict(token.cookies) == {}
    assert not Session.objects.exists()


def test_a_password_alone_gives_no_token(kind, phone, api):  # R39
    api.log_in()
    assert error_of(api.send("complete")) == (409, "not_approved")
    assert not Token.objects.exists()
    assert not AuthToken.objects.exists()


def test_an_approval_gives_a_token_once(token, new_api):  # R8
    other = new_api()
    assert error_of(other.send("complete", ticket=token.ticket)) == (409, "already_used")
    assert Token.objects.count() + AuthToken.objects.count() <= 1


def test_no_csrf_token_is_asked_for_where_there_is_no_cookie(kind, phone, new_api):
    api = new_api(enforce_csrf_checks=True)
    assert api.log_in().status_code == 201


def test_a_wrong_token_is_refused_with_its_challenge(kind, phone, api):
    response = api.ask("phones", headers={"Authorization": f"{kind[0]} wrong"})
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith(kind[0])
    assert isinstance(response.json()["detail"], str)


def test_a_login_begins_whatever_token_comes_with_it(token, configure):
    configure(COOL_DOWN=0)
    token.defaults["HTTP_AUTHORIZATION"] = "Token stale"
    assert token.log_in().status_code == 201
    assert token.ask("status").status_code == 200


def test_a_session_does_not_open_what_asks_for_a_token(kind, phone, api):
    api.force_login(phone.user, backend="voice2fa.backends.VoiceBackend")
    assert error_of(api.ask("phones"))[0] == 401


def test_a_receipt_stands_for_a_fresh_confirmation(token):  # R21
    assert error_of(token.send("recovery_codes")) == (403, "confirmation_required")
    assert token.send("recovery_codes", headers=token.receipt).status_code == 201
    assert token.send("phones", body=NEW_PHONE, headers=token.receipt).status_code == 201


def test_somebody_elses_receipt_is_worth_nothing(token, new_api, approve, kind):
    stage.make_phone(stage.make_user("otto"), NEW_NUMBER)
    other = new_api()
    other.log_in("otto")
    approve(other)
    receipt = other.send("complete").json()["confirmation"]
    stolen = token.send("recovery_codes", headers={"Voice-Auth-Confirmation": receipt})
    assert error_of(stolen) == (403, "confirmation_required")
    forged = token.send("recovery_codes", headers={"Voice-Auth-Confirmation": "forged"})
    assert error_of(forged) == (403, "confirmation_required")


def test_a_receipt_dies_with_the_password_and_with_time(token, phone, now):
    from datetime import timedelta

    from voice2fa.flows.presence.receipts import confirmed_at, issue_receipt

    old = issue_receipt(phone.user, phone, now=stage.real_now() - timedelta(seconds=301))
    stale = token.send("recovery_codes", headers={"Voice-Auth-Confirmation": old})
    assert error_of(stale) == (403, "confirmation_required")
    receipt = issue_receipt(phone.user, phone, now=now)
    assert confirmed_at(receipt, phone.user) == now
    phone.user.set_password("another one altogether")
    assert confirmed_at(receipt, phone.user) is None


def test_a_receipt_dies_with_the_phone_that_gave_it(token, phone):  # R24
    phone.delete()
    refused = token.send("recovery_codes", headers=token.receipt)
    assert error_of(refused) == (403, "confirmation_required")


def test_a_confirmation_gives_a_new_receipt(token, approve):
    token.send("confirmations")
    approve(token)
    receipt = token.send("complete").json()["confirmation"]
    assert token.send("recovery_codes", headers={"Voice-Auth-Confirmation": receipt}).status_code == 201


def test_logging_out_voids_the_token_where_that_can_be(token, configure, kind):
    response = token.ask("session", method="delete")
    if kind[0] == "Bearer":
        assert error_of(response) == (405, "method_not_allowed")
    else:
        assert response.status_code == 204
        assert token.ask("phones").status_code == 401


def test_each_issuer_tells_whom_it_always_tells(kind, phone, api, approve, heard):
    api.log_in()
    approve(api)
    api.send("complete")
    is_knox = AuthToken.objects.exists()
    assert heard == ([phone.user] if is_knox else [])
    phone.user.refresh_from_db()
    assert (phone.user.last_login is not None) == is_knox


def test_jwt_updates_the_last_login_where_simplejwt_does(phone, api, approve, configure, settings):
    settings.SIMPLE_JWT = {"UPDATE_LAST_LOGIN": True}
    configure(API_ISSUER="voice2fa.api.issuers.simplejwt.SimpleJWTIssuer")
    api.log_in()
    approve(api)
    assert {"access", "refresh"} <= set(api.send("complete").json())
    phone.user.refresh_from_db()
    assert phone.user.last_login is not None


def test_knox_gives_no_more_tokens_than_it_may(phone, api, approve, configure, settings):
    settings.REST_KNOX = {"TOKEN_LIMIT_PER_USER": 1}
    configure(API_ISSUER="voice2fa.api.issuers.knox.KnoxIssuer")
    AuthToken.objects.create(user=phone.user)
    api.log_in()
    approve(api)
    assert error_of(api.send("complete")) == (403, "permission_denied")
    assert AuthToken.objects.count() == 1


class TicketIssuer(SessionIssuer):
    """A kind of the site's own."""

    is_cookie = False

    def issue(self, request, user):
        return {"token": f"for {user}"}


def test_a_site_may_have_an_issuer_of_its_own(phone, api, approve, configure):
    configure(API_ISSUER="tests.api.test_issuers.TicketIssuer")
    api.log_in()
    approve(api)
    assert api.send("complete").json()["token"] == "for anna"
    assert PhoneVerification.objects.get().consumed_at is not None


@pytest.mark.parametrize(
    "path",
    [
        "no.such.Issuer",
        "voice2fa.api.issuers.NoSuchIssuer",
        "voice2fa.models.VoiceDevice",
        "voice2fa.api.issuers.Issuer",
        "nonsense",
        "",
    ],
)
def test_a_check_finds_an_issuer_that_cannot_serve(configure, path):
    configure(API_ISSUER=path)
    assert "voice2fa.E095" in [message.id for message in run_checks(tags=["voice2fa"])]


@pytest.mark.parametrize("path", [f"voice2fa.api.issuers.{name}" for name in ["SessionIssuer", *TOKENS]])
def test_a_check_is_content_with_ours(configure, path):
    configure(API_ISSUER=path)
    assert "voice2fa.E095" not in [message.id for message in run_checks(tags=["voice2fa"])]


def test_the_contract_is_abstract():
    with pytest.raises(TypeError):
        Issuer()
