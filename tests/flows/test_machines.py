"""Machines that pick up: what they press counts for nothing, and the next call takes the code of the page."""

import logging
from datetime import timedelta
from decimal import Decimal
from itertools import product

import pytest

from tests import stage
from tests.stage import NOW, answer, begin, hang_up, make_phone, place, press, reach, receive, refusal_of
from voice2fa import signals
from voice2fa.core.errors import Code
from voice2fa.core.events import Answerer, Cause, Kind
from voice2fa.core.machines import BY_ONE_KEY, read_sign
from voice2fa.core.methods import MOST_STEPS, Method, Purpose
from voice2fa.core.payloads import Money
from voice2fa.core.script import Gather, Say
from voice2fa.core.states import FINAL, State
from voice2fa.flows import confirmation, other_ways
from voice2fa.flows import verification as verifications
from voice2fa.flows.attempts import tickets
from voice2fa.flows.conversation import PhoneConversation
from voice2fa.flows.progress import Progress
from voice2fa.flows.telephony import machines
from voice2fa.models import PhoneVerification
from voice2fa.providers.base import MachineDetection

from . import carriers

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
VOICEMAIL = "A voicemail answered"


@pytest.fixture
def at(phone):
    """Return a function that brings a login of the user into a state."""

    def bring(state, method=Method.APPROVE, **request):
        return reach(state, phone.user, method=method, **request).verification

    return bring


def find_out(verification, answerer=Answerer.MACHINE, **more):
    """Let the carrier say, beside the call, who has picked up."""
    return receive(Kind.MACHINE, verification, answerer=answerer, **more)


def shown(verification, now=NOW):
    return Progress(PhoneVerification.objects.get(pk=verification.pk), now=now)


def press_star(verification):
    press(verification, "*")


def press_right(verification):
    press(verification, verification.approve_key)


def key_in_wrong(verification):
    press(verification, stage.wrong_code(verification))


# Found out late


@pytest.mark.parametrize(
    ("method", "act"),
    [
        (Method.APPROVE, press_star),
        (Method.SPEAK, press_star),
        (Method.SPEAK, press_right),
        (Method.ENTER, press_star),
        (Method.ENTER, key_in_wrong),
    ],
)
def test_a_machine_that_has_pressed_keys_is_hung_up_on(at, method, act, carry_out, carrier):  # A2, A3
    verification = at(State.ANSWERED, method)
    act(verification)
    assert verification.state == State.ANSWERED
    with carry_out():
        find_out(verification)
    assert (verification.state, verification.cause) == (State.UNREACHABLE, Cause.MACHINE)
    assert verification.answerer == Answerer.MACHINE
    assert carrier.calls[-1].is_over


def test_a_machine_is_hung_up_on_though_its_answer_comes_beside_the_report(phone, configure, carry_out):
    configure(PROVIDER={"BACKEND": "tests.flows.carriers.Interrupted"})
    verification = begin(phone.user).verification
    call = place(verification)
    PhoneVerification.objects.filter(pk=verification.pk).update(state=State.PENDING, call_id="")
    carriers.Interrupted.meanwhile = lambda: answer(
        PhoneVerification.objects.get(pk=verification.pk), call_id=call.call_id
    )
    with carry_out():
        find_out(verification, call_id=call.call_id)
    assert (verification.state, verification.call_id) == (State.UNREACHABLE, call.call_id)
    assert call.is_over


def test_a_machine_hears_no_code_though_its_key_is_reported_again(at):  # A2, A17
    verification = at(State.ANSWERED, Method.SPEAK)
    press(verification, verification.approve_key, step=1)
    find_out(verification)
    script = press(verification, verification.approve_key, step=1)
    assert not any(isinstance(verb, Say) and verb.spelled for verb in script)


def test_a_code_that_a_machine_has_heard_is_dead(at):  # A2
    verification = at(State.ANSWERED, Method.SPEAK)
    press_right(verification)
    hang_up(verification)
    find_out(verification)
    code = stage.code_of(verification)
    assert refusal_of(verifications.submit_code, verification, code, now=NOW) == Code.NOT_APPROVED
    assert shown(verification).outcome.heading == VOICEMAIL


@pytest.mark.parametrize("method", Method)
def test_what_a_machine_has_approved_is_of_no_use(at, method):  # A3
    verification = at(State.APPROVED, method)
    stale = PhoneVerification.objects.get(pk=verification.pk)
    assert verifications.check_usable(stale, now=NOW) is None
    find_out(verification)
    assert refusal_of(verifications.check_usable, verification, now=NOW) == Code.NOT_APPROVED
    assert refusal_of(verifications.use, verification, now=NOW) == Code.NOT_APPROVED
    assert refusal_of(verifications.use, stale, now=NOW) == Code.NOT_APPROVED  # read before the report
    verification.refresh_from_db()
    assert (verification.state, verification.consumed_at) == (State.APPROVED, None)


def test_the_page_of_what_a_machine_has_approved_says_so_and_leads_on(at, phone):
    other = make_phone(phone.user, stage.OTHER_NUMBER)
    verification = at(State.APPROVED)
    find_out(verification)
    page = shown(verification)
    assert page.heading == page.outcome.heading == VOICEMAIL
    assert (page.is_live, page.is_approved, page.is_failed) == (False, False, True)
    assert (page.as_json()["state"], page.progress) == ("unreachable", "unreachable")
    assert page.may_resend
    assert page.other_phones == [other]
    assert other_ways.may_spare(verification, now=NOW)


def test_a_call_that_still_says_goodbye_to_a_machine_is_hung_up(at, carry_out, carrier):
    verification = at(State.APPROVED)
    with carry_out():
        find_out(verification)
    assert carrier.calls[-1].is_over


@pytest.fixture
def failed():
    """The verifications that are announced as failed."""
    heard = []

    def hear(verification, **kwargs):
        heard.append(verification.pk)

    signals.verification_failed.connect(hear)
    yield heard
    signals.verification_failed.disconnect(hear)


def test_the_log_says_that_an_approval_is_void(at, django_capture_on_commit_callbacks, caplog):  # R42
    verification = at(State.APPROVED)
    with caplog.at_level(logging.INFO, "voice2fa"), django_capture_on_commit_callbacks(execute=True):
        find_out(verification)
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith(f"Verification {verification.pk} void: login by approve")
    assert line.endswith("cause machine")


def test_the_listeners_hear_once_that_an_approval_has_become_void(
    at, failed, django_capture_on_commit_callbacks
):
    verification = at(State.APPROVED)
    with django_capture_on_commit_callbacks(execute=True):
        find_out(verification)
        find_out(verification)
    assert failed == [verification.pk]


def test_an_approval_that_was_used_stays_used_and_is_remembered(phone):
    verification = stage.log_in(phone.user).verification
    find_out(verification)
    assert (verification.answerer, verification.cause) == (Answerer.MACHINE, Cause.NONE)
    assert shown(verification).outcome.heading == "Confirmed"
    assert begin(phone.user, now=NOW + MINUTE).verification.method == Method.ENTER


def test_the_right_key_loses_to_a_machine_found_out_meanwhile(at, configure):
    verification = at(State.ANSWERED)
    configure(PROVIDER={"BACKEND": "tests.flows.carriers.Interrupted"})
    carriers.Interrupted.meanwhile = lambda: find_out(PhoneVerification.objects.get(pk=verification.pk))
    press(verification, verification.approve_key)
    assert (verification.state, verification.cause) == (State.UNREACHABLE, Cause.MACHINE)


@pytest.mark.parametrize("state", [State.DENIED, State.LOCKED, State.UNREACHABLE])
def test_who_fails_and_turns_out_to_be_a_machine_is_told_as_one(at, state):
    verification = at(state, Method.ENTER if state == State.LOCKED else Method.APPROVE)
    find_out(verification)
    assert shown(verification).heading == VOICEMAIL


@pytest.mark.parametrize("state", [State.CANCELLED, State.EXPIRED, State.REPORTED])
def test_whoever_ends_a_call_otherwise_is_told_what_they_did(at, state):  # A22
    verification = at(state)
    heading = shown(verification).heading
    find_out(verification)
    assert shown(verification).heading == heading != VOICEMAIL


def test_a_machine_once_heard_stays_one(at):
    verification = at(State.ANSWERED)
    find_out(verification)
    find_out(verification, Answerer.HUMAN)
    assert verification.answerer == Answerer.MACHINE


# The next call


@pytest.fixture
def suspect(phone):
    """A phone that a machine has answered."""
    find_out(reach(State.ANSWERED, phone.user).verification)
    return phone


def test_what_strangers_ring_to_prove_as_theirs_says_nothing_to_the_owner(phone):  # R17
    find_out(reach(State.ANSWERED, None).verification)
    find_out(reach(State.ANSWERED, stage.make_user("mallory"), purpose=Purpose.ENROL).verification)
    assert begin(phone.user, now=NOW + MINUTE).verification.method == Method.APPROVE


@pytest.mark.parametrize("wanted", [Method.APPROVE, Method.SPEAK])
@pytest.mark.parametrize("purpose", Purpose)
def test_after_a_wrong_key_everything_asks_for_the_code_of_the_page(phone, wanted, purpose, configure):
    configure(ENROL_METHOD="speak")
    reach(State.DENIED, phone.user, method=wanted)
    user = None if purpose == Purpose.REGISTER else phone.user
    again = begin(user, purpose=purpose, method=wanted, now=NOW + MINUTE).verification
    assert again.method == Method.ENTER
    assert "key in a code" in str(shown(again).why_code)
    assert shown(again).code


def test_after_a_machine_the_same_phone_is_asked_for_the_code_and_another_is_not(suspect):
    other = make_phone(suspect.user, stage.OTHER_NUMBER)
    first = begin(suspect.user, now=NOW + MINUTE)
    assert first.verification.method == Method.ENTER
    again = verifications.resend(first.verification, stage.CLIENT, now=NOW + MINUTE, phone=other)
    assert again.verification.method == Method.APPROVE
    assert shown(again.verification, now=NOW + MINUTE).why_code == ""


def test_what_was_approved_by_a_machine_can_be_asked_for_again(at):
    verification = at(State.APPROVED)
    find_out(verification)
    again = verifications.resend(verification, stage.CLIENT, now=NOW + MINUTE).verification
    assert again.method == Method.ENTER


def test_one_extension_says_nothing_of_another(suspect):
    PhoneVerification.objects.update(extension="12")
    assert begin(suspect.user, now=NOW + MINUTE).verification.method == Method.APPROVE


@pytest.mark.parametrize("purpose", [Purpose.LOGIN, Purpose.CONFIRM])
def test_a_code_keyed_in_and_used_lifts_it(suspect, purpose):
    stage.log_in(suspect.user, now=NOW + MINUTE, purpose=purpose)
    assert begin(suspect.user, now=NOW + 2 * MINUTE).verification.method == Method.APPROVE


def test_a_code_keyed_in_and_not_used_does_not_lift_it(suspect):
    reach(State.APPROVED, suspect.user, now=NOW + MINUTE)
    assert begin(suspect.user, now=NOW + 2 * MINUTE).verification.method == Method.ENTER


def test_a_lucky_tone_in_a_call_begun_before_does_not_lift_it(phone):
    lucky = begin(phone.user, purpose=Purpose.CONFIRM)
    reach(State.DENIED, phone.user)
    place(lucky.verification, now=NOW + MINUTE)
    answer(lucky.verification, now=NOW + MINUTE)
    press(lucky.verification, lucky.verification.approve_key, now=NOW + MINUTE)
    verifications.use(tickets.find(lucky.ticket), now=NOW + MINUTE)
    assert begin(phone.user, now=NOW + 2 * MINUTE).verification.method == Method.ENTER


def test_a_denial_that_comes_after_the_code_counts_though_its_call_began_before(phone):
    early = begin(phone.user, purpose=Purpose.CONFIRM)
    stage.log_in(phone.user, method=Method.ENTER)
    place(early.verification)
    answer(early.verification)
    press(early.verification, stage.wrong_key(early.verification), now=NOW + MINUTE)
    assert begin(phone.user, now=NOW + 2 * MINUTE).verification.method == Method.ENTER


@pytest.mark.parametrize("state", sorted(FINAL - {State.DENIED}))
def test_no_other_end_holds_the_phone_to_a_code(at, state, phone):
    at(state, Method.ENTER if state == State.LOCKED else Method.SPEAK)
    assert begin(phone.user, now=NOW + MINUTE).verification.method == Method.APPROVE


# The method of calls that end in no other way by it.
METHODS = {State.DENIED: sorted(BY_ONE_KEY), State.LOCKED: [Method.ENTER, Method.SPEAK]}


@pytest.mark.parametrize(
    ("state", "method"), [(state, method) for state in State for method in METHODS.get(state, Method)]
)
def test_the_table_is_asked_for_just_those_rows_that_tell_something(at, state, method):
    verification = at(state, method)
    uses = {None, NOW} if state == State.APPROVED else {None}
    rows = PhoneVerification.objects.filter(pk=verification.pk)
    for answerer, used_at, step in product(("", *Answerer), uses, (1, MOST_STEPS, MOST_STEPS + 1)):
        rows.update(answerer=answerer, consumed_at=used_at, step=step)
        sign = rows.filter(number=stage.NUMBER, extension="").latest_sign()
        assert sign == read_sign(state, method, answerer, is_used=used_at is not None, step=step)


def test_a_code_that_the_site_asks_for_anyhow_needs_no_reason(suspect, configure):
    configure(LOGIN_METHOD="enter")
    verification = begin(suspect.user, method=Method.ENTER, now=NOW + MINUTE).verification
    assert shown(verification).code
    assert shown(verification).why_code == ""


# Acts, and forms of django-otp


def test_an_act_is_said_and_then_takes_the_code(suspect):
    payload = {"payee": "Bakery", "amount": Money(amount=Decimal(12), currency="USD")}
    message = "Send {amount} to {payee}."
    started = confirmation.begin(
        suspect.user, client=stage.CLIENT, now=NOW + MINUTE, message=message, payload=payload
    )
    verification = started.verification
    assert verification.method == Method.ENTER
    place(verification, now=NOW + MINUTE)
    gather = next(verb for verb in answer(verification, now=NOW + MINUTE) if isinstance(verb, Gather))
    said = " ".join(prompt.text for prompt in gather.prompts)
    assert said.index("to Bakery") < said.index("Key in the 6 digits")
    press(verification, stage.code_of(verification), now=NOW + MINUTE)
    confirmed = confirmation.finish(
        tickets.find(started.ticket), suspect.user, now=NOW + MINUTE, payload=payload
    )
    assert confirmed == suspect


def test_an_act_that_a_machine_has_approved_can_be_asked_for_again(phone):  # R8
    payload = {"payee": "Bakery"}
    started = confirmation.begin(
        phone.user, client=stage.CLIENT, now=NOW, message="Pay {payee}.", payload=payload
    )
    verification = started.verification
    place(verification)
    answer(verification)
    press(verification, verification.approve_key)
    find_out(verification)
    finish = confirmation.finish
    assert refusal_of(finish, verification, phone.user, now=NOW, payload=payload) == Code.NOT_APPROVED
    again = verifications.resend(verification, stage.CLIENT, now=NOW + MINUTE).verification
    assert (again.method, again.message) == (Method.ENTER, "Pay Bakery.")


def test_a_form_of_django_otp_leads_elsewhere(suspect):
    is_available, why = PhoneConversation().is_available(suspect)
    assert not is_available
    assert "Use another way" in why["error_message"]
    assert PhoneConversation().begin(suspect) == why["error_message"]
    assert not PhoneVerification.objects.live().exists()


# Whether the carrier listens


@pytest.mark.parametrize("detection", MachineDetection)
@pytest.mark.parametrize("method", Method)
def test_the_carrier_listens_as_the_site_has_set_it(phone, configure, detection, method):
    configure(MACHINE_DETECTION=detection.value)
    assert machines.detection_for(begin(phone.user, method=method).verification) == detection


def test_a_switchboard_is_a_machine_and_nobody_listens_for_it(phone, configure):
    configure(MACHINE_DETECTION="sync")
    verification = begin(phone.user).verification
    verification.extension = "12"
    assert machines.detection_for(verification) == MachineDetection.OFF


@pytest.mark.parametrize("wanted", [Method.APPROVE, Method.ENTER])
def test_whoever_was_taken_for_a_machine_can_key_in_the_code(suspect, configure, wanted):
    configure(MACHINE_DETECTION="sync", LOGIN_METHOD=wanted.value)
    verification = begin(suspect.user, method=wanted, now=NOW + MINUTE).verification
    assert machines.detection_for(verification) == MachineDetection.OFF


# A tone in a greeting (A3)


@pytest.mark.parametrize("tone", "123456789")
def test_of_the_nine_keys_a_tone_is_right_for_one(tone, phone):  # R3
    approved = []
    for key in "123456789":
        PhoneVerification.objects.all().delete()
        verification = reach(State.DIALING, phone.user).verification
        PhoneVerification.objects.update(approve_key=key)
        answer(verification)
        press(verification, tone)
        approved += [key] if verification.state == State.APPROVED else []
    assert approved == [tone]


@pytest.mark.parametrize("tone", "1*#")
def test_a_tone_that_has_failed_approves_no_more_until_somebody_keys_in_a_code(phone, tone):
    has_failed, now = False, NOW
    for key in ("1", "1", "2", "1", "a person", "1", "3", "1"):
        now += timedelta(days=1)
        if key == "a person":
            stage.log_in(phone.user, method=Method.ENTER, now=now)
            has_failed = False
            continue
        verification = begin(phone.user, now=now).verification
        assert verification.method == (Method.ENTER if has_failed else Method.APPROVE)
        PhoneVerification.objects.filter(pk=verification.pk).update(approve_key=key)
        place(verification, now=now)
        answer(verification, now=now)
        while verification.is_live:
            press(verification, tone, now=now)
        assert (verification.state == State.APPROVED) == (key == tone and not has_failed)
        has_failed = has_failed or key != tone
