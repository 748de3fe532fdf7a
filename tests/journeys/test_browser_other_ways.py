"""Recovery codes and an authenticator app in a browser, on the example site."""

import re
from contextlib import suppress
from pathlib import Path

import pytest
from django_otp.oath import totp
from playwright.sync_api import Error, expect

from .browsing import expect_heading, expect_sound, log_in

pytestmark = pytest.mark.browser
CODE = re.compile(r"^([0-9a-z]{4}-){3}[0-9a-z]{4}$", re.MULTILINE)


@pytest.fixture
def example(site_with):
    return site_with(settings="tests.journeys.example_settings")


@pytest.fixture
def person(example):
    return example.welcome()


@pytest.fixture
def log_in_by_call(example, page, carrier, person):
    def enter():
        log_in(page, example, person)
        handset = carrier.answer(person.number)
        handset.press(handset.named_key)
        expect(page.get_by_text("This session was confirmed by a call to Phone 1.")).to_be_visible(
            timeout=3000
        )

    return enter


def make_codes(page):
    page.get_by_role("link", name="Recovery codes").click()
    page.get_by_role("button", name="Make recovery codes").click()
    expect_heading(page, "Your new recovery codes")
    return page.locator(".voice2fa-recovery code").all_inner_texts()


def leave(page):
    page.get_by_role("button", name="Log out").click()


def test_recovery_codes_are_shown_once_and_can_be_saved_and_printed(page, log_in_by_call, person):
    log_in_by_call()
    page.get_by_role("link", name="Recovery codes").click()
    expect_sound(page)
    page.get_by_role("button", name="Make recovery codes").click()
    expect_heading(page, "Your new recovery codes")
    expect_sound(page)
    codes = page.locator(".voice2fa-recovery code").all_inner_texts()
    assert len(codes) == 10
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save them as a file").click()
    text = Path(saved.value.path()).read_text()
    assert saved.value.suggested_filename == "recovery-codes.txt"
    assert [found.group() for found in CODE.finditer(text)] == codes
    page.evaluate("window.print = () => { window.hasPrinted = true }")
    page.get_by_role("button", name="Print them").click()
    assert page.evaluate("window.hasPrinted")
    page.emulate_media(media="print")
    expect(page.locator(".voice2fa-recovery")).to_be_visible()
    expect(page.get_by_role("link", name="Save them as a file")).to_be_hidden()
    expect(page.get_by_role("button", name="Log out")).to_be_hidden()


def test_the_back_button_does_not_show_them_again(example, page, log_in_by_call):
    log_in_by_call()
    codes = make_codes(page)
    page.get_by_role("link", name="I have kept them").click()
    expect_heading(page, "Your phones")
    with suppress(Error):  # the browser says that it would have to send the form again
        page.go_back(timeout=2000)
    for code in codes:  # by what waits, for the browser may still be loading that word of its own
        expect(page.get_by_text(code)).to_have_count(0)
    page.goto(example.address("/phone/recovery-codes/"))
    expect_heading(page, "Recovery codes")
    expect(page.get_by_text("Codes left")).to_be_visible()
    assert not any(code in page.content() for code in codes)


def test_sending_them_again_neither_shows_nor_replaces_them(page, log_in_by_call, example):
    log_in_by_call()
    codes = make_codes(page)
    before = example.rows("recoverycode")
    page.reload()  # the browser sends the form again
    expect_heading(page, "Recovery codes")
    expect(page.get_by_text("shown once")).to_be_visible()
    assert not any(code in page.content() for code in codes)
    assert example.rows("recoverycode") == before


def test_a_recovery_code_lets_the_person_in_by_keyboard_alone(example, page, log_in_by_call, person):
    log_in_by_call()
    codes = make_codes(page)
    page.get_by_role("link", name="I have kept them").click()
    leave(page)
    log_in(page, example, person)
    expect_sound(page)
    page.get_by_role("link", name="Use another way").focus()
    page.keyboard.press("Enter")
    expect_heading(page, "Use another way")
    expect_sound(page)
    page.get_by_label("One of your recovery codes").focus()
    page.keyboard.type("not a code")
    page.keyboard.press("Enter")
    expect(page.get_by_text("That code is not right")).to_be_visible()
    expect_sound(page)
    example.set_ahead(10)  # past the wait after a wrong one
    page.get_by_label("One of your recovery codes").fill("")
    page.get_by_label("One of your recovery codes").focus()
    page.keyboard.type(codes[0].upper())
    page.keyboard.press("Enter")
    expect(page.get_by_text("This session was confirmed without a call: Recovery codes.")).to_be_visible()


def test_an_app_is_set_up_and_lets_the_person_in(example, page, log_in_by_call, person):
    log_in_by_call()
    page.get_by_role("link", name="Authenticator app").click()
    expect_sound(page)
    page.get_by_role("button", name="Set up an app").click()
    expect_sound(page)
    (device,) = example.rows(
        "totpdevice", confirmed=False, user=example.rows("user", username=person.username)[0]["pk"]
    )
    page.get_by_label("Code from the app").fill("000000")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("That is not the code.")).to_be_visible()
    example.set_ahead(10)  # past the wait after a wrong one
    page.get_by_label("Code from the app").fill(f"{totp(bytes.fromhex(device['key'])):06}")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("The app is set up.")).to_be_visible()
    leave(page)
    log_in(page, example, person)
    page.get_by_role("link", name="Use another way").click()
    expect_sound(page)
    page.get_by_label("Code from the app").fill(f"{totp(bytes.fromhex(device['key']), drift=1):06}")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("This session was confirmed without a call: My app.")).to_be_visible()
