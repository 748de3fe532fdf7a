"""Phones behind a switchboard that picks up first: proved and rung over real sockets."""

import pytest

from .stage import newcomer

ORDINARY, FAST, SLOW = "+19075550135", "+19075550136", "+19075550137"
# The site waits 2 seconds; each comma is half a second more.
IN_TIME = {ORDINARY: ",,,,,204", FAST: "204", SLOW: ",,,,,,,,,,,,,204"}


@pytest.fixture
def put_through(carrier):
    """Return a function that lets a switchboard answer and, where it can, the extension pick up."""

    def put_through(number):
        handset = carrier.ring(number)
        carrier.advance(18)
        return handset

    return put_through


def register(visitor, number, extension, **fields):
    person = newcomer(number)
    visitor.submit(
        "/phone/register/",
        username=person.username,
        email=person.email,
        number=number,
        extension=extension,
        password1=person.password,
        password2=person.password,
        consents="on",
        **fields,
    )
    return person


@pytest.mark.parametrize("number", IN_TIME)
def test_a_desk_is_proved_and_rung_through_the_switchboard(site, put_through, visit, number):
    visitor = visit(site)
    person = register(visitor, number, IN_TIME[number])
    assert "we dial extension 204 for you" in visitor.page
    put_through(number).press(visitor.shown_code)
    assert visitor.complete().is_in
    later = visit(site)
    later.log_in(person)
    handset = put_through(number)
    assert handset.call["switchboard"]["extension"] == "204"
    handset.press(handset.named_key)
    assert later.complete().is_in


def test_an_extension_behind_the_number_is_not_lost(site, put_through, visit):
    visitor = visit(site)
    register(visitor, f"{FAST} ext. 204", "")
    put_through(FAST).press(visitor.shown_code)
    assert visitor.complete().is_in


def test_a_wrong_extension_is_told_with_what_to_do(site, put_through, visit):
    visitor = visit(site)
    register(visitor, FAST, "999")
    assert put_through(FAST).is_over
    visitor.open("/phone/wait/")
    assert visitor.heading == "Extension 999 was not reached"
    assert "check the extension" in visitor.page


def test_tones_that_the_greeting_swallows_lead_to_a_phone_with_pauses(site, put_through, visit):
    visitor = visit(site)
    register(visitor, SLOW, "204")
    assert put_through(SLOW).call["switchboard"]["lostTones"] == "204"
    visitor.open("/phone/wait/")
    assert visitor.heading == "Extension 204 was not reached"
    assert "a few commas before it" in visitor.page
    register(visitor, SLOW, IN_TIME[SLOW])
    put_through(SLOW).press(visitor.shown_code)
    assert visitor.complete().is_in


@pytest.mark.wide
def test_a_site_may_wait_for_slow_switchboards(site_with, put_through, visit):
    visitor = visit(site_with(EXTENSION_WAIT=9))
    register(visitor, SLOW, "204")
    put_through(SLOW).press(visitor.shown_code)
    assert visitor.complete().is_in


@pytest.mark.wide
def test_a_worker_that_steers_the_call_dials_the_extension_too(site_with, put_through, visit):
    visitor = visit(site_with(CALL_CONTROL="api"))
    register(visitor, FAST, "204")
    handset = put_through(FAST)
    assert handset.call["switchboard"]["extension"] == "204"
    handset.press(visitor.shown_code)
    assert visitor.complete().is_in
