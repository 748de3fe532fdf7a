"""Whatever people are called, no call says it, and the pages show it as text (A26)."""

from html import escape
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest
from django.test import Client

from tests import stage
from tests.callbacks.bandwidth import CarrierSide
from tests.providers.samples import bandwidth_options
from voice2fa.core.methods import Method
from voice2fa.flows.telephony.challenges import code_of
from voice2fa.models import VoiceDevice

from .conftest import newest
from .test_recovery import make as make_codes

HARMFUL = ['<break time="10s"/>', "<Hangup/>", "\"O'Brien\" & 'sons'", "\u202eadele\u2066\u200f", "{{ key }}"]


@pytest.fixture
def bandwidth(configure, hold_back):
    """Make Bandwidth the carrier, to which nothing goes out; every call has the same key."""
    provider = {
        "BACKEND": "voice2fa.providers.bandwidth.BandwidthProvider",
        "OPTIONS": bandwidth_options(BASE_URL="https://voice.invalid/api/v2"),
    }
    configure(PROVIDER=provider, APPROVE_KEY="7", CALL_LIMITS=stage.NO_LIMITS)


def take_call():
    """Answer the newest call, have it repeat its question, and approve; return all BXML that it was told."""
    side = CarrierSide(newest(), Client())
    side.note_placed()
    replies = [side.answer(), side.gather("*"), side.gather(stage.right_keys(side.verification))]
    if side.verification.method == Method.SPEAK:
        replies.append(side.send("redirect"))
    return [reply.content.decode() for reply in replies]


def heard(documents, verification):
    """Return each element that speaks or steers, with its words, apart from the code."""
    code = " ".join(code_of(verification))
    return [
        (element.tag, element.attrib.get("rate"), " ".join("".join(element.itertext()).split(code)))
        for document in documents
        for element in ET.fromstring(document.encode()).iter()
    ]


def log_in_as(name):
    """Have somebody of that name log in, as far as the call goes; return what the call was told."""
    stage.make_phone(stage.make_user(name, first_name=name, last_name=name))
    response = Client().post("/phone/login/", {"username": name, "password": stage.PASSWORD})
    assert response["Location"] == "/phone/wait/"
    documents = take_call()
    return documents, heard(documents, newest())


@pytest.mark.parametrize(
    ("name", "method"),
    [*((name, "approve") for name in HARMFUL), (HARMFUL[0], "enter"), (HARMFUL[0], "speak")],
)
def test_a_call_says_the_same_to_everybody(db, bandwidth, configure, name, method):
    configure(LOGIN_METHOD=method)
    documents, words = log_in_as(name)
    assert not any(name in document or escape(name) in document for document in documents)
    VoiceDevice.objects.all().delete()
    assert words == log_in_as("anna")[1]
    assert len(words) > 5


@pytest.mark.parametrize("name", HARMFUL)
def test_the_pages_show_a_name_as_text(db, new_browser, carrier, name):
    stage.make_phone(stage.make_user(name))
    browser = new_browser()
    browser.enter_password(name)
    waiting = browser.open("wait").content.decode()
    carrier.calls[-1].answer()
    carrier.calls[-1].press(newest().approve_key)
    browser.send("complete")
    codes = make_codes(browser).content.decode()
    assert f"For {escape(name)} at Example Bank" in codes
    assert f"\nFor {name} at Example Bank" in unquote(codes)  # the file to save is plain text
    pages = [waiting, codes, *(browser.open(page).content.decode() for page in ("phones", "browsers"))]
    assert not any(name in page for page in pages if escape(name) != name)


@pytest.mark.parametrize("name", HARMFUL)
def test_a_registration_takes_no_such_name_and_shows_it_as_text(db, browser, name):
    fields = {"username": name, "number": stage.NUMBER, "consents": "on"}
    passwords = {"password1": stage.PASSWORD, "password2": stage.PASSWORD}
    page = browser.send("register", data=fields | passwords)
    assert page.status_code == 200
    assert f'value="{escape(name)}"' in page.content.decode()
    assert newest() is None
