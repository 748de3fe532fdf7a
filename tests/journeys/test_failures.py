"""Logins that fail, over real sockets: nobody gets in, and the page says what to do next."""

import pytest

from .carrier import Handset

# What somebody does with the ringing phone -> the state it leads to, its heading, a part of the next step.
ENDINGS = {
    "busy": (lambda phone: phone.be_busy(), "unreachable", "The line was busy", "have us call again"),
    "declined": (lambda phone: phone.decline(), "unreachable", "The call was declined", "have us call again"),
    "no answer": (
        lambda phone: phone.carrier.advance(31),
        "unreachable",
        "Nobody answered",
        "have us call again",
    ),
    "hung up": (
        lambda phone: phone.answer().hang_up(),
        "unreachable",
        "The call ended too soon",
        "before you hang up",
    ),
    "silence": (
        lambda phone: phone.answer(**{"as": "silence"}).carrier.advance(13),
        "unreachable",
        "No key was pressed",
        "open the keypad",
    ),
    "another key": (
        lambda phone: phone.answer().press_another_key(),
        "denied",
        "Denied",
        "Call again if it was a slip",
    ),
    "star": (
        lambda phone: phone.answer().press("*").carrier.advance(13),
        "unreachable",
        "No key was pressed",
        "open the keypad",
    ),
    "hash": (lambda phone: phone.answer().press("#"), "denied", "Denied", "Call again if it was a slip"),
    "zero": (
        lambda phone: phone.answer().press("0").hang_up(),
        "reported",
        "Reported",
        "change its password",
    ),
}


@pytest.mark.parametrize("name", ENDINGS)
def test_nobody_gets_in_after(site, carrier, visit, name):  # R3
    act, state, heading, next_step = ENDINGS[name]
    person, visitor = site.welcome(), visit(site)
    visitor.log_in(person)
    handset = carrier.ring(person.number)
    act(handset)
    visitor.open("/phone/wait/")
    assert (visitor.heading, site.states(person)) == (heading, [state])
    assert next_step in visitor.page
    assert handset.is_over
    assert not visitor.complete().is_in


MAGIC = {
    "+19075550110": "The line was busy",
    "+19075550112": "The call was declined",
    "+19075550115": "The call ended too soon",
    "+19075550117": "Denied",
    "+19075550119": "The call could not be made",
    "+19075550120": "Reported",
}


@pytest.mark.parametrize("number", MAGIC)
def test_the_magic_numbers_of_the_emulator_end_as_they_say(site, carrier, visit, number):
    person, visitor = site.welcome(number), visit(site)
    visitor.log_in(person)
    carrier.wait(number)
    carrier.advance(3)
    carrier.wait(number, state="disconnected")
    assert visitor.open("/phone/wait/").heading == MAGIC[number]


@pytest.mark.parametrize("detection", ["async", "sync"])
def test_a_voicemail_is_recognised_and_hung_up_on(site_with, carrier, visit, detection):
    site = site_with(**({"MACHINE_DETECTION": "sync"} if detection == "sync" else {}))
    person, visitor = site.welcome(), visit(site)
    visitor.log_in(person)
    handset = carrier.ring(person.number)
    carrier.act(handset.call_id, "machine")
    carrier.advance(3)
    handset.wait_for_the_end()
    assert ("press" in handset.transcript) == (detection == "async")
    assert visitor.open("/phone/wait/").heading == "A voicemail answered"
    assert not visitor.complete().is_in


def test_an_unrecognised_voicemail_presses_nothing_and_approves_nothing(site_with, carrier, visit):
    site = site_with(MACHINE_DETECTION="off", LOGIN_METHOD="speak")
    person, visitor = site.welcome(), visit(site)
    visitor.log_in(person)
    handset = carrier.ring(person.number)
    carrier.act(handset.call_id, "machine")
    carrier.advance(30)
    assert not handset.spoken_code  # A2: the recording holds no code
    assert visitor.open("/phone/wait/").heading == "No key was pressed"


def test_a_human_is_not_taken_for_a_machine(site, carrier, visit):
    person, visitor = site.welcome(), visit(site)
    visitor.log_in(person)
    handset = carrier.answer(person.number)
    carrier.advance(5)  # the detection's result comes while the person thinks
    handset.press(handset.named_key)
    assert visitor.complete().is_in


def test_cancelling_stops_the_ringing(site, carrier, visit):
    person, visitor = site.welcome(), visit(site)
    visitor.log_in(person)
    handset = carrier.ring(person.number)
    visitor.submit("/phone/cancel/")
    assert visitor.heading == "Cancelled"
    handset.wait_for_the_end()
    assert handset.call["disconnectCause"] == "cancel"
    assert site.states(person) == ["cancelled"]


def test_cancelling_hangs_up_the_live_call(site, carrier, visit):
    person, visitor = site.welcome(), visit(site)
    visitor.log_in(person)
    handset = carrier.answer(person.number)
    visitor.submit("/phone/cancel/")
    handset.wait_for_the_end()
    assert site.states(person) == ["cancelled"]
    assert not visitor.complete().is_in


def test_a_new_call_has_a_new_code_and_the_old_one_is_dead(entering_site, carrier, visit):  # R10
    person, visitor = entering_site.welcome(), visit(entering_site)
    old_code = visitor.log_in(person).shown_code
    old_call = carrier.answer(person.number)
    new_code = visitor.submit("/phone/resend/").shown_code
    assert new_code != old_code
    old_call.wait_for_the_end()
    new_call = carrier.answer(person.number)
    new_call.press(old_code)
    assert "That was not the code" in new_call.transcript
    new_call.press(new_code)
    assert visitor.complete().is_in
    assert entering_site.states(person) == ["cancelled", "approved"]


def test_a_code_that_was_wrong_three_times_in_the_call_ends_it(entering_site, carrier, visit):
    person, visitor = entering_site.welcome(), visit(entering_site)
    code = visitor.log_in(person).shown_code
    wrong = str((int(code) + 1) % 10**6).zfill(6)
    handset = carrier.answer(person.number).press(wrong).press(wrong)
    assert "Tries left 1" in visitor.open("/phone/wait/").page
    handset.press(wrong)
    assert "no tries left" in handset.transcript
    assert handset.is_over
    assert visitor.open("/phone/wait/").heading == "Too many wrong codes"
    visitor.submit("/phone/resend/")
    assert visitor.path == "/phone/login/"
    assert len(carrier.calls(person.number)) == 1


def test_a_code_that_was_wrong_three_times_on_the_page_ends_the_call(speaking_site, carrier, visit):
    person, visitor = speaking_site.welcome(), visit(speaking_site)
    visitor.log_in(person)
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    code = handset.spoken_code
    wrong = str((int(code) + 1) % 10**6).zfill(6)
    assert "You have 2 tries left" in visitor.submit("/phone/code/", code=wrong).page
    assert "You have 1 try left" in visitor.submit("/phone/code/", code=wrong).page
    assert visitor.submit("/phone/code/", code=wrong).heading == "Too many wrong codes"
    handset.wait_for_the_end()
    assert not visitor.submit("/phone/code/", code=code).is_in


def test_a_code_is_not_judged_before_the_call_has_told_it(speaking_site, carrier, visit):
    person, visitor = speaking_site.welcome(), visit(speaking_site)
    visitor.log_in(person)
    carrier.answer(person.number)
    visitor.submit("/phone/code/", code="123456")
    assert "The code has not been told yet" in visitor.page
    assert speaking_site.verifications(person)[0]["tries"] == 0


def test_an_answer_after_the_deadline_approves_nothing(site, carrier, visit):  # R7
    person, visitor = site.welcome(), visit(site)
    visitor.log_in(person)
    handset = carrier.ring(person.number)
    site.set_ahead(301)
    handset.answer()
    assert "no longer open" in handset.transcript
    assert handset.is_over
    assert visitor.open("/phone/wait/").heading == "Time is up"


def test_a_key_after_the_deadline_approves_nothing(site, carrier, visit):  # R7
    person, visitor = site.welcome(), visit(site)
    visitor.log_in(person)
    handset = carrier.answer(person.number)
    site.set_ahead(301)
    handset.press(handset.named_key)
    assert "no longer open" in handset.transcript
    assert site.states(person) == ["expired"]
    assert not visitor.complete().is_in


def test_an_approval_is_worth_nothing_after_the_deadline(site, carrier, visit):  # R7
    person, visitor = site.welcome(), visit(site)
    visitor.log_in(person)
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    site.set_ahead(301)
    visitor.complete()
    assert "Time ran out" in visitor.page
    assert not visitor.is_in


def test_whoever_looks_after_the_deadline_ends_the_ringing(site, carrier, visit):
    person, visitor = site.welcome(), visit(site)
    visitor.log_in(person)
    handset = carrier.ring(person.number)
    site.set_ahead(301)
    assert visitor.open("/phone/wait/").heading == "Time is up"
    handset.wait_for_the_end()


def test_a_second_browser_supersedes_the_first(site, carrier, visit):  # A18
    person, first, second = site.welcome(), visit(site), visit(site)
    first.log_in(person)
    old_call = carrier.ring(person.number)
    second.log_in(person)
    old_call.wait_for_the_end()
    handset = carrier.answer(person.number)
    assert handset.call_id != old_call.call_id
    handset.press(handset.named_key)
    assert first.open("/phone/wait/").heading == "Another request took its place"
    assert "If that was not you, change your password." in first.page
    assert not first.complete().is_in
    assert second.complete().is_in


def test_a_wrong_code_in_the_call_is_told_on_the_page(entering_site, carrier, visit):
    person, visitor = entering_site.welcome(), visit(entering_site)
    visitor.log_in(person)
    wrong = str((int(visitor.shown_code) + 1) % 10**6).zfill(6)
    carrier.answer(person.number).press(wrong)
    assert visitor.status().json()["sentence"] == "That is not the code. You have 2 tries left."
    assert "That is not the code. You have 2 tries left." in visitor.open("/phone/wait/").page


def test_calls_that_nobody_approves_come_to_an_end(site_with, carrier, visit):  # R15
    site = site_with(COOL_DOWN=15, CALL_LIMITS={"user": [[2, 3600]]})
    person, visitor = site.welcome(), visit(site)
    visitor.log_in(person)
    carrier.ring(person.number).decline()
    visitor.submit("/phone/resend/")
    assert "We have only just called. Try again in" in visitor.page
    site.set_ahead(16)
    assert visitor.submit("/phone/resend/").heading == "We are calling your phone"
    Handset.decline(carrier.ring(person.number))
    site.set_ahead(32)
    visitor.submit("/phone/resend/")
    assert "There were too many calls that nobody approved. Try again in 60 minutes." in visitor.page
    assert len(carrier.calls(person.number)) == 2
