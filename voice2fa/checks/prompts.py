"""Does every prompt say what it must, in every language of the site?"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.checks import CheckMessage, register
from django.template import Engine, TemplateDoesNotExist

from voice2fa import wording
from voice2fa.core.problems import Problem
from voice2fa.core.prompts import Prompt
from voice2fa.language_codes import TRANSLATED, list_named

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


@dataclass(frozen=True, kw_only=True, slots=True)
class _Fault:
    """What is wrong with a template, in some languages or in all: ``why`` follows its name."""

    id: str
    why: str
    hint: str
    is_error: bool


@register(TAG)
def check_prompts(**kwargs: Any) -> list[CheckMessage]:
    """Report templates in whose place ours would be spoken, and those that mislead whoever hears them."""
    try:
        engine = Engine.get_default()
    except Exception:  # as many as there are ways to name no engine: Django complains of its own
        return []
    return as_messages(problem for prompt in Prompt for problem in _check_prompt(engine, prompt))


def _check_prompt(engine: Engine, prompt: Prompt) -> Iterable[Problem]:
    """Return what is wrong with the template of the prompt: each fault once, with its languages."""
    path = wording.path_of(prompt)
    try:
        engine.get_template(path)
    except TemplateDoesNotExist:  # nor are there templates for our pages
        return []
    except Exception as error:  # whatever a stranger's template may raise
        return [_as_problem(_broken(f"cannot be read ({error})"), path, where="")]
    found: dict[_Fault, list[str]] = {}
    for language in _languages():
        for fault in _find_faults(engine, prompt, language):
            found.setdefault(fault, []).append(language)
    return [_as_problem(fault, path, where=_name(languages)) for fault, languages in found.items()]


def _find_faults(engine: Engine, prompt: Prompt, language: str) -> Iterator[_Fault]:
    try:
        words = wording.render(engine, prompt, _FACTS, language=language)
    except Exception as error:  # whatever a stranger's template may raise
        yield _broken(f"cannot be rendered ({error})")
        return
    if len(words) > wording.LONGEST_PROMPT:
        yield _broken("renders more than can be spoken")
    elif not wording.is_sentence(words):
        yield _broken("renders nothing that can be spoken")
    elif prompt in _NEEDED and str(_FACTS[_NEEDED[prompt]]) not in words:
        name = _NEEDED[prompt]
        yield _misleading(f"does not say {{{{ {name} }}}}", f"Put {{{{ {name} }}}} into it.")
    elif "<" in words:
        yield _misleading("renders markup", "Take it out: calls read it out as text.")
    elif _is_left_in_english(engine, prompt, words, language):
        yield _LEFT_IN_ENGLISH


def _is_left_in_english(engine: Engine, prompt: Prompt, words: str, language: str) -> bool:
    """Tell whether a site of several languages says in English what we would have said in this one."""
    if not list_named():
        return False
    is_same = words == wording.render(engine, prompt, _FACTS, language=wording.SOURCE)
    is_fact = words.strip(".!") in {str(fact) for fact in _FACTS.values()}
    return is_same and not is_fact and wording.is_ours_translated(prompt, _FACTS, language=language)


def _languages() -> tuple[str, ...]:
    return list_named() or TRANSLATED


def _name(languages: Sequence[str]) -> str:
    """Return in which languages a fault was found, unless it is in all of them."""
    return "" if len(languages) == len(_languages()) else f" in {', '.join(map(repr, languages))}"


def _broken(why: str) -> _Fault:
    hint = (
        f"Have it render a sentence of at most {wording.LONGEST_PROMPT} characters; until then calls speak "
        "ours in its place."
    )
    return _Fault(id="voice2fa.E096", why=why, hint=hint, is_error=True)


def _misleading(why: str, hint: str) -> _Fault:
    return _Fault(id="voice2fa.W097", why=why, hint=hint, is_error=False)


_LEFT_IN_ENGLISH = _misleading(
    "says what it says in English",
    "Translate its words in a catalogue of the site (LOCALE_PATHS), or name in it nothing but facts.",
)


def _as_problem(fault: _Fault, path: str, *, where: str) -> Problem:
    message = f"The template {path} {fault.why}{where}."
    return Problem(id=fault.id, message=message, hint=fault.hint, is_error=fault.is_error)
