"""The number that calls depends on whom it calls: at the carrier, on the page, and in what is believed."""

import pytest

from .settings import VOICE2FA

REGIONAL, USUAL = "+12025550105", "+12025550100"


@pytest.fixture
def regional_site(calling_site_with, carrier):
    """A site that calls the numbers of one area from another number than all others, and takes calls."""
    options = {
        **VOICE2FA["PROVIDER"]["OPTIONS"],
        "BASE_URL": f"{carrier.url}/api/v2",
        "TOKEN_URL": f"{carrier.url}/api/v1/oauth2/token",
        "FROM_NUMBERS": {"+1415": REGIONAL},
        "DISPLAY_NAME": "Example Bank",
    }
    return calling_site_with(PROVIDER={**VOICE2FA["PROVIDER"], "OPTIONS": options})


@pytest.mark.parametrize(
    ("number", "caller", "shown"),
    [("+14155550161", REGIONAL, "+1 202-555-0105"), ("+12125550161", USUAL, "+1 202-555-0100")],
)
def test_the_page_names_the_number_that_calls_and_its_call_is_believed(
    regional_site, visit, carrier, number, caller, shown
):
    visitor = visit(regional_site)
    visitor.log_in(regional_site.welcome(number))
    assert shown in visitor.page
    handset = carrier.answer(number)
    assert (handset.call["from"], handset.call["displayName"]) == (caller, "Example Bank")
    handset.press(handset.named_key)
    assert visitor.complete().is_in


def test_whoever_calls_us_calls_the_number_that_the_page_names(regional_site, visit, carrier):
    person, visitor = regional_site.welcome(), visit(regional_site)
    visitor.log_in(person)
    visitor.submit("/phone/call-in/")
    assert "+1 202-555-0105" in visitor.page
    assert "expect no call" in carrier.dial(person.number, to=USUAL).transcript
    carrier.dial(person.number, to=REGIONAL).press(visitor.shown_code)
    assert visitor.complete().is_in
