import contextlib
import itertools
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice2fa.core.errors import Refusal
from voice2fa.core.events import Cause
from voice2fa.core.methods import (
    Challenge,
    Cue,
    Method,
    Verdict,
    Wording,
    judge_keys,
    judge_typed,
    write_script,
)
from voice2fa.core.script import Gather, Hangup, Redirect, Say
from voice2fa.core.states import FINAL, Happening, State, advance

CODE = "004217"
KEY = "7"
WORDING = Wording(**{field.name: f"<{field.name}>" for field in fields(Wording)})

KEYS = [*"0123456789*#", "A", "D"]
SEVERAL = [
    "77",
    "07",
    "70",
    "7*",
    "7#",
    "17",
    "777777",
    "4217",
    "04217",
    "0042170",
    "00421",
    "004218",
    "7" * 50,
]
ZEROS = [f"{number:06}" for number in range(10)]
DRESSED = [" ", "-", ".", "\t", "\u2013", "seven", "\u0668", "\ud800", "7\x00"]
INPUTS = ["", *KEYS, *SEVERAL, *ZEROS, *DRESSED, CODE]

SILENT = Verdict(cue=Cue.SILENCE, happening=Happening.UNREACHABLE, cause=Cause.SILENCE)
APPROVED = Verdict(cue=Cue.APPROVED, happening=Happening.APPROVED)
DENIED = Verdict(cue=Cue.DENIED, happening=Happening.DENIED)
REPORTED = Verdict(cue=Cue.REPORTED, happening=Happening.REPORTED)
ASK_AGAIN = Verdict(cue=Cue.ASK_AGAIN, is_wrong_code=True)
LOCKED = Verdict(cue=Cue.LOCKED, happening=Happening.TOO_MANY_TRIES, is_wrong_code=True)
TELL_CODE = Verdict(cue=Cue.TELL_CODE)
FAREWELL = Verdict(cue=Cue.FAREWELL)


def challenge(method, **changes):
    return Challenge(**{"method": method, "code": CODE, "key": KEY, **changes})


def expected(method, *, code_told, tries, digits):
    """What the rules say, written down differently: one verdict, and the inputs that have another."""
    if method is Method.ENTER:
        exceptions = {"": SILENT, CODE: APPROVED}
        otherwise = LOCKED if tries == 2 else ASK_AGAIN
    elif method is Method.APPROVE:
        exceptions, otherwise = {"": SILENT, "7": APPROVED, "0": REPORTED}, DENIED
    elif code_told:
        exceptions, otherwise = {"*": TELL_CODE, "0": REPORTED}, FAREWELL
    else:
        exceptions, otherwise = {"": SILENT, "7": TELL_CODE, "0": REPORTED}, DENIED
    return exceptions.get(digits, otherwise)


STAGES = [
    (Method.ENTER, False, 0),
    (Method.ENTER, False, 1),
    (Method.ENTER, False, 2),
    (Method.APPROVE, False, 0),
    (Method.SPEAK, False, 0),
    (Method.SPEAK, True, 0),
    (Method.SPEAK, True, 2),
]


@pytest.mark.parametrize("digits", INPUTS, ids=ascii)
@pytest.mark.parametrize(("method", "code_told", "tries"), STAGES)
def test_every_input_has_its_verdict_at_every_stage(method, code_told, tries, digits):  # R2, R3, R5
    judged = judge_keys(challenge(method, code_told=code_told, tries=tries), digits)
    assert judged == expected(method, code_told=code_told, tries=tries, digits=digits)


@pytest.mark.parametrize("key", "123456789")
def test_of_ten_digits_star_hash_and_silence_one_key_approves(key):  # R3
    approving = [
        digits
        for digits in [*"0123456789*#", ""]
        if judge_keys(challenge(Method.APPROVE, key=key), digits).happening is Happening.APPROVED
    ]
    assert approving == [key]


@pytest.mark.parametrize(
    ("method", "verdict"), [(Method.ENTER, ASK_AGAIN), (Method.APPROVE, DENIED), (Method.SPEAK, DENIED)]
)
def test_a_lone_terminating_key_is_an_answer_and_not_silence(method, verdict):
    assert judge_keys(challenge(method), "", ended_by="#") == verdict


@pytest.mark.parametrize("code", ZEROS)
def test_codes_of_zeros_survive_the_call_and_the_page(code):  # R5
    assert judge_keys(challenge(Method.ENTER, code=code), code) == APPROVED
    assert judge_typed(challenge(Method.SPEAK, code=code, code_told=True), code) == APPROVED
    (_, spoken, *_) = write_script(Cue.TELL_CODE, challenge(Method.SPEAK, code=code), WORDING)
    assert spoken == Say(text=code, spelled=True)


def test_the_key_of_one_method_never_completes_another():  # R2
    assert judge_keys(challenge(Method.SPEAK), CODE).happening is Happening.DENIED
    assert judge_keys(challenge(Method.SPEAK, code_told=True), CODE) == FAREWELL
    assert judge_keys(challenge(Method.ENTER), KEY).happening is None
    assert judge_keys(challenge(Method.APPROVE), CODE) == DENIED


def test_keys_pressed_never_approve_where_the_code_is_typed_on_the_page():  # R2
    for digits, code_told in itertools.product([*INPUTS, KEY, CODE], [False, True]):
        assert (
            judge_keys(challenge(Method.SPEAK, code_told=code_told), digits).happening
            is not Happening.APPROVED
        )


@pytest.mark.parametrize("typed", [typed for typed in INPUTS if typed != CODE], ids=ascii)
@pytest.mark.parametrize(("tries", "verdict"), [(0, ASK_AGAIN), (1, ASK_AGAIN), (2, LOCKED), (3, LOCKED)])
def test_a_wrong_code_on_the_page_counts_up_to_the_lock(typed, tries, verdict):
    assert judge_typed(challenge(Method.SPEAK, code_told=True, tries=tries), typed) == verdict


@pytest.mark.parametrize("typed", [CODE, "004 217", "004-217", "\uff10\uff10\uff14\uff12\uff11\uff17"])
def test_the_right_code_on_the_page_approves_as_people_type_it(typed):
    assert judge_typed(challenge(Method.SPEAK, code_told=True, tries=2), typed) == APPROVED


def test_the_last_try_may_still_be_right():
    assert judge_keys(challenge(Method.ENTER, tries=2), CODE) == APPROVED


def test_one_allowed_try_locks_at_the_first_wrong_code():
    assert judge_keys(challenge(Method.ENTER, max_tries=1), "1") == LOCKED


def sentences(script):
    """Return all that a script says, prompts included."""
    for verb in script:
        if isinstance(verb, Say):
            yield verb.text
        elif isinstance(verb, Gather):
            yield from sentences(verb.prompts)


EVERYTHING = [(method, cue, told) for method in Method for cue in Cue for told in (False, True)]


@pytest.mark.parametrize(("method", "cue", "told"), EVERYTHING)
def test_only_the_telling_cue_ever_says_the_code(method, cue, told):  # R1, A2, A8
    said = "".join(sentences(write_script(cue, challenge(method, code_told=told), WORDING)))
    assert (CODE in said) == (cue is Cue.TELL_CODE)


@pytest.mark.parametrize("method", [Method.ENTER, Method.APPROVE])
def test_no_input_makes_a_method_without_spoken_code_tell_it(method):  # R1
    for digits, tries in itertools.product(INPUTS, range(3)):
        assert judge_keys(challenge(method, tries=tries), digits).cue is not Cue.TELL_CODE


def test_nothing_is_told_before_the_key_of_the_call_is_pressed():  # A2, A3
    telling = [
        digits for digits in INPUTS if judge_keys(challenge(Method.SPEAK), digits).cue is Cue.TELL_CODE
    ]
    assert telling == [KEY]


@pytest.mark.parametrize(("method", "cue", "told"), EVERYTHING)
def test_every_script_comes_to_an_end(method, cue, told):
    script = write_script(cue, challenge(method, code_told=told, step=4), WORDING)
    assert script[-1] in {Hangup(), Redirect(step=4)}
    assert all(verb.step == 4 for verb in script if isinstance(verb, Gather | Redirect))


@pytest.mark.parametrize("cue", [Cue.ASK, Cue.ASK_AGAIN])
@pytest.mark.parametrize(
    ("method", "max_digits", "last_key"),
    [(Method.ENTER, 6, "#"), (Method.SPEAK, 1, ""), (Method.APPROVE, 1, "")],
)
def test_the_question_gathers_as_many_keys_as_the_answer_has(cue, method, max_digits, last_key):
    gather = write_script(cue, challenge(method), WORDING)[0]
    assert (gather.max_digits, gather.last_key, gather.step) == (max_digits, last_key, 1)
    assert gather.prompts == (Say(text=f"<{cue}>"),)
    assert gather.first_digit_seconds >= 5
    assert gather.repeat == 2


def test_the_code_is_told_twice_and_spelled_and_then_the_call_asks_on():
    script = write_script(Cue.TELL_CODE, challenge(Method.SPEAK, step=2), WORDING)
    spelled = Say(text=CODE, spelled=True)
    assert script == (Say(text="<your_code>"), spelled, Say(text="<once_more>"), spelled, Redirect(step=2))


def test_the_offer_to_repeat_takes_one_key_and_is_made_once():
    gather, end = write_script(Cue.OFFER_REPEAT, challenge(Method.SPEAK, step=2), WORDING)
    assert (gather.max_digits, gather.repeat, gather.step, end) == (1, 1, 2, Hangup())
    assert gather.prompts == (Say(text="<offer_repeat>"),)


CLOSING = [Cue.APPROVED, Cue.DENIED, Cue.REPORTED, Cue.LOCKED, Cue.SILENCE, Cue.FAREWELL, Cue.TOO_LATE]


@pytest.mark.parametrize("cue", CLOSING)
def test_a_closing_cue_says_its_own_sentence_and_hangs_up(cue):
    assert write_script(cue, challenge(Method.APPROVE), WORDING) == (Say(text=f"<{cue}>"), Hangup())


def test_a_machine_is_hung_up_on_without_a_word():  # A2
    assert write_script(Cue.HANG_UP, challenge(Method.SPEAK), WORDING) == (Hangup(),)


@given(
    method=st.sampled_from(Method),
    moves=st.lists(
        st.one_of(
            st.tuples(st.just("keys"), st.text("0123456789*#", max_size=8)),
            st.tuples(st.just("typed"), st.text("0123456789 -*#", max_size=8)),
            st.tuples(st.just("happening"), st.sampled_from(sorted(set(Happening) - {Happening.APPROVED}))),
        ),
        max_size=30,
    ),
)
def test_no_sequence_without_the_right_digits_reaches_approval(method, moves):
    state, current = State.PENDING, challenge(method, max_tries=1000)
    for kind, value in moves:
        if kind == "happening":
            happening = value
        elif state is not State.ANSWERED or CODE in value.replace(" ", "").replace("-", ""):
            continue
        elif kind == "keys":
            if method is Method.APPROVE and value == KEY:
                continue
            verdict = judge_keys(current, value)
            told = current.code_told or verdict.cue is Cue.TELL_CODE
            current = challenge(
                method, max_tries=1000, tries=current.tries + verdict.is_wrong_code, code_told=told
            )
            happening = verdict.happening
        else:
            happening = judge_typed(current, value).happening
        if happening is not None and state not in FINAL:
            with contextlib.suppress(Refusal):
                state = advance(state, Happening(happening))
        assert state is not State.APPROVED
