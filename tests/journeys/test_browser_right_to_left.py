"""Arabic pages in a browser: from right to left, whole, and without a word of English."""

import re

import pytest
from playwright.sync_api import expect

from .browsing import expect_sound, give_password, shown_code
from .stage import PASSWORD, fresh_number, newcomer
from .test_browser_languages import LARGE, OUT_OF_SHAPE, SMALL, expect_no_english, in_language
from .test_extensions import FAST

pytestmark = [pytest.mark.browser, in_language("ar")]
SUBMIT = ".voice2fa-form .voice2fa-primary"
# The Latin words that are shown or read out; names of languages are in their own letters.
LATIN = """() => {
  const said = [document.title], texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text; (text = texts.nextNode()); )
    if (!text.parentElement.closest("option, script, style, noscript")) said.push(text.data);
  for (const name of ["aria-label", "title", "placeholder", "alt"])
    for (const element of document.querySelectorAll(`[${name}]`)) said.push(element.getAttribute(name));
  return said.join("\\n").match(/[A-Za-z]{2,}/g) ?? [];
}"""

# Numbers and addresses of which the first sign does not stand left of the last.
FROM_RIGHT = r"""() => {
  const found = [], texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const place = (text, at) => {
    const range = new Range();
    range.setStart(text, at);
    range.setEnd(text, at + 1);
    return range.getBoundingClientRect().left;
  };
  for (let text; (text = texts.nextNode()); ) {
    if (!text.parentElement.checkVisibility() || text.parentElement.closest(".voice2fa-hidden")) continue;
    const numerals = /\+\d[\d\s•-]+\d|[\w•.]+@[\w•.]*\w|\d+[#*]\d+/g;
    for (const { 0: run, index } of text.data.matchAll(numerals))
      if (place(text, index) >= place(text, index + run.length - 1)) found.push(run);
  }
  return found;
}"""

# Sentences that begin further from the right of their box than they end from its left.
FROM_LEFT = """() => {
  const gaps = (element) => {
    const range = new Range(), box = element.getBoundingClientRect();
    range.selectNodeContents(element);
    const text = range.getBoundingClientRect();
    return [box.right - text.right, text.left - box.left];
  };
  const said = [...document.querySelectorAll(".voice2fa-card :is(h1, h2, p, label, li, dt, .voice2fa-help)")];
  const shown = said.filter((element) => element.innerText.trim() && element.checkVisibility() &&
    getComputedStyle(element).textAlign !== "center" && !element.querySelector(".voice2fa-hidden"));
  const wrong = shown.filter((element) => gaps(element)[0] > gaps(element)[1] + 1);
  return wrong.map((element) => element.outerHTML);
}"""


@pytest.fixture
def browser(request, open_browser):
    return open_browser(locale=request.param)


def expect_well(page, *names):
    """The page that is open is as it should be, whoever reads it; ``names`` may be in Latin letters."""
    expect(page.locator("html[lang=ar][dir=rtl]")).to_be_attached()
    expect_no_english(page, "ar")
    known = set(re.findall("[A-Za-z]+", " ".join(("Example Bank", *names))))
    assert set(page.evaluate(LATIN)) - known == set(), page.url
    for size in (SMALL, LARGE):
        page.set_viewport_size(size)
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], page.url
        assert page.evaluate(OUT_OF_SHAPE) == [], page.url
        assert page.evaluate(FROM_RIGHT) == [], page.url
        assert page.evaluate(FROM_LEFT) == [], page.url
    expect_sound(page)


def fill(page, **fields):
    for name, value in fields.items():
        page.locator(f"[name={name}]").fill(value)


def submit(page):
    page.locator(SUBMIT).last.click()


def submit_unchecked(page):
    """Send the form past the browser, so that the site says what is wrong."""
    page.locator("form.voice2fa-form").last.evaluate("form => form.noValidate = true")
    submit(page)
    expect(page.locator(".voice2fa-error").first).to_be_visible()


def test_the_pages_of_strangers(site, page):
    page.goto(site.address("/phone/login/"))
    expect_well(page)
    fill(page, username="nobody", password="wrong")
    submit(page)
    expect(page.get_by_role("alert")).to_be_visible()
    expect_well(page)
    page.goto(site.address("/phone/register/"))
    expect_well(page)
    submit_unchecked(page)
    expect_well(page)
    fill(page, username="a b", number="+1 900 555 0100", password1="123", password2="124")
    submit_unchecked(page)
    expect_well(page)


def test_the_pages_of_a_newcomer_who_adds_a_phone_and_makes_recovery_codes(site, page, carrier):
    person, second = newcomer(), fresh_number()
    page.goto(site.address("/phone/register/"))
    fill(page, username=person.username, number=person.number, password1=PASSWORD, password2=PASSWORD)
    page.locator("[name=consents]").check()
    submit(page)
    carrier.ring(person.number).answer().press(shown_code(page))
    page.locator(".voice2fa-badge-good").wait_for()
    expect_well(page)

    page.goto(site.address("/phone/phones/"))
    expect_well(page)
    page.goto(site.address("/phone/phones/add/"))
    expect_well(page)
    fill(page, name="العمل", number="+1 900 555 0100")
    page.locator("[name=consents]").check()
    submit_unchecked(page)
    expect_well(page)
    fill(page, number=second)
    submit(page)
    handset = carrier.ring(second)
    expect_well(page)
    handset.answer().press(shown_code(page))
    page.wait_for_url(site.address("/phone/phones/"))
    expect_well(page)
    for name in ("rename", "language", "prefer", "remove"):
        page.goto(site.address("/phone/phones/"))
        page.locator(f".voice2fa-phones a[href*={name}]").last.click()
        expect_well(page)

    page.goto(site.address("/phone/recovery-codes/"))
    expect_well(page)
    page.locator(".voice2fa-primary").click()
    codes = page.locator("[data-voice2fa-codes]")
    codes.wait_for()
    expect_well(page, codes.inner_text(), person.username)
    page.goto(site.address("/phone/recovery-codes/"))
    expect_well(page)


def test_the_pages_on_the_way_to_a_first_phone(site, page, carrier):
    person = site.welcome(has_phones=False)
    give_password(page, site, person)
    expect_well(page, "com")  # the end of the masked address
    fill(page, secret="0000-0000")
    page.locator("[name=secret]").press("Enter")
    expect(page.locator(".voice2fa-error").first).to_be_visible()
    expect_well(page, "com")
    page.locator("form[action*=mail] button").click()
    expect_well(page, "com")
    body = site.wait_for_mail(person.email, "هاتفك الأول")["body"]
    page.goto(re.search(r"http\S+/first-phone/link/\S+/", body)[0])
    expect_well(page)
    page.locator(".voice2fa-primary").click()
    page.locator("[name=number]").wait_for()
    expect_well(page)
    fill(page, number=person.number)
    page.locator("[name=consents]").check()
    submit(page)
    handset = carrier.ring(person.number)
    expect_well(page)
    handset.answer().press(shown_code(page))
    page.wait_for_url(site.address("/"))


def test_the_page_of_an_extension(site, page, carrier):
    person = newcomer(FAST)
    page.goto(site.address("/phone/register/"))
    names = {"username": person.username, "number": person.number, "extension": "999#1"}
    fill(page, **names, password1=PASSWORD, password2=PASSWORD)
    page.locator("[name=consents]").check()
    submit(page)
    carrier.ring(FAST)
    expect_well(page, "x")
    carrier.advance(1)
    expect(page.locator("[data-progress=answered]")).to_be_attached()
    expect(page.get_by_role("status")).to_contain_text("999#1")
    expect_well(page, "x")
