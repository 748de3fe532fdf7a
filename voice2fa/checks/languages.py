"""Is it said what calls speak to people whose language they cannot speak, and to nobody else?"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, register
from django.middleware.locale import LocaleMiddleware
from django.utils.translation import check_for_language

from voice2fa.carrier import get_provider
from voice2fa.conf import get_settings
from voice2fa.core.problems import Problem
from voice2fa.flows.telephony.speech import can_be_spoken, spoken_for
from voice2fa.language_codes import TRANSLATED, is_language, list_forms, list_named
from voice2fa.wording import SOURCE

from .installation import places_of
from .messages import TAG, as_messages


@register(TAG)
def check_languages(**kwargs: Any) -> list[CheckMessage]:
    """Report languages that calls cannot speak: the site's own, and those to be spoken instead."""
    try:
        instead, provider = get_settings().spoken_instead, get_provider()
        provider.can_speak(SOURCE)
    except Exception:  # whatever the settings name for a provider: it is reported where they do
        return []
    if not check_for_language(settings.LANGUAGE_CODE):  # Django does nothing without, and says so
        return []
    # A stand-in has a voice for everything: the answers are there for the carrier of production.
    idle = [] if provider.for_development else _find_idle(instead)
    return as_messages([*_find_wrong(instead), *_find_unprovided(instead), *idle])


def _site_languages() -> list[str]:
    """Return the languages of the pages: those of LANGUAGES, or else those of ours that are served."""
    if named := list_named():
        return list(named)
    own, is_chosen = settings.LANGUAGE_CODE.lower(), settings.USE_I18N and places_of(LocaleMiddleware)
    return list(dict.fromkeys([own, *TRANSLATED])) if is_chosen else [own]


def _is_known(language: str) -> bool:
    return is_language(language) or language in _site_languages()


def _is_provided_for(language: str, instead: Mapping[str, str]) -> bool:
    return can_be_spoken(language) or bool({language, language.partition("-")[0]} & instead.keys())


def _list_speakable() -> str:
    return ", ".join(language for language in TRANSLATED if can_be_spoken(language))


def _find_wrong(instead: Mapping[str, str]) -> Iterator[Problem]:
    for given, spoken in instead.items():
        if not _is_known(given):
            yield _wrong(f"names {given!r}, which is no language that Django knows", given)
        if not can_be_spoken(spoken):
            yield _wrong(f"has calls speak {spoken!r}, which they cannot", spoken)
        elif not _is_known(spoken):
            yield _wrong(f"has calls speak {spoken!r}, which is no language that Django knows", spoken)


def _wrong(why: str, language: str) -> Problem:
    forms = list_forms(language) if "-" in language else []
    there_are = f"There are {', '.join(forms)}. " if forms else ""
    return Problem(
        id="voice2fa.E098",
        message=f"VOICE2FA['SPOKEN_INSTEAD'] {why}.",
        hint=f"Write languages as in LANGUAGES, such as {{'pt': 'es'}}. {there_are}Calls can speak "
        f"{_list_speakable()}; and others that the carrier has a voice for, once the site has translated the "
        "prompts.",
    )


def _find_idle(instead: Mapping[str, str]) -> Iterator[Problem]:
    for given in instead:
        if _is_known(given) and can_be_spoken(given):
            yield Problem(
                id="voice2fa.W094",
                message=f"VOICE2FA['SPOKEN_INSTEAD'] names {given!r}, which calls can speak, and so do.",
                hint=f"Remove {given!r} from it; it is for languages that calls cannot speak.",
                is_error=False,
            )


def _find_unprovided(instead: Mapping[str, str]) -> Iterator[Problem]:
    """Report the languages of the site that have no voice, and those without words, all of a kind at once."""
    found: dict[tuple[str, bool], list[str]] = {}
    for language in _site_languages():
        if not _is_provided_for(language, instead):
            kind = (spoken_for(language), get_provider().can_speak(language))
            found.setdefault(kind, []).append(language)
    for (spoken, has_voice), languages in found.items():
        yield _unprovided(languages, spoken, has_voice=has_voice)


def _unprovided(languages: Sequence[str], spoken: str, *, has_voice: bool) -> Problem:
    wanted, example = ", ".join(map(repr, languages)), f"{{{languages[0]!r}: 'en'}}"
    words = "Translate the prompts, approve.txt first, in a catalogue of the site (LOCALE_PATHS). "
    return Problem(
        id="voice2fa.W099",
        message=f"Calls speak {spoken!r} to people who want {wanted}, which they cannot speak.",
        hint=f"{words if has_voice else ''}Say so in VOICE2FA['SPOKEN_INSTEAD'], such as {example}; calls "
        f"can speak {_list_speakable()}.",
        is_error=False,
    )
