"""Fifty at once, on connections of their own: one wins, and no limit is passed (R8, R15, R44, A21)."""

import threading
from datetime import timedelta

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.db import connection, transaction
from django.test import Client

from tests import stage
from tests.flows import carriers
from tests.stage import CLIENT, NOW, NUMBER, OTHER_NUMBER, reach, real_now, refusal_of, row
from voice2fa import signals
from voice2fa.core.errors import Code, Refusal, WrongCode
from voice2fa.core.events import Answerer, Kind
from voice2fa.core.methods import Method
from voice2fa.core.states import State
from voice2fa.flows import calls, enrolment, login, phones, registration, steering
from voice2fa.flows import verification as verifications
from voice2fa.flows.attempts import tickets
from voice2fa.flows.telephony import placing
from voice2fa.flows.telephony.challenges import code_of
from voice2fa.models import CallEvent, PhoneVerification, VoiceDevice

# One race after another: fifty connections each are half of what a server has.
pytestmark = [
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("races"),
]

MANY = 50


@pytest.fixture
def heard():
    """How often each outcome was announced."""
    counts = {"approved": 0, "failed": 0, "consumed": 0}
    receivers = []
    for name in counts:

        def hear(name=name, **kwargs):
            counts[name] += 1

        signal = getattr(signals, f"verification_{name}")
        signal.connect(hear)
        receivers.append((signal, hear))
    yield counts
    for signal, hear in receivers:
        signal.disconnect(hear)


def fresh(verification):
    return PhoneVerification.objects.select_related("user", "device").get(pk=verification.pk)


def won(outcomes):
    """Return how many acts ended without a refusal; any other error is one too many."""
    errors = [item for item in outcomes if isinstance(item, Exception) and not isinstance(item, Refusal)]
    assert not errors, errors[:3]
    return sum(not isinstance(item, Refusal) for item in outcomes)


def check_alike(turns):
    """See that every delivery is told the same, and that one alone has it pushed onto the call."""
    assert won(turns) == MANY
    assert len({(turn.cue, turn.step) for turn in turns}) == 1
    assert sum(turn.is_news for turn in turns) == 1


@pytest.mark.parametrize("method", [Method.APPROVE, Method.ENTER])
def test_of_many_deliveries_of_the_right_keys_one_approves(phone, race, heard, method):
    verification = reach(State.ANSWERED, phone.user, method=method).verification
    event = stage.report(Kind.GATHER, verification, digits=stage.right_keys(verification))
    turns = race(MANY, lambda place: calls.receive(verification.pk, event, step=1, now=NOW))
    check_alike(turns)
    assert row(verification)["state"] == State.APPROVED
    assert CallEvent.objects.filter(kind=Kind.GATHER).count() == 1
    assert heard == {"approved": 1, "failed": 0, "consumed": 0}


def test_of_many_wrong_codes_at_one_step_one_is_counted(phone, race):
    verification = reach(State.ANSWERED, phone.user, method=Method.ENTER).verification
    event = stage.report(Kind.GATHER, verification, digits=stage.wrong_code(verification))
    race(MANY, lambda place: calls.receive(verification.pk, event, step=1, now=NOW))
    assert (row(verification)["tries"], row(verification)["step"]) == (1, 2)


def test_right_and_wrong_keys_at_once_are_decided_once(phone, race, heard):
    verification = reach(State.ANSWERED, phone.user).verification
    events = [
        stage.report(Kind.GATHER, verification, digits=keys)
        for keys in (verification.approve_key, stage.wrong_key(verification))
    ]
    race(MANY, lambda place: calls.receive(verification.pk, events[place % 2], step=1, now=NOW))
    assert row(verification)["state"] in {State.APPROVED, State.DENIED}
    assert CallEvent.objects.filter(kind=Kind.GATHER).count() == 1
    assert heard["approved"] == (row(verification)["state"] == State.APPROVED)


def test_of_many_answers_all_are_asked_and_one_is_recorded(phone, race):
    verification = reach(State.DIALING, phone.user).verification
    event = stage.report(Kind.ANSWER, verification)
    turns = race(MANY, lambda place: calls.receive(verification.pk, event, step=0, now=NOW))
    check_alike(turns)
    assert CallEvent.objects.count() == 1


def test_of_many_questions_what_comes_next_one_has_the_answer_pushed(phone, race):
    verification = reach(State.ANSWERED, phone.user, method=Method.SPEAK).verification
    stage.press(verification, verification.approve_key)
    event = stage.report(Kind.REDIRECT, verification)
    check_alike(race(MANY, lambda place: calls.receive(verification.pk, event, step=2, now=NOW)))


def test_of_many_deliveries_that_come_late_one_has_the_last_words_pushed(phone, race):
    verification = reach(State.CANCELLED, phone.user).verification
    event = stage.report(Kind.ANSWER, verification)
    check_alike(race(MANY, lambda place: calls.receive(verification.pk, event, step=0, now=NOW)))


@pytest.mark.parametrize("control", ["bxml", "api"])
@pytest.mark.parametrize("once_more", range(4))
def test_a_cancel_that_crosses_the_answer_leaves_no_call_behind(
    phone, race, carrier, configure, control, once_more
):
    configure(CALL_CONTROL=control)
    now = real_now()
    verification = reach(State.DIALING, phone.user, now=now).verification
    event = stage.report(Kind.ANSWER, verification)

    def take_part(place):
        if place == 0:
            return steering.reply_to(calls.receive(verification.pk, event, step=0, now=now))
        return verifications.cancel(fresh(verification), now=now)

    outcomes = race(2, take_part)
    assert won(outcomes) == 2
    assert outcomes[1] is True
    assert row(verification)["state"] == State.CANCELLED
    # Nobody has picked up the call itself, so that it can be told nothing: unless its reply tells it how it
    # ends, it is taken back.
    told = CallEvent.objects.filter(kind=Kind.ANSWER, cue="cancelled")
    assert carrier.calls[-1].is_over or told.exists()


def test_of_many_events_of_all_kinds_none_fails_and_one_decides(phone, race, heard):
    verification = reach(State.ANSWERED, phone.user).verification
    events = [
        (stage.report(Kind.GATHER, verification, digits=verification.approve_key), 1),
        (stage.report(Kind.DISCONNECT, verification, cause="hung_up"), 0),
        (stage.report(Kind.MACHINE, verification, answerer=Answerer.MACHINE), 0),
        (stage.report(Kind.REDIRECT, verification), 1),
        (stage.report(Kind.ANSWER, verification), 0),
    ]

    def deliver(place):
        event, step = events[place % len(events)]
        return calls.receive(verification.pk, event, step=step, now=NOW)

    assert won(race(MANY, deliver)) == MANY
    assert row(verification)["state"] in {State.APPROVED, State.UNREACHABLE}
    # What the key has approved the machine has made void.
    assert heard["approved"] == (row(verification)["state"] == State.APPROVED)
    assert heard["failed"] == 1
    assert row(verification)["ended_at"] is not None
    kinds = list(CallEvent.objects.values_list("kind", flat=True))
    assert len(kinds) == len(set(kinds))


def test_an_approval_is_used_once_by_many(phone, race, heard):
    verification = reach(State.APPROVED, phone.user).verification
    outcomes = race(MANY, lambda place: login.finish(fresh(verification), now=NOW))
    assert won(outcomes) == 1
    assert {outcome.code for outcome in outcomes if isinstance(outcome, Refusal)} == {Code.ALREADY_USED}
    assert heard["consumed"] == 1


def test_a_ticket_opens_once_for_many(phone, race):
    ticket = reach(State.APPROVED, phone.user, now=real_now()).ticket
    users = race(MANY, lambda place: authenticate(None, ticket=ticket))
    assert sum(user is not None for user in users) == 1


def test_a_registration_creates_one_account(db, race):
    verification = reach(State.APPROVED, None).verification
    assert won(race(MANY, lambda place: registration.finish(fresh(verification), now=NOW))) == 1
    assert (get_user_model().objects.count(), VoiceDevice.objects.count()) == (1, 1)


def test_an_enrolment_confirms_once(user, race):
    device = stage.make_phone(user, confirmed=False)
    verification = reach(State.APPROVED, user, purpose="enrol", method="enter", device=device).verification
    assert won(race(MANY, lambda place: enrolment.finish(fresh(verification), now=NOW))) == 1


def test_many_guesses_on_the_page_have_three_tries_together(phone, race, configure):
    verification = reach(State.ANSWERED, phone.user, method=Method.SPEAK).verification
    stage.press(verification, verification.approve_key)
    wrong = stage.wrong_code(verification)
    outcomes = race(MANY, lambda place: verifications.submit_code(fresh(verification), wrong, now=NOW))
    assert won(outcomes) == 0
    assert sum(isinstance(outcome, WrongCode) for outcome in outcomes) == 3
    assert (row(verification)["tries"], row(verification)["state"]) == (3, State.LOCKED)


def test_many_right_codes_on_the_page_approve_once(phone, race, heard):
    verification = reach(State.ANSWERED, phone.user, method=Method.SPEAK).verification
    stage.press(verification, verification.approve_key)
    code = code_of(verification)
    outcomes = race(MANY, lambda place: verifications.submit_code(fresh(verification), code, now=NOW))
    assert won(outcomes) == 1
    assert heard["approved"] == 1


def test_many_logins_of_one_account_leave_one_live_call(phone, race, configure):  # A18
    configure(CALL_LIMITS=stage.NO_LIMITS)
    won(race(MANY, lambda place: login.begin(phone.user, CLIENT, now=real_now())))
    assert PhoneVerification.objects.live().count() <= 1


def test_a_double_click_rings(phone, race, configure, carrier):
    configure(CALL_LIMITS=stage.NO_LIMITS)
    assert won(race(2, lambda place: login.begin(phone.user, CLIENT, now=real_now()))) >= 1
    assert PhoneVerification.objects.live().count() == 1


@pytest.mark.parametrize("limit", [1, 5])
def test_many_logins_place_no_more_calls_than_the_limit(phone, race, configure, carrier, limit):  # R15
    configure(CALL_LIMITS={"user": [(limit, 3600)]})
    for _ in range(2):
        won(race(MANY, lambda place: login.begin(phone.user, CLIENT, now=real_now())))
    assert len(carrier.calls) <= limit


def test_many_registrations_ring_a_number_no_more_often_than_the_limit(db, race, configure, carrier):  # R15
    configure(CALL_LIMITS={"number": [(5, 3600)]})

    def register(place):
        applicant = stage.applicant(f"user{place}")
        return registration.begin(applicant, number=NUMBER, client=CLIENT, now=real_now(), consents=True)

    for _ in range(2):
        won(race(MANY, register))
    assert len(carrier.calls) <= 5


def test_many_calls_again_leave_one_live_call(phone, race, configure):
    configure(CALL_LIMITS=stage.NO_LIMITS)
    verification = reach(State.UNREACHABLE, phone.user, now=real_now()).verification
    won(race(MANY, lambda place: verifications.resend(fresh(verification), CLIENT, now=real_now())))
    assert PhoneVerification.objects.live().count() <= 1


def test_a_call_is_ordered_once_by_many(phone, race, carrier):
    verification = stage.begin(phone.user).verification
    assert won(race(MANY, lambda place: placing.place(verification.pk, clock=lambda: NOW))) == MANY
    assert len(carrier.calls) == 1


def test_a_ringing_call_is_asked_about_once_by_many(phone, race, configure):
    verification = reach(State.DIALING, phone.user).verification
    configure(PROVIDER={"BACKEND": "tests.flows.carriers.Queueing"})
    carriers.Queueing.asked = 0
    later = NOW + timedelta(seconds=5)
    assert won(race(MANY, lambda place: placing.observe(verification.pk, now=later))) == MANY
    assert carriers.Queueing.asked == 1


def test_the_last_two_phones_are_not_removed_at_once(phone, race):
    both = [phone, stage.make_phone(phone.user, OTHER_NUMBER)]

    def take_away(place):
        return remove(both[place % 2])

    outcomes = race(2, take_away)
    assert won(outcomes) == 1
    assert VoiceDevice.objects.count() == 1


def test_cancel_and_approval_at_once_have_one_winner(phone, race, heard):
    verification = reach(State.ANSWERED, phone.user).verification
    event = stage.report(Kind.GATHER, verification, digits=verification.approve_key)

    def act(place):
        if place % 2:
            return verifications.cancel(fresh(verification), now=NOW)
        return calls.receive(verification.pk, event, step=1, now=NOW)

    outcomes = race(MANY, act)
    assert won(outcomes) == MANY
    is_cancelled = row(verification)["state"] == State.CANCELLED
    assert outcomes.count(True) == is_cancelled
    assert heard == {"approved": not is_cancelled, "failed": is_cancelled, "consumed": 0}


def test_expiry_and_use_at_once_leave_a_consistent_row(phone, race):
    verification = reach(State.APPROVED, phone.user).verification

    def act(place):
        if place % 2:
            return verifications.expire(fresh(verification), now=verification.deadline)
        return refusal_of(login.finish, fresh(verification), now=NOW)

    won(race(MANY, act))
    assert (row(verification)["state"], row(verification)["consumed_at"]) == (State.APPROVED, NOW)


@pytest.mark.parametrize("through", ["flow", "page"])
def test_a_double_click_leaves_one_live_call_time_and_again(phone, race, configure, carrier, through):  # R15
    configure(COOL_DOWN=15)

    def click(place):
        if through == "flow":
            return login.begin(phone.user, CLIENT, now=real_now())
        form = {"username": "anna", "password": stage.PASSWORD}
        return browser_of(place).post("/phone/login/", form).status_code

    for _ in range(20):
        PhoneVerification.objects.all().delete()
        carrier.reset()
        outcomes = race(2, click)
        assert won(outcomes) >= 1
        assert PhoneVerification.objects.live().count() == PhoneVerification.objects.count() == 1
        assert len(carrier.calls) == 1
        if through == "flow":
            assert {outcome.code for outcome in outcomes if isinstance(outcome, Refusal)} <= {
                Code.COOLING_DOWN,
                Code.CALL_IN_PROGRESS,
            }


def remove(phone):
    phone = VoiceDevice.objects.get(pk=phone.pk)
    return phones.remove(phone, client=CLIENT, confirmed_at=NOW, now=NOW)


def browser_of(place):
    return Client(HTTP_USER_AGENT=f"browser {place}")


def test_a_phone_removed_between_finding_and_use_opens_nothing(phone, configure):  # R24
    stage.make_phone(phone.user, OTHER_NUMBER)
    started = reach(State.APPROVED, phone.user)
    found = tickets.find(started.ticket)
    remove(phone)
    assert refusal_of(login.finish, found, now=NOW) == Code.ACCOUNT_CHANGED
    assert row(found)["consumed_at"] is None
    assert refusal_of(login.finish, tickets.find(started.ticket), now=NOW) == Code.ACCOUNT_CHANGED


def test_a_phone_whose_removal_is_under_way_opens_nothing(phone, race):  # R24
    stage.make_phone(phone.user, OTHER_NUMBER)
    found = tickets.find(reach(State.APPROVED, phone.user).ticket)
    is_locked = threading.Event()

    def act(place):
        if place:
            is_locked.wait(30)
            return login.finish(found, now=NOW)
        with transaction.atomic():
            remove(phone)
            is_locked.set()
            wait_for_a_waiter()

    removed, used = race(2, act)
    assert removed is None
    assert isinstance(used, Refusal)
    assert row(found)["consumed_at"] is None


def test_an_approval_whose_use_is_under_way_is_not_used_again(phone, race):  # R8, A21
    ticket = reach(State.APPROVED, phone.user).ticket
    is_used = threading.Event()

    def act(place):
        if place:
            is_used.wait(30)
            return login.finish(tickets.find(ticket), now=NOW)
        with transaction.atomic():
            login.finish(tickets.find(ticket), now=NOW)
            is_used.set()
            wait_for_a_waiter()

    first, second = race(2, act)
    assert first is None
    assert isinstance(second, Refusal)
    assert second.code == Code.ALREADY_USED


def wait_for_a_waiter():
    """Return once another connection waits for a row that this one has locked."""
    with connection.cursor() as cursor:
        for _ in range(100_000):
            cursor.execute(
                "SELECT 1 FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid"
            )
            if cursor.fetchone():
                return
    raise AssertionError
