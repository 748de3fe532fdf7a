"""Any sequence of events, by anybody, at any time: never approved without the right digits."""

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests import stage
from tests.stage import NOW
from voice2fa.core.errors import Refusal
from voice2fa.core.events import Answerer, Cause, Kind
from voice2fa.core.methods import Method
from voice2fa.core.states import FINAL, State
from voice2fa.exceptions import RejectedCallback
from voice2fa.flows import calls, login, upkeep
from voice2fa.flows import verification as verifications
from voice2fa.flows.attempts import tickets
from voice2fa.flows.telephony.challenges import code_of
from voice2fa.models import CallEvent
from voice2fa.providers.base import OutcomeUnknown
from voice2fa.providers.memory import MemoryProvider

STEPS = st.integers(0, 6)
KEYS = st.one_of(
    st.sampled_from("123456789"),
    st.sampled_from([*"0*#", "", "123456"]),
    st.text("0123456789", min_size=6, max_size=6),
)
# Most sequences would end before anything is at stake: chance is helped to the places where it is.
MOSTLY = st.sampled_from([True, True, True, False])
RARELY = st.sampled_from([False, False, False, False, True])
STARTS = st.sampled_from(
    ["pending", "dialing", "answered", "answered", "answered", "right keys", "right keys"]
)


# Without shrinking: that takes minutes here, and the steps that are printed are few enough to follow.
LOTS = settings(max_examples=100, stateful_step_count=12, deadline=None, phases=[Phase.generate])


class Attempt(RuleBasedStateMachine):
    """One login, and all who may have a hand in it; ``deserved``: the right digits came in time."""

    @initialize(method=st.sampled_from(Method), start=STARTS)
    def begin(self, method, start):
        MemoryProvider.reset()
        self.now = NOW
        self.user = stage.make_user(f"user{uuid4().hex}")
        phone = stage.make_phone(self.user, f"+1202555{uuid4().int % 10000:04}")
        self.started = stage.begin(self.user, method=method, number=phone.number.as_e164)
        self.verification = self.started.verification
        self.code = code_of(self.verification)
        self.deserved = self.told = False
        self.decided = None
        self.uses = 0
        if start != "pending":
            stage.place(self.verification)
        if start in {"answered", "right keys"}:
            self.deliver(Kind.ANSWER)
        if start == "right keys":
            self.press_keys(stage.right_keys(self.verification), 0, True)

    def is_open(self):
        self.verification.refresh_from_db()
        return self.verification.state == State.ANSWERED and self.now < self.verification.deadline

    def deliver(self, kind, *, step=0, **changes):
        if not MemoryProvider.calls:
            changes.setdefault("call_id", "c-unheard")
        try:
            event = stage.report(kind, self.verification, **changes)
            calls.receive(self.verification.pk, event, step=step, now=self.now)
        except RejectedCallback:
            pass
        self.verification.refresh_from_db()

    @rule(is_clear=st.booleans())
    def place(self, is_clear):
        if not is_clear:
            MemoryProvider.fail_next(OutcomeUnknown("timeout"), although_placed=True)
        stage.place(self.verification, now=self.now)
        MemoryProvider._failures.clear()

    @rule(answerer=st.sampled_from([None, *Answerer]))
    def answer(self, answerer):
        self.deliver(Kind.ANSWER, answerer=answerer)

    @rule(keys=KEYS, ended_by=st.sampled_from(["", "#"]), step=STEPS, is_current=MOSTLY)
    def press(self, keys, ended_by, step, is_current):
        self.press_keys(keys, step, is_current, ended_by=ended_by)

    @rule(step=STEPS, is_current=MOSTLY, seconds=st.sampled_from([0, 1, 300]))
    def press_what_is_right(self, step, is_current, seconds):
        self.now += timedelta(seconds=seconds)
        self.press_keys(stage.right_keys(self.verification), step, is_current)

    def press_keys(self, keys, step, is_current, **changes):
        is_open = self.is_open()
        step = self.verification.step if is_current else step
        if is_open and step == self.verification.step and keys == stage.right_keys(self.verification):
            if self.verification.method == Method.SPEAK:
                self.told = True
            else:
                self.deserved = True
        self.deliver(Kind.GATHER, step=step, digits=keys, **changes)

    @rule(step=STEPS)
    def redirect(self, step):
        self.deliver(Kind.REDIRECT, step=step)

    @rule(really=RARELY, cause=st.sampled_from(Cause))
    def disconnect(self, really, cause):
        if really:
            self.deliver(Kind.DISCONNECT, cause=cause)

    @rule(really=RARELY, answerer=st.sampled_from([None, *Answerer]))
    def detect(self, really, answerer):
        if really:
            self.deliver(Kind.MACHINE, answerer=answerer)

    @rule(kind=st.sampled_from(Kind), step=STEPS, field=st.sampled_from(["call_id", "to", "caller"]))
    def forge(self, kind, step, field):
        before = stage.row(self.verification)
        self.verification.refresh_from_db()
        if field == "call_id" and not self.verification.call_id:
            return
        self.deliver(kind, step=step, digits=stage.right_keys(self.verification), **{field: "forged"})
        assert stage.row(self.verification) == before

    @rule(typed=st.one_of(KEYS, st.just("right")))
    def type_code(self, typed):
        typed = self.code if typed == "right" else typed
        is_right = (
            self.is_open() and self.told and self.verification.method == Method.SPEAK and typed == self.code
        )
        self.deserved = self.deserved or is_right
        try:
            verifications.submit_code(self.verification, typed, now=self.now)
        except Refusal:
            assert not is_right

    @rule(really=RARELY)
    def cancel(self, really):
        if really:
            verifications.cancel(self.verification, now=self.now)

    @rule(seconds=st.sampled_from([1, 60, 299, 300]))
    def wait(self, seconds):
        self.now += timedelta(seconds=seconds)

    @rule()
    def sweep(self):
        upkeep.sweep(now=self.now)

    @rule()
    def use(self):
        found = tickets.find(self.started.ticket)
        try:
            login.finish(found, now=self.now)
        except Refusal:
            return
        self.uses += 1
        assert self.now < found.deadline
        assert found.answerer != Answerer.MACHINE  # A3

    @invariant()
    def nothing_is_approved_that_did_not_deserve_it(self):
        self.verification.refresh_from_db()
        assert (self.verification.state == State.APPROVED) <= self.deserved
        assert self.uses <= (self.verification.state == State.APPROVED)

    @invariant()
    def a_decision_stays(self):
        if self.decided is not None:
            assert self.verification.state == self.decided
        elif self.verification.state in FINAL:
            self.decided = self.verification.state

    @invariant()
    def an_event_is_kept_once(self):
        kept = list(CallEvent.objects.filter(verification=self.verification).values_list("kind", "step"))
        assert len(kept) == len(set(kept))

    @invariant()
    def tries_stay_within_their_limit(self):
        assert self.verification.tries <= 3


@pytest.mark.django_db
def test_no_sequence_of_events_leads_in_without_the_right_digits(configure):
    configure(CALL_LIMITS=stage.NO_LIMITS)
    run_state_machine_as_test(Attempt, settings=LOTS)
