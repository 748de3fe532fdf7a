"""The page of the recovery codes: how many are left; new ones are shown once."""

import html
import re
from urllib.parse import unquote

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from tests.stage import real_now
from voice2fa.core import recovery as core
from voice2fa.flows import recovery
from voice2fa.models import RecoveryCodes

CODE = re.compile(rf"<code[^>]*>((?:[{core.ALPHABET}]{{4}}-?){{4}})</code>")


def text_of(response):
    return response.content.decode()


def edition_on(page):
    return html.unescape(re.search(r'name="edition" value="([^"]*)"', page)[1])


def make(browser, **data):
    page = text_of(browser.open("recovery_codes"))
    return browser.send("recovery_codes", data={"edition": edition_on(page), **data})


def grow_old(browser):
    session = browser.session
    session["voice2fa_confirmed"] = {**session["voice2fa_confirmed"], "at": timezone.now().timestamp() - 301}
    session.save()


def test_the_page_is_for_those_who_are_logged_in(browser, db):
    assert browser.open("recovery_codes")["Location"].startswith("/phone/login/?next=")
    assert browser.send("recovery_codes")["Location"].startswith("/phone/login/?next=")


def test_ten_codes_are_shown_in_the_reply_that_makes_them(inside, user):
    response = make(inside)
    codes = CODE.findall(text_of(response))
    assert len(codes) == 10
    device = RecoveryCodes.objects.get()
    assert device.verify_token(codes[7])
    assert "no-store" in response["Cache-Control"]


def test_they_are_never_shown_again(inside, user):
    codes = CODE.findall(text_of(make(inside)))
    page = text_of(inside.open("recovery_codes"))
    assert CODE.findall(page) == []
    assert not any(code in page for code in codes)
    assert not any(code in repr(dict(inside.session)) for code in codes)


def test_sending_the_page_again_neither_shows_nor_replaces_them(inside, user):
    """A reload, the back button, or the second half of a double click."""
    edition = edition_on(text_of(inside.open("recovery_codes")))
    codes = CODE.findall(text_of(inside.send("recovery_codes", data={"edition": edition})))
    for data in ({"edition": edition}, {}):
        again = inside.send("recovery_codes", data=data, follow=True)
        assert again.redirect_chain == [("/phone/recovery-codes/", 302)]
        assert CODE.findall(text_of(again)) == []
        assert "shown once" in text_of(again)
    assert RecoveryCodes.objects.get().verify_token(codes[0])


def test_the_page_tells_how_many_are_left_and_since_when(inside, user):
    assert "<dd>none</dd>" in text_of(inside.open("recovery_codes"))
    codes = recovery.make(user, real_now())
    RecoveryCodes.objects.get().verify_token(codes[0])
    page = text_of(inside.open("recovery_codes"))
    assert "<dd>9</dd>" in page
    assert f"<dd>{date_format(timezone.localdate())}</dd>" in page


def test_looking_makes_nothing(inside, user):  # R16
    for _ in range(3):
        inside.open("recovery_codes")
    assert not RecoveryCodes.objects.exists()


def test_making_them_asks_for_a_fresh_confirmation(inside, user):
    grow_old(inside)
    response = make(inside)
    assert response["Location"].startswith("/phone/confirm/?next=")
    assert not RecoveryCodes.objects.exists()


def test_the_file_holds_the_same_codes(inside, user):
    page = text_of(make(inside))
    href, name = re.search(r'href="data:text/plain;charset=utf-8,([^"]+)" download="([^"]+)"', page).groups()
    saved = unquote(html.unescape(href))
    assert CODE.findall(page) == [
        line for line in saved.splitlines() if re.fullmatch(r"(\w{4}-){3}\w{4}", line)
    ]
    assert "anna" in saved
    assert "Example Bank" in saved
    assert name.endswith(".txt")


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_not_known(inside, method):
    assert getattr(inside, method)("/phone/recovery-codes/").status_code == 405
