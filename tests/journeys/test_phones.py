"""Registering, adding and removing phones over real sockets."""

import re
import time

from .stage import newcomer


def wait_until(holds, seconds=10):
    """Wait for what a thread of the site does."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_registration_is_proved_by_keying_in_the_code_of_the_page(site, carrier, visit):
    person, visitor = newcomer(), visit(site)
    visitor.register(person)
    assert visitor.heading == "We are calling you to confirm your phone"
    carrier.answer(person.number).press(visitor.shown_code)
    assert not site.rows("auth.user", username=person.username)  # R20: not before the phone has proved it
    visitor.complete()
    assert visitor.heading == "Your phone is confirmed"
    assert visitor.is_in
    (account,) = site.rows("auth.user", username=person.username)
    assert account["email"] == "somebody@example.com"
    assert [phone["user"] for phone in site.rows("voicedevice", number=person.number)] == [account["pk"]]


def test_a_registration_is_proved_by_typing_the_code_of_the_call(speaking_site, carrier, visit):
    person, visitor = newcomer(), visit(speaking_site)
    visitor.register(person)
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    visitor.submit("/phone/code/", code=handset.spoken_code)
    assert visitor.path == "/phone/done/"
    assert visitor.is_in


def test_whoever_has_registered_can_log_in_with_that_password_and_phone(site, carrier, visit):
    person, visitor = newcomer(), visit(site)
    visitor.register(person)
    carrier.answer(person.number).press(visitor.shown_code)
    visitor.complete()
    later = visit(site)
    later.log_in(person)
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    assert later.complete().is_in


def test_an_unproved_registration_leaves_no_account(site, carrier, visit):
    person, visitor = newcomer(), visit(site)
    visitor.register(person)
    carrier.ring(person.number).decline()
    visitor.complete()
    assert "has not been confirmed by phone" in visitor.page
    assert not site.rows("auth.user", username=person.username)
    assert not site.rows("voicedevice", number=person.number)


def test_of_two_who_register_one_name_the_first_to_prove_a_phone_gets_it(site, carrier, visit):
    first, second = newcomer(), newcomer()
    second.username = first.username
    quick, slow = visit(site), visit(site)
    slow.register(second)
    quick.register(first)
    carrier.answer(second.number).press(slow.shown_code)
    carrier.answer(first.number).press(quick.shown_code)
    assert quick.complete().is_in
    slow.complete()
    assert slow.path == "/phone/register/"
    assert "Somebody took that username meanwhile" in slow.page
    assert len(site.rows("auth.user", username=first.username)) == 1


def test_a_second_phone_is_added_by_a_call_to_it(site, carrier, visit, log_in):
    person, second = site.welcome(), newcomer().number
    visitor = log_in(site, person)
    visitor.submit("/phone/phones/add/", name="Work", number=second, consents="on")
    assert visitor.heading == "We are calling the phone you are adding"
    carrier.answer(second).press(visitor.shown_code)
    visitor.complete()
    assert visitor.path == "/phone/phones/"
    assert "Work is confirmed" in visitor.page
    assert {phone["number"] for phone in site.rows("voicedevice", confirmed=True)} >= {person.number, second}


def test_a_phone_that_was_not_proved_is_not_among_the_phones(site, carrier, visit, log_in):
    person, second = site.welcome(), newcomer().number
    visitor = log_in(site, person)
    visitor.submit("/phone/phones/add/", name="Work", number=second, consents="on")
    carrier.ring(second).decline()
    assert "Work" not in visitor.open("/phone/phones/").page


def test_adding_a_phone_asks_for_a_fresh_confirmation(site, carrier, visit, log_in):  # R21
    person, second = site.welcome(), newcomer().number
    visitor = log_in(site, person)
    site.set_ahead(301)
    visitor.submit("/phone/phones/add/", name="Work", number=second, consents="on")
    assert visitor.path.startswith("/phone/confirm/")
    assert carrier.calls(second) == []
    visitor.submit("/phone/confirm/", next="/phone/phones/add/")
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    visitor.complete()
    assert visitor.path == "/phone/phones/add/"
    visitor.submit("/phone/phones/add/", name="Work", number=second, consents="on")
    carrier.answer(second).press(visitor.shown_code)
    assert "Work is confirmed" in visitor.complete().page


def test_nobody_is_rung_who_has_not_agreed(site, carrier, visit, log_in):  # R48
    person, second = site.welcome(), newcomer().number
    visitor = log_in(site, person)
    visitor.submit("/phone/phones/add/", name="Work", number=second)
    assert "Please tick the box" in visitor.page
    assert carrier.calls(second) == []


def test_a_phone_added_by_a_thief_is_disowned_by_its_owner(site, carrier, visit, log_in):  # R23, R24, A13
    person, second = site.welcome(), newcomer().number
    thief = log_in(site, person)
    thief.submit("/phone/phones/add/", name="Work", number=second, consents="on")
    carrier.answer(second).press(thief.shown_code)
    thief.complete()
    mail = site.wait_for_mail(person.email, "A phone was added")
    assert second not in mail["body"]
    path = re.search(r"(/phone/disown/\S+)", mail["body"])[1]
    owner = visit(site).open(path)
    assert owner.heading == "Was this not you?"
    owner.submit(path)
    assert owner.heading == "Everybody is logged out"
    wait_until(lambda: not thief.is_in)
    assert site.rows("voicedevice", number=second) == []
    assert owner.submit(path).statuses[-1] == 410


def test_a_removed_phone_is_not_rung_again(site, carrier, visit, log_in):
    person = site.welcome()
    person.numbers.append(newcomer().number)
    visitor = log_in(site, person)
    visitor.submit("/phone/phones/add/", name="Work", number=person.numbers[1], consents="on")
    carrier.answer(person.numbers[1]).press(visitor.shown_code)
    visitor.complete()
    (first,) = site.rows("voicedevice", number=person.number)
    visitor.submit(f"/phone/phones/{first['pk']}/remove/")
    assert "Phone 1 was removed" in visitor.page
    log_in(site, person, number=person.numbers[1])
    assert len(carrier.calls(person.number)) == 1


def test_the_last_phone_stays(site, carrier, visit, log_in):
    person = site.welcome()
    visitor = log_in(site, person)
    (phone,) = site.rows("voicedevice", number=person.number)
    visitor.submit(f"/phone/phones/{phone['pk']}/remove/")
    assert "This is your only phone" in visitor.page
    assert site.rows("voicedevice", number=person.number) == [phone]


def test_the_phone_of_somebody_else_cannot_be_removed(site, carrier, visit, log_in):
    person, other = site.welcome(), site.welcome()
    visitor = log_in(site, person)
    (phone,) = site.rows("voicedevice", number=other.number)
    visitor.submit(f"/phone/phones/{phone['pk']}/remove/")
    assert visitor.statuses[-1] == 404
    assert site.rows("voicedevice", number=other.number) == [phone]
