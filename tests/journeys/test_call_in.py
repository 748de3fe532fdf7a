"""People who call the site in place of being called, over real sockets."""

import pytest

from .stage import fresh_number

both_ways = pytest.mark.parametrize("calling_site", ["bxml", "api"], indirect=True)


@pytest.fixture
def asked(calling_site, visit, carrier):
    """Somebody whose page asks them to call."""
    person, visitor = calling_site.welcome(), visit(calling_site)
    visitor.log_in(person)
    visitor.submit("/phone/call-in/")
    assert visitor.heading == "Call us from your phone"
    return person, visitor


@both_ways
def test_calling_and_keying_in_the_code_lets_the_person_in(calling_site, asked, carrier):
    person, visitor = asked
    assert "+1 202-555-0100" in visitor.page
    call = carrier.dial(person.number)
    assert "Key in the 6 digits" in call.transcript
    assert visitor.status().json()["progress"] == "answered"
    call.press(visitor.shown_code)
    assert "confirmed" in call.transcript
    assert call.is_over
    assert visitor.complete().is_in
    (_, row) = calling_site.verifications(person)
    assert (row["state"], row["attestation"]) == ("approved", "A")
    assert row["ended_at"]


@pytest.mark.parametrize(
    ("who", "attestation"),
    [("a stranger", "A"), ("the person", "B"), ("the person", "none"), ("nobody", "A")],
)
def test_other_calls_are_told_that_we_expect_none(asked, carrier, who, attestation):
    person, visitor = asked
    number = {"a stranger": fresh_number(), "the person": person.number, "nobody": "Anonymous"}[who]
    call = carrier.dial(number, attestation=attestation)
    assert "expect no call" in call.transcript
    assert call.is_over
    news = visitor.status().json()
    assert news["progress"] == "awaited"
    assert ("does not vouch" in news["sentence"]) == (who == "the person")


def test_hanging_up_and_calling_again_keeps_the_code_and_the_count(asked, carrier):
    person, visitor = asked
    wrong = "000000" if visitor.shown_code != "000000" else "000001"
    call = carrier.dial(person.number).press(wrong)
    assert "not the code" in call.transcript
    assert visitor.status().json()["sentence"] == "That is not the code. You have 2 tries left."
    call.hang_up()
    assert visitor.status().json() | {"progress": "awaited", "tries_left": 2} == visitor.status().json()
    carrier.dial(person.number).press(visitor.shown_code)
    assert visitor.complete().is_in


def test_a_call_that_broke_off_unnoticed_makes_room_for_another(calling_site, asked, carrier):
    person, visitor = asked
    carrier.fault(kind="drop", eventType="disconnect", count=1)
    carrier.dial(person.number).hang_up()
    assert "expect no call" in carrier.dial(person.number).transcript
    calling_site.set_ahead(10)  # then the page has the carrier asked
    visitor.wait_until("awaited")
    carrier.dial(person.number).press(visitor.shown_code)
    assert visitor.complete().is_in


@both_ways
def test_cancelling_on_the_page_is_heard_on_the_phone(asked, carrier):
    person, visitor = asked
    call = carrier.dial(person.number)
    visitor.submit("/phone/cancel/")
    call.wait_for_the_end()
    assert "cancelled" in call.transcript


@pytest.mark.parametrize("kind", ["initiate", "gather", "disconnect"])
def test_doubled_callbacks_change_nothing(asked, carrier, kind):
    person, visitor = asked
    carrier.fault(kind="duplicate", eventType=kind)
    carrier.dial(person.number).press(visitor.shown_code)
    assert visitor.complete().is_in


@pytest.mark.parametrize("kind", ["initiate", "gather"])
def test_a_callback_that_is_lost_comes_by_the_fallback(asked, carrier, kind):
    person, visitor = asked
    carrier.fault(kind="drop", eventType=kind, count=1)
    carrier.dial(person.number).press(visitor.shown_code)
    assert visitor.complete().is_in
