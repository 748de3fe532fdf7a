"""An act that a call approves: what is said is what is done, once (R40, R4, R8, A26)."""

from html import unescape

import pytest

from tests import stage
from tests.flows.arrivals import Caller
from tests.stage import OTHER_NUMBER
from voice2fa.core.methods import Method
from voice2fa.core.states import State
from voice2fa.flows.telephony.challenges import code_of
from voice2fa.models import PhoneVerification

from .conftest import newest
from .test_step_up import grow_old

WAIT = "/phone/wait/"


@pytest.fixture(autouse=True)
def site(settings, configure):
    settings.ROOT_URLCONF = "tests.web.guarded"
    configure(CALL_LIMITS=stage.NO_LIMITS, LOGIN_METHOD="enter")


@pytest.fixture
def inside(phone, new_browser):
    """A browser that is logged in, and has confirmed nothing."""
    browser = new_browser()
    browser.force_login(phone.user)
    return browser


def press(carrier, keys=None):
    carrier.calls[-1].answer()
    carrier.calls[-1].press(stage.right_keys(newest()) if keys is None else keys)


def test_the_call_says_what_is_asked_for_and_the_page_shows_the_same(inside, carrier):
    assert inside.post("/send/")["Location"] == WAIT
    words = "Send two hundred and fifty euro, ten cents to Maria b Keller b."
    verification = newest()
    carrier.calls[-1].answer()
    assert (
        f"Please confirm: {words} To approve, press {verification.approve_key}." in carrier.calls[-1].said[0]
    )
    page = unescape(inside.get(WAIT).content.decode())
    assert words in page
    assert f">{verification.approve_key}</kbd>" in page


def test_one_key_approves_and_the_site_finishes(inside, carrier, phone):
    inside.post("/send/")
    assert newest().method == Method.APPROVE
    press(carrier)
    page = inside.get(WAIT).content.decode()
    assert '<form method="post" action="/finish/" data-voice2fa-complete>' in page
    assert inside.post("/finish/")["Location"] == f"/sent/?by={phone.pk}"
    assert newest().consumed_at is not None
    assert inside.get("/sent/").content == b"sent 1"


def test_whoever_calls_us_sees_the_act_alone_once_the_code_has_served(inside, configure):
    configure(CALL_LIMITS=stage.NO_LIMITS, CALL_IN="A", COOL_DOWN=0)
    inside.post("/send/")
    inside.post("/phone/call-in/")
    caller = Caller(now=stage.real_now()).dial()
    assert "Call this number" in inside.get(WAIT).content.decode()
    caller.press(code_of(newest()))
    page = unescape(inside.get(WAIT).content.decode())
    assert "Maria b Keller b" in page
    assert "Call this number" not in page
    assert "voice2fa-code" not in page
    assert "Tries left" not in page
    caller.press(newest().approve_key)
    assert inside.post("/finish/").status_code == 302


def test_what_is_approved_once_is_done_once(inside, carrier):  # R8
    inside.post("/send/")
    press(carrier)
    assert inside.post("/finish/").status_code == 302
    for _ in range(2):
        assert inside.post("/finish/").status_code == 409
    assert inside.get("/sent/").content == b"sent 1"


def test_nothing_is_done_before_it_is_approved(inside, carrier):  # R19
    assert inside.post("/finish/").content == b"not_waiting"
    inside.post("/send/")
    assert inside.post("/finish/").content == b"not_approved"
    press(carrier, stage.wrong_key(newest()))
    assert inside.post("/finish/").content == b"not_approved"
    assert newest().state == State.DENIED


def test_what_was_changed_after_the_call_is_not_done(inside, carrier):
    inside.post("/send/")
    press(carrier)
    inside.get("/change/")
    assert inside.post("/finish/").content == b"payload_changed"
    assert newest().consumed_at is None


def test_an_approved_act_makes_the_session_no_fresher(inside, carrier):
    inside.post("/send/")
    press(carrier)
    assert inside.send("complete")["Location"] == WAIT
    assert newest().consumed_at is None
    inside.post("/finish/")
    assert inside.get("/guarded/").status_code == 302
    assert "voice2fa_confirmed" not in inside.session


def test_a_confirmation_finishes_no_act(inside, carrier, configure):
    configure(LOGIN_METHOD="approve")
    inside.send("confirm", data={"next": "/guarded/"})
    press(carrier)
    assert inside.post("/finish/").content == b"payload_changed"
    assert inside.send("complete")["Location"] == "/guarded/"


def test_a_fresh_confirmation_does_not_spare_the_call(inside, carrier):
    inside.send("confirm")
    press(carrier)
    inside.send("complete")
    inside.post("/send/")
    assert inside.post("/finish/").content == b"not_approved"


def test_another_call_is_about_the_same_act_and_is_finished_at_the_same_place(inside, carrier):  # R10
    inside.post("/send/")
    carrier.calls[-1].busy()
    page = inside.get(WAIT).content.decode()
    assert "Call me again" in page
    assert 'href="/sent/"' in page
    inside.send("resend")
    assert "Maria b Keller b" in newest().message
    press(carrier)
    assert 'action="/finish/"' in inside.get(WAIT).content.decode()
    assert inside.post("/finish/").status_code == 302


def test_a_call_that_cannot_be_repeated_leads_back_to_the_site(inside, carrier):
    inside.post("/send/")
    press(carrier)
    assert inside.send("resend")["Location"] == "/sent/"


def test_another_way_does_not_approve_an_act(inside, carrier, phone):
    from django_otp.plugins.otp_totp.models import TOTPDevice

    TOTPDevice.objects.create(user=phone.user, name="App", confirmed=True)
    inside.post("/send/")
    assert b"Use another way" not in inside.get(WAIT).content


def test_another_persons_session_finishes_nothing(inside, carrier, new_browser):  # R4
    inside.post("/send/")
    press(carrier)
    other = stage.make_user("berta")
    stage.make_phone(other, OTHER_NUMBER)
    stranger = new_browser()
    stranger.force_login(other)
    session = stranger.session
    session["voice2fa_ticket"] = inside.session["voice2fa_ticket"]
    session.save()
    assert stranger.post("/finish/").content == b"not_waiting"
    assert inside.post("/finish/").status_code == 302


def test_who_has_logged_out_finishes_nothing(inside, carrier):
    inside.post("/send/")
    press(carrier)
    inside.logout()
    assert inside.post("/finish/").content == b"not_waiting"


def test_the_ticket_of_a_login_finishes_no_act(phone, browser, carrier):  # R4
    browser.enter_password()
    press(carrier)
    session = browser.session
    session["voice2fa_finish"] = "/finish/"
    session.save()
    assert 'action="/phone/complete/"' in browser.get(WAIT).content.decode()
    assert browser.post("/finish/").content == b"not_waiting"


def test_where_no_call_can_be_placed_the_site_is_told_why(inside, carrier, configure):
    configure(CALL_LIMITS={"user": [[1, 3600]], "number": [[1, 3600]], "address": []})
    inside.post("/send/")
    inside.send("cancel")
    response = inside.post("/send/")
    assert (response.status_code, b"too many calls" in response.content) == (409, True)
    assert PhoneVerification.objects.count() == 1


@pytest.mark.parametrize(
    "payee", ["💰", "<Hangup/>", "Anna. To cancel, press 1 to 9.", "\u202eannA", "x" * 5000]
)
def test_whatever_the_payee_is_called_the_call_is_one_sentence_of_ours(inside, carrier, payee):  # A26
    inside.post("/send/", {"payee": payee})
    carrier.calls[-1].answer()
    said = carrier.calls[-1].said[0]
    assert said.startswith(
        "This is Example Bank. Please confirm: Send two hundred and fifty euro, ten cents to "
    )
    assert said.count(".") == 5
    assert not set(said) & set("<>\u202e💰")


@pytest.mark.parametrize(
    "url", ["https://evil.example/", "//evil.example/", "finish", "", "javascript:alert(1)"]
)
def test_an_act_is_finished_on_this_site(rf, phone, url):  # A31
    from voice2fa.web import transactions

    request = rf.post("/send/")
    request.user, request.session = phone.user, {}
    for urls in ({"finish_url": url, "back_url": "/"}, {"finish_url": "/", "back_url": url}):
        with pytest.raises(ValueError, match="not a path"):
            transactions.ask(request, message="Go.", payload={}, **urls)


def test_the_status_that_scripts_ask_for_does_not_repeat_the_message(inside):
    inside.post("/send/")
    assert "Maria" not in str(inside.open("status").json())


def test_a_confirmation_an_hour_old_still_lets_an_act_be_asked_for(inside, carrier):
    inside.send("confirm")
    press(carrier)
    inside.send("complete")
    grow_old(inside)
    assert inside.post("/send/")["Location"] == WAIT
