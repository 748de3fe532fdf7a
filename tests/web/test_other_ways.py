"""Confirming by something else than a call: an authenticator app, an e-mail, codes on paper."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth import user_login_failed
from django.contrib.messages import get_messages
from django.core import mail
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_email.models import EmailDevice
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests import stage
from tests.stage import OTHER_NUMBER, real_now
from voice2fa import signals
from voice2fa.core.methods import Purpose
from voice2fa.core.states import State
from voice2fa.flows import recovery
from voice2fa.flows.other_ways import ways_of
from voice2fa.flows.presence.marks import is_fresh
from voice2fa.models import PhoneVerification, RecoveryCodes

from .conftest import newest

PAGE = "/phone/other-ways/"


def token_of(device):
    return f"{TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift).token():06}"


def wrong_token(device):
    return f"{(int(token_of(device)) + 1) % 10**6:06}"


@pytest.fixture
def app(user):
    """The person's authenticator app."""
    return TOTPDevice.objects.create(user=user, name="Tablet", confirmed=True)


@pytest.fixture
def codes(user):
    return recovery.make(user, real_now())


@pytest.fixture
def ringing(browser, phone):
    """A browser that waits for the call of a login."""
    browser.enter_password()
    return browser


@pytest.fixture
def heard():
    """What was announced of other ways."""
    told = []

    def hear(sender, **kwargs):
        told.append((sender, kwargs))

    signals.other_way_used.connect(hear)
    yield told
    signals.other_way_used.disconnect(hear)


@pytest.fixture
def failures():
    """The failed logins that Django's listeners were told of."""
    told = []

    def hear(sender, credentials, **kwargs):
        told.append(credentials)

    user_login_failed.connect(hear)
    yield told
    user_login_failed.disconnect(hear)


def give(browser, device, token, **data):
    return browser.send("other_ways", data={"way": device.persistent_id, "token": token, **data})


def text_of(response):
    return response.content.decode()


# Which ways there are


def test_the_waiting_page_leads_to_another_way(ringing, app):
    assert PAGE in text_of(ringing.open("wait"))


def test_the_waiting_page_leads_nowhere_else_without_another_way(ringing):
    assert PAGE not in text_of(ringing.open("wait"))
    assert ringing.get(PAGE)["Location"] == "/phone/wait/"


def test_only_what_is_confirmed_left_and_no_phone_is_a_way(user, phone, app, codes):
    stage.make_phone(user, OTHER_NUMBER)
    TOTPDevice.objects.create(user=user, name="Not yet", confirmed=False)
    TOTPDevice.objects.create(user=stage.make_user("berta"), name="Others'", confirmed=True)
    assert [type(way) for way in ways_of(user)] == [TOTPDevice, RecoveryCodes]
    RecoveryCodes.objects.get().codes.update(used_at=real_now())
    assert ways_of(user) == [app]


def test_paper_comes_last(user, codes, app):
    static = StaticDevice.objects.create(user=user, name="backup")
    mailed = EmailDevice.objects.create(user=user, name="mail")
    assert set(ways_of(user)[:2]) == {mailed, app}
    assert set(ways_of(user)[2:]) == {static, RecoveryCodes.objects.get()}


def test_each_way_has_a_page_of_its_own(ringing, app, codes):
    page = text_of(ringing.get(PAGE))
    assert "Code from the app" in page
    assert "Tablet" in page
    (other,) = re.findall(r'href="(/phone/other-ways/\?way=[^"]+)"', page)
    assert "One of your recovery codes" in text_of(ringing.get(other))


# Logging in


def test_the_right_token_logs_in_and_ends_the_call(ringing, app, user, carrier, heard):
    before = ringing.session.session_key
    response = give(ringing, app, token_of(app))
    assert response["Location"] == "/"
    assert ringing.is_logged_in
    assert ringing.session["otp_device_id"] == app.persistent_id
    assert ringing.session.session_key != before  # R38
    assert is_fresh(ringing.session, user, now=real_now())
    assert newest().state == State.CANCELLED
    assert carrier.calls[-1].is_over
    ((sender, told),) = heard
    assert (sender, told["user"], told["device"]) == (TOTPDevice, user, app)


def test_it_leads_to_where_the_person_wanted_to_go(browser, phone, app):
    browser.enter_password(next="/there/")
    assert give(browser, app, token_of(app))["Location"] == "/there/"


def test_a_recovery_code_logs_in_once(ringing, codes, new_browser, configure):
    device = RecoveryCodes.objects.get()
    assert give(ringing, device, codes[3].upper().replace("-", " ")).status_code == 302
    assert ringing.is_logged_in
    assert device.remaining == 9
    again = new_browser()
    again.enter_password()
    assert "not right, or was used already" in text_of(give(again, device, codes[3]))
    assert not again.is_logged_in


@pytest.mark.parametrize(
    ("spent", "told"), [(0, "You have 9 left."), (9, "That was your last recovery code. Make new ones now.")]
)
def test_how_many_recovery_codes_are_left_is_told(ringing, user, codes, spent, told):
    for code in codes[:spent]:
        RecoveryCodes.objects.get().verify_token(code)
    response = give(ringing, RecoveryCodes.objects.get(), codes[-1])
    assert told in str(*get_messages(response.wsgi_request))


def test_the_owner_is_told_of_a_recovery_code_that_was_used(browser, user, phone, codes):  # R23
    user.email = "anna@example.com"
    user.save()
    browser.enter_password()
    give(browser, RecoveryCodes.objects.get(), codes[0])
    (message,) = mail.outbox
    assert message.to == ["anna@example.com"]
    assert "recovery code" in message.subject.lower() + message.body.lower()
    assert codes[0] not in message.body


def test_a_code_by_e_mail_logs_in(ringing, user):
    device = EmailDevice.objects.create(user=user, name="mail", email="anna@example.com")
    response = ringing.send("other_ways", data={"way": device.persistent_id, "send": "1"}, follow=True)
    assert "The code is on its way" in text_of(response)
    device.refresh_from_db()
    assert device.token in mail.outbox[-1].body
    assert give(ringing, device, device.token).status_code == 302
    assert ringing.is_logged_in


def test_looking_at_the_page_sends_nothing(ringing, user):  # R16
    device = EmailDevice.objects.create(user=user, name="mail", email="anna@example.com")
    for _ in range(20):
        ringing.get(PAGE, {"way": device.persistent_id, "send": "1"})
    assert mail.outbox == []
    assert PhoneVerification.objects.count() == 1


def test_a_second_e_mail_has_to_wait(ringing, user, settings):
    settings.OTP_EMAIL_COOLDOWN_DURATION = 60
    device = EmailDevice.objects.create(user=user, name="mail", email="anna@example.com")
    ringing.send("other_ways", data={"way": device.persistent_id, "send": "1"})
    response = ringing.send("other_ways", data={"way": device.persistent_id, "send": "1"}, follow=True)
    assert re.search(r"only just sent a code\. Try again in \d+ seconds", text_of(response))
    assert len(mail.outbox) == 1


def test_a_mail_server_that_is_down_is_told(ringing, user, mail_by):  # R41
    mail_by("tests.web.mailers.Away")
    device = EmailDevice.objects.create(user=user, name="mail", email="anna@example.com")
    response = ringing.send("other_ways", data={"way": device.persistent_id, "send": "1"}, follow=True)
    assert "could not be sent" in text_of(response)


def test_nothing_can_be_sent_by_an_app(ringing, app):
    response = ringing.send("other_ways", data={"way": app.persistent_id, "send": "1"}, follow=True)
    assert "on its way" not in text_of(response)


# Wrong tokens


@pytest.mark.parametrize("token", ["", " ", "abcdef", "1" * 200, "\x00", "١٢٣٤٥٦"])
def test_what_is_no_token_logs_nobody_in(ringing, app, token):
    assert give(ringing, app, token).status_code == 200
    assert not ringing.is_logged_in
    assert newest().is_live


def test_a_wrong_token_counts_and_then_one_has_to_wait(ringing, app, failures):  # R11, R12
    assert "That code is not right" in text_of(give(ringing, app, wrong_token(app)))
    assert failures == [{"username": "anna"}]
    app.refresh_from_db()
    assert app.throttling_failure_count == 1
    assert re.search(
        r"too many wrong codes\. Try again in 1 second\.", text_of(give(ringing, app, token_of(app)))
    )
    assert not ringing.is_logged_in


@pytest.mark.parametrize("way", ["", "otp_totp.totpdevice/99", "voice2fa.voicedevice/1", "auth.user/1", "x"])
def test_a_way_that_is_not_the_persons_judges_nothing(ringing, app, way):  # R4
    others = TOTPDevice.objects.create(user=stage.make_user("berta"), confirmed=True)
    for wanted in (way, others.persistent_id):
        response = ringing.send("other_ways", data={"way": wanted, "token": token_of(others)})
        assert response.status_code == 302
    assert not ringing.is_logged_in
    app.refresh_from_db()
    others.refresh_from_db()
    assert (app.throttling_failure_count, others.throttling_failure_count) == (0, 0)


# Who may


def test_without_the_first_factor_there_is_no_other_way(browser, app):  # R19
    assert browser.get(PAGE)["Location"] == "/phone/login/"
    assert give(browser, app, token_of(app))["Location"] == "/phone/login/"
    assert not browser.is_logged_in


@pytest.mark.parametrize(
    "state", [State.PENDING, State.ANSWERED, State.DENIED, State.UNREACHABLE, State.EXPIRED]
)
def test_while_the_first_factor_is_fresh_the_call_may_stand_anywhere(browser, user, phone, app, state):
    hold_ticket(browser, stage.reach(state, user, now=real_now()))
    give(browser, app, token_of(app))
    assert browser.is_logged_in


@pytest.mark.parametrize("state", [State.REPORTED, State.LOCKED, State.APPROVED])
def test_a_call_that_has_ended_the_login_leaves_no_other_way(browser, user, phone, app, state):
    method = "speak" if state == State.LOCKED else "approve"
    hold_ticket(browser, stage.reach(state, user, now=real_now(), method=method))
    assert give(browser, app, token_of(app))["Location"] == "/phone/wait/"
    assert not browser.is_logged_in


def test_after_ten_minutes_the_password_is_asked_for_again(browser, user, phone, app):
    started = stage.begin(user, now=real_now())
    PhoneVerification.objects.update(begun_at=real_now() - timedelta(minutes=10))
    hold_ticket(browser, started)
    assert give(browser, app, token_of(app)).status_code == 302
    assert not browser.is_logged_in


@pytest.mark.parametrize("purpose", [Purpose.ENROL, Purpose.CONFIRM])
def test_a_call_for_something_else_is_no_first_factor(browser, user, phone, app, purpose):  # R4
    hold_ticket(browser, stage.begin(user, purpose=purpose, now=real_now()))
    assert give(browser, app, token_of(app))["Location"] == "/phone/wait/"
    assert not browser.is_logged_in


@pytest.mark.parametrize(
    "change",
    [
        lambda user: user.set_password("another"),
        lambda user: setattr(user, "is_active", False),
    ],
)
def test_an_account_that_changed_meanwhile_lets_nobody_in(ringing, user, app, change):
    change(user)
    user.save()
    response = give(ringing, app, token_of(app))
    assert response["Location"] == "/phone/login/"
    assert not ringing.is_logged_in


def test_an_account_that_is_gone_lets_nobody_in(ringing, user, app):
    token = token_of(app)
    user.delete()
    assert give(ringing, app, token)["Location"] == "/phone/login/"
    assert not ringing.is_logged_in


def hold_ticket(browser, started):
    session = browser.session
    session["voice2fa_ticket"] = started.ticket
    session.save()
    browser.cookies["sessionid"] = session.session_key


# Where no phone can be rung


def test_a_login_that_could_not_ring_goes_on_another_way(browser, phone, app, configure):  # R17
    configure(CALL_LIMITS={"user": [(1, 3600)]})
    stage.reach(State.UNREACHABLE, phone.user, now=real_now())
    response = browser.enter_password(next="/there/")
    assert response["Location"] == PAGE
    page = text_of(browser.get(PAGE))
    assert "too many calls" in page
    assert PhoneVerification.objects.count() == 1
    assert give(browser, app, token_of(app))["Location"] == "/there/"
    assert browser.is_logged_in


def test_without_another_way_it_is_told_on_the_login_page(browser, phone, configure):
    configure(CALL_LIMITS={"user": [(1, 3600)]})
    stage.reach(State.UNREACHABLE, phone.user, now=real_now())
    assert "too many calls" in text_of(browser.enter_password())


def test_somebody_without_a_phone_logs_in_by_an_app(browser, user, app):
    assert browser.enter_password()["Location"] == PAGE
    assert "no confirmed phone" not in text_of(browser.get(PAGE))
    give(browser, app, token_of(app))
    assert browser.is_logged_in


def test_a_pass_does_not_outlive_the_password(browser, user, app):
    browser.enter_password()
    user.set_password("another")
    user.save()
    assert give(browser, app, token_of(app))["Location"] == "/phone/login/"
    assert not browser.is_logged_in


def test_a_pass_is_gone_after_a_login_and_after_another_try(browser, user, app):
    browser.enter_password()
    give(browser, app, token_of(app))
    assert "voice2fa_pass" not in browser.session
    browser.logout()
    browser.enter_password()
    stage.make_phone(stage.make_user("berta"), OTHER_NUMBER)
    browser.enter_password("berta")
    assert "voice2fa_pass" not in browser.session


def test_a_wrong_password_gets_no_pass(browser, user, app):  # R18
    response = browser.enter_password(password="wrong")
    assert response.status_code == 200
    assert browser.get(PAGE)["Location"] == "/phone/login/"


# Somebody who is logged in confirms once more


def test_who_is_logged_in_confirms_by_an_app(inside, user, app, heard):
    grow_old(inside)
    assert not is_fresh(inside.session, user, now=real_now())
    assert give(inside, app, token_of(app), next="/there/")["Location"] == "/there/"
    assert is_fresh(inside.session, user, now=real_now())
    assert inside.session["otp_device_id"] == app.persistent_id
    assert len(heard) == 1


def test_who_would_rather_be_called_goes_back(inside, app):
    page = text_of(inside.get(f"{PAGE}?next=/there/"))
    assert 'href="/phone/confirm/?next=/there/"' in page


def test_a_wrong_token_confirms_nothing(inside, user, app):
    grow_old(inside)
    give(inside, app, wrong_token(app))
    assert not is_fresh(inside.session, user, now=real_now())
    assert inside.is_logged_in


def test_a_confirmation_spares_its_call_but_never_a_transactions(inside, user, phone, app):  # R40
    grow_old(inside)
    started = stage.begin(user, purpose=Purpose.CONFIRM, now=real_now())
    hold_ticket(inside, started)
    assert PAGE in text_of(inside.open("wait"))
    PhoneVerification.objects.filter(pk=started.verification.pk).update(payload_digest="x" * 64)
    assert PAGE not in text_of(inside.open("wait"))
    give(inside, app, token_of(app))
    assert newest().is_live
    PhoneVerification.objects.filter(pk=started.verification.pk).update(payload_digest="")
    TOTPDevice.objects.update(last_t=-1)
    give(inside, app, token_of(app))
    assert newest().state == State.CANCELLED


def test_looking_again_after_the_login_leads_on(ringing, app):
    give(ringing, app, token_of(app))
    assert ringing.get(PAGE)["Location"] == "/"
    assert ringing.get(PAGE, {"next": "/again/"}).status_code == 200


def grow_old(browser):
    session = browser.session
    session["voice2fa_confirmed"] = {**session["voice2fa_confirmed"], "at": timezone.now().timestamp() - 3600}
    session.save()
