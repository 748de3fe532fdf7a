"""Both ways to steer a call: what the person hears is the same, whether a worker comes or not."""

from datetime import timedelta

import django
import pytest
from django.utils import timezone

from tests import stage
from tests.conftest import DUMMY, IMMEDIATE
from tests.stage import NOW, answer, hang_up, press, reach, receive, row
from voice2fa.core.events import Answerer, Cause, Kind
from voice2fa.core.methods import Cue, Method, Purpose
from voice2fa.core.script import Gather, Hangup, Park, Pause, Say
from voice2fa.core.states import State
from voice2fa.exceptions import RejectedCallback
from voice2fa.flows import steering
from voice2fa.flows import verification as verifications
from voice2fa.flows.telephony.challenges import code_of
from voice2fa.models import CallEvent, PhoneVerification, StoppedNumber

from .journeys import ACTS, KEYED, SILENCE, Act, journeys_with

if django.VERSION >= (6, 0):
    from django.tasks import default_task_backend
else:
    from django_tasks import default_task_backend

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


def said(script):
    verbs = [prompt for verb in script for prompt in getattr(verb, "prompts", [verb])]
    return " ".join(verb.text for verb in verbs if isinstance(verb, Say))


# What is heard: the site is called back as by a carrier, and each step is steered in one of three ways.

# Who steers, and how many questions the workers live to see.
BY_REPLIES, BY_WORKERS, BY_NOBODY = ("bxml", 99), ("api", 99), ("api", 0)
WAYS = [BY_REPLIES, BY_WORKERS, BY_NOBODY]
RECORDINGS = {
    prompt: f"https://cdn.example.com/{{language}}/{prompt}.mp3"
    for prompt in ("caller", "login", "again", "approved", "reported")
}
ACT = "Send 5 dollars to Bob."
# And whether the purpose is taken through most journeys by this method even in a hurry.
PURPOSES = [
    *((Purpose.LOGIN, method, "", True) for method in Method),
    *((Purpose.REGISTER, method, "", method == Method.ENTER) for method in (Method.ENTER, Method.SPEAK)),
    *((Purpose.ENROL, method, "", method == Method.SPEAK) for method in (Method.ENTER, Method.SPEAK)),
    *((Purpose.CONFIRM, method, "", method == Method.APPROVE) for method in Method),
    *((Purpose.CONFIRM, method, ACT, method == Method.APPROVE) for method in (Method.APPROVE, Method.ENTER)),
]
SHORT, LONG = {"right keys", "a report"}, "stars for ever"


def combine():
    """Combine all purposes and methods with all journeys; much of it is for those who have the time."""
    for purpose, method, act, is_usual in PURPOSES:
        hurried = set(journeys_with(method)) if purpose == Purpose.LOGIN else set(KEYED) - {LONG}
        for name, journey in journeys_with(method).items():
            marks = () if name in (hurried if is_usual else SHORT) else pytest.mark.wide
            about = f"{purpose}{' of an act' if act else ''}-{method}-{name}"
            yield pytest.param(journey, purpose, method, act, marks=marks, id=about)


@pytest.fixture
def hear(configure, settings, phone, carrier, django_capture_on_commit_callbacks):
    """Return a function that takes a person through a journey.

    It gives what they heard, at which questions they pressed what the site took for what, and the outcome.
    """

    def live_through(way, journey, *, purpose=Purpose.LOGIN, method=Method.APPROVE, act="", **facts):
        control, lives = way
        limits = {"CALL_LIMITS": stage.NO_LIMITS, "MAX_FAILURES": 100, "COOL_DOWN": 0}
        configure(CALL_CONTROL=control, APPROVE_KEY="7", **limits)
        settings.TASKS = IMMEDIATE if lives else DUMMY
        StoppedNumber.objects.all().delete()
        now = timezone.now()
        user = None if purpose == Purpose.REGISTER else phone.user
        verification = stage.begin(user, purpose=purpose, now=now).verification
        PhoneVerification.objects.filter(pk=verification.pk).update(method=method, message=act, **facts)
        stage.place(verification, now=now)
        call, code = carrier.calls[-1], code_of(verification)
        todo, steps, asked = iter(journey), [], 0
        with django_capture_on_commit_callbacks(execute=True):
            call.answer()
        while not call.is_over:
            verification.refresh_from_db()
            with django_capture_on_commit_callbacks(execute=True):
                if call.is_parked:
                    call.wait_in_vain()
                    continue
                asked += 1
                if asked == lives:
                    settings.TASKS = DUMMY
                if isinstance(do := next(todo, SILENCE), Act):
                    do.act(verification, call)
                else:
                    keys = do(verification) if callable(do) else do
                    steps += [verification.step] if keys else []
                    call.press(keys)
        verification.refresh_from_db()
        outcome = (verification.state, verification.cause, verification.tries, verification.step)
        verifications.cancel(verification, now=now)
        pressed = verification.events.filter(kind=Kind.GATHER, step__in=steps).values_list("step", "cue")
        return [line.replace(code, "(the code)") for line in call.said], list(pressed), outcome

    return live_through


@pytest.mark.parametrize(("journey", "purpose", "method", "act"), list(combine()))
def test_a_call_is_heard_alike_whichever_way_it_is_steered(hear, journey, purpose, method, act):
    first, *others = (hear(way, journey, purpose=purpose, method=method, act=act) for way in WAYS)
    assert len(first[0]) >= 1 + (journey != ACTS["hanging up"])
    assert act in first[0][0]
    assert others == [first, first]


@pytest.mark.wide
@pytest.mark.parametrize(
    ("method", "name"),
    [(method, name) for method in Method for name in journeys_with(method)],
)
def test_workers_that_die_in_the_middle_of_a_call_are_not_missed(hear, method, name):
    journey = journeys_with(method)[name]
    usual = hear(BY_REPLIES, journey, method=method)
    for lives in range(1, len(journey) + 1):
        assert hear(("api", lives), journey, method=method) == usual, f"after question {lives}"


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("journey", ["star, then right keys", "a report, and no more calls"])
def test_recordings_and_slow_speech_in_spanish_are_heard_alike(hear, configure, journey, method):
    configure(RECORDINGS=RECORDINGS, SPEECH_RATE="slow")
    first, *others = (hear(way, KEYED[journey], method=method, language="es") for way in WAYS)
    assert first[0][0] == "[https://cdn.example.com/es/caller.mp3]"
    assert others == [first, first]


@pytest.mark.parametrize("method", Method)
def test_a_call_behind_a_switchboard_is_heard_alike_whichever_way_it_is_steered(hear, method):
    journey = ["*", stage.right_keys]
    first, *others = (hear(way, journey, method=method, extension="204") for way in WAYS)
    assert first[0][0] == "[tones 204]"
    assert others == [first, first]


# What the replies are, and what is left to a worker


@pytest.fixture
def at(phone, configure):
    """Return a function that brings a login of the user into a state, with calls that workers steer."""

    def bring(state, method=Method.APPROVE):
        configure(CALL_CONTROL="api")
        return reach(state, phone.user, method=method).verification

    return bring


@pytest.fixture
def queue(settings, django_capture_on_commit_callbacks):
    """Return a function that does an act, and gives the tasks that it leaves to workers."""
    settings.TASKS = DUMMY

    def tasks_of(act):
        default_task_backend.clear()
        with django_capture_on_commit_callbacks(execute=True):
            act()
        return [(result.task.name, *result.args) for result in default_task_backend.results]

    return tasks_of


@pytest.mark.parametrize("method", Method)
def test_a_call_is_parked_while_a_worker_is_asked_for_the_next_step(at, queue, method):
    verification = at(State.DIALING, method)
    scripts = []
    (task,) = queue(lambda: scripts.append(answer(verification)))
    until = (NOW + 3 * SECOND).isoformat()
    assert scripts == [(Park(seconds=4, step=1),)]
    assert task == ("push_step", str(verification.pk), verification.call_id, "ask", "1", until)
    (task,) = queue(lambda: scripts.append(press(verification, "0")))
    assert scripts[1] == (Park(seconds=4, step=2),)
    assert task[3:5] == ("reported", "2")


def test_where_replies_steer_nothing_is_left_to_a_worker(at, queue, configure):
    verification = at(State.DIALING)
    configure(CALL_CONTROL="bxml")
    assert queue(lambda: answer(verification)) == []
    assert queue(lambda: press(verification, verification.approve_key)) == []


@pytest.mark.parametrize("method", Method)
def test_tasks_are_told_neither_code_nor_key_nor_number(at, queue, method):  # R9
    verification = at(State.DIALING, method)
    tasks = queue(lambda: answer(verification)) + queue(lambda: press(verification, right := "5") or right)
    for _, *arguments in tasks:
        assert all(type(argument) is str for argument in arguments)
        secrets = {code_of(verification), verification.approve_key, stage.NUMBER}
        assert not secrets & {part for argument in arguments for part in argument.split()} - {"1", "2"}


@pytest.mark.parametrize("kind", [Kind.ANSWER, Kind.GATHER, Kind.REDIRECT])
def test_a_repeated_delivery_parks_the_call_and_pushes_nothing(at, queue, kind):  # A17
    verification = at(State.DIALING if kind is Kind.ANSWER else State.ANSWERED, Method.SPEAK)
    if kind is Kind.REDIRECT:
        press(verification, verification.approve_key)
    step, keys = 0 if kind is Kind.ANSWER else verification.step, verification.approve_key
    scripts = []

    def deliver():
        scripts.append(receive(kind, verification, step=step, digits=keys))

    assert [name for name, *_ in queue(deliver)] == ["push_step"]
    assert queue(deliver) == []
    assert scripts[0] == scripts[1] == (Park(seconds=4, step=verification.step),)


@pytest.mark.parametrize("kind", [Kind.ANSWER, Kind.GATHER, Kind.REDIRECT])
def test_a_late_delivery_is_told_what_was_decided_once(at, queue, kind):
    verification = at(State.CANCELLED)
    step = 0 if kind is Kind.ANSWER else 1
    ((_, _, _, cue, awaited, _),) = queue(lambda: receive(kind, verification, step=step))
    assert (cue, awaited) == ("cancelled", "1")
    assert queue(lambda: receive(kind, verification, step=step)) == []


def test_a_machine_is_not_parked(at, queue):  # A2
    verification = at(State.DIALING)
    scripts = []
    assert queue(lambda: scripts.append(answer(verification, answerer=Answerer.MACHINE))) == []
    assert scripts == [(Hangup(),)]


def test_a_second_call_of_one_order_is_not_parked(at, queue):
    verification = at(State.ANSWERED)
    scripts = []
    assert queue(lambda: scripts.append(answer(verification, call_id="another"))) == []
    assert scripts == [(Hangup(),)]


def test_a_call_that_has_come_to_its_end_is_hung_up_by_a_worker_and_ends_without_one_too(at, queue):
    verification = at(State.APPROVED)
    scripts = []
    tasks = queue(lambda: scripts.append(receive(Kind.OVER, verification, step=verification.step)))
    assert tasks == [("hang_up_call", verification.call_id)]
    assert scripts == [(Pause(seconds=3), Hangup())]


# A call that was parked and got nothing


@pytest.mark.parametrize("method", Method)
def test_a_call_that_waited_in_vain_is_asked_by_the_reply(at, method):
    verification = at(State.ANSWERED, method)
    before = row(verification)
    script = receive(Kind.PARKED, verification, step=1)
    assert isinstance(script[0], Gather)
    assert script[0].step == 1
    assert receive(Kind.PARKED, verification, step=1) == script
    assert row(verification) == before
    assert CallEvent.objects.filter(kind=Kind.PARKED, cue=Cue.ASK).count() == 1


def test_a_call_that_waited_in_vain_twice_is_told_each_time_what_was_next(at):
    verification = at(State.ANSWERED, Method.SPEAK)
    press(verification, verification.approve_key)
    assert code_of(verification) in said(receive(Kind.PARKED, verification, step=2))
    receive(Kind.REDIRECT, verification, step=2)
    offer = receive(Kind.PARKED, verification, step=2)
    assert isinstance(offer[0], Gather)
    assert code_of(verification) not in said(offer)


def test_a_call_that_waited_in_vain_is_told_what_was_next_though_the_servers_clocks_differ(at):
    verification = at(State.ANSWERED, Method.SPEAK)
    press(verification, verification.approve_key, now=NOW - 3 * SECOND)  # by the clock of another server
    assert code_of(verification) in said(receive(Kind.PARKED, verification, step=2))


@pytest.mark.parametrize(
    ("keys", "word"), [("right", "confirmed"), ("wrong", "denied"), ("0", "telling us"), ("", "No key")]
)
def test_a_decision_that_nobody_pushed_is_told_by_the_reply(at, keys, word):
    verification = at(State.ANSWERED)
    known = {"right": verification.approve_key, "wrong": stage.wrong_key(verification)}
    press(verification, known.get(keys, keys))
    assert word in said(receive(Kind.PARKED, verification, step=2))


@pytest.mark.parametrize("state", [State.CANCELLED, State.EXPIRED])
def test_a_call_that_is_decided_while_it_waits_is_told_that(at, state):
    verification = at(State.ANSWERED)
    if state == State.CANCELLED:
        verifications.cancel(verification, now=NOW)
    else:
        verifications.expire(verification, now=verification.deadline)
    script = receive(Kind.PARKED, verification, step=1)
    assert {State.CANCELLED: "was cancelled", State.EXPIRED: "Time is up"}[state] in said(script)
    assert script[-1] == Hangup()


def test_a_call_whose_time_is_up_while_it_waits_is_told_that(at):  # R7
    verification = at(State.ANSWERED)
    script = receive(Kind.PARKED, verification, step=1, now=verification.deadline)
    assert "Time is up" in said(script)
    assert verification.state == State.EXPIRED


def test_a_wait_that_is_reported_late_repeats_what_was_asked_last(at):
    verification = at(State.ANSWERED, Method.ENTER)
    press(verification, stage.wrong_code(verification))
    script = receive(Kind.PARKED, verification, step=1)
    assert "not the code" in said(script)
    assert script[0].step == 2


@pytest.mark.parametrize("kind", [Kind.PARKED, Kind.OVER])
@pytest.mark.parametrize(
    ("state", "step"), [(State.DIALING, 1), (State.ANSWERED, 2), (State.ANSWERED, 10**30)]
)
def test_a_wait_that_no_call_of_ours_can_have_had_is_refused(at, kind, state, step):  # R19
    verification = at(state)
    before = row(verification)
    with pytest.raises(RejectedCallback, match="out of order"):
        receive(kind, verification, step=step)
    assert row(verification) == before


def test_hanging_up_while_parked_ends_the_attempt(at):
    verification = at(State.ANSWERED)
    hang_up(verification, cause=Cause.HUNG_UP)
    assert (verification.state, verification.cause) == (State.UNREACHABLE, Cause.HUNG_UP)
    assert receive(Kind.PARKED, verification, step=1)[-1] == Hangup()


def test_a_worker_has_less_time_than_the_call_waits():
    assert steering.PUSHED_WITHIN.total_seconds() <= steering.PARKED_SECONDS - 1
