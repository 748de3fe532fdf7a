"""In which language a call speaks, and in whose words: speech, or the site's recordings."""

from dataclasses import dataclass

from django.conf import settings as django_settings
from django.utils.translation import get_language, override

from voice2fa.carrier import get_provider
from voice2fa.conf import SLOW, get_settings
from voice2fa.core.agents import browser_of, system_of
from voice2fa.core.prompts import Prompt, Utterance
from voice2fa.core.script import Play, Say
from voice2fa.core.speakable import clean
from voice2fa.language_codes import as_named
from voice2fa.models import PhoneVerification, VoiceDevice
from voice2fa.sentences import name_browser
from voice2fa.wording import SOURCE, Facts, has_words, word


def language_of(phone: VoiceDevice | None) -> str:
    """Return in which language to call: the phone's own, or the page's, or what stands in for that."""
    wanted = (phone.language if phone else "") or get_language() or django_settings.LANGUAGE_CODE
    return spoken_for(wanted.lower())


def spoken_for(wanted: str) -> str:
    """Return the language in which calls speak to whoever wants this one.

    It is the first that has a voice and words: that one, what SPOKEN_INSTEAD names, the site's, English.
    Recordings are no voice: what differs from call to call has none.
    """
    instead, general = get_settings().spoken_instead, wanted.partition("-")[0]
    chosen = instead.get(wanted) or instead.get(general) or wanted
    candidates = (wanted, chosen, django_settings.LANGUAGE_CODE.lower())
    return next((language for language in candidates if can_be_spoken(language)), SOURCE)


def can_be_spoken(language: str) -> bool:
    """Tell whether the carrier has a voice for the language, and we or the site have words in it."""
    return get_provider().can_speak(language) and has_words(language)


def knows_origin(user_agent: str) -> bool:
    """Tell whether there are words for the browser."""
    return bool(browser_of(user_agent) or system_of(user_agent))


@dataclass(frozen=True, kw_only=True, slots=True)
class CallSpeaker:
    """Says the prompts of one call in its language, with the facts that they name."""

    language: str
    facts: Facts

    def say(self, prompt: Prompt, *, slowly: bool) -> Utterance:
        """Return the recording of the prompt, where the site has one, or else its words."""
        recording = get_settings().recordings.get(prompt)
        if recording is not None:
            return self._play(recording)
        text = word(prompt, self.facts, language=self.language)
        return Say(text=text, language=self.language, slowly=_is_slow(slowly))

    def spell(self, characters: str, *, slowly: bool) -> Say:
        """Return the characters one by one."""
        return Say(text=characters, language=self.language, spelled=True, slowly=_is_slow(slowly))

    def _play(self, recording: str) -> Play:
        facts = {"{language}": as_named(self.language), "{key}": str(self.facts["key"])}
        for name, value in facts.items():
            recording = recording.replace(name, value)
        return Play(url=recording)


def speaker_for(verification: PhoneVerification) -> CallSpeaker:
    """Return what knows the words of the verification's call."""
    language = verification.language or SOURCE
    settings = get_settings()
    with override(language):
        browser = name_browser(verification.user_agent)
    facts: Facts = {
        "site": clean(settings.caller_name),
        "browser": browser,
        "key": verification.approve_key,
        "digits": settings.code_length,
        "message": verification.message,
    }
    return CallSpeaker(language=language, facts=facts)


def _is_slow(slowly: bool) -> bool:
    return slowly or get_settings().speech_rate == SLOW
