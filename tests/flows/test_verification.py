"""Begin, type, cancel, repeat, expire and use up a verification."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import stage
from tests.stage import CLIENT, NOW, NUMBER, OTHER_NUMBER, PASSWORD, begin, press, reach, refusal_of, row
from voice2fa import signals
from voice2fa.core.errors import Code, TryLater, WrongCode
from voice2fa.core.methods import Method, Purpose
from voice2fa.core.states import FINAL, LIVE, State
from voice2fa.flows import verification as verifications
from voice2fa.flows.attempts import requests, tickets
from voice2fa.flows.telephony.challenges import code_of
from voice2fa.models import PhoneVerification

from . import carriers

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


@pytest.fixture
def told(phone):
    """A verification whose call has told the code."""
    verification = reach(State.ANSWERED, phone.user, method=Method.SPEAK).verification
    press(verification, verification.approve_key)
    return verification


@pytest.fixture
def announced():
    """What was announced, as (signal's name, state)."""
    heard, receivers = [], []
    for name, signal in vars(signals).items():
        if name.startswith("verification_"):

            def hear(name=name, **kwargs):
                about = kwargs.get("verification")
                heard.append(
                    (name.removeprefix("verification_"), about.state if about else kwargs["refusal"].code)
                )

            signal.connect(hear)
            receivers.append((signal, hear))
    yield heard
    for signal, hear in receivers:
        signal.disconnect(hear)


def fail(verification, count):
    for _ in range(count):
        with pytest.raises(WrongCode):
            verifications.submit_code(verification, stage.wrong_code(verification), now=NOW)


# Begin


def test_a_verification_begins_pending_with_a_deadline_and_no_call(phone, carrier):
    verification = begin(phone.user).verification
    assert (verification.state, verification.created_at, verification.begun_at) == (State.PENDING, NOW, NOW)
    assert verification.deadline == NOW + 300 * SECOND
    assert carrier.calls == []


def test_the_call_is_placed_after_the_commit(phone, carrier, carry_out):
    with carry_out():
        started = begin(phone.user, now=NOW + timedelta(days=3650))
        assert carrier.calls == []
    assert len(carrier.calls) == 1
    assert str(started.verification.pk) in carrier.calls[0].order.line.urls.answer


def test_neither_ticket_nor_code_is_stored(phone):  # R9
    started = begin(phone.user)
    stored = repr(row(started.verification))
    assert started.ticket not in stored
    assert code_of(started.verification) not in stored
    assert started.verification.ticket_hash == tickets.hash_ticket(started.ticket)


def test_tickets_nonces_and_codes_are_never_the_same(phone):
    started = [begin(phone.user) for _ in range(5)]
    assert len({item.ticket for item in started}) == 5
    assert len({item.verification.nonce for item in started}) == 5
    assert len({code_of(item.verification) for item in started}) == 5
    assert all(len(item.ticket) >= 43 for item in started)


def test_the_code_depends_on_the_purpose_and_on_the_sites_key(phone, settings):  # R4
    verification = begin(phone.user).verification
    code = code_of(verification)
    verification.purpose = Purpose.CONFIRM
    assert code_of(verification) != code
    verification.purpose = Purpose.LOGIN
    settings.SECRET_KEY = "another-key-of-the-site"
    assert code_of(verification) != code


@pytest.mark.parametrize("length", [6, 10])
def test_the_code_has_the_length_of_the_settings(phone, configure, length):
    configure(CODE_LENGTH=length)
    assert len(code_of(begin(phone.user).verification)) == length


def test_the_key_is_random_or_the_one_of_the_settings(phone, configure):  # R3
    configure(CALL_LIMITS=stage.NO_LIMITS)
    keys = {begin(phone.user).verification.approve_key for _ in range(20)}
    assert len(keys) > 2
    assert keys <= set("123456789")
    configure(APPROVE_KEY="4")
    assert begin(phone.user).verification.approve_key == "4"


def test_what_the_browser_says_of_itself_is_cut_to_what_fits(phone):
    client = requests.Client(address="2001:db8::1", user_agent="x" * 9999)
    verification = begin(phone.user, client=client).verification
    assert (verification.client_address, len(verification.user_agent)) == ("2001:db8::1", 256)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", Code.NUMBER_INVALID),
        ("+1", Code.NUMBER_INVALID),
        ("0123", Code.NUMBER_INVALID),
        ("+15555550123", Code.NUMBER_INVALID),
        ("+4915112345678", Code.NUMBER_REGION),
        ("+19002345678", Code.NUMBER_KIND),
        ("+15002345678", Code.NUMBER_KIND),  # a personal number (A11)
        ("+88213300000", Code.NUMBER_REGION),
    ],
)
def test_what_may_not_be_called_is_refused(user, number, code, announced):  # A11
    assert refusal_of(begin, user, number=number) == code
    assert announced == [("refused", code)]
    assert not PhoneVerification.objects.exists()


def test_a_second_login_cancels_the_first(phone):  # A18
    first, second = begin(phone.user).verification, begin(phone.user).verification
    first.refresh_from_db()
    assert (first.state, second.state) == (State.CANCELLED, State.PENDING)


def test_a_call_for_another_purpose_goes_on(phone):
    first = begin(phone.user).verification
    begin(phone.user, purpose=Purpose.CONFIRM)
    first.refresh_from_db()
    assert first.state == State.PENDING


def test_a_call_of_another_account_goes_on(phone):
    first = begin(phone.user).verification
    other = stage.make_phone(stage.make_user("otto"), OTHER_NUMBER)
    begin(other.user, number=OTHER_NUMBER)
    first.refresh_from_db()
    assert first.state == State.PENDING


def test_the_cancelled_first_call_is_hung_up(phone, carrier, carry_out):
    reach(State.ANSWERED, phone.user)
    with carry_out():
        begin(phone.user)
    assert carrier.calls[0].is_over


def test_what_happens_is_announced(phone, announced, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        verification = reach(State.APPROVED, phone.user).verification
        verifications.use(verification, now=NOW)
    for state in (State.DENIED, State.REPORTED, State.EXPIRED):
        with django_capture_on_commit_callbacks(execute=True):
            reach(state, phone.user)
    names = [name for name, _ in announced]
    assert names == [
        *("started", "approved", "consumed"),
        *("started", "denied", "started", "reported", "started", "failed"),
    ]


def test_a_receiver_hears_of_what_is_already_kept(phone, django_capture_on_commit_callbacks):
    heard = []

    def look(verification, **kwargs):
        heard.append(row(verification)["state"])
        raise RuntimeError

    signals.verification_approved.connect(look)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            verification = reach(State.APPROVED, phone.user).verification
            assert heard == []
    finally:
        signals.verification_approved.disconnect(look)
    assert heard == [State.APPROVED]
    assert row(verification)["state"] == State.APPROVED


def test_a_receiver_that_fails_does_not_stop_the_call(phone):
    def fail_always(**kwargs):
        raise RuntimeError

    signals.verification_started.connect(fail_always)
    try:
        assert begin(phone.user).verification.state == State.PENDING
    finally:
        signals.verification_started.disconnect(fail_always)


# Limits


def at_limit(user, calls=5, **request):
    for _ in range(calls):
        begin(user, **request)


@pytest.mark.parametrize("purpose", [Purpose.LOGIN, Purpose.ENROL, Purpose.CONFIRM])
def test_the_sixth_unapproved_call_of_an_hour_is_refused(phone, purpose):  # R14, R15
    at_limit(phone.user, purpose=purpose)
    with pytest.raises(TryLater) as refused:
        begin(phone.user, purpose=purpose)
    assert (refused.value.code, refused.value.retry_after) == (Code.TOO_MANY_CALLS, 3600)
    assert PhoneVerification.objects.count() == 5


def test_a_refused_call_leaves_the_running_one_alone(phone):
    at_limit(phone.user)
    refusal_of(begin, phone.user)
    assert PhoneVerification.objects.live().count() == 1


@pytest.mark.parametrize(("seconds", "code"), [(3599, Code.TOO_MANY_CALLS), (3600, None)])
def test_the_hour_ends_on_its_second(phone, seconds, code):
    at_limit(phone.user)
    assert refusal_of(begin, phone.user, now=NOW + seconds * SECOND) == code


def test_approved_calls_use_up_no_limit(phone):
    for _ in range(7):
        stage.log_in(phone.user)
    assert refusal_of(begin, phone.user) is None


def test_approvals_that_nobody_uses_are_calls_in_vain(phone):  # A11
    for _ in range(5):
        reach(State.APPROVED, phone.user)
    assert refusal_of(begin, phone.user) == Code.TOO_MANY_CALLS


def test_even_good_calls_to_a_number_have_an_end_each_day(phone, configure):  # A11
    configure(MAX_CALLS=3)
    for _ in range(3):
        stage.log_in(phone.user)
    assert refusal_of(begin, phone.user) == Code.TOO_MANY_CALLS
    assert refusal_of(begin, phone.user, now=NOW + timedelta(days=1)) is None


def test_whoever_adds_or_registers_a_number_shares_its_limit(phone):  # R15
    others = [stage.make_user(f"user{n}") for n in range(3)]
    for other in others:
        begin(other, purpose=Purpose.ENROL, method=Method.ENTER)
    for name in range(2):
        verifications.start(stranger(name), now=NOW)
    assert refusal_of(verifications.start, stranger("six"), now=NOW) == Code.TOO_MANY_CALLS


def test_others_who_add_a_number_do_not_use_up_its_owners_logins(phone):  # R17, A22
    mallory = stage.make_user("mallory")
    for _ in range(5):
        verifications.cancel(begin(mallory, purpose=Purpose.ENROL, method=Method.ENTER).verification, now=NOW)
    assert refusal_of(begin, mallory, purpose=Purpose.ENROL, method=Method.ENTER) == Code.TOO_MANY_CALLS
    assert refusal_of(begin, phone.user) is None


def test_those_who_register_from_an_address_do_not_use_up_its_logins(phone, configure):  # R17
    configure(CALL_LIMITS={"address": [(1, 3600)]})
    address = stage.CLIENT.address
    verifications.start(stranger("a", "+12025550130", address), now=NOW)
    assert refusal_of(verifications.start, stranger("b", "+12025550131", address), now=NOW)
    assert refusal_of(begin, phone.user) is None


def test_strangers_who_register_do_not_use_up_the_owners_calls(phone):  # R17
    for name in range(5):
        verifications.start(stranger(name), now=NOW)
    assert refusal_of(verifications.start, stranger("six"), now=NOW) == Code.TOO_MANY_CALLS
    assert refusal_of(begin, phone.user) is None


def stranger(name, number=NUMBER, address=None):
    return requests.Request(
        purpose=Purpose.REGISTER,
        method=Method.ENTER,
        number=number,
        client=requests.Client(address=address),
        applicant={"name": str(name)},
    )


def test_one_address_has_a_limit_of_its_own(configure, db):  # R15
    configure(CALL_LIMITS={"address": [(3, 3600)]})
    numbers = [f"+1202555{n:04}" for n in range(130, 134)]
    requests = [stranger(n, number, "192.0.2.7") for n, number in enumerate(numbers)]
    outcomes = [refusal_of(verifications.start, request, now=NOW) for request in requests]
    assert outcomes == [None, None, None, Code.TOO_MANY_CALLS]


def test_calls_without_a_known_address_share_one_limit(configure, db):  # A11
    configure(CALL_LIMITS={"address": [(2, 3600)]})
    requests = [stranger(n, f"+1202555{n:04}") for n in range(130, 133)]
    outcomes = [refusal_of(verifications.start, request, now=NOW) for request in requests]
    assert outcomes == [None, None, Code.TOO_MANY_CALLS]


@pytest.mark.parametrize(("seconds", "code"), [(14, Code.COOLING_DOWN), (15, None)])
def test_two_calls_to_a_person_lie_apart(phone, configure, seconds, code):
    configure(COOL_DOWN=15)
    begin(phone.user)
    assert refusal_of(begin, phone.user, now=NOW + seconds * SECOND) == code


def test_after_a_call_whose_approval_was_used_nobody_has_to_wait(phone, configure):
    configure(COOL_DOWN=15)
    stage.log_in(phone.user)
    assert refusal_of(begin, phone.user) is None


@pytest.mark.parametrize("purpose", [Purpose.LOGIN, Purpose.ENROL])
def test_wrong_codes_add_up_over_calls_until_the_account_must_wait(
    phone, configure, purpose
):  # R11, R12, R14
    configure(MAX_FAILURES=6, CALL_LIMITS=stage.NO_LIMITS)
    for _ in range(2):
        assert refusal_of(begin, phone.user) is None
        PhoneVerification.objects.live().delete()
        reach(State.LOCKED, phone.user, method=Method.ENTER, purpose=purpose)
    assert refusal_of(begin, phone.user) == Code.TOO_MANY_FAILURES


def test_a_success_clears_the_failures_of_the_phone_used_alone(phone, configure):  # R13
    configure(MAX_FAILURES=6, CALL_LIMITS=stage.NO_LIMITS)
    other = stage.make_phone(phone.user, OTHER_NUMBER)
    for _ in range(2):
        reach(State.LOCKED, phone.user, method=Method.ENTER, number=OTHER_NUMBER)
    reach_approved_despite_failures(phone, now=NOW + timedelta(days=1))
    later = NOW + timedelta(hours=23)
    assert refusal_of(begin, phone.user, number=OTHER_NUMBER, now=later) == Code.TOO_MANY_FAILURES
    assert other.confirmed


def reach_approved_despite_failures(phone, *, now):
    """Have a login with the phone approved, at a moment at which the failures are forgotten."""
    verification = stage.log_in(phone.user, now=now).verification
    # Told as if it had happened at once: the limits would not have let it.
    PhoneVerification.objects.filter(pk=verification.pk).update(created_at=NOW + SECOND)


def test_a_success_clears_the_failures(phone, configure):  # R13
    configure(MAX_FAILURES=6, CALL_LIMITS=stage.NO_LIMITS)
    reach(State.LOCKED, phone.user, method=Method.ENTER)
    stage.log_in(phone.user, now=NOW + SECOND)
    reach(State.LOCKED, phone.user, method=Method.ENTER, now=NOW + 2 * SECOND)
    assert refusal_of(begin, phone.user, now=NOW + 3 * SECOND) is None


def test_the_past_is_read_in_one_query(phone):
    with CaptureQueriesContext(connection) as queries:
        refusal_of(begin, phone.user)
    selects = [query for query in queries if query["sql"].startswith("SELECT") and '"tries"' in query["sql"]]
    assert len(queries) <= 9  # two of them for the do-not-call list, and for signs of a machine
    assert len(selects) <= 3


@pytest.fixture
def between(configure):
    """Return a function that has an act done when the calls are counted and the new one not yet written."""

    def interrupt(act):
        configure(PROVIDER={"BACKEND": "tests.flows.carriers.Hesitant"})
        carriers.Hesitant.meanwhile = act

    return interrupt


def test_of_two_begun_at_once_one_is_told_that_the_other_is_under_way(phone, between):
    between(lambda: begin(phone.user))
    assert refusal_of(begin, phone.user) == Code.CALL_IN_PROGRESS
    assert PhoneVerification.objects.live().count() == 1


def test_a_call_begun_meanwhile_is_counted(phone, between, configure):  # R15
    configure(CALL_LIMITS={"user": [(1, 3600)]})
    between(lambda: begin(phone.user, purpose=Purpose.CONFIRM))
    assert refusal_of(begin, phone.user) == Code.TOO_MANY_CALLS
    assert PhoneVerification.objects.get().purpose == Purpose.CONFIRM


# Find


def test_a_ticket_finds_its_own_verification_alone(phone):  # R4
    first, second = begin(phone.user), begin(phone.user, purpose=Purpose.CONFIRM)
    assert tickets.find(first.ticket) == first.verification
    assert tickets.find(second.ticket) == second.verification


@pytest.mark.parametrize("ticket", ["", " ", "x", "\x00", "\u00e9", "0" * 9999])
def test_no_other_text_finds_one(phone, ticket):
    begin(phone.user)
    assert refusal_of(tickets.find, ticket) == Code.NOT_WAITING


def test_the_stored_hash_is_no_ticket(phone):
    stored = begin(phone.user).verification.ticket_hash
    assert refusal_of(tickets.find, stored) == Code.NOT_WAITING


# Type the code


def test_the_right_code_approves(told):
    verifications.submit_code(told, code_of(told), now=NOW)
    told.refresh_from_db()
    assert (told.state, told.decided_at) == (State.APPROVED, NOW)


def test_each_wrong_code_is_counted_before_it_is_refused(told):  # R11
    for left in (2, 1, 0):
        with pytest.raises(WrongCode) as refused:
            verifications.submit_code(told, stage.wrong_code(told), now=NOW)
        assert refused.value.tries_left == left
        assert row(told)["tries"] == 3 - left
    assert row(told)["state"] == State.LOCKED
    assert refusal_of(verifications.submit_code, told, code_of(told), now=NOW) == Code.NOT_APPROVED


@pytest.mark.parametrize("typed", ["", " ", "0", "\ud800", "\x00", "9" * 5000])
def test_nonsense_is_a_wrong_code(told, typed):
    assert refusal_of(verifications.submit_code, told, typed, now=NOW) == Code.WRONG_CODE


def test_the_lock_ends_the_call(told, carry_out, carrier):
    with carry_out():
        fail(told, 3)
    assert carrier.calls[0].is_over


def test_the_key_of_the_call_is_no_code(told):  # R2
    assert refusal_of(verifications.submit_code, told, told.approve_key, now=NOW) == Code.WRONG_CODE


def test_before_the_code_was_told_none_is_taken(phone):  # R19
    verification = reach(State.ANSWERED, phone.user, method=Method.SPEAK).verification
    assert (
        refusal_of(verifications.submit_code, verification, code_of(verification), now=NOW) == Code.TOO_EARLY
    )
    assert row(verification)["tries"] == 0


@pytest.mark.parametrize("state", [State.PENDING, State.DIALING])
def test_before_the_answer_no_code_is_taken(phone, state):  # R19
    verification = reach(state, phone.user, method=Method.SPEAK).verification
    assert (
        refusal_of(verifications.submit_code, verification, code_of(verification), now=NOW) == Code.TOO_EARLY
    )


@pytest.mark.parametrize("method", [Method.ENTER, Method.APPROVE])
@pytest.mark.parametrize("state", [State.PENDING, State.ANSWERED, State.APPROVED, State.DENIED])
def test_other_methods_take_no_code_on_the_page(phone, method, state):  # R2
    if (method, state) == (Method.ENTER, State.DENIED):
        state = State.LOCKED
    verification = reach(state, phone.user, method=method).verification
    before = row(verification)
    code = code_of(verification)
    assert refusal_of(verifications.submit_code, verification, code, now=NOW) == Code.NOT_WAITING
    assert row(verification) == before


@pytest.mark.parametrize("state", sorted(FINAL))
def test_a_decided_verification_takes_no_code(phone, state):
    verification = reach(state, phone.user, method=Method.SPEAK).verification
    before = row(verification)
    expected = Code.EXPIRED if state == State.EXPIRED else Code.NOT_APPROVED
    assert refusal_of(verifications.submit_code, verification, code_of(verification), now=NOW) == expected
    assert row(verification) == before


@pytest.mark.parametrize(("seconds", "code"), [(599, None), (600, Code.EXPIRED), (601, Code.EXPIRED)])
def test_the_code_is_dead_after_ten_minutes(phone, configure, seconds, code):  # R7
    configure(LIFETIME=600)
    verification = reach(State.ANSWERED, phone.user, method=Method.SPEAK).verification
    press(verification, verification.approve_key)
    moment = NOW + seconds * SECOND
    assert refusal_of(verifications.submit_code, verification, code_of(verification), now=moment) == code
    assert row(verification)["state"] == (State.EXPIRED if code else State.APPROVED)


def test_a_guess_sees_the_count_of_the_guess_beside_it(told):
    stale = PhoneVerification.objects.get(pk=told.pk)
    fail(told, 2)
    with pytest.raises(WrongCode) as refused:
        verifications.submit_code(stale, stage.wrong_code(stale), now=NOW)
    assert refused.value.tries_left == 0
    assert row(told)["state"] == State.LOCKED


def test_a_right_code_after_the_lock_beside_it_is_too_late(told):
    stale = PhoneVerification.objects.get(pk=told.pk)
    fail(told, 3)
    assert refusal_of(verifications.submit_code, stale, code_of(stale), now=NOW) == Code.NOT_APPROVED


# Cancel and expire


@pytest.mark.parametrize("state", State)
def test_only_a_live_verification_can_be_cancelled(phone, state):
    method = Method.ENTER if state == State.LOCKED else Method.APPROVE
    verification = reach(state, phone.user, method=method).verification
    assert verifications.cancel(verification, now=NOW) == (state in LIVE)
    assert row(verification)["state"] == (State.CANCELLED if state in LIVE else state)


@pytest.mark.parametrize("state", [State.DIALING, State.ANSWERED])
def test_cancelling_hangs_up(phone, state, carrier, carry_out):
    verification = reach(state, phone.user).verification
    with carry_out():
        verifications.cancel(verification, now=NOW)
    assert carrier.calls[0].is_over


@pytest.mark.parametrize("state", State)
def test_only_a_live_verification_expires(phone, state):
    method = Method.ENTER if state == State.LOCKED else Method.APPROVE
    verification = reach(state, phone.user, method=method).verification
    assert verifications.expire(verification, now=verification.deadline) == (state in LIVE)
    assert row(verification)["state"] == (State.EXPIRED if state in LIVE else state)


def test_nothing_expires_before_its_deadline(phone):
    verification = begin(phone.user).verification
    assert not verifications.expire(verification, now=verification.deadline - SECOND)
    assert row(verification)["state"] == State.PENDING


def test_expiring_hangs_up(phone, carrier, carry_out):
    verification = reach(State.ANSWERED, phone.user).verification
    with carry_out():
        verifications.expire(verification, now=verification.deadline)
    assert carrier.calls[0].is_over


def test_a_call_that_is_over_is_not_hung_up_again(told, carry_out, configure):
    stage.hang_up(told)
    configure(PROVIDER={"BACKEND": "tests.flows.carriers.Stubborn"})
    with carry_out():
        verifications.cancel(told, now=NOW)
    assert row(told)["state"] == State.CANCELLED


@pytest.mark.parametrize(("seconds", "state"), [(299, State.DIALING), (300, State.EXPIRED)])
def test_looking_lets_the_clock_have_its_say(phone, seconds, state):
    verification = reach(State.DIALING, phone.user).verification
    verifications.refresh(verification, now=NOW + seconds * SECOND)
    assert row(verification)["state"] == state


@pytest.mark.parametrize(("seconds", "is_observed"), [(0, False), (1, True)])
def test_looking_has_the_carrier_asked(phone, seconds, is_observed, django_capture_on_commit_callbacks):
    verification = reach(State.DIALING, phone.user).verification
    with django_capture_on_commit_callbacks() as deferred:
        verifications.refresh(verification, now=NOW + seconds * SECOND)
    assert bool(deferred) == is_observed


# Again


@pytest.mark.parametrize("state", State)
def test_another_call_may_follow_most_endings(phone, state):
    method = Method.ENTER if state == State.LOCKED else Method.APPROVE
    verification = reach(state, phone.user, method=method).verification
    may = state not in {State.APPROVED, State.REPORTED, State.LOCKED}
    assert verifications.may_resend(verification, now=NOW) == may
    assert (refusal_of(verifications.resend, verification, CLIENT, now=NOW) is None) == may


def test_another_call_brings_a_new_code_a_new_ticket_and_the_end_of_the_old_one(told):  # R10
    old_code = code_of(told)
    again = verifications.resend(told, CLIENT, now=NOW + SECOND)
    assert row(told)["state"] == State.CANCELLED
    assert code_of(again.verification) != old_code
    assert refusal_of(verifications.submit_code, told, old_code, now=NOW + SECOND) == Code.NOT_APPROVED
    stage.place(again.verification, now=NOW + SECOND)
    stage.answer(again.verification, now=NOW + SECOND)
    press(again.verification, again.verification.approve_key, now=NOW + SECOND)
    submit = verifications.submit_code
    assert refusal_of(submit, again.verification, old_code, now=NOW + SECOND) == Code.WRONG_CODE


def test_another_call_does_not_reset_the_count(told, configure):  # R12, A14
    configure(MAX_FAILURES=3)
    fail(told, 2)
    again = verifications.resend(told, CLIENT, now=NOW).verification
    stage.place(again)
    stage.answer(again)
    press(again, again.approve_key)
    fail(again, 1)
    assert refusal_of(verifications.resend, again, CLIENT, now=NOW) == Code.TOO_MANY_FAILURES


@pytest.mark.parametrize(("seconds", "code"), [(599, None), (600, Code.START_OVER)])
def test_the_password_is_good_for_ten_minutes_of_calls(phone, seconds, code):
    first = begin(phone.user).verification
    second = verifications.resend(first, CLIENT, now=NOW + 300 * SECOND).verification
    assert second.begun_at == NOW
    assert refusal_of(verifications.resend, second, CLIENT, now=NOW + seconds * SECOND) == code


def test_another_phone_of_the_person_may_be_rung(phone):
    other = stage.make_phone(phone.user, OTHER_NUMBER)
    first = begin(phone.user).verification
    again = verifications.resend(first, CLIENT, now=NOW, phone=other).verification
    assert (again.number.as_e164, again.device) == (OTHER_NUMBER, other)


@pytest.mark.parametrize("purpose", [Purpose.LOGIN, Purpose.ENROL])
def test_a_phone_removed_meanwhile_is_not_rung_again(phone, purpose):  # R24, A24
    started = begin(phone.user, purpose=purpose)
    phone.delete()
    found = tickets.find(started.ticket)
    assert refusal_of(verifications.resend, found, CLIENT, now=NOW) == Code.ACCOUNT_CHANGED


@pytest.mark.parametrize(("field", "value"), [("password", "another"), ("is_active", False)])
def test_another_call_does_not_outlive_the_first_factor(phone, field, value):
    started = begin(phone.user)
    setattr(phone.user, field, value)
    phone.user.save()
    found = tickets.find(started.ticket)
    assert refusal_of(verifications.resend, found, CLIENT, now=NOW) == Code.ACCOUNT_CHANGED


def test_the_call_of_a_deleted_account_is_not_repeated(phone):
    started = begin(phone.user)
    phone.user.delete()
    found = tickets.find(started.ticket)
    assert refusal_of(verifications.resend, found, CLIENT, now=NOW) == Code.ACCOUNT_CHANGED


# Use up


def test_an_approval_is_used_once(phone):  # R8, A15
    verification = reach(State.APPROVED, phone.user).verification
    verifications.use(verification, now=NOW)
    assert row(verification)["consumed_at"] == NOW
    assert refusal_of(verifications.use, verification, now=NOW) == Code.ALREADY_USED


@pytest.mark.parametrize(("seconds", "code"), [(299, None), (300, Code.EXPIRED), (301, Code.EXPIRED)])
def test_an_approval_is_used_before_the_deadline_or_never(phone, seconds, code):  # R7
    verification = reach(State.APPROVED, phone.user).verification
    assert refusal_of(verifications.use, verification, now=NOW + seconds * SECOND) == code


@pytest.mark.parametrize("state", sorted(set(State) - {State.APPROVED}))
def test_nothing_but_an_approval_is_used(phone, state):
    method = Method.ENTER if state == State.LOCKED else Method.APPROVE
    verification = reach(state, phone.user, method=method).verification
    before = row(verification)
    expected = Code.EXPIRED if state == State.EXPIRED else Code.NOT_APPROVED
    assert refusal_of(verifications.use, verification, now=NOW) == expected
    assert row(verification) == before


def test_an_approval_does_not_outlive_the_password(phone):
    started = reach(State.APPROVED, phone.user)
    phone.user.set_password("another " + PASSWORD)
    phone.user.save()
    assert refusal_of(verifications.use, tickets.find(started.ticket), now=NOW) == Code.ACCOUNT_CHANGED
    assert row(started.verification)["consumed_at"] is None
