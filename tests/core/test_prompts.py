"""What each cue makes the call do: which prompts in which order, which keys are awaited, and how it ends."""

import itertools

import pytest

from voice2fa.core.methods import Challenge, Cue, Method, Purpose
from voice2fa.core.prompts import Prompt, write_script
from voice2fa.core.script import Gather, Hangup, Pause, Play, Redirect, Say, SendTones

CODE = "004217"
TELLING = {Cue.TELL_CODE, Cue.TELL_SLOWLY}
SLOW = {Cue.ASK_SLOWLY, Cue.TELL_SLOWLY}


class Anna:
    """Says the name of each prompt, but for those that are recorded."""

    def __init__(self, *recorded):
        self.recorded = recorded

    def say(self, prompt, *, slowly):
        if prompt in self.recorded:
            return Play(url=f"https://cdn.example.com/{prompt}.mp3")
        return Say(text=f"<{prompt}>", language="fr", slowly=slowly)

    def spell(self, characters, *, slowly):
        return Say(text=characters, language="fr", spelled=True, slowly=slowly)


def challenge(method=Method.APPROVE, **changes):
    return Challenge(**{"purpose": Purpose.LOGIN, "method": method, "code": CODE, "key": "7", **changes})


def write(cue, *recorded, **changes):
    return write_script(cue, challenge(**changes), Anna(*recorded))


def utterances(script):
    for verb in script:
        yield from verb.prompts if isinstance(verb, Gather) else [verb]


def said(script):
    """Return the names of the prompts that a script says, in order, and what it spells."""
    texts = [verb.text for verb in utterances(script) if isinstance(verb, Say)]
    return " ".join(texts).replace("<", "").replace(">", "").split()


EVERYTHING = [(method, cue, told) for method in Method for cue in Cue for told in (False, True)]


@pytest.mark.parametrize(("method", "cue", "told"), EVERYTHING)
def test_only_the_telling_cues_ever_say_the_code(method, cue, told):  # R1, A2, A8
    assert (CODE in said(write(cue, method=method, code_told=told))) == (cue in TELLING)


@pytest.mark.parametrize(("method", "cue", "told"), EVERYTHING)
def test_every_script_comes_to_an_end(method, cue, told):
    script = write(cue, method=method, code_told=told, step=4)
    assert script[-1] in {Hangup(), Redirect(step=4)}
    assert all(verb.step == 4 for verb in script if isinstance(verb, Gather | Redirect))


@pytest.mark.parametrize(("method", "cue", "told"), EVERYTHING)
def test_what_is_repeated_is_spoken_slowly_and_nothing_else_is(method, cue, told):
    script = write(cue, method=method, code_told=told)
    assert {verb.slowly for verb in utterances(script) if isinstance(verb, Say)} <= {cue in SLOW}


@pytest.mark.parametrize("cue", list(Cue))
def test_every_word_is_in_the_language_of_the_call(cue):
    for recorded in [(), (Prompt.YOUR_CODE, Prompt.CALLER, Prompt.REPORTED)]:
        script = write(cue, *recorded, method=Method.SPEAK)
        assert {verb.language for verb in utterances(script) if isinstance(verb, Say)} <= {"fr"}


@pytest.mark.parametrize("purpose", list(Purpose))
@pytest.mark.parametrize("method", list(Method))
@pytest.mark.parametrize("cue", [Cue.ASK, Cue.ASK_SLOWLY])
def test_the_question_says_who_calls_what_for_what_to_press_how_to_report_and_how_to_repeat(
    purpose, method, cue
):
    asked = said(write(cue, purpose=purpose, method=method))
    assert asked == ["caller", str(purpose), str(method), "report", "again"]


@pytest.mark.parametrize("cue", [Cue.ASK, Cue.ASK_SLOWLY])
def test_the_question_names_the_browser_where_there_are_words_for_it(cue):
    assert said(write(cue, names_origin=True)) == ["caller", "login", "origin", "approve", "report", "again"]


def test_an_act_takes_the_place_of_what_was_asked():
    asked = said(write(Cue.ASK, purpose=Purpose.CONFIRM, names_act=True, names_origin=True))
    assert asked == ["caller", "act", "origin", "approve", "report", "again"]


def test_after_a_wrong_code_the_call_asks_for_the_code_alone():
    assert said(write(Cue.ASK_AGAIN, method=Method.ENTER)) == ["wrong_code", "enter"]


@pytest.mark.parametrize(
    ("method", "cue"), [*itertools.product(Method, [Cue.ASK, Cue.ASK_SLOWLY]), (Method.ENTER, Cue.ASK_AGAIN)]
)
def test_the_question_gathers_as_many_keys_as_the_answer_has(cue, method):
    gather = write(cue, method=method)[0]
    keys = (6, "#*") if method is Method.ENTER else (1, "")
    assert (gather.max_digits, gather.last_keys, gather.step, gather.repeat) == (*keys, 1, 2)
    assert gather.first_digit_seconds >= 5


def test_one_after_another_prompts_are_spoken_in_one_breath():
    (gather, _) = write(Cue.ASK)
    assert gather.prompts == (Say(text="<caller> <login> <approve> <report> <again>", language="fr"),)


def test_a_sentence_that_ends_without_a_mark_is_parted_from_the_next():
    class Carl(Anna):
        def say(self, prompt, *, slowly):
            return Say(text=str(prompt))

    (gather, _) = write_script(Cue.ASK, challenge(), Carl())
    assert gather.prompts == (Say(text="caller, login, approve, report, again"),)


def test_recorded_prompts_stand_in_their_place_among_the_spoken_ones():
    (gather, _) = write(Cue.ASK, Prompt.CALLER, Prompt.REPORT)
    caller, spoken, report, again = gather.prompts
    assert caller == Play(url="https://cdn.example.com/caller.mp3")
    assert spoken == Say(text="<login> <approve>", language="fr")
    assert report == Play(url="https://cdn.example.com/report.mp3")
    assert again == Say(text="<again>", language="fr")


def test_the_code_is_told_twice_and_spelled_and_then_the_call_asks_on():
    script = write(Cue.TELL_CODE, method=Method.SPEAK, step=2)
    assert said(script) == ["your_code", CODE, "once_more", CODE]
    assert [verb.spelled for verb in script[:-1]] == [False, True, False, True]
    assert script[-1] == Redirect(step=2)


@pytest.mark.parametrize("code", [f"{number:06}" for number in range(10)])
def test_codes_of_zeros_are_told_in_full(code):  # R5
    script = write(Cue.TELL_CODE, method=Method.SPEAK, code=code)
    assert script[1] == Say(text=code, language="fr", spelled=True)


def test_the_offer_to_repeat_takes_one_key_and_is_made_once():
    gather, end = write(Cue.OFFER_REPEAT, method=Method.SPEAK, step=2)
    assert (gather.max_digits, gather.repeat, gather.step, end) == (1, 1, 2, Hangup())
    assert said([gather]) == ["offer_repeat"]


def test_whoever_reports_is_thanked_and_may_have_all_calls_stopped_by_one_more_key():  # A23
    gather, end = write(Cue.REPORTED, step=2)
    assert (gather.max_digits, gather.repeat, gather.step, end) == (1, 1, 2, Hangup())
    assert said([gather]) == ["reported", "offer_stop"]


@pytest.mark.parametrize("whose", [{"is_call_in": True}, {"may_stop": False}])
def test_nobody_is_offered_to_stop_what_is_not_theirs(whose):  # R17
    *words, end = write(Cue.REPORTED, **whose)
    assert (said(words), end) == (["reported", "farewell"], Hangup())


ENDS = [
    *(Cue.APPROVED, Cue.DENIED, Cue.STOPPED, Cue.LOCKED, Cue.SILENCE, Cue.FAREWELL, Cue.CANCELLED),
    *(Cue.TIME_UP, Cue.TOO_LATE),
]


@pytest.mark.parametrize("cue", ENDS)
def test_a_closing_cue_says_its_own_sentence_and_hangs_up(cue):
    assert write(cue) == (Say(text=f"<{cue}>", language="fr"), Hangup())


def test_a_machine_is_hung_up_on_without_a_word():  # A2
    assert write(Cue.HANG_UP, method=Method.SPEAK) == (Hangup(),)


def test_an_extension_is_keyed_in_before_anything_is_said_and_then_more_time_is_given():  # A25
    pause, tones, gather, _ = write(Cue.ASK, extension="42,1", extension_wait=3)
    assert (pause, tones) == (Pause(seconds=3), SendTones(keys="42,1"))
    assert (gather.repeat, gather.first_digit_seconds) == (5, 3)


@pytest.mark.parametrize("cue", sorted(set(Cue) - {Cue.ASK}))
def test_an_extension_is_keyed_in_once(cue):
    script = write(cue, extension="42", method=Method.ENTER)
    assert not any(isinstance(verb, Pause | SendTones) for verb in script)
    assert all(verb.repeat <= 2 for verb in script if isinstance(verb, Gather))
