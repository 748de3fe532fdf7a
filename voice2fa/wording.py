"""The words of a call: each prompt is a template that a site can override and translators can translate."""

import logging
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from django.conf import settings
from django.template import Context, Engine
from django.utils import translation

from .core.prompts import Prompt

logger = logging.getLogger("voice2fa.wording")
TEMPLATES = Path(__file__).parent / "templates"
LONGEST_PROMPT = 1000  # characters; six such prompts fit into what a carrier takes
SOURCE = "en"  # the language that our templates are written in

Facts = Mapping[str, str | int]
_SAMPLE: Facts = {"key": "7"}


def word(prompt: Prompt, facts: Facts, *, language: str) -> str:
    """Return ``voice2fa/calls/<prompt>.txt`` in the language, on one line.

    A template of the site that fails, or says nothing that can be spoken, is logged, and ours is spoken in
    its place: a call that has lost a sentence could be approved for the wrong reason.
    """
    try:
        words = render(Engine.get_default(), prompt, facts, language=language)
    except Exception:  # whatever a site's template may raise
        logger.exception("The template of the prompt %s cannot be rendered; ours is spoken instead.", prompt)
    else:
        if is_sentence(words):
            return words
        logger.error("The template of the prompt %s says too little or too much; ours is spoken.", prompt)
    return render(_ours(), prompt, facts, language=language)


def is_sentence(words: str) -> bool:
    """Tell whether there is something to speak in the words, and not more than a call has time for."""
    return len(words) <= LONGEST_PROMPT and any(letter.isalnum() for letter in words)


def render(engine: Engine, prompt: Prompt, facts: Facts, *, language: str) -> str:
    """Return the words that the engine's template makes; raises whatever the template does."""
    # Nothing here becomes HTML: "&amp;" would be spoken. The provider escapes for its own language.
    context = Context({**facts}, autoescape=False)
    with translation.override(language):
        return " ".join(engine.render_to_string(path_of(prompt), context).split())


def path_of(prompt: Prompt) -> str:
    """Return the name of the prompt's template."""
    return f"voice2fa/calls/{prompt}.txt"


def has_words(language: str) -> bool:
    """Tell whether the prompts are written in the language, by us or by the site: one of them stands for all.

    Where nothing is translated we answer in English and Django in the language of the site; and a template
    that a site has written in its own language alone speaks no other.
    """
    said, general = _sample(language), _general(language)
    if general == _general(settings.LANGUAGE_CODE) != SOURCE:
        return said != render(_ours(), Prompt.APPROVE, _SAMPLE, language=SOURCE)
    return general == SOURCE or said not in {_sample(SOURCE), _sample(settings.LANGUAGE_CODE)}


def is_ours_translated(prompt: Prompt, facts: Facts, *, language: str) -> bool:
    """Tell whether our own words for the prompt are others in the language than in English."""
    return render(_ours(), prompt, facts, language=language) != render(
        _ours(), prompt, facts, language=SOURCE
    )


def _sample(language: str) -> str:
    return word(Prompt.APPROVE, _SAMPLE, language=language)


def _general(language: str) -> str:
    return language.lower().partition("-")[0]


@cache
def _ours() -> Engine:
    return Engine(dirs=[str(TEMPLATES)], libraries={"i18n": "django.templatetags.i18n"})
