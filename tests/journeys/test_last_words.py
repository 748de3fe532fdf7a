"""Whatever ends a request reaches the phone: a sentence for whoever has picked up, silence for others."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from .carrier import PATIENCE
from .stage import fresh_number
from .walking import KEY, Walk

CANCELLED, TIME_UP = "The request was cancelled. Goodbye.", "Time is up, so nothing is approved. Goodbye."
WALKS = 5  # at most: on a busy machine the first may take longer than it should
LOCKED = "That was not the code, and there are no tries left. Goodbye."
APPROVED = "Thank you. That is confirmed. Goodbye."


def cancel(walk):
    walk.visitor.submit("/phone/cancel/")


def call_again(walk):
    walk.visitor.submit("/phone/resend/")


def log_in_elsewhere(walk):
    walk.elsewhere.log_in(walk.person)


def look_after_the_deadline(walk):
    walk.site.set_ahead(301)
    walk.visitor.open("/phone/wait/")


def sweep_after_the_deadline(walk):
    walk.site.set_ahead(301)
    walk.site.sweep()


def remove_phone(owner, number):
    (phone,) = owner.site.rows("voicedevice", number=number)
    owner.submit(f"/phone/phones/{phone['pk']}/remove/")
    assert "was removed" in owner.page


def disown(owner, number):
    """Say of a phone that was removed: that was not me."""
    mails = owner.site.http.get(owner.site.address("/_backstage/mails/"), timeout=20).json()
    path = re.search(r"(/phone/disown/\S+)", mails[-1]["body"])[1]
    assert owner.open(path).submit(path).heading == "Everybody is logged out"


def type_code(walk):
    walk.type_code(walk.handset.spoken_code)


def type_wrong_codes(walk):
    wrong = str((int(walk.handset.spoken_code) + 1) % 10**6).zfill(6)
    walk.type_code(wrong).type_code(wrong).type_code(wrong)


ENDINGS = [
    *((cancel, CANCELLED), (call_again, CANCELLED), (log_in_elsewhere, CANCELLED)),
    *((look_after_the_deadline, TIME_UP), (sweep_after_the_deadline, TIME_UP)),
]


@pytest.fixture(params=["bxml", "api"])
def site(request, site_with):
    """A site, by each way to steer calls."""
    return site_with() if request.param == "bxml" else site_with(CALL_CONTROL="api")


@pytest.fixture
def log_in(carrier, site, visit):
    """Return a function that gives the right password, so that the phone rings."""

    def log_in(*, method="approve", person=None):
        walk = Walk(carrier, site, visit(site), method=method, person=person).open("login")
        walk.elsewhere = visit(site)
        return walk

    return log_in


def last_words(walk):
    """Return the last line of the call once it is over."""
    return walk.wait_for_the_end().heard[-1]


def name(value):
    return getattr(value, "__name__", "")


@pytest.mark.parametrize(("end", "words"), ENDINGS, ids=name)
def test_whoever_has_picked_up_is_told_and_the_call_ends(log_in, end, words):
    walk = log_in().answer()
    end(walk)
    assert last_words(walk) == words
    assert len(walk.heard) == 2


@pytest.mark.parametrize(
    ("end", "words"),
    [ENDINGS[0], *(pytest.param(*ending, marks=pytest.mark.wide) for ending in ENDINGS[1:])],
    ids=name,
)
def test_a_phone_that_nobody_answered_stops_ringing_and_hears_nothing(log_in, end, words):
    walk = log_in()
    end(walk)
    assert walk.wait_for_the_end().heard == []
    assert walk.handset.call["disconnectCause"] == "cancel"


@pytest.fixture
def log_in_as_stranger(log_in, site):
    """Return a function that has a stranger log in while the owner of the account is in."""

    def log_in_as_stranger(end):
        person = site.welcome(fresh_number(), fresh_number())
        owner = log_in(person=person).answer().press(KEY).visitor.complete()
        if end is disown:
            remove_phone(owner, person.numbers[1])
        stranger = log_in(person=person).answer()
        stranger.owner = owner
        return stranger

    return log_in_as_stranger


@pytest.mark.parametrize("end", [remove_phone, disown])
def test_the_owner_of_the_account_ends_the_call_of_a_stranger(log_in_as_stranger, end):  # A13
    stranger = log_in_as_stranger(end)
    end(stranger.owner, stranger.number)
    assert last_words(stranger) == CANCELLED


# How long that takes: the clock on the wall, for what is promised is a second of it.


@pytest.fixture
def quickest(carrier):
    """Return a function that gives the seconds of the quickest of some walks that were not quick enough.

    Each begins anew by ``begin`` and takes as long as from ``end`` until the call meets the condition.
    """

    def quickest(begin, end, *, enough, **condition):
        taken = []
        while len(taken) < WALKS and min(taken, default=enough) >= enough:
            walk = begin()
            began = time.monotonic()
            end(walk)
            carrier.wait(walk.number, callId=walk.handset.call_id, **condition)
            taken.append(time.monotonic() - began)
            walk.wait_for_the_end().site.set_ahead(0)
        return min(taken)

    return quickest


@pytest.mark.wide
@pytest.mark.parametrize(("end", "words"), ENDINGS, ids=name)
def test_the_first_of_the_last_words_is_heard_within_a_second(log_in, quickest, end, words):
    assert quickest(lambda: log_in().answer(), end, enough=1, said=words) < 1


@pytest.mark.wide
@pytest.mark.parametrize("end", [remove_phone, disown])
def test_a_stranger_hears_within_a_second_that_the_owner_has_ended_it(log_in_as_stranger, quickest, end):
    def end_it(stranger):
        end(stranger.owner, stranger.number)

    assert quickest(lambda: log_in_as_stranger(end), end_it, enough=1, said=CANCELLED) < 1


@pytest.mark.wide
def test_a_phone_that_nobody_answered_stops_ringing_within_a_second(log_in, quickest):
    assert quickest(log_in, cancel, enough=1, state="disconnected") < 1


@pytest.mark.wide
@pytest.mark.parametrize("trouble", [{"kind": "slow", "seconds": 3.0}, {"kind": "error", "status": 500}])
def test_a_call_that_cannot_be_told_is_over_about_a_second_later(log_in, quickest, carrier, trouble):
    """Whether the carrier refuses the sentence or keeps silent."""

    def answer():
        walk = log_in().answer()
        carrier.fault(operation="updateCallBxml", callId=walk.handset.call_id, **trouble)
        return walk

    assert quickest(answer, cancel, enough=1.5, state="disconnected") < 1.5


@pytest.mark.parametrize(("end", "words"), [(type_code, APPROVED), (type_wrong_codes, LOCKED)], ids=name)
def test_what_is_typed_on_the_page_is_heard_of_in_the_call(log_in, end, words):
    walk = log_in(method="speak").answer().press(KEY)
    end(walk)
    assert last_words(walk) == words


def test_a_call_that_is_still_queued_is_taken_back(log_in, carrier, site, visit):
    carrier.set(cps=1)
    log_in()
    person, visitor = site.welcome(), visit(site)
    visitor.log_in(person)
    queued = carrier.wait(person.number, state="queued")["callId"]
    visitor.submit("/phone/cancel/")
    assert carrier.wait(person.number, callId=queued, state="disconnected")["startTime"] is None
    assert site.states(person) == ["cancelled"]


def test_the_call_is_over_within_a_second_after_its_last_words(log_in, carrier):
    walk = log_in().answer()
    carrier.set(speech_wpm=150)
    cancel(walk)
    carrier.wait(walk.number, callId=walk.handset.call_id, said=CANCELLED)
    carrier.advance(len(CANCELLED.split()) * 60 / 150)
    # No further time passes at the carrier: a call that nobody hangs up would be on for ever.
    carrier.wait(walk.number, callId=walk.handset.call_id, state="disconnected")
    assert walk.heard[-1] == CANCELLED


def test_a_call_that_is_answered_after_the_cancel_is_told_so(log_in, carrier, site):
    site.forgiven += ["A background job failed: end_call", "A background job failed: hang_up_call"]
    walk = log_in()
    carrier.fault(kind="error", operation="updateCall", status=503)  # it cannot be taken back
    cancel(walk)
    walk.answer()
    carrier.forgive()
    assert last_words(walk) == CANCELLED
    assert len(walk.heard) == 1


@pytest.mark.parametrize("once_more", [0, *(pytest.param(n, marks=pytest.mark.wide) for n in range(1, 8))])
def test_a_cancel_that_crosses_the_answer_ends_the_call_in_good_order(log_in, carrier, once_more):
    walk = log_in()
    with ThreadPoolExecutor(2) as pool:
        answered = pool.submit(carrier.act_if_possible, walk.handset.call_id, "answer")
        cancelled = pool.submit(cancel, walk)
        answered.result(), cancelled.result()
    assert walk.settle().wait_for_the_end().outcome["state"] == "cancelled"
    assert walk.heard == [] or walk.heard[-1] == CANCELLED
    # In the order in which it crosses a push nobody knows that it was told: then the sentence begins again.
    assert [line for line in walk.heard[:-1] if "press 7" not in line and line != CANCELLED] == []


@pytest.mark.wide
@pytest.mark.parametrize("site", ["api"], indirect=True)
def test_a_question_that_arrives_after_the_last_words_is_followed_by_them_at_once(log_in, carrier):
    walk = log_in()
    carrier.set(speech_wpm=150)  # by a clock that stands still: nothing is said to its end
    carrier.fault(kind="slow", operation="updateCallBxml", seconds=0.5, count=1)
    carrier.act(walk.handset.call_id, "answer")
    wait_until(lambda: carrier.faults == [])
    cancel(walk)
    wait_until(lambda: len(walk.heard) == 3)
    assert [line == CANCELLED for line in walk.heard] == [True, False, True]
    assert "press 7" in walk.heard[1]


def wait_until(is_so):
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() < began + PATIENCE
        time.sleep(0.02)


def test_a_queued_call_that_is_answered_late_is_told_so(log_in, carrier, site, visit):  # R7
    carrier.set(cps=1)
    log_in()
    person, visitor = site.welcome(), visit(site)
    visitor.log_in(person)
    carrier.wait(person.number, state="queued")
    site.set_ahead(301)
    carrier.advance(1)
    handset = carrier.answer(person.number).wait_for_the_end()
    assert handset.call["transcript"] == [
        "This request is no longer open. Please start again on your screen. Goodbye."
    ]


def test_a_call_that_nobody_watches_outlives_its_deadline_by_no_more_than_its_question(log_in):  # R7
    walk = log_in().answer()
    walk.site.set_ahead(299)
    walk.press("*")
    walk.site.set_ahead(301)
    walk.keep_silent()
    assert "no longer open" in last_words(walk)
