"""Takes the pages in other languages: ``python -m tests.journeys.screenshots_by_language DIR ar de ja``.

Each language gets a folder of its own, with each page at two widths, in light and dark.
"""

# ruff: noqa: E402 - what the journeys share imports models, which need the settings first

import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import django
from django.test import override_settings
from playwright.sync_api import expect, sync_playwright

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from example_project.settings import EMULATED_CARRIER
from voice2fa.flows.telephony.lines import open_reception

from .browsing import give_password, shown_code
from .carrier import Carrier
from .conftest import launch
from .screenshots import EXAMPLE, SCHEMES, WIDTHS, Camera, write_index
from .stage import Site, newcomer
from .test_extensions import FAST

SUBMIT = ".voice2fa-form .voice2fa-primary"


def fill(page, **fields):
    for name, value in fields.items():
        page.locator(f"[name={name}]").fill(value)


def submit(page):
    page.locator(SUBMIT).last.click()


def submit_without_checks(page):
    """Send the form past the browser, so that the site says what is wrong."""
    page.locator("form.voice2fa-form").last.evaluate("form => form.noValidate = true")
    submit(page)


def register(page, site, person, *, extension=""):
    page.goto(site.address("/phone/register/"))
    names = {"username": person.username, "number": person.number, "extension": extension}
    fill(page, **names, password1=person.password, password2=person.password)
    page.locator("[name=consents]").check()
    submit(page)


def expect_progress(page, progress):
    expect(page.locator(f"[data-progress={progress}]")).to_be_attached()


def expect_state(page, state):
    expect(page.locator(f"[data-state={state}]")).to_be_attached()


def take_strangers(camera, site):
    with camera.open() as page:
        page.goto(site.address("/"))
        camera.take(page, "home")
        page.goto(site.address("/phone/register/"))
        camera.take(page, "register")
        submit_without_checks(page)
        camera.take(page, "register-errors")
        page.goto(site.address("/phone/login/"))
        camera.take(page, "login")
        fill(page, username="somebody", password="wrong")
        submit(page)
        camera.take(page, "login-refused")
        page.goto(site.address("/phone/wait/"))
        camera.take(page, "login-no-call")


def take_member(camera, site):
    person, second = newcomer(), newcomer().number
    with camera.open() as page:
        register(page, site, person)
        handset = camera.carrier.ring(person.number)
        camera.take(page, "wait-enter")
        handset.answer()
        expect_progress(page, "answered")
        camera.take(page, "wait-enter-answered")
        handset.press(shown_code(page))
        page.locator(".voice2fa-badge-good").wait_for()
        camera.take(page, "registered")
        page.goto(site.address("/phone/phones/add/"))
        camera.take(page, "phone-add")
        fill(page, name="Büro", number="+1 900 555 0100")
        page.locator("[name=consents]").check()
        submit(page)
        camera.take(page, "phone-add-errors")
        fill(page, number=second)
        submit(page)
        camera.carrier.answer(second).press(shown_code(page))
        page.wait_for_url(site.address("/phone/phones/"))
        camera.take(page, "phones")
        page.locator(".voice2fa-phones a[href*=language]").first.click()
        camera.take(page, "phone-language")
        page.locator(".voice2fa-form [name=language]").select_option(
            "ja" if camera.language != "ja" else "es"
        )
        submit(page)
        page.locator(".voice2fa-phones a[href*=remove]").last.click()
        camera.take(page, "phone-remove")
        page.goto(site.address("/phone/recovery-codes/"))
        camera.take(page, "recovery-none")
        page.locator(".voice2fa-primary").click()
        page.locator("[data-voice2fa-codes]").wait_for()
        camera.take(page, "recovery-new")
        page.goto(site.address("/phone/browsers/"))
        camera.take(page, "browsers")
    with camera.open() as page:
        site.set_ahead(30)
        give_password(page, site, person)
        camera.carrier.ring(person.number)
        camera.take(page, "wait-approve-foreign")
        page.goto(site.address("/phone/other-ways/"))
        camera.take(page, "other-ways")
        page.goto(site.address("/phone/wait/"))
        page.locator("form[action*=cancel] button").click()
        expect_state(page, "over")
        camera.take(page, "ended-cancelled")
        give_password(page, site, person)
        camera.take(page, "login-too-soon")
        site.set_ahead(0)


def take_endings(camera, site):
    person = site.welcome()
    with camera.open() as page:
        give_password(page, site, person)
        handset = camera.carrier.ring(person.number)
        camera.take(page, "wait-approve")
        handset.answer()
        expect_progress(page, "answered")
        camera.take(page, "wait-approve-answered")
        page.locator("form[action*=call-in] button").click()
        camera.take(page, "wait-call-in")
        expect_progress(page, "awaited")
        camera.carrier.dial(person.number)
        expect_progress(page, "answered")
        camera.take(page, "wait-call-in-through")
    for name, act in {
        "declined": lambda phone: phone.decline(),
        "reported": lambda phone: phone.answer().press("0"),
        "denied": lambda phone: phone.answer().press("#"),
    }.items():
        person = site.welcome()
        with camera.open() as page:
            give_password(page, site, person)
            act(camera.carrier.ring(person.number))
            expect_state(page, "over")
            camera.take(page, f"ended-{name}")


def take_spoken(camera, site):
    person = site.welcome()
    with camera.open() as page:
        give_password(page, site, person)
        handset = camera.carrier.answer(person.number)
        expect_progress(page, "answered")
        camera.take(page, "wait-speak")
        handset.press(page.locator("kbd").first.inner_text())
        expect_progress(page, "code_told")
        camera.take(page, "wait-speak-told")
        for tries in range(3):
            fill(page, code="1")
            submit(page)
            if tries == 0:
                page.locator(".voice2fa-error").wait_for()
                camera.take(page, "wait-speak-wrong")
        expect_state(page, "over")
        camera.take(page, "ended-locked")


def take_switchboard(camera, site):
    with camera.open() as page:
        register(page, site, newcomer(FAST), extension="999")
        camera.carrier.ring(FAST)
        camera.carrier.advance(1)
        expect_progress(page, "answered")
        camera.take(page, "wait-switchboard")
        camera.carrier.advance(17)
        expect_state(page, "over")
        camera.take(page, "ended-switchboard")


def take_first_phone(camera, site):
    person = site.welcome(has_phones=False)
    with camera.open() as page:
        give_password(page, site, person)
        camera.take(page, "first-phone-proof")
        page.locator("form[action*=mail] button").click()
        camera.take(page, "first-phone-mailed")


class CameraAbroad(Camera):
    """A camera whose browsers ask for a language."""

    def __init__(self, *args, language):
        super().__init__(*args)
        self.language = language
        self.options["locale"] = language


def main(folder, languages):
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        carrier = Carrier()
        stack.callback(carrier.close)
        sites = {}
        often = {"ACCOUNTS_PER_NUMBER": 1000, "CALL_IN": "A"}
        for method, options in {"approve": {}, "speak": {"LOGIN_METHOD": "speak"}}.items():
            (root / method).mkdir()
            sites[method] = Site(root / method, carrier.url, settings=EXAMPLE, **often, **options)
            stack.callback(sites[method].close)
        browser = launch(stack.enter_context(sync_playwright()))
        for language in languages:
            (folder / language).mkdir(parents=True, exist_ok=True)
            for width in WIDTHS:
                for scheme in SCHEMES:
                    carrier.reset()
                    take_all(
                        CameraAbroad(browser, folder / language, carrier, width, scheme, language=language),
                        sites,
                    )
            write_index(folder / language)
        browser.close()


def take_all(camera, sites):
    camera.carrier.listen(reception_of(sites["approve"]))
    take_strangers(camera, sites["approve"])
    take_member(camera, sites["approve"])
    take_endings(camera, sites["approve"])
    take_spoken(camera, sites["speak"])
    take_switchboard(camera, sites["approve"])
    take_first_phone(camera, sites["approve"])


def reception_of(site):
    """Return where the site wants calls to it to be announced."""
    provider = {"BACKEND": "voice2fa.providers.bandwidth.BandwidthProvider", "OPTIONS": EMULATED_CARRIER}
    with override_settings(VOICE2FA={"PUBLIC_URL": site.url, "PROVIDER": provider}):
        return open_reception()


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), sys.argv[2:])
