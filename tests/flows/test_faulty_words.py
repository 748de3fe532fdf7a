"""Where a setting of what calls say is wrong, the person is called all the same, and hears what was meant."""

from xml.etree import ElementTree as ET

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from tests import stage
from tests.providers.samples import ACCOUNT_ID, APPLICATION_ID, LINE
from tests.providers.sink import Sink
from tests.test_checks import ids_of
from voice2fa.carrier import get_provider
from voice2fa.emulator.verbs import VOICES
from voice2fa.models import PhoneVerification

CDN = "https://cdn.example.com"


@pytest.fixture
def site(configure, hold_back):
    """Return a function that has Bandwidth call, by the test's options and settings, and gives its side."""
    with Sink() as sink:

        def change(options, **keys):
            backend = "voice2fa.providers.bandwidth.BandwidthProvider"
            configure(PROVIDER={"BACKEND": backend, "OPTIONS": sink.options | options}, **keys)
            return sink

        yield change


def call(client, user, *, page):
    """Log in on a page in the language, have the call placed and answered, and return what it says."""
    login = {"username": user.get_username(), "password": stage.PASSWORD}
    response = client.post(reverse("voice2fa:login"), login, headers={"Accept-Language": page})
    assert response.url == reverse("voice2fa:wait")
    verification = PhoneVerification.objects.get()
    stage.place(verification, now=verification.created_at)
    script = stage.answer(
        verification, now=verification.created_at, account_id=ACCOUNT_ID, application_id=APPLICATION_ID
    )
    return ET.fromstring(get_provider().render(script, line=LINE))


@pytest.mark.parametrize(
    ("options", "keys", "page", "check", "voice", "words"),
    [
        ({"VOICES": {"fr": "celine"}}, {}, "fr", "E116", "jolie", "Ici Example Bank."),
        ({"VOICES": {"fr": "dave", "en": "dave"}}, {}, "fr", "E116", "jolie", "Ici Example Bank."),
        ({"VOICES": {"en-zz": "dave"}}, {}, "en", "E116", "susan", "This is Example Bank."),
        ({"VOICES": {"pt": "susan"}}, {}, "pt", "E116", "susan", "This is Example Bank."),
        ({"VOICES": "dave"}, {}, "en", "E116", "susan", "This is Example Bank."),
        ({"GENDER": "robot"}, {}, "de", "E117", "katrin", "Hier ist Example Bank."),
        ({"DISPLAY_NAME": "\u202e"}, {}, "en", "E121", "susan", "This is Example Bank."),
        ({}, {"SITE_NAME": "   "}, "en", "E004", "susan", "This is localhost."),
        ({}, {"SITE_NAME": "\u202eEvil\n" * 999}, "en", "E004", "susan", "This is Evil Evil Evil "),
        ({}, {"SPEECH_RATE": "fast"}, "en", "E065", "susan", "This is Example Bank."),
        ({}, {"SPOKEN_INSTEAD": {"pt": "<es>"}}, "pt", "E066", "susan", "This is Example Bank."),
        ({}, {"SPOKEN_INSTEAD": {"pt": "tlh"}}, "pt", "E098", "susan", "This is Example Bank."),
        ({}, {"SPOKEN_INSTEAD": {"pt": "es-zz"}}, "pt", "E098", "esperanza", "Le habla Example Bank."),
        ({}, {"RECORDINGS": {"caller": f"{CDN}/a.ogg"}}, "en", "E067", "susan", "This is Example Bank."),
    ],
)
def test_a_check_tells_of_the_fault_and_the_call_is_placed_and_speaks(
    site, client, phone, options, keys, page, check, voice, words
):
    carrier = site(options, **keys)
    assert check in ids_of(run_checks(tags=["voice2fa"]))
    reply = call(client, phone.user, page=page)
    (order,) = carrier.orders
    assert order.json["to"] == stage.NUMBER
    assert order.json.get("displayName") is None
    sentences = list(reply.iter("SpeakSentence"))
    assert {sentence.get("voice") for sentence in sentences} == {voice} <= set(VOICES)
    assert "".join(sentences[0].itertext()).startswith(words)


def test_a_recording_that_cannot_be_played_is_spoken_and_the_others_are_played(site, client, phone):
    site({}, RECORDINGS={"caller": f"{CDN}/caller.wav", "login": f"{CDN}/login.ogg"})
    gather = call(client, phone.user, page="en").find("Gather")
    assert [verb.tag for verb in gather] == ["PlayAudio", "SpeakSentence"]
    assert gather.find("PlayAudio").text == f"{CDN}/caller.wav"
    assert gather.find("SpeakSentence").text.startswith("Somebody is logging in to your account.")


@pytest.mark.parametrize(
    ("options", "keys"),
    [({"ACCOUNT_ID": ""}, {}), ({"FROM_NUMBER": "5"}, {}), ({}, {"PUBLIC_URL": ""}), ({}, {"LIFETIME": 0})],
)
def test_a_fault_without_a_safe_default_still_stops_every_call(site, client, phone, options, keys):
    site(options, **keys)
    with pytest.raises(ImproperlyConfigured):
        call(client, phone.user, page="en")
    assert not PhoneVerification.objects.exists()
