"""Pages that ask for a phone behind a switchboard, and in which language to call it."""

import pytest
from django.urls import reverse

from tests import stage
from tests.stage import NUMBER, OTHER_NUMBER, PASSWORD
from voice2fa.models import PhoneVerification, VoiceDevice

from .conftest import newest

LANGUAGES = [("en", "English"), ("es", "Spanish"), ("fr", "French")]


@pytest.fixture
def three_languages(settings):
    settings.LANGUAGES = LANGUAGES


def register(browser, **data):
    fields = {"username": "berta", "email": "b@example.com", "password1": PASSWORD, "password2": PASSWORD}
    return browser.send("register", data={**fields, "number": NUMBER, "consents": "on", **data})


def add(browser, carrier=None, **data):
    facts = {"name": "Desk", "number": OTHER_NUMBER, "consents": "on", **data}
    response = browser.send("phone_add", data=facts)
    if carrier is None:
        return response
    carrier.calls[-1].answer()
    carrier.calls[-1].press(stage.code_of(newest()))
    return browser.send("complete", follow=True)


@pytest.mark.parametrize(
    "typed",
    [
        {"extension": "204"},
        {"number": "+1 202 555 0123 ext. 204"},
        {"number": "(202) 555-0123 x204"},
        {"number": f"{NUMBER};ext=204", "extension": "2 0 4"},
    ],
)
def test_an_extension_is_dialled_wherever_it_was_typed(browser, carrier, typed):
    assert register(browser, **typed)["Location"] == reverse("voice2fa:wait")
    verification = newest()
    assert (verification.number, verification.extension) == (NUMBER, "204")
    assert "x204" in browser.open("wait").content.decode()


def test_two_different_extensions_are_refused(browser):
    response = register(browser, number=f"{NUMBER} x204", extension="205")
    assert "is not the one beside it" in response.context["form"].errors["extension"][0]
    assert not PhoneVerification.objects.exists()


def test_letters_in_an_extension_are_refused_beside_its_field(browser):
    page = register(browser, extension="reception").content.decode()
    assert "An extension has digits only." in page
    assert 'value="reception"' in page
    assert not PhoneVerification.objects.exists()


def test_an_extension_that_is_too_long_is_told_its_limit_beside_its_field(browser):
    errors = register(browser, extension="2" * 40).context["form"].errors
    assert errors["extension"] == ["An extension has at most 32 digits and commas. Check it and try again."]


def test_an_extension_is_not_asked_of_a_number_that_is_wrong_itself(browser):
    errors = register(browser, number="12", extension="204").context["form"].errors
    assert list(errors) == ["number"]


def test_a_desk_is_added_to_the_account_and_read_out(inside, carrier):
    page = add(inside, carrier, extension=",204").content.decode()
    assert VoiceDevice.objects.get(name="Desk").extension == ",204"
    assert "+1 ••• ••• ••24 x204" in page
    assert "Desk, the number ending in 24, extension 204" in page
    assert "Mobile, the number ending in 23<" in page


def test_a_desk_that_is_there_already_is_refused_beside_the_number(inside, phone, carrier):
    add(inside, carrier, extension="204")
    errors = add(inside, extension="204").context["form"].errors
    assert errors["number"] == ["That phone is on your account already."]


def test_the_first_phone_may_be_a_desk(browser, user, configure):
    configure(FIRST_PHONE_PROOF="password")
    browser.enter_password()
    browser.send("first_phone", data={"number": NUMBER, "extension": "204", "consents": "on"})
    assert newest().extension == "204"


# The language of calls


def chosen(response):
    return response.context["form"]["language"].value()


def test_a_phone_is_added_in_the_language_of_the_page(inside, three_languages):
    page = inside.open("phone_add", headers={"Accept-Language": "es"})
    assert chosen(page) == "es"
    assert '<option value="fr" lang="fr">Français</option>' in page.content.decode()


def test_calls_speak_the_language_that_was_chosen(inside, carrier, three_languages):
    page = add(inside, carrier, language="fr").content.decode()
    assert VoiceDevice.objects.get(name="Desk").language == newest().language == "fr"
    assert "Language of calls: Français" in page


def test_a_phone_may_be_left_to_the_language_of_each_page(inside, carrier, three_languages):
    add(inside, carrier, language="")
    assert VoiceDevice.objects.get(name="Desk").language == ""


def test_a_language_that_is_not_on_offer_is_refused(inside, three_languages):
    errors = add(inside, language="ja").context["form"].errors
    assert errors["language"] == ["Calls cannot speak that language here. Choose another one."]


def test_the_language_of_a_phone_is_changed_on_its_page(inside, phone, three_languages):
    assert chosen(inside.open("phone_language", phone.pk)) == ""
    response = inside.send("phone_language", phone.pk, data={"language": "es"}, follow=True)
    phone.refresh_from_db()
    assert phone.language == "es"
    assert "The language of calls to Mobile is changed." in response.content.decode()
    assert chosen(inside.open("phone_language", phone.pk)) == "es"


def test_a_phone_of_somebody_else_has_no_language_here(inside, three_languages):
    others = stage.make_phone(stage.make_user("otto"), OTHER_NUMBER)
    assert inside.send("phone_language", others.pk, data={"language": "es"}).status_code == 404


def test_where_one_language_is_spoken_nobody_is_asked(inside, phone, settings):
    settings.LANGUAGES = LANGUAGES[:1]
    assert "language" not in inside.open("phone_add").context["form"].fields
    assert inside.open("phone_language", phone.pk).status_code == 404
    assert reverse("voice2fa:phone_language", args=[phone.pk]) not in inside.open("phones").content.decode()
