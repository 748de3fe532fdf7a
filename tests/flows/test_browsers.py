"""Remembered browsers: what lets one in, and all that ends it (R40, A29)."""

from datetime import timedelta

import pytest
from django.db import connection

from tests import stage
from tests.stage import CLIENT, NOW, OTHER_NUMBER, reach
from voice2fa import signals
from voice2fa.core.states import State
from voice2fa.flows import enrolment, phones, upkeep
from voice2fa.flows.attempts.requests import Client
from voice2fa.flows.presence import browsers
from voice2fa.models import PhoneRecord, RememberedBrowser
from voice2fa.sentences import name_browser

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def thirty_days(configure):
    configure(REMEMBER_DAYS=30)


@pytest.fixture
def cookie(phone):
    return browsers.remember(phone.user, CLIENT, now=NOW)[1]


@pytest.fixture
def heard():
    """What was announced of which browser."""
    said = []

    def listen(word):
        def hear(browser, **kwargs):
            said.append((word, browser.pk))

        return hear

    receivers = {name: listen(name) for name in ("remembered", "forgotten")}
    for name, hear in receivers.items():
        getattr(signals, f"browser_{name}").connect(hear)
    yield said
    for name, hear in receivers.items():
        getattr(signals, f"browser_{name}").disconnect(hear)


def is_known(user, cookie, now=NOW + DAY):
    user.refresh_from_db()
    return browsers.recognise(user, cookie, now=now) is not None


def test_a_remembered_browser_is_recognised(user, cookie):
    browser = browsers.recognise(user, cookie, now=NOW + DAY)
    assert browser == RememberedBrowser.objects.get()
    assert browser.last_used_at == NOW + DAY == RememberedBrowser.objects.get().last_used_at


def test_what_is_kept_of_the_cookie_opens_nothing(user, cookie):
    (row,) = RememberedBrowser.objects.values()
    secret = cookie.partition(":")[0]
    assert len(secret) == 43  # 256 bits
    assert secret not in str(row)
    assert not is_known(user, row["secret_hash"])
    assert not is_known(user, secret)


@pytest.mark.parametrize("change", ["", "x", "cut", "swapped", "é", "\x00"])
def test_a_cookie_that_was_meddled_with_is_not(user, cookie, change):
    meddled = {"": "", "cut": cookie[:-1], "swapped": cookie.swapcase()}.get(change, cookie + change)
    assert not is_known(user, meddled)


def test_a_cookie_is_good_for_its_user_alone(user, cookie):
    other = stage.make_user("berta")
    assert not is_known(other, cookie)
    assert is_known(user, cookie)


def test_a_cookie_is_good_for_so_many_days(user, cookie):
    assert is_known(user, cookie, now=NOW + 30 * DAY - timedelta(seconds=1))
    assert not is_known(user, cookie, now=NOW + 30 * DAY)


def test_a_site_that_shortens_the_time_means_older_cookies_too(user, cookie, configure):
    configure(REMEMBER_DAYS=2)
    assert is_known(user, cookie, now=NOW + DAY)
    assert not is_known(user, cookie, now=NOW + 2 * DAY)


def test_a_site_that_turns_it_off_turns_it_off_for_all(user, cookie, configure):
    configure(REMEMBER_DAYS=0)
    assert not is_known(user, cookie, now=NOW)
    assert browsers.browsers_of(user, now=NOW) == []
    assert not browsers.may_remember(user)


def test_another_password_ends_it(user, cookie):
    user.set_password("another password")
    user.save()
    assert not is_known(user, cookie)
    assert browsers.browsers_of(user, now=NOW) == []


def test_the_same_password_set_again_ends_it_too(user, cookie):
    user.set_password(stage.PASSWORD)
    user.save()
    assert not is_known(user, cookie)


def test_a_phone_that_is_added_ends_it(user, cookie):
    stage.make_phone(user, number=OTHER_NUMBER)
    assert not is_known(user, cookie)


def test_a_phone_that_is_not_confirmed_does_not(user, cookie):
    stage.make_phone(user, number=OTHER_NUMBER, confirmed=False)
    assert is_known(user, cookie)


def test_another_number_ends_it(user, phone, cookie):
    phone.number = OTHER_NUMBER
    phone.save()
    assert not is_known(user, cookie)


def test_a_new_name_for_a_phone_does_not(user, phone, cookie):
    phone.name = "Old mobile"
    phone.save()
    assert is_known(user, cookie)


def test_a_phone_added_and_removed_again_does_not_bring_it_back(user, phone, cookie):
    second = stage.make_phone(user, number=OTHER_NUMBER)
    phones.remove_by_staff(second, client=CLIENT, now=NOW)
    assert [row.pk for row in enrolment.phones_of(user)] == [phone.pk]
    assert not is_known(user, cookie)
    assert not RememberedBrowser.objects.exists()


def test_a_phone_that_is_proved_forgets_them(user, cookie):
    verification = reach(
        State.APPROVED,
        user,
        purpose="enrol",
        number=OTHER_NUMBER,
        method="enter",
        device=stage.make_phone(user, number=OTHER_NUMBER, confirmed=False),
    ).verification
    assert is_known(user, cookie)
    enrolment.finish(verification, now=NOW)
    assert not RememberedBrowser.objects.exists()


def test_a_change_that_is_disowned_forgets_them(user, phone, cookie):
    record = PhoneRecord(user=user, number=phone.number, event="added", happened_at=NOW)
    signals.change_disowned.send(sender=PhoneRecord, record=record, user=user, now=NOW)
    assert not RememberedBrowser.objects.exists()


def test_a_forgotten_browser_is_a_stranger(user, cookie, heard):
    browser = RememberedBrowser.objects.get()
    assert browsers.forget(browser, now=NOW)
    assert not browsers.forget(browser, now=NOW)
    assert not is_known(user, cookie)
    assert heard == [("forgotten", browser.pk)]


def test_one_that_is_forgotten_this_very_moment_is_not_let_in(user, cookie):
    def forget_first(execute, sql, *arguments):
        if sql.startswith("UPDATE"):
            RememberedBrowser.objects.all().delete()
        return execute(sql, *arguments)

    with connection.execute_wrapper(forget_first):
        assert browsers.recognise(user, cookie, now=NOW) is None


def test_all_of_a_user_are_forgotten_and_nobody_elses(user, cookie):
    other = stage.make_user("berta")
    kept, _ = browsers.remember(other, CLIENT, now=NOW)
    browsers.remember(user, CLIENT, now=NOW)
    assert browsers.forget_all(user, now=NOW) == 2
    assert list(RememberedBrowser.objects.all()) == [kept]


def test_a_browser_remembered_anew_takes_the_place_of_the_old_one(user, cookie, heard):
    old = RememberedBrowser.objects.get()
    new, new_cookie = browsers.remember(user, CLIENT, now=NOW + DAY, instead_of=cookie)
    assert list(RememberedBrowser.objects.all()) == [new]
    assert heard == [("forgotten", old.pk), ("remembered", new.pk)]
    assert is_known(user, new_cookie)
    assert not is_known(user, cookie)


def test_a_cookie_of_somebody_else_takes_nobodys_place(user, cookie):
    browsers.remember(stage.make_user("berta"), CLIENT, now=NOW, instead_of=cookie)
    assert RememberedBrowser.objects.count() == 2


def test_the_newest_is_listed_first_and_the_expired_not_at_all(user, cookie):
    first = RememberedBrowser.objects.get()
    second, _ = browsers.remember(user, CLIENT, now=NOW + DAY)
    assert browsers.browsers_of(user, now=NOW + DAY) == [second, first]
    assert browsers.browsers_of(user, now=NOW + 30 * DAY) == [second]


@pytest.mark.parametrize("flag", ["is_staff", "is_superuser"])
def test_staff_confirm_every_login_unless_the_site_says_otherwise(user, cookie, configure, flag):
    setattr(user, flag, True)
    user.save()
    assert not browsers.may_remember(user)
    assert not is_known(user, cookie)
    configure(REMEMBER_STAFF=True)
    assert browsers.may_remember(user)
    assert is_known(user, cookie)


def test_a_browser_that_calls_itself_a_novel_is_remembered_by_its_beginning(user, phone):
    browser, _ = browsers.remember(user, Client(user_agent="x" * 1000), now=NOW)
    assert RememberedBrowser.objects.get().user_agent == "x" * 256 == browser.user_agent


def test_the_sweep_forgets_the_expired(user, cookie):
    assert upkeep.sweep(now=NOW + 30 * DAY - timedelta(seconds=1)).browsers_forgotten == 0
    assert upkeep.sweep(now=NOW + 30 * DAY).browsers_forgotten == 1
    assert not RememberedBrowser.objects.exists()


def test_a_browser_without_a_name_has_a_word_all_the_same():
    assert name_browser("Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0") == "Firefox on Linux"
    assert name_browser("Firefox/140.0") == "Firefox"
    assert name_browser("a robot") == "Unknown browser"
