"""What the README says of the words of calls is proved against the code."""

import re

import pytest

from tests.test_checks import prompt as override
from tests.test_docs import README, ROOT, blocks, read_table
from voice2fa import conf
from voice2fa.core.prompts import Prompt
from voice2fa.flows.telephony.speech import can_be_spoken
from voice2fa.language_codes import TRANSLATED
from voice2fa.providers.bandwidth import BandwidthProvider
from voice2fa.wording import LONGEST_PROMPT, word

from .providers.samples import bandwidth_options

SECTION = re.search(r"^## What the call says\n(.*?)^## ", README, re.MULTILINE | re.DOTALL)[1]
ROWS = read_table("Prompts", SECTION)
FACTS = {
    "site": "Harbour Bank",
    "browser": "Firefox on Windows",
    "key": "7",
    "digits": 6,
    "message": "Pay Anna.",
}
NEEDED = {"PUBLIC_URL": "https://www.example.com", "PROVIDER": {"BACKEND": "a.B"}}
TEMPLATES = ROOT / "voice2fa/templates/voice2fa/calls"


def test_every_prompt_is_named_once():
    assert sorted(name for prompts, _ in ROWS for name in re.findall(r"\w+", prompts)) == sorted(Prompt)


def test_the_facts_that_prompts_name_are_named_and_no_others():
    ours = "".join(path.read_text() for path in TEMPLATES.iterdir())
    assert set(re.findall(r"{{ \w+ }}", "".join(told for _, told in ROWS))) == set(
        re.findall(r"{{ \w+ }}", ours)
    )


def test_the_call_says_what_is_quoted():
    quoted = " ".join(re.findall(r"^> (.*)$", SECTION, re.MULTILINE))
    prompts = (Prompt.CALLER, Prompt.LOGIN, Prompt.ORIGIN, Prompt.APPROVE, Prompt.REPORT, Prompt.AGAIN)
    assert " ".join(word(prompt, FACTS, language="en") for prompt in prompts) == quoted


def test_the_overriding_example_makes_a_sentence(settings):
    (example,) = blocks("django", text=SECTION)
    settings.TEMPLATES = override("caller", example)["TEMPLATES"]
    assert word(Prompt.CALLER, FACTS, language="en") == "Ahoy, Harbour Bank here."


def test_the_longest_prompt_is_as_long_as_is_said():
    assert f"{LONGEST_PROMPT:,} characters" in SECTION


@pytest.mark.parametrize("example", blocks("python", text=SECTION))
def test_the_settings_in_the_examples_are_accepted(example):
    names = {"VOICE2FA": {}}
    exec(example, names)
    assert conf.read(NEEDED | names["VOICE2FA"])[1] == []


def test_portuguese_alone_of_our_languages_has_no_voice(configure):
    configure(
        PROVIDER={
            "BACKEND": f"{BandwidthProvider.__module__}.BandwidthProvider",
            "OPTIONS": bandwidth_options(),
        }
    )
    assert [language for language in TRANSLATED if not can_be_spoken(language)] == ["pt"]
