"""Registering, adding and removing phones over real sockets."""

from .stage import newcomer


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
    visitor.submit("/phone/phones/add/", name="Work", number=second, password=person.password, consents="on")
    assert visitor.heading == "We are calling the phone you are adding"
    carrier.answer(second).press(visitor.shown_code)
    visitor.complete()
    assert visitor.path == "/phone/phones/"
    assert "Work is confirmed" in visitor.page
    assert {phone["number"] for phone in site.rows("voicedevice", confirmed=True)} >= {person.number, second}


def test_a_phone_that_was_not_proved_is_not_among_the_phones(site, carrier, visit, log_in):
    person, second = site.welcome(), newcomer().number
    visitor = log_in(site, person)
    visitor.submit("/phone/phones/add/", name="Work", number=second, password=person.password, consents="on")
    carrier.ring(second).decline()
    assert "Work" not in visitor.open("/phone/phones/").page


def test_adding_a_phone_asks_for_the_password_again(site, carrier, visit, log_in):  # R21
    person, second = site.welcome(), newcomer().number
    visitor = log_in(site, person)
    visitor.submit("/phone/phones/add/", name="Work", number=second, password="wrong", consents="on")
    assert "That is not your password" in visitor.page
    assert carrier.calls(second) == []


def test_a_removed_phone_is_not_rung_again(site, carrier, visit, log_in):
    person = site.welcome()
    person.numbers.append(newcomer().number)
    visitor = log_in(site, person)
    fields = {"password": person.password, "consents": "on"}
    visitor.submit("/phone/phones/add/", name="Work", number=person.numbers[1], **fields)
    carrier.answer(person.numbers[1]).press(visitor.shown_code)
    visitor.complete()
    (first,) = site.rows("voicedevice", number=person.number)
    visitor.submit(f"/phone/phones/{first['pk']}/remove/", password=person.password)
    assert "Phone 1 was removed" in visitor.page
    log_in(site, person, number=person.numbers[1])
    assert len(carrier.calls(person.number)) == 1


def test_the_last_phone_stays(site, carrier, visit, log_in):
    person = site.welcome()
    visitor = log_in(site, person)
    (phone,) = site.rows("voicedevice", number=person.number)
    visitor.submit(f"/phone/phones/{phone['pk']}/remove/", password=person.password)
    assert "This is your only phone" in visitor.page
    assert site.rows("voicedevice", number=person.number) == [phone]


def test_the_phone_of_somebody_else_cannot_be_removed(site, carrier, visit, log_in):
    person, other = site.welcome(), site.welcome()
    visitor = log_in(site, person)
    (phone,) = site.rows("voicedevice", number=other.number)
    visitor.submit(f"/phone/phones/{phone['pk']}/remove/", password=person.password)
    assert visitor.statuses[-1] == 404
    assert site.rows("voicedevice", number=other.number) == [phone]
