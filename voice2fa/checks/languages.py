"""Is it said what calls speak to people whose language they cannot speak?"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.core.checks import CheckMessage, register
from django.utils.translation import check_for_language

from voice2fa.carrier import get_provider
from voice2fa.conf import get_settings
from voice2fa.core.problems import Problem
from voice2fa.flows.telephony.languages import TRANSLATED
from voice2fa.flows.telephony.speech import can_be_spoken, spoken_for
from voice2fa.wording import SOURCE

from .messages import TAG, as_messages


@register(TAG)
def check_languages(**kwargs: Any) -> list[CheckMessage]:
    """Report languages that calls cannot speak: the site's own, and those to be spoken instead."""
    try:
        instead = get_settings().spoken_instead
        get_provider().can_speak(SOURCE)
    except Exception:  # whatever the settings name for a provider: it is reported where they do
        return []
    if not check_for_language(settings.LANGUAGE_CODE):  # Django does nothing without, and says so
        return []
    silent = [language for language in _site_languages() if not _is_provided_for(language, instead)]
    return as_messages([*_find_wrong(instead), *map(_unprovided, silent)])


def _site_languages() -> list[str]:
    if not settings.is_overridden("LANGUAGES"):  # type: ignore[misc]
        return [settings.LANGUAGE_CODE.lower()]
    return [str(code).lower() for code, name in settings.LANGUAGES]


def _is_known(language: str) -> bool:
    codes = {*LANG_INFO, *_site_languages()}
    return bool({language, language.partition("-")[0]} & codes)


def _is_provided_for(language: str, instead: Mapping[str, str]) -> bool:
    return can_be_spoken(language) or bool({language, language.partition("-")[0]} & instead.keys())


def _list_speakable() -> str:
    return ", ".join(language for language in TRANSLATED if can_be_spoken(language))


def _find_wrong(instead: Mapping[str, str]) -> Iterator[Problem]:
    for given, spoken in instead.items():
        if not _is_known(given):
            yield _wrong(f"names {given!r}, which is no language that Django knows")
        if not can_be_spoken(spoken):
            yield _wrong(f"has calls speak {spoken!r}, which they cannot")


def _wrong(why: str) -> Problem:
    return Problem(
        id="voice2fa.E098",
        message=f"VOICE2FA['SPOKEN_INSTEAD'] {why}.",
        hint=f"Write languages as in LANGUAGES, such as {{'pt': 'es'}}. Calls can speak {_list_speakable()}; "
        "and others that the carrier has a voice for, once the site has translated the prompts.",
    )


def _unprovided(language: str) -> Problem:
    return Problem(
        id="voice2fa.W099",
        message=f"Calls cannot speak {language!r}, and speak {spoken_for(language)!r} to people who want it.",
        hint=f"Say so in VOICE2FA['SPOKEN_INSTEAD'], such as {{{language!r}: 'en'}}; calls can speak "
        f"{_list_speakable()}.",
        is_error=False,
    )
