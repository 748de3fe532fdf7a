"""What people do in a browser, step by step, and what is looked at on every page."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

SOON = 3000  # milliseconds; the page moves on within about a second of the decision
_axe = Axe()


def fill_login(page, site, person, path="/phone/login/"):
    page.goto(site.address(path))
    page.get_by_label("Username").fill(person.username)
    page.get_by_label("Password").fill(person.password)


def submit_login(page, site, person, path="/phone/login/"):
    fill_login(page, site, person, path)
    page.get_by_role("button", name="Continue").click()


def give_password(page, site, person):
    """Log in by the names of the fields, whatever their labels say."""
    page.goto(site.address("/phone/login/"))
    page.locator("[name=username]").fill(person.username)
    page.locator("[name=password]").fill(person.password)
    page.locator(".voice2fa-form .voice2fa-primary").click()


def log_in(page, site, person, path="/phone/login/"):
    """Give the right password; arrive at the waiting page."""
    submit_login(page, site, person, path)
    expect_heading(page, "We are calling your phone")


def register(page, site, person):
    page.goto(site.address("/phone/register/"))
    page.get_by_label("Username").fill(person.username)
    page.get_by_label("Email").fill("somebody@example.com")
    page.get_by_label("Phone number").fill(person.number)
    page.get_by_label("Password", exact=True).fill(person.password)
    page.get_by_label("Password confirmation").fill(person.password)
    page.get_by_label("automated calls").check()
    page.get_by_role("button", name="Call me").click()
    expect_heading(page, "We are calling you to confirm your phone")


def expect_heading(page, words, timeout=SOON):
    expect(page.get_by_role("heading", level=1)).to_have_text(words, timeout=timeout)


def expect_in(page, site, path="/"):
    """The page has moved on by itself, and the person is in, verified by phone."""
    page.wait_for_url(site.address(path), timeout=SOON)
    expect(page.get_by_text("verified: True")).to_be_visible()


def expect_out(page, site):
    """A page for members turns the browser away."""
    page.goto(site.address("/members/"))
    expect_heading(page, "Log in")


def shown_code(page):
    """The code that the page shows to be keyed in."""
    return re.sub(r"\D", "", page.locator(".voice2fa-code bdi").inner_text())


def shown_key(page):
    """The key that the page shows."""
    return page.locator("kbd").first.inner_text()


def expect_sound(page):
    """Nothing that axe finds, in light or dark, and no sideways scrolling at 320 pixels (WCAG 2.2 AA)."""
    size = page.viewport_size
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        results = _axe.run(page)
        assert results.violations_count == 0, f"{page.url} {scheme}\n{results.generate_report()}"
    page.set_viewport_size({"width": 320, "height": 640})
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 320, f"{page.url} is {width} pixels wide"
    page.set_viewport_size(size)
    page.emulate_media(color_scheme="light")


class Phone:
    """The handset page of the emulator in a tab of its own."""

    def __init__(self, page, carrier, number):
        self.page, self.number = page, number
        page.goto(carrier.url + "/")
        self.device = page.locator(f'[data-handset="{number}"]')

    def call_us(self):
        """Call the site from this phone; returns when the site listens to keys."""
        self.page.get_by_text("Call somebody").click()
        self.page.get_by_label("From this phone").fill(self.number)
        self.page.get_by_role("button", name="Call", exact=True).click()
        expect(self.device.locator("[data-listening]")).to_be_visible()
        return self

    def answer(self):
        self.device.get_by_role("button", name="Answer", exact=True).click()
        expect(self.device.locator("[data-listening]")).to_be_visible()
        return self

    def decline(self):
        self.device.get_by_role("button", name="Decline").click()

    def hang_up(self):
        self.device.get_by_role("button", name="Hang up").click()

    def press(self, keys):
        for key in keys:
            self.device.locator(f'[data-key="{key}"]').click()

    @property
    def transcript(self):
        return self.device.locator("[data-transcript]")

    def named_key(self):
        expect(self.transcript).to_contain_text(re.compile(r"press [1-9]"))
        return re.search(r"press ([1-9])", self.transcript.inner_text()).group(1)
