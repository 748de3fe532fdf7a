"""Takes every page of the example site: ``python -m tests.journeys.screenshots DIR``.

Each page is taken at two widths, in light and dark, and ``index.html`` shows them side by side.
"""

# ruff: noqa: E402 - what the journeys share imports models, which need the settings first

import os
import re
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path

import django
from django.conf import settings
from django.test import override_settings
from django_otp.oath import totp
from playwright.sync_api import expect, sync_playwright

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from example_project.settings import EMULATED_CARRIER
from voice2fa.flows.telephony.lines import open_reception

from .browsing import Phone, expect_heading, fill_login, log_in, register, shown_code, submit_login
from .carrier import Carrier
from .conftest import launch
from .stage import Site, newcomer
from .test_extensions import FAST
from .test_failures import ENDINGS

WIDTHS = {1280: 900, 375: 740}  # pixels: width, height
SCHEMES = ("light", "dark")
EXAMPLE = "tests.journeys.example_settings"


class Camera:
    """One browser of one width and scheme, and where its pictures go."""

    def __init__(self, browser, folder, carrier, width, scheme):
        self.browser, self.folder, self.carrier = browser, folder, carrier
        self.suffix = f"{width}-{scheme}"
        self.options = {
            "viewport": {"width": width, "height": WIDTHS[width]},
            "color_scheme": scheme,
            "reduced_motion": "reduce",
        }

    @contextmanager
    def open(self, **options):
        """Open a browser with its own cookies."""
        context = self.browser.new_context(**self.options, **options)
        context.set_default_timeout(10_000)
        yield context.new_page()
        context.close()

    def take(self, page, name, *, is_whole=True):
        page.screenshot(path=self.folder / f"{name}-{self.suffix}.png", full_page=is_whole)


def take_forms(camera, site, person):
    with camera.open() as page:
        page.goto(site.address("/"))
        camera.take(page, "home")
        page.goto(site.address("/phone/login/"))
        camera.take(page, "login")
        person.password, right = "wrong", person.password
        submit_login(page, site, person)
        expect(page.get_by_role("alert")).to_be_visible()
        camera.take(page, "login-refused")
        person.password = right
        page.goto(site.address("/phone/wait/"))
        camera.take(page, "login-no-call")
        page.goto(site.address("/phone/register/"))
        camera.take(page, "register")
        page.locator("form.voice2fa-form").evaluate("form => form.noValidate = true")
        page.get_by_role("button", name="Call me").click()
        expect(page.locator(".voice2fa-error").first).to_be_visible()
        camera.take(page, "register-errors")
        page.goto(site.address("/demo/"))
        if page.locator(".stage-wide").is_visible():
            handset = page.frame_locator(".stage-wide iframe >> nth=1")
            expect(handset.get_by_text("Waiting for a call")).to_be_visible()
        camera.take(page, "demo")


def take_registration(camera, site):
    person, second = newcomer(), newcomer().number
    with camera.open() as page:
        register(page, site, person)
        handset = camera.carrier.ring(person.number)
        camera.take(page, "wait-enter-dialling")
        handset.answer()
        expect(page.get_by_text("You have answered.")).to_be_visible()
        camera.take(page, "wait-enter-answered")
        handset.press(shown_code(page))
        expect_heading(page, "Your phone is confirmed")
        camera.take(page, "registered")
        page.get_by_role("link", name="Continue").click()
        expect(page.get_by_text("This session was confirmed")).to_be_visible()
        camera.take(page, "account")
        page.goto(site.address("/phone/phones/"))
        camera.take(page, "phones")
        page.get_by_role("link", name="Add a phone").click()
        camera.take(page, "phone-add")
        page.get_by_label("Name").fill("Work phone")
        page.get_by_label("Phone number").fill("+1 900 555 0100")
        page.get_by_label("automated calls").check()
        page.get_by_role("button", name="Call this phone").click()
        expect(page.locator(".voice2fa-error").first).to_be_visible()
        camera.take(page, "phone-add-errors")
        page.get_by_label("Phone number").fill(second)
        page.get_by_role("button", name="Call this phone").click()
        camera.carrier.answer(second).press(shown_code(page))
        expect(page.get_by_text("Work phone is confirmed.")).to_be_visible()
        camera.take(page, "phones-two")
        page.get_by_role("link", name="Remove Work phone").click()
        camera.take(page, "phone-remove")
        page.goto(site.address("/phone/phones/"))
        page.get_by_role("link", name="Ring first Work phone").click()
        camera.take(page, "phone-prefer")
        page.get_by_role("button", name="Ring it first").click()
        camera.take(page, "phones-preferred")
        page.get_by_role("link", name="Rename Work phone").click()
        camera.take(page, "phone-rename")
        mail = site.wait_for_mail("somebody@example.com", "A phone was added")
        page.goto(re.search(r"http://\S+/disown/\S+", mail["body"])[0])
        camera.take(page, "disown")
        page.get_by_role("button", name="It was not me").click()
        camera.take(page, "disowned")
        page.go_back()
        page.reload()
        camera.take(page, "disown-used")
    person = site.welcome(newcomer().number, second)
    with camera.open() as page:
        log_in(page, site, person)
        camera.carrier.ring(person.number)
        camera.take(page, "wait-approve-two-phones")
        page.get_by_role("button", name="Cancel the call").click()
        expect_heading(page, "Cancelled")


def take_login(camera, site):
    person = site.welcome()
    with camera.open() as page:
        handset = Phone(page.context.new_page(), camera.carrier, person.number)
        camera.take(handset.page, "handset-idle")
        log_in(page, site, person)
        handset.device.wait_for()
        camera.take(page, "wait-approve-dialling")
        camera.take(handset.page, "handset-ringing")
        site.set_ahead(3)
        expect(page.get_by_text("Your phone is ringing.")).to_be_visible()
        camera.take(page, "wait-approve-ringing")
        handset.answer()
        expect(page.get_by_text("You have answered.")).to_be_visible()
        camera.take(page, "wait-approve-answered")
        camera.take(handset.page, "handset-answered")
        handset.press(handset.named_key())
        expect(page.get_by_text("This session was confirmed")).to_be_visible()
        camera.take(handset.page, "handset-ended")
        site.set_ahead(0)
    with camera.open(java_script_enabled=False) as page:
        person = site.welcome()
        log_in(page, site, person)
        camera.take(page, "wait-plain")
        handset = camera.carrier.answer(person.number)
        handset.press(handset.named_key)
        page.goto(site.address("/phone/wait/"))
        camera.take(page, "wait-plain-confirmed")


def take_browsers(camera, site):
    person = site.welcome()
    with camera.open() as page:
        fill_login(page, site, person)
        page.get_by_label("Remember this browser").check()
        camera.take(page, "login-filled")
        page.get_by_role("button", name="Continue").click()
        handset = camera.carrier.answer(person.number)
        handset.press(handset.named_key)
        expect(page.get_by_text("This session was confirmed")).to_be_visible()
        page.goto(site.address("/phone/browsers/"))
        camera.take(page, "browsers")
        page.get_by_role("button", name="Forget").click()
        expect(page.get_by_text("Chrome on Linux is forgotten.")).to_be_visible()
        camera.take(page, "browsers-none")


def take_money(camera, site):
    person = site.welcome(newcomer().number, newcomer().number)
    with camera.open() as page:
        log_in(page, site, person)
        handset = camera.carrier.answer(person.number)
        handset.press(handset.named_key)
        expect(page.get_by_text("This session was confirmed")).to_be_visible()
        page.goto(site.address("/account/send/"))
        page.get_by_label("To whom").fill("Maria Keller")
        page.get_by_label("Account number").fill("NL91 ABNA 0417 1643 00")
        page.get_by_label("Dollars").fill("250.10")
        camera.take(page, "money-form")
        page.get_by_label("Dollars").fill("9999")
        page.get_by_role("button", name="Call me to send it").click()
        expect(page.locator(".voice2fa-error").first).to_be_visible()
        camera.take(page, "money-errors")
        page.get_by_label("Dollars").fill("250.10")
        page.get_by_role("button", name="Call me to send it").click()
        handset = camera.carrier.answer(person.number)
        expect(page.get_by_text("You have answered.")).to_be_visible()
        camera.take(page, "money-wait")
        handset.press(handset.named_key)
        expect_heading(page, "The money is on its way")
        camera.take(page, "money-receipt")
        page.goto(site.address("/account/"))
        camera.take(page, "money-account")
        page.goto(site.address("/account/authenticator/"))
        site.set_ahead(400)
        page.get_by_role("button", name="Set up an app").click()
        expect_heading(page, "Is it you?")
        camera.take(page, "confirm")
        page.get_by_role("button", name="Call me now").click()
        handset = camera.carrier.answer(person.number)
        camera.take(page, "confirm-wait")
        handset.press(handset.named_key)
        expect_heading(page, "Thank you, it is you")
        camera.take(page, "confirm-send-again")
        page.goto(site.address("/account/numbers/"))
        camera.take(page, "account-numbers")
        site.set_ahead(0)


def take_other_ways(camera, site):
    person = site.welcome()
    with camera.open() as page:
        log_in(page, site, person)
        handset = camera.carrier.answer(person.number)
        handset.press(handset.named_key)
        page.get_by_role("link", name="Recovery codes").click()
        camera.take(page, "recovery-codes-none")
        page.get_by_role("button", name="Make recovery codes").click()
        expect_heading(page, "Your new recovery codes")
        camera.take(page, "recovery-codes-new")
        page.emulate_media(media="print")
        camera.take(page, "recovery-codes-printed")
        page.emulate_media(media="screen")
        page.goto(site.address("/phone/recovery-codes/"))
        camera.take(page, "recovery-codes")
        page.goto(site.address("/account/authenticator/"))
        camera.take(page, "authenticator")
        page.get_by_role("button", name="Set up an app").click()
        camera.take(page, "authenticator-secret")
        (device,) = (row for row in site.rows("totpdevice") if not row["confirmed"])
        page.get_by_label("Code from the app").fill(f"{totp(bytes.fromhex(device['key'])):06}")
        page.get_by_role("button", name="Confirm").click()
        expect(page.get_by_text("The app is set up.")).to_be_visible()
        camera.take(page, "account-ways")
    with camera.open() as page:
        log_in(page, site, person)
        camera.carrier.ring(person.number)
        camera.take(page, "wait-other-ways")
        page.get_by_role("link", name="Use another way").click()
        camera.take(page, "other-ways")
        page.get_by_label("Code from the app").fill("000000")
        page.get_by_role("button", name="Confirm").click()
        expect(page.get_by_text("That code is not right")).to_be_visible()
        camera.take(page, "other-ways-wrong")
        page.get_by_role("link", name="Recovery code").click()
        camera.take(page, "other-ways-recovery")


def take_endings(camera, site):
    for name, (act, _, heading, _) in ENDINGS.items():
        if name in ("star", "hash"):
            continue
        person = site.welcome()
        with camera.open() as page:
            log_in(page, site, person)
            act(camera.carrier.ring(person.number))
            expect_heading(page, heading)
            camera.take(page, f"ended-{name.replace(' ', '-')}")
    person = site.welcome()
    with camera.open() as page:
        log_in(page, site, person)
        camera.carrier.ring(person.number)
        page.get_by_role("button", name="Cancel the call").click()
        expect_heading(page, "Cancelled")
        camera.take(page, "ended-cancelled")
        page.goto(site.address("/phone/login/"))
        submit_login(page, site, person)
        expect(page.get_by_text("We have only just called.")).to_be_visible()
        camera.take(page, "login-too-soon")
        site.set_ahead(301)
        page.goto(site.address("/phone/login/"))
        log_in(page, site, person)
        camera.carrier.ring(person.number)
        site.set_ahead(700)
        expect_heading(page, "Time is up")
        camera.take(page, "ended-expired")
        site.set_ahead(0)


def take_machines(camera, site):
    person = site.welcome(newcomer().number, newcomer().number)
    with camera.open() as page:
        log_in(page, site, person)
        handset = camera.carrier.ring(person.number)
        camera.carrier.act(handset.call_id, "machine")
        camera.carrier.advance(3)
        expect_heading(page, "A voicemail answered")
        camera.take(page, "ended-machine")
        site.set_ahead(20)
        page.reload()
        page.get_by_role("button", name="Call me again").click()
        camera.carrier.answer(person.number).press(shown_code(page))
        expect(page.get_by_text("This session was confirmed")).to_be_visible()
        site.set_ahead(0)


def take_suspects(camera, site):
    person = site.welcome(newcomer().number, newcomer().number)
    with camera.open() as page:
        log_in(page, site, person)
        camera.carrier.answer(person.number).press_another_key()
        expect_heading(page, "Denied")
        site.set_ahead(20)
        page.reload()
        page.get_by_role("button", name="Call me again").click()
        expect(page.get_by_text("please key in a code")).to_be_visible()
        camera.take(page, "wait-why-code")
        camera.carrier.answer(person.number).press("0#").press("0").wait_for_the_end()
        expect_heading(page, "Reported")
        camera.take(page, "ended-stopped")
        site.set_ahead(40)
        page.goto(site.address("/phone/login/"))
        log_in(page, site, person)  # rings the other phone
        camera.carrier.answer(person.numbers[1]).press("0").press("0").wait_for_the_end()
        expect_heading(page, "Reported")
        submit_login(page, site, person)
        expect(page.get_by_text("asked us not to call it")).to_be_visible()
        camera.take(page, "login-stopped")
        site.set_ahead(0)


def take_call_in(camera, site):
    camera.carrier.listen(reception_of(site))
    person = site.welcome()
    with camera.open() as page:
        log_in(page, site, person)
        page.get_by_role("button", name="Call us instead").click()
        expect_heading(page, "Call us from your phone")
        camera.take(page, "call-in")
        camera.carrier.dial(person.number, attestation="C")
        expect(page.get_by_text("does not vouch")).to_be_visible()
        camera.take(page, "call-in-not-vouched-for")
        call = camera.carrier.dial(person.number)
        expect(page.get_by_text("You are through. Key")).to_be_visible()
        camera.take(page, "call-in-through")
        call.hang_up()
        page.get_by_role("button", name="Cancel", exact=True).click()
        expect_heading(page, "Cancelled")
        camera.take(page, "call-in-cancelled")


def reception_of(site):
    """Return where the example site takes calls."""
    secrets = {"CALLBACK_SECRETS": EMULATED_CARRIER["CALLBACK_SECRETS"]}
    provider = settings.VOICE2FA["PROVIDER"] | {"OPTIONS": secrets}
    with override_settings(VOICE2FA={**settings.VOICE2FA, "PUBLIC_URL": site.url, "PROVIDER": provider}):
        return open_reception()


def take_spoken(camera, site):
    person = site.welcome()
    with camera.open() as page:
        log_in(page, site, person)
        handset = camera.carrier.answer(person.number)
        expect(page.get_by_text("You have answered.")).to_be_visible()
        camera.take(page, "wait-speak-answered")
        handset.press(handset.named_key)
        expect(page.get_by_text("The code has been told.")).to_be_visible()
        camera.take(page, "wait-speak-told")
        for tries in range(3):
            page.get_by_label("Code from the call").fill("1")
            page.get_by_role("button", name="Confirm").click()
            if tries == 0:
                expect(page.get_by_text("You have 2 tries left")).to_be_visible()
                camera.take(page, "wait-speak-wrong")
        expect_heading(page, "Too many wrong codes")
        camera.take(page, "ended-locked")


def take_switchboard(camera, site):
    """A desk behind a switchboard: one that is reached, and one that is not."""
    for extension in ("204", "999"):
        person, carrier = newcomer(FAST), camera.carrier
        with camera.open() as page:
            page.goto(site.address("/phone/register/"))
            page.get_by_label("Username").fill(person.username)
            page.get_by_label("Phone number").fill(person.number)
            page.get_by_label("Extension").fill(extension)
            page.get_by_label("Password", exact=True).fill(person.password)
            page.get_by_label("Password confirmation").fill(person.password)
            page.get_by_label("automated calls").check()
            page.get_by_role("button", name="Call me").click()
            carrier.ring(FAST)
            carrier.advance(1)
            expect(page.get_by_text("The switchboard has answered.")).to_be_visible()
            camera.take(page, f"wait-switchboard-{extension}")
            carrier.advance(17)
            if extension == "999":
                expect_heading(page, "Extension 999 was not reached")
                camera.take(page, "switchboard-not-reached")
                continue
            carrier.ring_of(FAST).press(shown_code(page))
            expect_heading(page, "Your phone is confirmed")
            page.goto(site.address("/phone/phones/"))
            camera.take(page, "phones-desk")
            page.get_by_role("link", name="Language My phone").click()
            camera.take(page, "phone-language")


def take_first_phone(camera, site):
    person = site.welcome(has_phones=False)
    with camera.open() as page:
        submit_login(page, site, person)
        expect_heading(page, "Is this account yours?")
        camera.take(page, "first-phone-proof")
        page.get_by_role("button", name="Send me an e-mail").click()
        expect(page.get_by_text("are on their way to")).to_be_visible()
        camera.take(page, "first-phone-mailed")
        page.get_by_role("button", name="Send another e-mail").click()
        camera.take(page, "first-phone-mailed-already")
        page.get_by_label("Code").fill("0000-0000")
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_text("wrong, used, or too old")).to_be_visible()
        camera.take(page, "first-phone-wrong-code")
        body = site.wait_for_mail(person.email, "first")["body"]
        link = re.search(r"http\S+/first-phone/link/\S+/", body)[0]
        with camera.open() as elsewhere:
            elsewhere.goto(link)
            camera.take(elsewhere, "first-phone-link-elsewhere")
        page.goto(link)
        camera.take(page, "first-phone-link")
        page.get_by_role("button", name="Continue").click()
        expect_heading(page, "Add your first phone")
        camera.take(page, "first-phone")
        page.get_by_label("Phone number").fill(person.number)
        page.get_by_label("Ring this number").check()
        page.get_by_role("button", name="Call this phone").click()
        camera.carrier.ring(person.number).decline()
        expect_heading(page, "The call was declined")
        camera.take(page, "first-phone-declined")


def take_grace(camera, site):
    person = site.welcome(has_phones=False)
    with camera.open() as page:
        page.goto(site.address("/phone/login/"))
        camera.take(page, "grace-login")
        submit_login(page, site, person)
        expect(page.get_by_text("Good to see you")).to_be_visible()
        camera.take(page, "grace-account")
        page.goto(site.address("/phone/phones/"))
        camera.take(page, "grace-phones")
        page.get_by_role("link", name="Add one now.").first.click()
        camera.take(page, "grace-password")


def take_admin(camera, site):
    staff = site.welcome(is_staff=True)
    with camera.open() as page:
        page.goto(site.address("/admin/"))
        page.get_by_label("Username").fill(staff.username)
        page.get_by_label("Password").fill(staff.password)
        page.get_by_role("button", name="Continue").click()
        handset = camera.carrier.answer(staff.number)
        handset.press(handset.named_key)
        page.wait_for_url(site.address("/admin/"))
        camera.take(page, "admin")
        page.goto(site.address("/admin/voice2fa/phoneverification/"))
        camera.take(page, "admin-verifications")
        page.locator("#result_list tbody a").first.click()
        camera.take(page, "admin-verification")
        page.goto(site.address("/admin/voice2fa/voicedevice/"))
        camera.take(page, "admin-phones")
        page.locator("#result_list tbody a").first.click()
        camera.take(page, "admin-phone")
        page.goto(site.address("/admin/voice2fa/stoppednumber/add/"))
        camera.take(page, "admin-stop")
        page.get_by_role("button", name="Stop calls").click()
        page.get_by_label("Phone number").fill(newcomer().number)
        page.get_by_label("Reason").fill("An e-mail of 2 March")
        page.get_by_role("button", name="Stop calls").click()
        expect(page.get_by_text("We do not call")).to_be_visible()
        camera.take(page, "admin-stopped-numbers")
        page.locator("#result_list tbody a").first.click()
        camera.take(page, "admin-stopped-number")
        page.get_by_role("link", name="Let it be called again").click()
        camera.take(page, "admin-lift")
        page.get_by_label("Reason").fill("The number is a new customer's now")
        page.get_by_role("button", name="Let it be called").click()
        expect(page.get_by_text("may be called again.")).to_be_visible()
        camera.take(page, "admin-lifted")


def write_index(folder):
    """Write a page that shows the pictures of each page side by side."""
    names = sorted({path.stem.rsplit("-", 2)[0] for path in folder.glob("*.png")})
    suffixes = [f"{width}-{scheme}" for width in WIDTHS for scheme in SCHEMES]
    rows = [
        f"<h2>{name}</h2><p>"
        + "".join(f'<a href="{name}-{suffix}.png"><img src="{name}-{suffix}.png"></a>' for suffix in suffixes)
        for name in names
    ]
    style = (
        "img { height: 420px; margin-right: 8px; border: 1px solid #888 } body { font-family: sans-serif }"
    )
    text = f'<!doctype html><meta charset="utf-8"><title>Pages</title><style>{style}</style>{"".join(rows)}'
    (folder / "index.html").write_text(text)


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        carrier = Carrier()
        stack.callback(carrier.close)
        sites = {}
        for method, options in {
            "approve": {"CALL_IN": "A"},
            "speak": {"LOGIN_METHOD": "speak", "ENROL_METHOD": "speak"},
            "desks": {"ACCOUNTS_PER_NUMBER": 1000, "COOL_DOWN": 0},
            "grace": {"GRACE_UNTIL": "2999-01-30"},
        }.items():
            (root / method).mkdir()
            sites[method] = Site(root / method, carrier.url, settings=EXAMPLE, **options)
            stack.callback(sites[method].close)
        browser = launch(stack.enter_context(sync_playwright()))
        for width in WIDTHS:
            for scheme in SCHEMES:
                carrier.reset()
                camera = Camera(browser, folder, carrier, width, scheme)
                take_forms(camera, sites["approve"], sites["approve"].welcome())
                take_registration(camera, sites["approve"])
                take_login(camera, sites["approve"])
                take_browsers(camera, sites["approve"])
                take_money(camera, sites["approve"])
                take_other_ways(camera, sites["approve"])
                take_endings(camera, sites["approve"])
                take_machines(camera, sites["approve"])
                take_suspects(camera, sites["approve"])
                take_call_in(camera, sites["approve"])
                take_spoken(camera, sites["speak"])
                take_switchboard(camera, sites["desks"])
                take_first_phone(camera, sites["approve"])
                take_grace(camera, sites["grace"])
                take_admin(camera, sites["approve"])
        browser.close()
    write_index(folder)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
