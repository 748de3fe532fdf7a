"""Everything that calls say in one language, on one page that a person can review."""

from decimal import Decimal
from pathlib import Path

from django.utils import translation

from voice2fa.core.methods import Challenge, Cue, Method, Purpose
from voice2fa.core.payloads import Money
from voice2fa.core.prompts import Prompt, write_script
from voice2fa.core.script import Gather, Say
from voice2fa.flows.telephony.speech import CallSpeaker
from voice2fa.sentences import name_browser
from voice2fa.spoken import say
from voice2fa.wording import word

FOLDER = Path(__file__).parent
LANGUAGES = ("en", "es", "fr", "de", "it", "pt", "nl", "da", "ja", "ru", "ar", "zh-hans")
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
SITE, PAYEE, KEY, DIGITS = "Example Bank", "Maria Keller", "7", 6
HEADING = """\
What calls say in {name}, as a reviewer reads it: first prompt by prompt, then as it is heard.
Made from the templates and the translations by: python -m tests.prompts {language}

"""

_LOGIN, _CONFIRM, _ENROL = Purpose.LOGIN, Purpose.CONFIRM, Purpose.ENROL
SCENES = {
    "A login that is approved by a key": (_LOGIN, Method.APPROVE, [Cue.ASK, Cue.APPROVED]),
    "A payment that is denied by a wrong key": (_CONFIRM, Method.APPROVE, [Cue.ASK, Cue.DENIED]),
    "A phone that is added by keying in a code, the second time": (
        *(_ENROL, Method.ENTER),
        [Cue.ASK, Cue.ASK_AGAIN, Cue.APPROVED],
    ),
    "A login by a code that the call tells": (
        *(_LOGIN, Method.SPEAK),
        [Cue.ASK, Cue.TELL_CODE, Cue.OFFER_REPEAT, Cue.FAREWELL],
    ),
    "A call that somebody reports who then wants no more": (
        *(_LOGIN, Method.APPROVE),
        [Cue.ASK, Cue.REPORTED, Cue.STOPPED],
    ),
}


def path_of(language):
    return FOLDER / f"{language}.txt"


def facts_in(language):
    """Return what the prompts name, as it is said in the language."""
    with translation.override(language):
        return {
            "site": SITE,
            "browser": name_browser(FIREFOX),
            "key": KEY,
            "digits": DIGITS,
            "message": f"{say(Money(Decimal('250.10'), 'EUR'))}, {PAYEE}",
        }


def prompts_in(language):
    """Return the words of each prompt."""
    facts = facts_in(language)
    return {prompt: word(prompt, facts, language=language) for prompt in Prompt}


def write_page(language):
    """Return the page of the language."""
    name = translation.get_language_info(language)["name"]
    prompts = "".join(f"{prompt:<13} {words}\n" for prompt, words in prompts_in(language).items())
    scenes = "".join(_write_scene(title, *scene, language) for title, scene in SCENES.items())
    return HEADING.format(name=name, language=language) + prompts + scenes


def _write_scene(title, purpose, method, cues, language):
    speaker = CallSpeaker(language=language, facts=facts_in(language))
    heard = [f"\n{title}\n"]
    for cue in cues:
        challenge = Challenge(
            purpose=purpose,
            method=method,
            code="004217",
            key=KEY,
            names_act=purpose is _CONFIRM,
            names_origin=True,
        )
        script = write_script(cue, challenge, speaker)
        said = [verb for step in script for verb in (step.prompts if isinstance(step, Gather) else [step])]
        texts = [" ".join(verb.text) if verb.spelled else verb.text for verb in said if isinstance(verb, Say)]
        heard.append(f"  - {' '.join(texts)}\n")
    return "".join(heard)
