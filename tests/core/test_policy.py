from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice2fa.core.errors import Code, Refusal, TryLater
from voice2fa.core.policy import (
    APPROVE_KEYS,
    RANDOM_KEY,
    REPORT_KEY,
    Limit,
    PastCall,
    Scope,
    approve_key,
    check_calls,
    check_failures,
    check_number,
    check_total,
    look_back,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = 86400


def past(seconds, *, scopes=(Scope.USER,), was_used=False, wrong_codes=0):
    return PastCall(
        began_at=NOW - timedelta(seconds=seconds),
        scopes=frozenset(scopes),
        was_used=was_used,
        wrong_codes=wrong_codes,
    )


def wait_for_calls(calls, limits=None, *, cool_down=0):
    """Return the code and the seconds of the refusal, or None when the call may be placed."""
    try:
        check_calls(calls, limits or {}, cool_down=cool_down, now=NOW)
    except TryLater as refusal:
        return refusal.code, refusal.retry_after
    return None


@pytest.mark.parametrize(
    ("ago", "outcome"),
    [
        (0, (Code.COOLING_DOWN, 15)),
        (1, (Code.COOLING_DOWN, 14)),
        (14.2, (Code.COOLING_DOWN, 1)),
        (14.999, (Code.COOLING_DOWN, 1)),
        (15, None),
        (15.001, None),
        (3600, None),
    ],
)
def test_the_cool_down_ends_on_its_second(ago, outcome):
    assert wait_for_calls([past(ago)], cool_down=15) == outcome


def test_the_latest_of_several_calls_counts_for_the_cool_down():
    assert wait_for_calls([past(100), past(5), past(50)], cool_down=15) == (Code.COOLING_DOWN, 10)


@pytest.mark.parametrize(
    "call",
    [past(1, was_used=True), past(1, scopes=[Scope.ADDRESS]), past(1, scopes=[])],
    ids=["used", "same address alone", "nothing shared"],
)
def test_some_calls_need_no_pause_after_them(call):
    assert wait_for_calls([call], cool_down=15) is None


@pytest.mark.parametrize("scope", [Scope.USER, Scope.NUMBER])
def test_account_and_number_are_cooled_down(scope):
    assert wait_for_calls([past(1, scopes=[scope])], cool_down=15) == (Code.COOLING_DOWN, 14)


@pytest.mark.parametrize("scope", Scope)
def test_one_call_fewer_than_the_limit_leaves_room_for_one(scope):  # R15
    limits = {scope: [Limit(calls=3, seconds=3600)]}
    calls = [past(ago, scopes=[scope]) for ago in (10, 20, 30)]
    assert wait_for_calls(calls[:2], limits) is None
    assert wait_for_calls(calls, limits) == (Code.TOO_MANY_CALLS, 3570)


@pytest.mark.parametrize(("ago", "outcome"), [(3599, (Code.TOO_MANY_CALLS, 1)), (3600, None), (3601, None)])
def test_a_call_falls_out_of_the_window_on_its_second(ago, outcome):
    assert wait_for_calls([past(ago)], {Scope.USER: [Limit(calls=1, seconds=3600)]}) == outcome


def test_the_wait_ends_when_enough_calls_have_left_the_window():
    calls = [past(ago) for ago in (3000, 2000, 1000, 10)]
    assert wait_for_calls(calls, {Scope.USER: [Limit(calls=2, seconds=3600)]}) == (Code.TOO_MANY_CALLS, 2600)


def test_the_longest_wait_of_several_limits_is_told():
    limits = {Scope.USER: [Limit(calls=1, seconds=60), Limit(calls=1, seconds=3600)]}
    assert wait_for_calls([past(10)], limits) == (Code.TOO_MANY_CALLS, 3590)


def test_a_limit_counts_its_own_scope_and_no_approved_call():
    limits = {Scope.USER: [Limit(calls=1, seconds=3600)]}
    calls = [past(10, scopes=[Scope.NUMBER, Scope.ADDRESS]), past(10, was_used=True)]
    assert wait_for_calls(calls, limits) is None


def test_the_second_scope_is_asked_when_the_first_has_room():
    limits = {Scope.USER: [Limit(calls=9, seconds=60)], Scope.NUMBER: [Limit(calls=1, seconds=60)]}
    calls = [past(10, scopes=[Scope.USER, Scope.NUMBER])]
    assert wait_for_calls(calls, limits) == (Code.TOO_MANY_CALLS, 50)


def test_without_limits_any_number_of_calls_may_be_placed():
    assert wait_for_calls([past(1)] * 100, {Scope.USER: []}) is None


@given(
    agos=st.lists(st.integers(0, 7200), max_size=12),
    calls=st.integers(1, 5),
    seconds=st.integers(1, 3600),
)
def test_a_call_is_allowed_exactly_while_the_window_has_room(agos, calls, seconds):
    refused = wait_for_calls([past(ago) for ago in agos], {Scope.USER: [Limit(calls=calls, seconds=seconds)]})
    assert (refused is not None) == (sum(ago < seconds for ago in agos) >= calls)
    if refused:
        later = [past(ago + refused[1]) for ago in agos]
        assert wait_for_calls(later, {Scope.USER: [Limit(calls=calls, seconds=seconds)]}) is None


def wait_for_failures(calls, *, limit=5):
    try:
        check_failures(calls, scope=Scope.USER, limit=limit, now=NOW)
    except TryLater as refusal:
        return refusal.retry_after if refusal.code is Code.TOO_MANY_FAILURES else refusal.code
    return None


def test_wrong_codes_add_up_over_calls():  # R11, R12
    assert wait_for_failures([past(20, wrong_codes=3), past(10, wrong_codes=1)]) is None
    assert wait_for_failures([past(20, wrong_codes=3), past(10, wrong_codes=2)]) == DAY - 20


def test_a_success_clears_the_failures_before_it():  # R13
    calls = [past(30, wrong_codes=5), past(20, was_used=True), past(10, wrong_codes=4)]
    assert wait_for_failures(calls) is None
    assert wait_for_failures([*calls, past(5, wrong_codes=1)]) == DAY - 10


def test_wrong_codes_within_the_successful_call_itself_are_forgiven():
    assert wait_for_failures([past(10, wrong_codes=9, was_used=True)]) is None


def test_a_success_of_somebody_else_clears_nothing():  # R13
    calls = [past(30, wrong_codes=5), past(20, was_used=True, scopes=[Scope.ADDRESS])]
    assert wait_for_failures(calls) == DAY - 30


@pytest.mark.parametrize(("ago", "wait"), [(DAY - 1, 1), (DAY, None), (DAY + 1, None)])
def test_failures_are_forgotten_after_a_day(ago, wait):
    assert wait_for_failures([past(ago, wrong_codes=5)]) == wait


def test_failures_of_another_scope_do_not_count():
    assert wait_for_failures([past(10, scopes=[Scope.NUMBER], wrong_codes=99)]) is None


def test_calls_without_wrong_codes_do_not_stretch_the_wait():
    assert wait_for_failures([past(100), past(50, wrong_codes=5)]) == DAY - 50


LIMITS = {
    Scope.USER: [Limit(calls=1, seconds=60), Limit(calls=9, seconds=2 * DAY)],
    Scope.NUMBER: [Limit(calls=1, seconds=60)],
    Scope.ADDRESS: [Limit(calls=1, seconds=60)],
}


@pytest.mark.parametrize(
    ("limits", "scope", "seconds"),
    [
        (LIMITS, Scope.USER, 2 * DAY),
        (LIMITS, Scope.NUMBER, DAY),
        (LIMITS, Scope.ADDRESS, 60),
        ({}, Scope.USER, DAY),
        ({}, Scope.ADDRESS, 0),
    ],
)
def test_the_past_is_read_as_far_as_limits_and_failures_reach(limits, scope, seconds):
    assert look_back(limits, scope) == seconds


@pytest.mark.parametrize(
    ("region", "kind", "code"),
    [
        ("US", "mobile", None),
        ("CA", "voip", None),
        ("RU", "mobile", Code.NUMBER_REGION),
        (None, "mobile", Code.NUMBER_REGION),
        ("", "mobile", Code.NUMBER_REGION),
        ("US", "premium", Code.NUMBER_KIND),
        ("RU", "premium", Code.NUMBER_REGION),
    ],
)
def test_a_number_must_lie_in_a_region_and_be_of_a_kind(region, kind, code):  # A11
    refused = None
    try:
        check_number(region=region, kind=kind, regions=["US", "CA"], kinds=["mobile", "voip"])
    except Refusal as refusal:
        refused = refusal.code
    assert refused is code


def test_a_random_key_is_one_of_nine_and_never_the_reporting_one():  # R3
    keys = [approve_key(RANDOM_KEY, dice=dice) for dice in range(9)]
    assert keys == list("123456789")
    assert REPORT_KEY not in APPROVE_KEYS


@pytest.mark.parametrize("dice", range(9))
def test_a_fixed_key_needs_no_dice(dice):
    assert approve_key("4", dice=dice) == "4"


def test_a_number_is_rung_so_often_a_day_and_no_oftener_however_well_it_goes():  # A11
    calls = [past(seconds, scopes=[Scope.NUMBER], was_used=True) for seconds in (80000, 10)]
    check_total(calls, limit=3, now=NOW)
    with pytest.raises(TryLater) as refused:
        check_total(calls, limit=2, now=NOW)
    assert (refused.value.code, refused.value.retry_after) == (Code.TOO_MANY_CALLS, DAY - 80000)


def test_calls_to_other_numbers_are_no_part_of_the_total():
    check_total([past(1, scopes=[Scope.USER, Scope.ADDRESS])], limit=1, now=NOW)
