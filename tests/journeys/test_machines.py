"""Machines that pick up, over real sockets: the emulator's voicemails, under each way to listen for them."""

import pytest

VOICEMAIL, WITH_TONE = "+19075550113", "+19075550114"  # the greeting of the second plays the tone of key 1
HEARD = "A voicemail answered"
# How the carrier listens, the key that approves, and how a call ends at either of the two voicemails.
WAYS = [
    ("off", "2", "No key was pressed", "Denied"),
    ("async", "1", HEARD, HEARD),
    ("sync", "1", HEARD, HEARD),
]


@pytest.fixture
def carrier(carrier):
    """A carrier at which speech takes time: while a call speaks, the carrier finds out who listens."""
    carrier.set(speech_wpm=150)
    return carrier


@pytest.fixture
def call(carrier, visit):
    """Return a function that logs in with a machine at the phone, and returns what the visitor sees."""

    def call(site, number):
        visitor = visit(site)
        visitor.log_in(site.welcome(number))
        carrier.wait(number)
        carrier.advance(60)
        carrier.wait(number, state="disconnected")
        carrier.advance()
        assert not visitor.complete().is_in
        return visitor.open("/phone/wait/")

    return call


@pytest.mark.wide  # tests/flows/test_machines.py does the same in this process
@pytest.mark.parametrize(("detection", "key", "silent", "with_tone"), WAYS)
def test_a_voicemail_approves_nothing_and_the_next_call_says_why_it_asks_for_a_code(
    site_with, call, carrier, detection, key, silent, with_tone
):  # A2, A3
    site = site_with(MACHINE_DETECTION=detection, APPROVE_KEY=key)
    for number, ending in ((VOICEMAIL, silent), (WITH_TONE, with_tone)):
        visitor = call(site, number)
        assert visitor.heading == ending
        visitor.submit("/phone/resend/")
        is_suspect = ending != "No key was pressed"
        assert ("so please key in a code" in visitor.page) == is_suspect
        carrier.wait(number)
        carrier.advance(100)
        assert visitor.open("/phone/wait/").heading in {"No key was pressed", "Too many wrong codes"}
        methods = [row["method"] for row in site.rows("phoneverification", number=number)]
        assert methods == ["approve", "enter" if is_suspect else "approve"]
        assert not visitor.complete().is_in


def test_what_a_voicemail_has_approved_is_void_once_the_carrier_finds_it_out(site_with, carrier, visit):  # A3
    site = site_with(MACHINE_DETECTION="async", APPROVE_KEY="1")
    person, visitor = site.welcome(), visit(site)
    visitor.log_in(person)
    handset = carrier.ring(person.number)
    carrier.act(handset.call_id, "machine")
    carrier.advance()
    handset.press("1")
    assert visitor.wait_until("approved").heading == "Confirmed"
    carrier.advance(3)  # the detection's result
    assert visitor.open("/phone/wait/").heading == HEARD
    assert visitor.status().json()["state"] == "unreachable"
    assert not visitor.complete().is_in


def test_a_person_taken_for_a_machine_gets_in_by_the_code(site_with, carrier, visit):
    site = site_with(MACHINE_DETECTION="sync", APPROVE_KEY="1")
    person, visitor = site.welcome(), visit(site)
    visitor.log_in(person)
    carrier.act(carrier.ring(person.number).call_id, "machine")
    carrier.advance(3)
    assert visitor.open("/phone/wait/").heading == HEARD
    visitor.submit("/phone/resend/")
    handset = carrier.ring(person.number)
    # As long-winded as before; the carrier is not asked what it thinks of it.
    carrier.act(handset.call_id, "machine")
    carrier.advance()
    handset.press(visitor.shown_code)
    assert visitor.complete().is_in
    visitor = visit(site)
    visitor.log_in(person)
    assert "press this key" in visitor.page  # as ever
