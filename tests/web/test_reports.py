"""What listeners and error reports are told when a login goes wrong: no password, no code, no live ticket."""

import html
import logging
import re

import django
import pytest
from django.contrib.auth import get_user_model, user_login_failed
from django.db import OperationalError, connection
from django.utils.log import AdminEmailHandler

from tests import stage
from tests.stage import PASSWORD
from voice2fa.core.states import State
from voice2fa.flows import first_phone, recovery
from voice2fa.flows.attempts.tickets import hash_ticket
from voice2fa.models import PhoneProof, PhoneVerification, RecoveryCode, RecoveryCodes

from . import sessions
from .conftest import newest
from .test_phones import NEW_PASSWORD, register

FALLING = ["tests.web.backends.Falling"]


@pytest.fixture
def failures():
    """All that listeners were told of failed logins."""
    heard = []

    def hear(**kwargs):
        heard.append(kwargs["credentials"])

    user_login_failed.connect(hear)
    yield heard
    user_login_failed.disconnect(hear)


@pytest.fixture
def reports(settings, mailoutbox):
    """Return a function that gives the mails about errors, as Django sends them with all details."""
    # Pairs until Django 6.0, addresses from then on.
    settings.ADMINS = ["admin@example.com"] if django.VERSION >= (6, 0) else [("Admin", "admin@example.com")]
    handler = AdminEmailHandler(include_html=True)
    handler.setLevel(logging.ERROR)
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)

    def read():
        (mail,) = [mail for mail in mailoutbox if mail.alternatives]
        ((page, _),) = mail.alternatives
        assert "Traceback" in page
        return html.unescape(page) + page + mail.body + mail.subject

    yield read
    logger.removeHandler(handler)


@pytest.fixture
def browser(new_browser):
    return new_browser(raise_request_exception=False)


@pytest.fixture
def failing_sessions(settings):
    settings.SESSION_ENGINE = "tests.web.sessions"
    yield sessions.SessionStore
    sessions.SessionStore.is_failing = False


def fail_updates(execute, sql, params, many, context):
    if sql.startswith("UPDATE") and PhoneVerification._meta.db_table in sql:
        raise OperationalError("The database is away.")
    return execute(sql, params, many, context)


def fail_to_find_users(execute, sql, params, many, context):
    if get_user_model()._meta.db_table in sql and "anna" in (params or ()):
        raise OperationalError("The database is away.")
    return execute(sql, params, many, context)


# Listeners


@pytest.mark.parametrize("state", sorted(set(State) - {State.APPROVED}))
def test_completing_too_early_tells_no_listener_the_ticket(phone, browser, failures, state):  # R9, R4
    method = "enter" if state == State.LOCKED else "approve"
    started = stage.reach(state, phone.user, method=method, now=stage.real_now())
    session = browser.session
    session["voice2fa_ticket"] = started.ticket
    session.save()
    for _ in range(2):
        browser.send("complete")
    browser.send("code", data={"code": "000000"})
    assert started.ticket not in repr(failures)
    assert not browser.is_logged_in


def test_a_ticket_that_was_told_too_early_would_have_opened(phone, browser, carrier, failures):  # R9
    browser.enter_password()
    ticket = browser.session["voice2fa_ticket"]
    browser.send("complete")
    carrier.calls[0].answer()
    browser.send("complete")
    assert failures == []
    carrier.calls[0].press(newest().approve_key)
    assert browser.session["voice2fa_ticket"] == ticket
    browser.send("complete")
    assert browser.is_logged_in
    assert ticket not in repr(failures)


# Error reports


def check_harmless(report, *secrets):
    assert all(secret and secret not in report for secret in secrets)


def test_a_first_factor_that_falls_over_reports_no_password(phone, browser, configure, reports):  # A27
    configure(FIRST_FACTOR_BACKENDS=FALLING)
    assert browser.enter_password().status_code == 500
    report = reports()
    assert "The directory is away." in report
    check_harmless(report, PASSWORD)


def test_a_database_that_is_away_reports_no_password(phone, browser, reports):  # A27
    with connection.execute_wrapper(fail_to_find_users):
        assert browser.enter_password().status_code == 500
    check_harmless(reports(), PASSWORD)


def test_a_first_factor_that_falls_over_beside_a_phone_reports_no_password(
    user, browser, configure, reports
):  # A27
    configure(REQUIRED_FOR="with_phone")
    browser.enter_password()
    configure(FIRST_FACTOR_BACKENDS=FALLING)
    browser.raise_request_exception = False
    assert browser.send("first_phone_password", data={"password": PASSWORD}).status_code == 500
    check_harmless(reports(), PASSWORD)


def test_a_login_that_cannot_be_completed_reports_no_ticket(phone, browser, carrier, reports):  # A27
    browser.enter_password()
    ticket = browser.session["voice2fa_ticket"]
    carrier.calls[0].answer()
    carrier.calls[0].press(newest().approve_key)
    with connection.execute_wrapper(fail_updates):
        assert browser.send("complete").status_code == 500
    report = reports()
    assert "_redeem" in report
    check_harmless(report, ticket)


@pytest.mark.parametrize("begin", ["login", "register", "resend"])
def test_a_ticket_that_cannot_be_remembered_is_not_reported(
    phone, browser, failing_sessions, reports, begin
):  # A27
    kept = []

    def watch(execute, sql, params, many, context):
        if sql.startswith("INSERT") and PhoneVerification._meta.db_table in sql:
            kept.append(params)
        return execute(sql, params, many, context)

    if begin == "resend":
        browser.enter_password()
        browser.send("cancel")
    failing_sessions.is_failing = True
    with connection.execute_wrapper(watch):
        if begin == "login":
            response = browser.enter_password()
        elif begin == "register":
            response = register(browser, number="+1 202-555-0199")
        else:
            response = browser.send("resend")
    assert response.status_code == 500
    assert len(kept) == 1
    report = reports()
    assert not [word for word in words_of(report) if is_ticket_of(word, newest())]
    check_harmless(report, PASSWORD, NEW_PASSWORD)


def words_of(report):
    return set(re.findall(r"[A-Za-z0-9_-]{40,}", report))


def is_ticket_of(word, verification):
    return hash_ticket(word) == verification.ticket_hash


def test_a_code_whose_judgement_fails_is_not_reported(phone, browser, carrier, configure, reports):  # R9, A27
    configure(LOGIN_METHOD="speak")
    browser.enter_password()
    ticket = browser.session["voice2fa_ticket"]
    carrier.calls[0].answer()
    carrier.calls[0].press(newest().approve_key)
    code = stage.code_of(newest())
    with connection.execute_wrapper(fail_updates):
        assert browser.send("code", data={"code": code}).status_code == 500
    report = reports()
    assert "submit_code" in report
    check_harmless(report, code, ticket)


def test_a_wrong_code_whose_counting_fails_is_not_reported(phone, browser, carrier, configure, reports):
    configure(LOGIN_METHOD="speak")
    browser.enter_password()
    carrier.calls[0].answer()
    carrier.calls[0].press(newest().approve_key)
    code, wrong = stage.code_of(newest()), stage.wrong_code(newest())
    with connection.execute_wrapper(fail_updates):
        assert browser.send("code", data={"code": wrong}).status_code == 500
    check_harmless(reports(), code, wrong)  # most of a mistyped code is right


def failing_on(model):
    """Return a wrapper to whose mind the table of the model cannot be written any more."""

    def fail(execute, sql, params, many, context):
        if sql.startswith("UPDATE") and model._meta.db_table in sql:
            raise OperationalError("The database is away.")
        return execute(sql, params, many, context)

    return fail


def test_a_recovery_code_that_cannot_be_used_up_is_not_reported(phone, browser, reports):  # A27
    codes = recovery.make(phone.user, stage.real_now())
    browser.enter_password()
    way = RecoveryCodes.objects.get().persistent_id
    with connection.execute_wrapper(failing_on(RecoveryCode)):
        assert browser.send("other_ways", data={"way": way, "token": codes[0]}).status_code == 500
    check_harmless(reports(), codes[0], browser.session["voice2fa_ticket"])


@pytest.mark.parametrize("is_link", [True, False])
def test_a_first_phones_secret_that_cannot_be_judged_is_not_reported(user, browser, reports, is_link):  # A27
    secret = first_phone.issue_code(user, None, now=stage.real_now())
    browser.enter_password()
    browser.open("first_phone_link", secret)
    page, data = ("first_phone_go_on", {}) if is_link else ("first_phone_proof", {"secret": secret})
    given = browser.session["voice2fa_first_phone_pass"]
    with connection.execute_wrapper(failing_on(PhoneProof)):
        assert browser.send(page, data=data).status_code == 500
    check_harmless(reports(), secret, given)
