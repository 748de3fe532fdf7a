"""What a login costs: the seconds from answer to hang-up, with speech at 150 words a minute."""

import re
from pathlib import Path

import pytest

from benchmarks.call_length import (
    BUDGETS,
    FIREFOX,
    LANGUAGES,
    METHODS,
    WORDS_PER_MINUTE,
    Desk,
    count_seconds,
    measure_all,
    write_table,
)
from tests.providers.samples import LINE, voice_for
from voice2fa.core.methods import Challenge, Cue, Method, Purpose
from voice2fa.core.prompts import write_script
from voice2fa.flows.telephony.speech import speaker_for
from voice2fa.language_codes import TRANSLATED
from voice2fa.models import PhoneVerification
from voice2fa.providers.bandwidth.bxml import Root, render_bxml

PAGE = (Path(__file__).resolve().parents[2] / "docs/call_length.md").read_text()
ROWS = {line.split()[1]: line for line in re.findall(r"^\| [a-z-]+ .*\d \|$", PAGE, re.MULTILINE)}
COLUMNS = [(method, patience) for method in METHODS for patience in BUDGETS]
QUESTION, CLOSING = (Cue.ASK, None), (Cue.APPROVED, None)
# What is said before the call ends: cues, and how many sentences of each are heard, if not all.
HEARD = {
    ("approve", "at once"): [CLOSING],
    ("approve", "to the end"): [QUESTION, CLOSING],
    ("enter", "at once"): [CLOSING],
    ("enter", "to the end"): [QUESTION, CLOSING],
    ("speak", "at once"): [(Cue.TELL_CODE, 2), CLOSING],
    ("speak", "to the end"): [QUESTION, (Cue.TELL_CODE, None), (Cue.OFFER_REPEAT, None), CLOSING],
}


def add_up(language, method, patience):
    """Return how long it takes to say what is heard, by the words of today."""
    speaker = speaker_for(PhoneVerification(language=language, approve_key="7", user_agent=FIREFOX))
    challenge = Challenge(
        purpose=Purpose.LOGIN, method=Method(method), code="004217", key="7", names_origin=True
    )
    seconds = 0
    for cue, sentences in HEARD[method, patience]:
        script = write_script(cue, challenge, speaker)
        document = render_bxml(script, line=LINE, voice_for=voice_for, root=Root.REPLY)
        seconds += count_seconds(document, to=sentences)
    return seconds


def test_the_budgets_are_those_that_were_asked_for():
    assert BUDGETS == {"at once": 4, "to the end": 15}


def test_the_page_has_a_row_for_every_language():
    assert (tuple(ROWS), LANGUAGES) == (TRANSLATED, TRANSLATED)


@pytest.mark.parametrize("language", LANGUAGES)
def test_calls_still_say_what_was_measured_for_the_page(language):
    spoken = (re.search(r"\(([\w-]+)\)", ROWS[language]) or [language, language])[1]
    figures = [float(cell) for cell in re.findall(r"\d+\.\d", ROWS[language])]
    expected = [add_up(spoken, *column) for column in COLUMNS]
    again = "Measure again: python benchmarks/call_length.py > docs/call_length.md"
    assert figures == pytest.approx(expected, abs=0.06), again


@pytest.mark.parametrize("patience", BUDGETS)
def test_an_english_login_by_the_approve_key_stays_within_its_budget(site, carrier, patience):
    carrier.set(speech_wpm=WORDS_PER_MINUTE)
    desk = Desk(site=site, carrier=carrier, method="approve")
    language, seconds = desk.measure("en", listens=patience == "to the end")
    assert language == "en"
    assert 0 < seconds < BUDGETS[patience]


@pytest.mark.wide
def test_what_is_measured_by_every_method_is_what_the_page_says():
    table = write_table(*measure_all(["en", "pt"]))
    assert [line for line in table.splitlines() if line not in PAGE.splitlines()] == []
    assert len(table.splitlines()) == 4
