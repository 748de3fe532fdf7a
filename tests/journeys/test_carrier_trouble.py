"""The carrier down, slow, losing and repeating: nobody gets in by it, and nobody is left hanging."""

import pytest

from .walking import KEY, Walk

ADVICE = "Wait a few minutes, then have us call again"


def test_a_carrier_that_is_down_is_told_and_the_next_call_works(site, carrier, visit):  # R41
    person, visitor = site.welcome(), visit(site)
    carrier.go_down()
    try:
        visitor.log_in(person)
        visitor.wait_until("unreachable")
    finally:
        carrier.come_back()
    assert visitor.heading == "The call could not be made"
    assert ADVICE in visitor.page
    assert not visitor.complete().is_in
    visitor.log_in(person)
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    assert visitor.complete().is_in


def test_a_carrier_that_goes_down_in_the_call_lets_nobody_in(site, carrier, visit):
    person, visitor = site.welcome(), visit(site)
    visitor.log_in(person)
    carrier.answer(person.number)
    carrier.go_down()
    try:
        assert visitor.submit("/phone/cancel/").heading == "Cancelled"
    finally:
        carrier.come_back()
    assert not visitor.complete().is_in
    site.forgiven.append("A background job failed: hang_up_call")  # staff are told


@pytest.mark.parametrize("status", [400, 402, 403])
def test_an_order_that_the_carrier_refuses_is_told(site, carrier, visit, status):
    person, visitor = site.welcome(), visit(site)
    carrier.fault(kind="error", operation="createCall", status=status)
    visitor.log_in(person)
    assert visitor.wait_until("unreachable").heading == "The call could not be made"
    assert ADVICE in visitor.page


@pytest.mark.parametrize("status", [500, 502, 504])
def test_an_order_without_a_clear_answer_is_not_repeated(site, carrier, visit, status):
    person, visitor = site.welcome(), visit(site)
    carrier.fault(kind="error", operation="createCall", status=status, count=1)
    visitor.log_in(person)
    assert visitor.open("/phone/wait/").heading == "We are calling your phone"
    site.set_ahead(15)
    visitor.submit("/phone/resend/")  # the person's wish, not ours
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    assert visitor.complete().is_in
    assert len(carrier.calls(person.number)) == 1


def test_an_order_whose_answer_is_lost_is_one_call_that_works(site, carrier, visit, log_in):
    log_in(site, site.welcome())  # the site has a token: it is the order whose answer is lost
    person, visitor = site.welcome(), visit(site)
    carrier.fault(kind="lost", operation="createCall")
    visitor.log_in(person)
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    assert visitor.complete().is_in
    assert len(carrier.calls(person.number)) == 1


def test_a_busy_carrier_is_asked_again_when_it_says(site, carrier, visit):
    person, visitor = site.welcome(), visit(site)
    carrier.fault(kind="error", operation="createCall", status=429, retryAfter="1", count=1)
    visitor.log_in(person)
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    assert visitor.complete().is_in


def test_a_carrier_that_is_busy_for_long_is_told(site, carrier, visit):
    person, visitor = site.welcome(), visit(site)
    carrier.fault(kind="error", operation="createCall", status=429, retryAfter="60")
    visitor.log_in(person)
    assert visitor.wait_until("unreachable").heading == "The telephone service is busy"
    assert "Wait a minute" in visitor.page


def test_callbacks_that_come_twice_count_once(site, carrier, visit):  # A17
    person, visitor = site.welcome(), visit(site)
    carrier.fault(kind="duplicate")
    visitor.log_in(person)
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    assert visitor.complete().is_in
    (row,) = site.verifications(person)
    events = site.rows("callevent", verification=row["pk"])
    assert sorted(event["kind"] for event in events) == ["answer", "disconnect", "gather"]


def test_wrong_codes_that_come_twice_count_once(entering_site, carrier, visit):
    person, visitor = entering_site.welcome(), visit(entering_site)
    carrier.fault(kind="duplicate", eventType="gather")
    code = visitor.log_in(person).shown_code
    wrong = str((int(code) + 1) % 10**6).zfill(6)
    carrier.answer(person.number).press(wrong).press(wrong).press(code)
    assert visitor.complete().is_in
    assert entering_site.verifications(person)[0]["tries"] == 2


def test_a_delayed_callback_still_counts(site, carrier, visit):
    person, visitor = site.welcome(), visit(site)
    carrier.fault(kind="delay", eventType="gather", seconds=4)
    visitor.log_in(person)
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    assert site.states(person) == ["answered"]
    carrier.advance(5)
    assert visitor.complete().is_in


@pytest.mark.parametrize("event", ["answer", "gather"])
def test_a_callback_that_is_lost_once_comes_to_the_fallback(site, carrier, visit, event):
    person, visitor = site.welcome(), visit(site)
    carrier.fault(kind="drop", eventType=event, count=1)
    visitor.log_in(person)
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    assert visitor.complete().is_in


# Whichever way the call is steered


@pytest.fixture(params=["bxml", pytest.param("api", marks=pytest.mark.wide)])
def control(request):
    return request.param


@pytest.fixture
def ring(site_by, carrier, visit, control):
    """Return a function that has somebody's phone rung by a site that steers its calls so."""

    def ring(method="approve"):
        site = site_by(control)
        return Walk(carrier, site, visit(site), method=method).open("login")

    return ring


@pytest.mark.parametrize("event", ["answer", "gather"])
def test_a_callback_that_is_lost_for_good_ends_the_attempt(ring, carrier, event):
    carrier.fault(kind="drop", eventType=event)
    walk = ring().answer()
    if event == "gather":
        walk.press(walk.right)
    assert walk.handset.is_over
    assert walk.outcome["heading"] == "The call could not be made"
    assert not walk.visitor.complete().is_in


@pytest.mark.wide
@pytest.mark.parametrize("control", ["api"], indirect=True)  # a reply does not redirect such calls
@pytest.mark.parametrize("method", ["approve", "enter"])
def test_a_redirect_that_is_lost_for_good_takes_no_approval_back(ring, carrier, method):
    carrier.fault(kind="drop", eventType="redirect")
    walk = ring(method).answer()
    walk.press(walk.right).wait_for_the_end()
    assert walk.visitor.complete().is_in


@pytest.mark.wide
def test_a_code_that_was_told_can_be_typed_although_the_call_is_lost_after_it(ring, carrier):
    carrier.fault(kind="drop", eventType="redirect")
    walk = ring("speak").answer().press(KEY)
    assert walk.handset.is_over
    walk.type_code(walk.handset.spoken_code)
    assert walk.visitor.complete().is_in


def test_a_lost_disconnect_is_learnt_by_asking(ring, carrier):
    carrier.fault(kind="drop", eventType="disconnect")
    walk = ring()
    walk.handset.decline()
    walk.site.set_ahead(5)
    assert walk.visitor.wait_until("unreachable").heading == "The call was declined"


@pytest.mark.wide
def test_a_lost_disconnect_after_the_answer_is_learnt_by_asking(ring, carrier):
    carrier.fault(kind="drop", eventType="disconnect")
    walk = ring().answer().hang_up()
    walk.site.set_ahead(25)
    assert walk.visitor.wait_until("unreachable").heading == "The call ended too soon"


def test_a_hang_up_that_overtakes_the_answer_approves_nothing(ring, carrier):
    carrier.fault(kind="reorder", eventType="answer", count=1)
    walk = ring()
    carrier.act(walk.handset.call_id, "answer")
    carrier.act(walk.handset.call_id, "hangup")
    walk.wait_for_the_end()
    assert walk.outcome["heading"] == "The call ended too soon"
    assert not walk.visitor.complete().is_in


@pytest.mark.wide
@pytest.mark.parametrize("method", ["approve", "enter"])
def test_a_hang_up_that_overtakes_the_right_keys_approves_nothing(ring, carrier, method):
    walk = ring(method).answer()
    carrier.fault(kind="reorder", eventType="gather", count=1)
    carrier.act(walk.handset.call_id, "press", digits=walk.right)
    walk.hang_up().wait_for_the_end()
    assert len(walk.pressed) == 1
    assert walk.outcome["heading"] == "The call ended too soon"
    assert not walk.visitor.complete().is_in
