import contextlib
import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice2fa.core.errors import Refusal
from voice2fa.core.events import Cause
from voice2fa.core.methods import (
    MOST_STEPS,
    Challenge,
    Cue,
    Method,
    Purpose,
    Verdict,
    judge_keys,
    judge_typed,
)
from voice2fa.core.states import FINAL, Happening, State, advance

CODE = "004217"
KEY = "7"

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
ASK_SLOWLY = Verdict(cue=Cue.ASK_SLOWLY)
TELL_SLOWLY = Verdict(cue=Cue.TELL_SLOWLY)
FAREWELL = Verdict(cue=Cue.FAREWELL)


def challenge(method, **changes):
    return Challenge(**{"purpose": Purpose.LOGIN, "method": method, "code": CODE, "key": KEY, **changes})


def expected(method, *, code_told, tries, digits):
    """What the rules say, written down differently: one verdict, and the inputs that have another."""
    if method is Method.ENTER:
        exceptions = {"": SILENT, CODE: APPROVED, "*": ASK_SLOWLY, "0": ASK_SLOWLY}  # CODE begins with it
        otherwise = LOCKED if tries == 2 else ASK_AGAIN
    elif method is Method.APPROVE:
        exceptions, otherwise = {"": SILENT, "7": APPROVED, "*": ASK_SLOWLY, "0": REPORTED}, DENIED
    elif code_told:
        exceptions, otherwise = {"*": TELL_SLOWLY, "0": REPORTED}, FAREWELL
    else:
        exceptions, otherwise = {"": SILENT, "7": TELL_CODE, "*": ASK_SLOWLY, "0": REPORTED}, DENIED
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


@pytest.mark.parametrize("key", "123456789")
def test_of_the_twelve_keys_only_star_leaves_the_question_open(key):  # R3
    open_after = [
        digits
        for digits in "0123456789*#"
        if judge_keys(challenge(Method.APPROVE, key=key), digits).happening is None
    ]
    assert open_after == ["*"]


@pytest.mark.parametrize("method", list(Method))
def test_zero_alone_reports_in_every_method(method):  # A23
    for code_told, tries in itertools.product([False, True], range(3)):
        asked = challenge(method, code_told=code_told, tries=tries, step=2)
        assert judge_keys(asked, "0") == judge_keys(asked, "0", ended_by="#") == REPORTED


@pytest.mark.parametrize("code", ["004217", "042170", "000000"])
def test_zero_may_begin_a_code_that_is_keyed_in_slowly_and_reports_once_it_is_asked_again(code):  # R5, R46
    asked = challenge(Method.ENTER, code=code)
    assert judge_keys(asked, "0") == ASK_SLOWLY
    assert judge_keys(asked, "0", ended_by="#") == REPORTED
    assert judge_keys(replace(asked, step=2), "0") == REPORTED


@pytest.mark.parametrize("zeros", ["0", "00", "00000"])
def test_zero_reports_at_once_where_the_code_begins_otherwise_however_often_it_is_pressed(zeros):  # A23
    assert judge_keys(challenge(Method.ENTER, code="420170"), zeros) == REPORTED
    assert judge_keys(challenge(Method.ENTER, code="042017"), zeros, ended_by="#") == REPORTED


def test_as_many_zeros_as_a_code_has_are_a_code():
    assert judge_keys(challenge(Method.ENTER, code="420170"), "000000") == ASK_AGAIN


def test_two_zeros_report_where_the_code_begins_with_one():
    assert judge_keys(challenge(Method.ENTER, code="042017"), "00") == REPORTED
    assert judge_keys(challenge(Method.ENTER, code="004217"), "00") == ASK_SLOWLY


@pytest.mark.parametrize("typed", ["", "0", "0042", "00421", "123456"])
@pytest.mark.parametrize("tries", range(3))
def test_star_clears_what_was_keyed_and_costs_no_try(typed, tries):
    assert judge_keys(challenge(Method.ENTER, tries=tries), typed, ended_by="*") == ASK_SLOWLY


@pytest.mark.parametrize(
    ("method", "code_told"), [*((method, False) for method in Method), (Method.SPEAK, True)]
)
def test_star_repeats_so_often_and_then_decides_no_more_than_silence(method, code_told):
    verdict = FAREWELL if code_told else SILENT

    def judge(step, digits="*", ended_by=""):
        return judge_keys(challenge(method, code_told=code_told, step=step), digits, ended_by=ended_by)

    assert judge(MOST_STEPS - 1) == (TELL_SLOWLY if code_told else ASK_SLOWLY)
    assert judge(MOST_STEPS) == judge(MOST_STEPS + 5) == verdict
    assert (
        judge(MOST_STEPS, "", "*") == judge(MOST_STEPS, "0", "*") == judge(MOST_STEPS, CODE, "*") == verdict
    )


@pytest.mark.parametrize(
    ("method", "verdict"), [(Method.ENTER, ASK_AGAIN), (Method.APPROVE, DENIED), (Method.SPEAK, DENIED)]
)
def test_a_lone_terminating_key_is_an_answer_and_not_silence(method, verdict):
    assert judge_keys(challenge(method), "", ended_by="#") == verdict


@pytest.mark.parametrize("ended_by", ["", "#"])
def test_a_code_may_be_ended_with_the_hash_key(ended_by):
    assert judge_keys(challenge(Method.ENTER), CODE, ended_by=ended_by) == APPROVED
    assert judge_keys(challenge(Method.ENTER), CODE[:-1], ended_by=ended_by) == ASK_AGAIN


@pytest.mark.parametrize("code", ZEROS)
def test_codes_of_zeros_survive_the_call_and_the_page(code):  # R5
    assert judge_keys(challenge(Method.ENTER, code=code), code) == APPROVED
    assert judge_typed(challenge(Method.SPEAK, code=code, code_told=True), code) == APPROVED


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


@pytest.mark.parametrize("method", [Method.ENTER, Method.APPROVE])
def test_no_input_makes_a_method_without_spoken_code_tell_it(method):  # R1
    for digits, tries in itertools.product(INPUTS, range(3)):
        assert judge_keys(challenge(method, tries=tries), digits).cue is not Cue.TELL_CODE


def test_nothing_is_told_before_the_key_of_the_call_is_pressed():  # A2, A3
    telling = [
        digits for digits in INPUTS if judge_keys(challenge(Method.SPEAK), digits).cue is Cue.TELL_CODE
    ]
    assert telling == [KEY]


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
