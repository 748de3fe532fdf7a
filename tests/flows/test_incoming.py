"""Calls to us: which are taken, what they decide, and what they leave as it was."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests import stage
from tests.stage import CALLER, NOW, NUMBER, OTHER_NUMBER, row, wrong_code
from voice2fa.conf import get_settings
from voice2fa.core.events import Attestation, Cause, Kind
from voice2fa.core.methods import Purpose
from voice2fa.core.payloads import Money
from voice2fa.core.states import State
from voice2fa.exceptions import RejectedCallback, UnknownCall
from voice2fa.flows import call_in, confirmation, incoming
from voice2fa.flows import verification as verifications
from voice2fa.flows.attempts import tickets
from voice2fa.flows.progress import Progress
from voice2fa.flows.telephony.challenges import code_of
from voice2fa.models import CallEvent, PhoneVerification, StoppedNumber

from .arrivals import Caller, expect_call

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
PAYLOAD = {"amount": Money(Decimal("250.10"), "EUR"), "payee": "Maria Keller"}


@pytest.fixture(autouse=True)
def _call_in_is_on(configure):
    configure(CALL_IN="A")


@pytest.fixture
def awaited(phone):
    """A login that waits for a call from the saved phone."""
    return expect_call(phone.user)


def is_unexpected(caller):
    return "expect no call" in caller.said and caller.is_let_go


# The whole call


def test_the_saved_phone_and_the_code_of_the_page_approve(awaited):
    caller = Caller().dial()
    assert caller.is_asked
    caller.press(code_of(awaited))
    assert "confirmed" in caller.said
    assert caller.is_let_go
    awaited.refresh_from_db()
    facts = (awaited.state, awaited.call_id, awaited.answered_at, awaited.decided_at, awaited.attestation)
    assert facts == (State.APPROVED, caller.call_id, NOW, NOW, Attestation.FULL)
    caller.hang_up()
    awaited.refresh_from_db()
    assert (awaited.state, awaited.ended_at) == (State.APPROVED, NOW)


def test_what_it_approves_is_used_once_by_the_ticket(phone):
    first = stage.begin(phone.user)
    started = call_in.begin(first.verification, stage.CLIENT, now=NOW)
    Caller().dial().press(code_of(started.verification))
    verifications.use(tickets.find(started.ticket), now=NOW)
    with pytest.raises(verifications.Refusal):
        verifications.use(tickets.find(started.ticket), now=NOW)


def test_the_code_may_be_ended_by_the_hash_key(awaited):
    Caller().dial().press(code_of(awaited), ended_by="#")
    assert row(awaited)["state"] == State.APPROVED


def test_the_reports_are_kept_for_the_staff_without_the_keys(awaited):
    caller = Caller().dial().press(code_of(awaited)).hang_up()
    events = CallEvent.objects.filter(verification=awaited).values_list("call_id", "kind", "step", "cue")
    assert list(events) == [
        (caller.call_id, Kind.INITIATE, 0, "ask"),
        (caller.call_id, Kind.GATHER, 1, "approved"),
        (caller.call_id, Kind.DISCONNECT, 0, "hang_up"),
    ]


@pytest.mark.parametrize("purpose", [Purpose.LOGIN, Purpose.CONFIRM, Purpose.ENROL])
def test_every_purpose_can_be_approved_so(phone, purpose):
    awaited = expect_call(phone.user, purpose=purpose)
    Caller().dial().press(code_of(awaited))
    assert row(awaited)["state"] == State.APPROVED


def test_a_registration_too(configure):
    awaited = expect_call(None, number=OTHER_NUMBER)
    assert awaited.applicant
    Caller(OTHER_NUMBER).dial().press(code_of(awaited))
    assert row(awaited)["state"] == State.APPROVED


# Who may call


def test_a_call_that_nobody_waits_for_is_told_so(phone):
    assert is_unexpected(Caller().dial())


def test_a_call_from_another_number_is_told_so_and_leaves_all_as_it_was(awaited):
    before = row(awaited)
    assert is_unexpected(Caller(OTHER_NUMBER).dial())
    assert row(awaited) == before


@pytest.mark.parametrize(
    "withheld",
    ["Restricted", "Anonymous", "", "+", "+1202555", "sip:anna@example.com", f"{NUMBER}9", "+0" * 9],
)
def test_whoever_withholds_or_garbles_the_number_calls_from_none(awaited, withheld):
    assert is_unexpected(Caller(withheld).dial())


def test_a_call_to_a_number_that_the_page_does_not_show_is_unexpected(awaited):
    assert is_unexpected(Caller(to="+12025550109").dial())


def test_a_stranger_hears_the_same_words_wherever_there_is_something_to_know(phone):
    told = [Caller().dial().said]
    awaited = expect_call(phone.user, now=NOW)
    told += [Caller(OTHER_NUMBER).dial().said, Caller(attestation=Attestation.GATEWAY).dial().said]
    Caller().dial().press(code_of(awaited))
    told.append(Caller().dial().said)
    assert len(set(told)) == 1


def test_a_call_that_we_place_is_not_awaited(phone):
    stage.begin(phone.user)
    assert is_unexpected(Caller().dial())


@pytest.mark.parametrize("end", ["cancel", "time", "approve"])
def test_a_call_for_what_is_decided_is_unexpected(awaited, end):
    now = NOW
    if end == "cancel":
        verifications.cancel(awaited, now=NOW)
    elif end == "time":
        now = awaited.deadline
    else:
        Caller().dial().press(code_of(awaited)).hang_up()
    assert is_unexpected(Caller(now=now).dial())


def test_a_site_that_has_switched_it_off_takes_no_call(awaited, configure):
    configure(CALL_IN="off")
    assert is_unexpected(Caller().dial())
    assert row(awaited)["state"] == State.PENDING


@pytest.mark.parametrize(
    ("setting", "attestation", "is_taken"),
    [
        ("A", Attestation.FULL, True),
        ("A", Attestation.PARTIAL, False),
        ("B", Attestation.PARTIAL, True),
        ("B", Attestation.GATEWAY, False),
        ("B", Attestation.NONE, False),
        ("B", Attestation.UNKNOWN, False),
        ("B", None, False),
        ("any", None, True),
    ],
)
def test_the_callers_carrier_must_vouch_as_the_site_asks(awaited, configure, setting, attestation, is_taken):
    configure(CALL_IN=setting)
    caller = Caller(attestation=attestation).dial()
    assert caller.is_asked == is_taken
    assert is_unexpected(caller) != is_taken
    assert row(awaited)["attestation"] == (attestation or Attestation.NONE)


def test_a_call_that_was_not_vouched_for_cannot_go_on(awaited):
    caller = Caller(attestation=Attestation.PARTIAL).dial()
    with pytest.raises(UnknownCall):
        caller.press(code_of(awaited))
    assert row(awaited)["state"] == State.PENDING


def test_a_forged_call_that_is_refused_changes_nothing_of_the_one_that_is_on(awaited):
    caller = Caller().dial()
    assert is_unexpected(Caller(attestation=Attestation.NONE).dial())
    caller.press(code_of(awaited))
    assert (row(awaited)["state"], row(awaited)["attestation"]) == (State.APPROVED, Attestation.FULL)


# What is keyed in


def test_a_wrong_code_is_a_try_and_three_lock(awaited):  # R11
    caller = Caller().dial()
    for tries in (1, 2):
        caller.press(wrong_code(awaited))
        assert "not the code" in caller.said
        assert (row(awaited)["state"], row(awaited)["tries"]) == (State.PENDING, tries)
    caller.press(wrong_code(awaited))
    assert "no tries left" in caller.said
    assert caller.is_let_go
    assert (row(awaited)["state"], row(awaited)["tries"]) == (State.LOCKED, 3)


def test_tries_outlive_the_call(awaited):  # R12
    for _call in range(2):
        Caller().dial().press(wrong_code(awaited)).hang_up()
    assert row(awaited)["state"] == State.PENDING
    Caller().dial().press(wrong_code(awaited))
    assert row(awaited)["state"] == State.LOCKED


def test_wrong_codes_have_the_account_wait_like_any_others(phone, configure):  # R11
    configure(MAX_FAILURES=3, CALL_LIMITS=stage.NO_LIMITS)
    awaited = expect_call(phone.user)
    caller = Caller().dial()
    for _try in range(get_settings().max_tries):
        caller.press(wrong_code(awaited))
    with pytest.raises(verifications.Refusal, match="too_many_failures"):
        stage.begin(phone.user)


def test_silence_and_hanging_up_decide_nothing_and_the_person_may_call_again(awaited):
    caller = Caller().dial().press("")
    assert "No key" in caller.said
    caller.hang_up()
    assert (row(awaited)["state"], row(awaited)["call_id"], row(awaited)["ringing_at"]) == (
        State.PENDING,
        "",
        None,
    )
    Caller().dial().press(code_of(awaited))
    assert row(awaited)["state"] == State.APPROVED


def test_a_star_has_it_said_again_slowly(awaited):
    caller = Caller().dial()
    asked = caller.said
    caller.press("*")
    assert (caller.said, caller.is_asked) == (asked, True)
    assert caller.script[0].prompts[0].slowly
    caller.press(code_of(awaited))
    assert row(awaited)["state"] == State.APPROVED


def test_zero_reports_and_offers_no_end_of_our_calls(awaited):  # A23
    caller = Caller().dial().press("0", ended_by="#")
    assert "telling us" in caller.said
    assert caller.is_let_go
    assert row(awaited)["state"] == State.REPORTED
    with pytest.raises(RejectedCallback):
        caller.press("0", step=3)
    assert not StoppedNumber.objects.exists()


def test_the_right_code_comes_too_late_after_the_deadline(awaited):  # R7
    caller = Caller(now=awaited.deadline - SECOND).dial()
    caller.now = awaited.deadline
    caller.press(code_of(awaited))
    assert "no longer open" in caller.said
    assert row(awaited)["state"] == State.EXPIRED


def test_whoever_was_cancelled_on_the_page_hears_that_at_the_next_key(awaited):
    caller = Caller().dial()
    awaited.refresh_from_db()
    verifications.cancel(awaited, now=NOW)
    caller.press(code_of(awaited))
    assert "cancelled" in caller.said
    assert row(awaited)["state"] == State.CANCELLED


# One phone, several that wait


@pytest.fixture
def two(phone):
    """Two accounts with one phone wait for it to call."""
    other = stage.make_phone(stage.make_user("berta"))
    return expect_call(phone.user), expect_call(other.user)


def wrong_for(awaited):
    right = {code_of(verification) for verification in awaited}
    return next(code for code in map("{:06}".format, range(3)) if code not in right)


def test_the_code_says_which_of_them_it_is(two):
    caller = Caller().dial().press(code_of(two[1]))
    assert [row(awaited)["state"] for awaited in two] == [State.PENDING, State.APPROVED]
    assert "confirmed" in caller.press(code_of(two[1]), step=1).said  # a repeated delivery
    assert (row(two[0])["tries"], row(two[0])["call_id"]) == (0, "")


def test_a_wrong_code_is_a_try_on_each_of_them(two):
    caller, wrong = Caller().dial(), wrong_for(two)
    caller.press(wrong).press(wrong)
    assert [row(awaited)["tries"] for awaited in two] == [2, 2]
    caller.press(wrong)
    assert [row(awaited)["state"] for awaited in two] == [State.LOCKED, State.LOCKED]


@pytest.mark.parametrize("locked", [0, 1])
def test_one_with_tries_left_goes_on_where_the_other_is_locked(two, locked):
    other = 1 - locked
    PhoneVerification.objects.filter(pk=two[locked].pk).update(tries=2)
    caller = Caller().dial().press(wrong_for(two))
    assert (row(two[locked])["state"], row(two[other])["state"]) == (State.LOCKED, State.PENDING)
    assert caller.is_asked
    caller.press(code_of(two[other]))
    assert row(two[other])["state"] == State.APPROVED


def test_the_other_may_be_called_for_once_the_first_call_is_over(two):
    Caller().dial().press(code_of(two[0]))
    Caller().dial().press(code_of(two[1]))
    assert row(two[1])["state"] == State.APPROVED


# An act: known by the code, said, and approved by a key


@pytest.fixture
def act(phone):
    """A payment that waits for a call."""
    first = confirmation.begin(
        phone.user, client=stage.CLIENT, now=NOW, message="Send {amount} to {payee}.", payload=PAYLOAD
    )
    return call_in.begin(first.verification, stage.CLIENT, now=NOW).verification


def test_the_page_leaves_the_code_out_once_it_has_served(act):
    caller = Caller().dial()
    told = Progress(PhoneVerification.objects.get(pk=act.pk), now=NOW)
    assert (told.progress, told.code.replace(" ", "")) == ("answered", code_of(act))
    caller.press(code_of(act))
    told = Progress(PhoneVerification.objects.get(pk=act.pk), now=NOW)
    assert (told.progress, told.code) == ("recognised", "")
    assert "press the key that the call names" in str(told.sentence)


def test_an_act_is_said_to_who_knows_the_code_and_approved_by_the_key(act, phone):
    caller = Caller().dial()
    assert "Maria" not in caller.said
    caller.press(code_of(act))
    assert "Send two hundred and fifty euro, ten cents to Maria Keller." in caller.said
    assert f"press {act.approve_key}" in caller.said
    assert row(act)["state"] == State.ANSWERED
    caller.press(act.approve_key)
    assert "confirmed" in caller.said
    act.refresh_from_db()
    assert act.state == State.APPROVED
    assert confirmation.finish(act, phone.user, now=NOW, payload=PAYLOAD) == phone


@pytest.mark.parametrize(
    ("keys", "state"),
    [("wrong", State.DENIED), ("0", State.REPORTED), ("", State.UNREACHABLE), ("code", State.DENIED)],
)
def test_any_other_key_does_not_approve_an_act(act, keys, state):  # R3
    keys = {"wrong": stage.wrong_key(act), "code": code_of(act)}.get(keys, keys)
    Caller().dial().press(code_of(act)).press(keys)
    assert row(act)["state"] == state


def test_hanging_up_before_the_key_does_not_approve_an_act(act):
    Caller().dial().press(code_of(act)).hang_up()
    assert (row(act)["state"], row(act)["cause"]) == (State.UNREACHABLE, Cause.HUNG_UP)


def test_a_star_has_the_act_said_again(act):
    caller = Caller().dial().press(code_of(act)).press("*")
    assert "Maria Keller" in caller.said
    caller.press(act.approve_key)
    assert row(act)["state"] == State.APPROVED


def test_what_else_waited_for_the_call_is_left_alone_once_the_act_is_known(act, phone):
    login = expect_call(phone.user)
    caller = Caller().dial().press(code_of(act))
    before = row(login)
    assert (before["call_id"], before["tries"]) == ("", 0)
    caller.press(code_of(act), step=1)  # a repeated delivery
    caller.press(act.approve_key, step=2)
    assert row(login) == before
    assert row(act)["state"] == State.APPROVED


# Repeated, out of order, of another call (R45, A16, A17, A19)


def test_repeated_deliveries_get_the_same_answer_and_change_nothing(awaited):
    caller = Caller()
    assert caller.dial().script == caller.dial().script
    wrong = wrong_code(awaited)
    assert caller.press(wrong, step=1).script == caller.press(wrong, step=1).script
    assert row(awaited)["tries"] == 1
    assert caller.dial().is_asked  # a very late delivery
    assert row(awaited)["step"] == 2
    right = code_of(awaited)
    assert caller.press(right, step=2).script == caller.press(right, step=2).script
    assert row(awaited)["state"] == State.APPROVED
    caller.hang_up()
    before = row(awaited)
    caller.hang_up()
    assert row(awaited) == before


def test_the_right_code_in_a_repeated_delivery_of_a_wrong_one_approves_nothing(awaited):
    caller = Caller().dial().press(wrong_code(awaited), step=1)
    caller.press(code_of(awaited), step=1)
    assert "not the code" in caller.said
    assert (row(awaited)["state"], row(awaited)["tries"]) == (State.PENDING, 1)


@pytest.mark.parametrize("step", [0, 2, 3])
def test_a_step_that_the_call_has_not_reached_is_refused(awaited, step):  # R19
    caller = Caller().dial()
    with pytest.raises(RejectedCallback):
        caller.press(code_of(awaited), step=step)
    assert row(awaited)["state"] == State.PENDING


def test_keys_of_a_call_that_was_never_announced_are_refused(awaited):
    with pytest.raises(UnknownCall):
        Caller().press(code_of(awaited))
    assert row(awaited)["state"] == State.PENDING


@pytest.mark.parametrize("changes", [{"number": OTHER_NUMBER}, {"to": OTHER_NUMBER}])
@pytest.mark.parametrize("act", ["press", "hang_up"])
def test_events_with_other_numbers_are_refused(awaited, changes, act):
    caller = Caller().dial()
    vars(caller).update(changes)
    with pytest.raises(RejectedCallback):
        caller.press(code_of(awaited)) if act == "press" else caller.hang_up()
    assert row(awaited)["call_id"] == caller.call_id


def test_a_second_call_for_the_same_is_unexpected_while_the_first_is_on(awaited):
    first, second = Caller().dial(), Caller().dial()
    assert is_unexpected(second)
    with pytest.raises(UnknownCall):
        second.press(code_of(awaited))
    first.press(code_of(awaited))
    assert row(awaited)["call_id"] == first.call_id


def test_keys_that_arrive_after_the_end_of_the_call_approve_nothing(awaited):
    caller = Caller().dial().hang_up()
    with pytest.raises(UnknownCall):
        caller.press(code_of(awaited))
    assert row(awaited)["state"] == State.PENDING


def test_an_announcement_that_comes_again_after_the_end_keeps_no_other_call_out(awaited):
    over = Caller().dial().hang_up()
    with pytest.raises(RejectedCallback):
        over.dial()
    assert Caller().dial().is_asked


def test_an_end_that_arrives_late_is_no_end_of_the_next_call(awaited):
    over = Caller().dial().hang_up()
    on = Caller().dial()
    over.hang_up()
    assert row(awaited)["call_id"] == on.call_id


@pytest.fixture
def meanwhile(monkeypatch):
    """Return a function that has an act done once, when a report has read the rows and not yet written."""
    read = incoming._partakers

    def arrange(act):
        def read_and_act(report):
            rows = read(report)
            monkeypatch.setattr(incoming, "_partakers", read)
            act()
            return rows

        monkeypatch.setattr(incoming, "_partakers", read_and_act)

    return arrange


def test_an_end_that_comes_twice_at_once_lets_the_person_call_again(awaited, meanwhile):
    caller = Caller().dial()
    meanwhile(caller.hang_up)
    caller.hang_up()
    assert Caller().dial().is_asked


def test_an_end_that_comes_twice_at_once_is_no_end_of_the_next_call(awaited, meanwhile):
    over = Caller().dial()
    meanwhile(lambda: (over.hang_up(), Caller().dial().press(code_of(awaited))))
    over.hang_up()
    assert row(awaited)["state"] == State.APPROVED
    assert row(awaited)["ended_at"] is None


def test_the_end_of_a_call_does_not_end_what_its_code_was_not_meant_for(two, meanwhile):
    caller = Caller().dial()
    meanwhile(lambda: caller.press(code_of(two[0])))
    caller.hang_up()
    assert [row(awaited)["state"] for awaited in two] == [State.APPROVED, State.PENDING]


def test_the_end_of_a_call_that_nobody_took_is_no_matter(phone):
    Caller().dial().hang_up()
    assert not CallEvent.objects.exists()


def test_reports_about_another_account_are_refused(awaited, configure):
    configure(PROVIDER={"BACKEND": "tests.flows.carriers.Suspicious"})
    with pytest.raises(RejectedCallback):
        Caller().dial()


@pytest.mark.parametrize("kind", [Kind.UNKNOWN, Kind.ANSWER, Kind.REDIRECT, Kind.MACHINE])
def test_a_report_of_another_kind_ends_the_call_and_decides_nothing(awaited, kind):
    caller = Caller().dial()
    before = row(awaited)
    caller.script = caller.report(kind)
    assert caller.is_let_go
    assert row(awaited) == before


def test_it_is_the_page_and_not_the_call_that_says_who_calls(awaited):
    assert awaited.caller == CALLER
    assert awaited.number.as_e164 == NUMBER
