"""Callback addresses and the credentials that open them."""

from dataclasses import astuple
from uuid import UUID, uuid4

import pytest

from voice2fa.flows.telephony.lines import accepts, open_line, open_reception

ONE, OTHER = UUID(int=1), UUID(int=2)
OLD, NEW = "old-secret-of-the-callbacks-0000001", "new-secret-of-the-callbacks-0000002"
MEMORY = "voice2fa.providers.memory.MemoryProvider"


@pytest.fixture
def secrets(configure):
    def use(*values):
        configure(PROVIDER={"BACKEND": MEMORY, "OPTIONS": {"CALLBACK_SECRETS": list(values)}})

    return use


def opens(verification_id, credentials):
    return accepts(verification_id, username=credentials.username, password=credentials.password)


def test_the_credentials_of_a_line_open_it():  # R45
    assert opens(ONE, open_line(ONE).credentials)


def test_the_credentials_of_another_line_do_not(secrets):  # R45, A16
    assert not opens(ONE, open_line(OTHER).credentials)
    mixed = open_line(ONE).credentials.password
    assert not accepts(OTHER, username=str(OTHER), password=mixed)
    assert not accepts(ONE, username=str(OTHER), password=mixed)


@pytest.mark.parametrize("wrong", ["", " ", "x", "\u00e9", "\x00"])
def test_neither_half_may_be_wrong(wrong):
    right = open_line(ONE).credentials
    assert not accepts(ONE, username=wrong, password=right.password)
    assert not accepts(ONE, username=right.username, password=wrong)
    assert not accepts(ONE, username=wrong, password=wrong)


def test_secrets_are_rotated_as_a_list(secrets):
    secrets(OLD)
    before = open_line(ONE).credentials
    secrets(NEW, OLD)
    assert open_line(ONE).credentials.password != before.password
    assert opens(ONE, before)
    assert opens(ONE, open_line(ONE).credentials)
    secrets(NEW)
    assert not opens(ONE, before)
    assert opens(ONE, open_line(ONE).credentials)


def test_no_two_lines_share_a_password():
    assert len({open_line(uuid4()).credentials.password for _ in range(50)}) == 50


def test_addresses_begin_with_the_public_url_and_hold_no_secret(configure, secrets):  # A31
    secrets(OLD)
    configure(PUBLIC_URL="https://www.example.com")
    line = open_line(ONE)
    urls = astuple(line.urls)
    assert all(url.startswith("https://www.example.com/phone/calls/") for url in urls)
    assert not any(OLD in url or line.credentials.password in url for url in urls)
    assert len(set(urls)) == len(urls)


def test_gathers_and_redirects_have_a_place_for_their_step():
    urls = open_line(ONE).urls
    for url in (urls.gather, urls.gather_fallback, urls.redirect, urls.redirect_fallback):
        assert url.endswith("/{step}/")


def test_the_password_is_not_shown():
    line = open_line(ONE)
    assert line.credentials.password not in repr(line)


# Calls to us


def test_the_credentials_for_calls_to_us_open_those_and_no_verification():  # R45, A16
    reception, line = open_reception().credentials, open_line(ONE).credentials
    assert opens(None, reception)
    assert not opens(ONE, reception)
    assert not opens(None, line)
    assert not accepts(None, username=reception.username, password=line.password)
    assert not accepts(None, username="", password=reception.password)


def test_the_secrets_of_calls_to_us_are_rotated_as_a_list(secrets):
    secrets(OLD)
    before = open_reception().credentials
    secrets(NEW, OLD)
    assert opens(None, before)
    assert opens(None, open_reception().credentials)
    secrets(NEW)
    assert not opens(None, before)


def test_calls_to_us_are_announced_under_the_public_url(configure):  # A31
    configure(PUBLIC_URL="https://www.example.com/bank")
    urls = open_reception().urls
    told = [urls.answer, urls.answer_fallback, urls.gather, urls.gather_fallback, urls.disconnect]
    assert told == [
        "https://www.example.com/bank/phone/calls/incoming/",
        "https://www.example.com/bank/phone/calls/incoming-fallback/",
        "https://www.example.com/bank/phone/calls/incoming/gather/{step}/",
        "https://www.example.com/bank/phone/calls/incoming/gather-fallback/{step}/",
        "https://www.example.com/bank/phone/calls/incoming/disconnect/",
    ]


def test_a_site_may_be_called_like_one_of_our_doors(configure):
    configure(PUBLIC_URL="https://redirect.example.com")
    at = open_line(ONE).urls
    host = "https://redirect.example.com/"
    assert all(url.startswith(host) for url in astuple(at))
    assert at.redirect.endswith("/{door}/{step}/")
