"""The languages that a person may choose for the calls to a phone, each in its own name."""

from dataclasses import dataclass

from django.conf import settings as django_settings
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _

from voice2fa.conf import get_settings
from voice2fa.core.errors import Code, Refusal
from voice2fa.language_codes import TRANSLATED, list_named

from .speech import can_be_spoken, spoken_for


@dataclass(frozen=True, kw_only=True, slots=True)
class Language:
    """A language as Django writes it; calls to whoever chooses it speak ``spoken``, which may be another."""

    code: str
    spoken: str

    @property
    def name(self) -> str:
        """What it calls itself."""
        return _name_of(self.code)

    @property
    def label(self) -> str:
        """What a list of choices says: its name, and what is spoken instead, if something is."""
        name = self.name[:1].upper() + self.name[1:]
        if self.spoken == self.code:
            return name
        return _("%(language)s (calls speak %(spoken)s)") % {
            "language": name,
            "spoken": _name_of(self.spoken),
        }


def list_languages() -> list[Language]:
    """Return the site's languages in which calls can be held, or that SPOKEN_INSTEAD has an answer for."""
    instead = get_settings().spoken_instead
    offered = []
    for code in list_named() or TRANSLATED:
        is_answered = bool({code, code.partition("-")[0]} & instead.keys())
        spoken = spoken_for(code) if can_be_spoken(code) or is_answered else ""
        if spoken:
            offered.append(Language(code=code, spoken=spoken))
    return offered


def page_language() -> str:
    """Return the language of the page, as it is on offer; an empty text where it is not."""
    return as_offered(get_language() or "")


def as_offered(code: str) -> str:
    """Return the language as it is on offer: itself, or ``en`` for ``en-us``; else an empty text."""
    code, offered = code.lower(), _offered()
    return next((wanted for wanted in (code, code.partition("-")[0]) if wanted in offered), "")


def name_if_foreign(code: str) -> str:
    """Return what the page calls the language; an empty text where it is the page's own."""
    active = get_language() or django_settings.LANGUAGE_CODE
    if code.lower().partition("-")[0] == active.lower().partition("-")[0]:
        return ""
    return _name_of(code, form="name_translated")


def check_language(code: str) -> None:
    """Raise ``Refusal`` unless the language is on offer; an empty text, for that of the page, always is."""
    if code and code not in _offered():
        raise Refusal(Code.LANGUAGE_UNSPOKEN)


def _offered() -> set[str]:
    return {language.code for language in list_languages()}


def _name_of(code: str, *, form: str = "name_local") -> str:
    try:
        return str(get_language_info(code)[form])
    except KeyError:  # a language that Django does not know of, which the site has named
        return str(dict(django_settings.LANGUAGES).get(code, code))
