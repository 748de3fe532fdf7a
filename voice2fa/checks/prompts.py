"""Does every prompt say what it must, in every language of the site?"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, register
from django.template import Engine, TemplateDoesNotExist

from voice2fa import wording
from voice2fa.core.problems import Problem
from voice2fa.core.prompts import Prompt
from voice2fa.flows.telephony.languages import TRANSLATED

from .messages import TAG, as_messages

_FACTS: wording.Facts = {
    "site": "Example Bank",
    "browser": "Firefox on Windows",
    "key": "7",
    "digits": 6,
    "message": "Send five euro to Maria Keller",
}
# Nobody could act rightly on a call that leaves these out.
_NEEDED = {Prompt.APPROVE: "key", Prompt.SPEAK: "key", Prompt.ACT: "message"}


@register(TAG)
def check_prompts(**kwargs: Any) -> list[CheckMessage]:
    """Report templates in whose place ours would be spoken, and those that mislead whoever hears them."""
    try:
        engine = Engine.get_default()
    except Exception:  # as many as there are ways to name no engine: Django complains of its own
        return []
    return as_messages(problem for prompt in Prompt for problem in _check_prompt(engine, prompt))


def _check_prompt(engine: Engine, prompt: Prompt) -> Iterable[Problem]:
    """Return what is wrong with the template of the prompt: each fault once, in its first language."""
    path = wording.path_of(prompt)
    try:
        engine.get_template(path)
    except TemplateDoesNotExist:  # nor are there templates for our pages
        return []
    except Exception as error:  # whatever a stranger's template may raise
        return [_broken(path, f"cannot be read ({error})")]
    found: dict[str, Problem] = {}
    for language in _languages():
        for problem in _find_faults(engine, prompt, language):
            found.setdefault(problem.hint, problem)
    return found.values()


def _find_faults(engine: Engine, prompt: Prompt, language: str) -> Iterator[Problem]:
    path = wording.path_of(prompt)
    try:
        words = wording.render(engine, prompt, _FACTS, language=language)
    except Exception as error:  # whatever a stranger's template may raise
        yield _broken(path, f"cannot be rendered in {language!r} ({error})")
        return
    if not wording.is_sentence(words):
        yield _broken(path, f"renders {len(words)} characters in {language!r}")
    elif prompt in _NEEDED and str(_FACTS[_NEEDED[prompt]]) not in words:
        name = _NEEDED[prompt]
        yield _misleading(path, language, f"does not say {{{{ {name} }}}}", f"Put {{{{ {name} }}}} into it.")
    elif "<" in words:
        yield _misleading(path, language, "renders markup", "Take it out: calls read it out as text.")
    elif _is_left_in_english(engine, prompt, words, language):
        hint = (
            "Translate its words in a catalogue of the site (LOCALE_PATHS), or name in it nothing but facts."
        )
        yield _misleading(path, language, "says what it says in English", hint)


def _is_left_in_english(engine: Engine, prompt: Prompt, words: str, language: str) -> bool:
    """Tell whether a site of several languages says in English what we would have said in this one."""
    if not settings.is_overridden("LANGUAGES"):  # type: ignore[misc]
        return False
    is_same = words == wording.render(engine, prompt, _FACTS, language=wording.SOURCE)
    is_fact = words.strip(".!") in {str(fact) for fact in _FACTS.values()}
    return is_same and not is_fact and wording.is_ours_translated(prompt, _FACTS, language=language)


def _languages() -> tuple[str, ...]:
    if not settings.is_overridden("LANGUAGES"):  # type: ignore[misc]
        return TRANSLATED
    return tuple(str(code) for code, name in settings.LANGUAGES)


def _broken(path: str, why: str) -> Problem:
    return Problem(
        id="voice2fa.E096",
        message=f"The template {path} {why}.",
        hint=f"Have it render a sentence of at most {wording.LONGEST_PROMPT} characters; until then calls "
        "speak ours in its place.",
    )


def _misleading(path: str, language: str, why: str, hint: str) -> Problem:
    message = f"The template {path} {why} in {language!r}."
    return Problem(id="voice2fa.W097", message=message, hint=hint, is_error=False)
