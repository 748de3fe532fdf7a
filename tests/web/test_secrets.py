"""After whole journeys the code is nowhere but where it has to be (R9, A27)."""

import json
import logging

import pytest
from django.contrib.sessions.models import Session
from django.core import serializers
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import stage
from tests.stage import code_of
from voice2fa.models import CallEvent, PhoneVerification, VoiceDevice

from .conftest import newest


@pytest.fixture
def responses(browser, monkeypatch):
    """Every response that the browser got."""
    kept, get = [], browser.request

    def remember(**request):
        response = get(**request)
        kept.append(response)
        return response

    browser.request = remember
    return kept


def dump():
    tables = [PhoneVerification, CallEvent, VoiceDevice]
    rows = "".join(serializers.serialize("json", table.objects.all()) for table in tables)
    sessions = json.dumps([session.get_decoded() for session in Session.objects.all()])
    return rows + sessions


@pytest.mark.parametrize("method", ["enter", "speak"])
def test_the_code_is_in_no_log_address_header_session_or_row(
    phone, browser, responses, carrier, configure, caplog, method
):
    caplog.set_level(logging.DEBUG)
    logging.getLogger("django.db.backends").setLevel(logging.DEBUG)
    configure(LOGIN_METHOD=method)
    with CaptureQueriesContext(connection) as queries:
        browser.enter_password()
        code = code_of(newest())
        wrong = stage.wrong_code(newest())
        call = carrier.calls[0]
        call.answer()
        if method == "enter":
            call.press(wrong)
            call.press(code)
        else:
            call.press(newest().approve_key)
            browser.send("code", data={"code": wrong})
        browser.open("wait")
        browser.open("status")
        during = dump()
        browser.send("code", data={"code": code}) if method == "speak" else browser.send("complete")
    assert browser.is_logged_in
    log = caplog.text + "".join(str(vars(record)) for record in caplog.records)
    sql = "".join(query["sql"] for query in queries)
    for secret in (code, wrong):
        assert secret not in during + dump()
        assert secret not in log
        assert secret not in sql
        for response in responses:
            assert secret not in response.request["PATH_INFO"] + response.request.get("QUERY_STRING", "")
            assert secret not in str(response.headers) + response.cookies.output()
    said = "".join(call.said)
    assert (code in said) == (method == "speak")


def test_neither_ticket_nor_number_nor_password_is_in_the_log(phone, browser, carrier, caplog):
    caplog.set_level(logging.DEBUG)
    browser.enter_password()
    ticket = browser.session["voice2fa_ticket"]
    browser.send("complete")
    carrier.calls[0].answer()
    carrier.calls[0].press(newest().approve_key)
    browser.send("complete")
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("voice2fa"))
    assert "used" in ours
    for secret in (ticket, stage.NUMBER, stage.NUMBER[2:], stage.PASSWORD, stage.CLIENT.address):
        assert secret not in ours


def test_no_ticket_is_stored_but_in_the_session(phone, browser):
    browser.enter_password()
    ticket = browser.session["voice2fa_ticket"]
    assert ticket not in serializers.serialize("json", PhoneVerification.objects.all())


def test_a_failure_report_hides_what_was_typed(phone, browser, rf):
    from django.views.debug import SafeExceptionReporterFilter

    request = browser.enter_password().wsgi_request
    hidden = SafeExceptionReporterFilter().get_post_parameters(request)
    assert stage.PASSWORD not in str(dict(hidden))
    request = browser.send("code", data={"code": "123456"}).wsgi_request
    assert "123456" not in str(dict(SafeExceptionReporterFilter().get_post_parameters(request)))
