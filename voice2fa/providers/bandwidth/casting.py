"""Who speaks which language: the voices that the site has chosen, or the first that fits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voice2fa.core.problems import Problem
from voice2fa.language_codes import is_language
from voice2fa.providers.rules import Rule, is_table

from .voices import LOCALES, VOICES, Gender, Voice

#: Who speaks where nobody else can.
LAST_RESORT = "en"

VOICES_RULE = Rule(
    name="VOICES",
    id="voice2fa.E116",
    must="a dict of the voices by the languages that they speak",
    example="{'en': 'dave', 'es-mx': 'rosa'}",
    accepts=is_table,
    default={},
    has_safe_default=True,
)
GENDER_RULE = Rule(
    name="GENDER",
    id="voice2fa.E117",
    must="'female' or 'male', which is preferred where VOICES names no voice and there are both",
    example="'male'",
    accepts=lambda value: isinstance(value, str) and value in set(Gender),
    default=Gender.FEMALE.value,
    has_safe_default=True,
)
RULES = (VOICES_RULE, GENDER_RULE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cast:
    """Who speaks what: ``chosen`` names a voice by language; the others are of the gender if there is one."""

    chosen: Mapping[str, str]
    gender: Gender

    def find(self, language: str) -> Voice | None:
        """Return the voice that speaks the language, as Django writes it, or None where there is none.

        A voice chosen for a language speaks it in all countries for which none is chosen.
        """
        forms = _generalise(language)
        locale = next((LOCALES[form] for form in forms if form in LOCALES), "")
        if language.lower() not in self.chosen and not locale:
            return None
        name = next((self.chosen[form] for form in forms if form in self.chosen), "")
        return VOICES[name] if name else self._prefer(locale)

    def find_any(self) -> Voice:
        """Return the voice for what nobody can speak."""
        name = self.chosen.get(LAST_RESORT)
        return VOICES[name] if name else self._prefer(LOCALES[LAST_RESORT])

    def _prefer(self, locale: str) -> Voice:
        # Only the site may spend its money: a voice that costs extra speaks where VOICES names it.
        voices = [voice for voice in VOICES.values() if voice.locale == locale and not voice.costs_extra]
        return next((voice for voice in voices if voice.gender is self.gender), voices[0])


def make_cast(voices: Mapping[str, str], gender: str) -> Cast:
    """Return the cast; a choice of which a check reports that it is wrong counts as none.

    The carrier ends the call over a voice that does not exist.
    """
    chosen = {
        language.lower(): name for language, name in voices.items() if _check_voice(language, name) is None
    }
    return Cast(chosen=chosen, gender=Gender(gender))


def check_voices(voices: Any) -> list[Problem]:
    """Return a problem for every language that nobody speaks, and every voice that does not speak its own."""
    return [
        problem
        for language, name in (voices.items() if is_table(voices) else ())
        if (problem := _check_voice(language, name)) is not None
    ]


def _check_voice(language: str, name: str) -> Problem | None:
    general = _generalise(language)[-1]
    spoken = [voice for voice in VOICES.values() if voice.language == general]
    if not spoken:
        languages = ", ".join(sorted({voice.language for voice in VOICES.values()}))
        return _wrong(
            "names a language for which Bandwidth has no voice.",
            f"Write languages as Django does; there are voices for {languages}.",
        )
    # Shown only where it is known to be a language, a voice: never a secret pasted into the wrong line.
    if not is_language(language):
        forms = [form for form in LOCALES if _generalise(form)[-1] == general]
        return _wrong(
            f"names a form of {general!r} that does not exist.",
            f"There are {', '.join(forms)}, and those of other countries, which are spoken as {general!r}.",
        )
    if name in {voice.name for voice in spoken}:
        return None
    other = VOICES.get(name)
    fault = f"the voice {name!r}, which speaks {other.language!r}" if other else "a voice that does not exist"
    return _wrong(f"names for {language!r} {fault}.", f"Take one of {_list(spoken)}.")


def _wrong(what: str, hint: str) -> Problem:
    return Problem(id=VOICES_RULE.id, message=f"OPTIONS['VOICES'] {what}", hint=hint, has_safe_default=True)


def _list(voices: Sequence[Voice]) -> str:
    return ", ".join(f"{voice.name}{' (costs extra)' if voice.costs_extra else ''}" for voice in voices)


def _generalise(language: str) -> list[str]:
    """Return the language and what it is a form of: ``zh-hant-hk``, ``zh-hant``, ``zh``."""
    parts = language.lower().split("-")
    return ["-".join(parts[:length]) for length in range(len(parts), 0, -1)]
