"""The language of the calls to a phone."""

import pytest
from django.conf import global_settings
from django.utils import translation

from tests import stage
from tests.stage import CLIENT, NOW, NUMBER, refusal_of
from voice2fa import signals
from voice2fa.core.errors import Code
from voice2fa.flows import enrolment, login, phones, registration
from voice2fa.flows.attempts import tickets
from voice2fa.flows.telephony import languages
from voice2fa.providers.memory import MemoryProvider

LANGUAGES = [("en", "English"), ("es", "Spanish"), ("pt", "Portuguese"), ("tlh", "Klingon")]
VOICES = {"en", "es", "fr", "de"}


class Voices(MemoryProvider):
    """A carrier that cannot speak each language."""

    def can_speak(self, language):
        return language in VOICES


@pytest.fixture(autouse=True)
def site(settings, configure):
    settings.LANGUAGES = LANGUAGES
    configure(PROVIDER={"BACKEND": f"{__name__}.Voices"})


def offered():
    return {language.code: language.label for language in languages.list_languages()}


def enrol(user, **choice):
    return enrolment.begin(
        user, number=NUMBER, name="Mobile", client=CLIENT, now=NOW, consents=True, **choice
    ).verification


def test_what_the_carrier_has_a_voice_for_is_on_offer_in_its_own_name():
    assert offered() == {"en": "English", "es": "Español"}


def test_what_is_spoken_instead_is_said_in_the_choice(configure):
    configure(SPOKEN_INSTEAD={"pt": "es"})
    assert offered()["pt"] == "Português (calls speak español)"


def test_what_is_said_in_the_choice_is_what_calls_speak(user, configure):
    configure(SPOKEN_INSTEAD={"pt": "ru"})  # which has no voice here
    assert offered()["pt"] == "Português (calls speak English)"
    assert enrol(user, language="pt").language == "en"


def test_a_site_that_names_no_languages_offers_those_that_we_are_translated_into(settings):
    settings.LANGUAGES = global_settings.LANGUAGES
    assert list(offered()) == ["en", "es", "fr", "de"]


@pytest.mark.django_db
def test_a_phone_speaks_the_language_of_the_page_on_which_it_was_added(user):
    with translation.override("es"):
        assert enrol(user).language == "es"
    assert user.voicedevice_set.get().language == "es"


@pytest.mark.parametrize(("page", "offered"), [("en-us", "en"), ("ES", "es"), ("pt-br", ""), ("", "")])
def test_a_language_counts_as_its_general_one_where_that_is_on_offer(page, offered):
    assert languages.as_offered(page) == offered


@pytest.mark.django_db
def test_a_page_whose_language_cannot_be_spoken_gives_the_phone_none(user):
    with translation.override("pt"):
        enrol(user)
    assert user.voicedevice_set.get().language == ""


def register():
    started = registration.begin(stage.applicant(), number=NUMBER, client=CLIENT, now=NOW, consents=True)
    stage.place(started.verification)
    stage.answer(started.verification)
    stage.approve(started.verification)
    return registration.finish(tickets.find(started.ticket), now=NOW)


@pytest.mark.django_db
def test_a_registration_speaks_the_language_of_its_page_and_so_do_later_calls():
    with translation.override("es"):
        user = register()
    assert login.begin(user, CLIENT, now=NOW).verification.language == "es"


@pytest.mark.django_db
@pytest.mark.parametrize(("instead", "kept"), [({"pt": "es"}, "pt"), ({}, "")])
def test_a_registered_phone_keeps_the_language_of_its_page_and_not_what_stands_in_for_it(
    configure, instead, kept
):
    configure(SPOKEN_INSTEAD=instead)
    with translation.override("pt"):
        assert register().voicedevice_set.get().language == kept


@pytest.mark.django_db
def test_a_phone_without_a_language_speaks_that_of_the_page_that_asks(phone):
    with translation.override("es"):
        assert login.begin(phone.user, CLIENT, now=NOW).verification.language == "es"


@pytest.mark.django_db
def test_the_language_of_a_phone_is_changed(phone):
    heard = []

    def hear(device, **kwargs):
        heard.append(device.language)

    signals.device_changed.connect(hear)
    phones.choose_language(phone, "es", client=CLIENT, confirmed_at=NOW, now=NOW)
    assert heard == ["es"]
    assert login.begin(phone.user, CLIENT, now=NOW).verification.language == "es"


@pytest.mark.django_db
def test_the_language_is_changed_after_a_fresh_confirmation_alone(phone):  # R21
    late = NOW - stage.LONG_AGO
    change = {"client": CLIENT, "confirmed_at": late, "now": NOW}
    assert refusal_of(phones.choose_language, phone, "es", **change) == Code.CONFIRMATION_REQUIRED


@pytest.mark.django_db
def test_no_flow_takes_a_language_that_calls_cannot_speak(phone):
    change = {"client": CLIENT, "confirmed_at": NOW, "now": NOW}
    assert refusal_of(phones.choose_language, phone, "ja", **change) == Code.LANGUAGE_UNSPOKEN
    assert refusal_of(enrol, stage.make_user("otto"), language="ja") == Code.LANGUAGE_UNSPOKEN
    phone.refresh_from_db()
    assert phone.language == ""
