"""What a login costs: the seconds from answer to hang-up, with speech at 150 words a minute."""

import pytest

from benchmarks.call_length import BUDGETS, WORDS_PER_MINUTE, Desk


def test_the_budgets_are_those_that_were_asked_for():
    assert BUDGETS == {"at once": 4, "to the end": 15}


@pytest.mark.parametrize("patience", BUDGETS)
def test_an_english_login_by_the_approve_key_stays_within_its_budget(site, carrier, patience):
    carrier.set(speech_wpm=WORDS_PER_MINUTE)
    desk = Desk(site=site, carrier=carrier, method="approve")
    language, seconds = desk.measure("en", listens=patience == "to the end")
    assert language == "en"
    assert 0 < seconds < BUDGETS[patience]
