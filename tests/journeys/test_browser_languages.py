"""Pages and calls in the person's own language, and keys that mean the same in all of them, in a browser."""

import html
import re

import pytest
from django.utils import translation
from playwright.sync_api import expect

from tests.catalogues import po_of, read_translations
from voice2fa.language_codes import TRANSLATED
from voice2fa.providers.bandwidth.voices import VOICES

from .browsing import (
    SOON,
    expect_heading,
    expect_in,
    expect_sound,
    give_password,
    log_in,
    shown_code,
    shown_key,
)
from .stage import newcomer
from .test_parity import CONTROLS

pytestmark = pytest.mark.browser
CANCELLED = "The request was cancelled. Goodbye."
SMALL, LARGE = {"width": 375, "height": 740}, {"width": 1280, "height": 900}
# Words that run on in the next line, and boxes with more in them than they hold.
OUT_OF_SHAPE = """() => {
  const lines = (range) => new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size;
  const broken = (element) => {
    const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT), found = [], range = new Range();
    for (let text; (text = texts.nextNode()); )
      for (const word of text.data.matchAll(/[\\p{L}\\p{N}]+/gu)) {
        if (/[\\u3040-\\u9fff]/.test(word[0])) continue;  // Japanese and Chinese break between any two signs
        range.setStart(text, word.index);
        range.setEnd(text, word.index + word[0].length);
        if (lines(range) > 1) found.push(word[0]);
      }
    return found;
  };
  const isFull = (box) => getComputedStyle(box).display !== "inline" && box.scrollWidth > box.clientWidth + 1;
  const shown = [...document.querySelectorAll(".voice2fa-card *")].filter((element) =>
    element.checkVisibility() && !element.closest(".voice2fa-badge, .voice2fa-hidden"));
  const full = shown.filter(isFull).map((box) => box.innerText);
  return [...broken(document.querySelector(".voice2fa-card")), ...full];
}"""


@pytest.fixture
def browser(request, open_browser):
    """A browser whose owner reads this language, or English."""
    return open_browser(locale=request.param) if hasattr(request, "param") else open_browser()


def in_language(language):
    return pytest.mark.parametrize("browser", [language], indirect=True)


@pytest.fixture(params=CONTROLS)
def steered_site(request, site_by):
    """A site, by each way to steer calls."""
    return site_by(request.param)


@pytest.fixture
def bxml_of(carrier):
    """Return a function that gives all that the site had the carrier do in the latest call to a number."""
    return lambda number: "".join(
        exchange["request" if exchange["name"] == "updateCallBxml" else "response"]
        for exchange in carrier.ring_of(number).call["exchanges"]
    )


def locales_in(bxml):
    return {VOICES[name].locale for name in re.findall(r'voice="([^"]+)"', bxml)}


def expect_no_english(page, language):
    """Nothing that we say is on the page in English: not in its title, its labels, or what scripts show."""
    source = re.sub(r"\s+", " ", html.unescape(page.content()))
    messages = read_translations(po_of(translation.to_locale(language)), language)
    phrases = [
        message.id for message in messages if isinstance(message.id, str) and message.id.count(" ") > 1
    ]
    parts = {phrase: re.split(r"%\(\w+\)[sd]|\{\w*\}", " ".join(phrase.split())) for phrase in phrases}
    assert len(parts) > 100
    assert [phrase for phrase, pieces in parts.items() if all(piece in source for piece in pieces)] == []
    assert page.locator("html").get_attribute("lang") == language


@in_language("es")
def test_a_newcomer_who_reads_spanish_hears_spanish(site, page, phone, bxml_of):
    site.configure(COOL_DOWN=15)
    person = newcomer()
    handset = phone(person.number)
    page.goto(site.address("/phone/register/"))
    expect_heading(page, "Cree su cuenta")
    expect_no_english(page, "es")
    page.get_by_label("Nombre de usuario").fill(person.username)
    page.get_by_label("Número de teléfono").fill(person.number)
    page.get_by_label("Contraseña", exact=True).fill(person.password)
    page.get_by_label("Contraseña (confirmación)").fill(person.password)
    page.locator("[name=consents]").check()
    page.get_by_role("button", name="Llamarme").click()
    expect_heading(page, "Le llamamos para confirmar su teléfono")
    handset.answer()
    expect(handset.transcript).to_contain_text("Le habla Example Bank. Alguien se está registrando")
    expect(handset.transcript).to_contain_text("Desde Chrome en Linux. Marque las 6 cifras")
    expect(page.get_by_text("Ha contestado.")).to_be_visible(timeout=SOON)
    expect(page.get_by_role("button", name="(dentro de ")).to_be_disabled()
    expect_no_english(page, "es")
    handset.press(shown_code(page))
    expect_heading(page, "Su teléfono está confirmado")
    expect(handset.transcript).to_contain_text("Ha quedado confirmado. Adiós.")
    expect_no_english(page, "es")
    assert locales_in(bxml_of(person.number)) == {"es"}


@in_language("ar")
def test_an_arabic_page_runs_from_right_to_left_with_its_numbers_from_left_to_right(
    entering_site, page, phone, bxml_of
):
    person = entering_site.welcome()
    handset = phone(person.number)
    give_password(page, entering_site, person)
    expect(page.locator("html[lang=ar][dir=rtl]")).to_be_attached()
    expect_sound(page)
    # Read from the left: the code, our number, and their number, each with its first sign leftmost.
    assert [is_from_left(numeral) for numeral in page.locator("bdi:visible").all()] == [True, True, True]
    steps = page.locator("[data-step] .voice2fa-mark").all()
    places = [step.bounding_box()["x"] for step in steps]
    assert places == sorted(places, reverse=True)
    handset.answer()
    expect(handset.transcript).to_contain_text("هناك من يسجل الدخول إلى حسابك")
    expect(page.locator("[data-progress=answered]")).to_be_attached()
    expect_no_english(page, "ar")
    expect_sound(page)
    handset.press(shown_code(page))
    expect_in(page, entering_site)
    assert locales_in(bxml_of(person.number)) == {"arb"}


def is_from_left(element):
    """Whether the first sign of an element stands left of its last."""
    return element.evaluate(
        """element => {
          const letters = element.firstChild, range = document.createRange();
          const place = (at) => {
            range.setStart(letters, at);
            range.setEnd(letters, at + 1);
            return range.getBoundingClientRect().left;
          };
          return place(0) < place(letters.length - 1);
        }"""
    )


def test_star_says_it_again_slowly_and_the_key_is_still_good(steered_site, page, phone, bxml_of):
    site, person = steered_site, steered_site.welcome()
    handset = phone(person.number)
    log_in(page, site, person)
    expect(page.get_by_text("The star key repeats, any other key refuses.")).to_be_visible()
    handset.answer()
    lines = handset.transcript.locator("p")
    expect(lines).to_have_count(1)
    handset.press("*")
    expect(lines).to_have_count(2)
    first, second = lines.all_inner_texts()
    assert first == second
    documents = [bxml for bxml in bxml_of(person.number).split("<?xml") if "<Gather" in bxml]
    assert [bxml.count('<prosody rate="slow">') for bxml in documents] == [0, 1]
    key = shown_key(page)
    expect(page.get_by_text("You have answered.")).to_be_visible(timeout=SOON)
    handset.press(key)
    expect_in(page, site)


@in_language("de")
def test_a_report_reaches_the_page_before_the_call_is_over(steered_site, page, phone):
    site, person = steered_site, steered_site.welcome()
    handset = phone(person.number)
    give_password(page, site, person)
    handset.answer().press("0")
    expect_heading(page, "Gemeldet")
    expect(handset.transcript).to_contain_text("Die Anfrage ist abgelehnt.")
    expect(page.get_by_role("button", name="anrufen")).to_have_count(0)
    expect_no_english(page, "de")
    handset.hang_up()
    expect(handset.device).to_contain_text("Call ended")


def test_a_cancel_on_the_page_is_one_sentence_on_the_phone_and_the_end_of_the_call(steered_site, page, phone):
    site, person = steered_site, steered_site.welcome()
    handset = phone(person.number)
    log_in(page, site, person)
    handset.answer()
    expect(handset.transcript.locator("p")).to_have_count(1)
    page.get_by_role("button", name="Cancel the call").click()
    expect(handset.device).to_contain_text("Call ended", timeout=1000)
    assert handset.transcript.locator("p").all_inner_texts()[1:] == [CANCELLED]
    expect_heading(page, "Cancelled")
    assert site.states(person) == ["cancelled"]


def test_no_word_is_broken_and_nothing_sticks_out_in_any_language(site, page, carrier):
    person = site.welcome()
    log_in(page, site, person)
    carrier.answer(person.number)
    for size in (SMALL, LARGE):
        page.set_viewport_size(size)
        for language in TRANSLATED:
            page.context.set_extra_http_headers({"Accept-Language": language})
            page.goto(site.address("/phone/wait/"))
            expect(page.locator("html")).to_have_attribute("lang", language)
            assert (language, page.evaluate(OUT_OF_SHAPE)) == (language, [])
