"""Where a call speaks another language than the page, the page says so."""

import pytest
from django.urls import reverse

from tests import stage
from tests.flows.carriers import Mute

LINE = "The call speaks"


@pytest.fixture
def ask(client, user, hold_back):
    """Return a function that logs in with a phone in one language, on pages in another."""

    def ask(phone, page):
        stage.make_phone(user, language=phone)
        headers = {"Accept-Language": page}
        login = {"username": user.get_username(), "password": stage.PASSWORD}
        client.post(reverse("voice2fa:login"), login, headers=headers)
        return client.get(reverse("voice2fa:wait"), headers=headers)

    return ask


@pytest.mark.parametrize(
    ("phone", "page", "name"),
    [
        ("es", "en", "Spanish"),
        ("en", "es", "inglés"),
        ("es-mx", "fr", "espagnol mexicain"),
        ("de", "de-at", ""),
    ],
)
def test_the_language_of_the_call_is_named_in_that_of_the_page(ask, phone, page, name):
    assert ask(phone, page).context["page"].foreign_language.lower() == name.lower()


def test_the_page_says_which_language_the_call_speaks(ask):
    assert "The call speaks Spanish." in ask("es", "en").content.decode()


@pytest.mark.parametrize(
    ("instead", "line"),
    [({}, "Idioma da chamada: inglês."), ({"pt": "fr"}, "Idioma da chamada: francês.")],
)
def test_a_page_in_a_language_that_the_carrier_cannot_speak_says_what_the_call_speaks(
    ask, configure, instead, line
):
    configure(PROVIDER={"BACKEND": f"{Mute.__module__}.Mute"}, SPOKEN_INSTEAD=instead)
    page = ask("", "pt").content.decode()
    assert '<html lang="pt"' in page
    assert line.lower() in page.lower()  # the names are Django's


@pytest.mark.parametrize("phone", ["", "en", "en-gb"])
def test_where_it_is_that_of_the_page_there_is_nothing_to_say(ask, phone):
    assert LINE not in ask(phone, "en").content.decode()


def test_the_api_tells_the_language(client, user, hold_back):
    stage.make_phone(user, language="es")
    login = {"username": user.get_username(), "password": stage.PASSWORD}
    address = reverse("voice2fa_api:login")
    shown = client.post(address, login, content_type="application/json").json()["show"]
    assert shown["call_language"] == "es"
