"""Logins over real sockets: site, carrier and client are strangers to each other."""

from concurrent.futures import ThreadPoolExecutor

import pytest


def test_the_named_key_lets_the_person_in(site, carrier, visit):
    person, visitor = site.welcome(), visit(site)
    visitor.log_in(person)
    assert (visitor.path, visitor.heading) == ("/phone/wait/", "We are calling your phone")
    handset = carrier.answer(person.number)
    assert f"press {handset.named_key}" in handset.transcript
    assert handset.named_key in visitor.page  # A18: page and call name the same key
    handset.press(handset.named_key)
    assert "confirmed" in handset.transcript
    assert handset.is_over
    visitor.complete()
    assert visitor.path == "/"
    assert visitor.is_in


def test_a_fixed_key_lets_the_person_in(site_with, carrier, visit):
    site = site_with(APPROVE_KEY="1")
    person, visitor = site.welcome(), visit(site)
    visitor.log_in(person)
    carrier.answer(person.number).press("1")
    assert visitor.complete().is_in


def test_keying_in_the_code_of_the_page_lets_the_person_in(entering_site, carrier, visit):
    person, visitor = entering_site.welcome(), visit(entering_site)
    code = visitor.log_in(person).shown_code
    handset = carrier.answer(person.number)
    assert code not in handset.transcript  # R2: told on the page alone
    handset.press(code)
    assert visitor.complete().is_in


def test_typing_the_code_of_the_call_lets_the_person_in(speaking_site, carrier, visit):
    person, visitor = speaking_site.welcome(), visit(speaking_site)
    visitor.log_in(person)
    handset = carrier.answer(person.number)
    assert not handset.spoken_code  # A2: nothing before a key
    handset.press(handset.named_key)
    assert handset.transcript.count("Your code is") == 1
    handset.press("*")
    assert handset.transcript.count("Your code is") == 2
    visitor.submit("/phone/code/", code=handset.spoken_code)
    assert visitor.path == "/"
    assert visitor.is_in


def test_the_person_may_hang_up_before_typing_the_code(speaking_site, carrier, visit):
    person, visitor = speaking_site.welcome(), visit(speaking_site)
    visitor.log_in(person)
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    code = handset.spoken_code
    handset.hang_up()
    assert visitor.submit("/phone/code/", code=f"{code[:3]} {code[3:]}").is_in


def test_where_the_person_wanted_to_go_is_where_the_login_leads(site, carrier, visit):
    person, visitor = site.welcome(), visit(site)
    visitor.open("/members/")
    assert visitor.path == "/phone/login/?next=/members/"
    visitor.log_in(person, next="/members/")
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    assert visitor.complete().path == "/members/"


def test_a_login_does_not_lead_to_another_site(site, carrier, visit):  # A31
    person, visitor = site.welcome(), visit(site)
    visitor.log_in(person, next="https://evil.example/")
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    assert visitor.complete().path == "/"


@pytest.mark.parametrize("kind", ["site", "entering_site", "speaking_site"])
def test_the_password_alone_lets_nobody_in(request, carrier, visit, kind):
    site = request.getfixturevalue(kind)
    person, visitor = site.welcome(), visit(site)
    visitor.log_in(person)
    carrier.ring(person.number)
    visitor.complete()
    assert "has not been confirmed by phone" in visitor.page
    assert not visitor.is_in


def test_a_wrong_password_rings_no_phone(site, carrier, visit):
    person, visitor = site.welcome(), visit(site)
    person.password = "wrong"
    visitor.log_in(person)
    assert "do not match" in visitor.page
    assert site.verifications(person) == []


def test_looking_at_pages_rings_no_phone(site, carrier, visit):  # R16
    person, visitor = site.welcome(), visit(site)
    visitor.log_in(person)
    carrier.ring(person.number)
    for path in ["login", "wait", "status", "register", "complete", "cancel", "resend", "code", "done"]:
        visitor.open(f"/phone/{path}/")
    assert len(site.verifications(person)) == 1
    assert len(carrier.calls(person.number)) == 1


def test_the_ticket_of_one_browser_is_worth_nothing_in_another(site, carrier, visit):  # R4
    person, visitor, stranger = site.welcome(), visit(site), visit(site)
    visitor.log_in(person)
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    stranger.complete()
    assert "There is no call to wait for" in stranger.page
    assert not stranger.is_in
    assert visitor.complete().is_in


def test_an_approval_is_used_once(site, carrier, visit):  # R8
    person, visitor, thief = site.welcome(), visit(site), visit(site)
    visitor.log_in(person)
    thief.http.cookies.update(visitor.http.cookies)  # even with the cookie of the waiting browser
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    assert visitor.complete().is_in
    assert not thief.complete().is_in
    assert visitor.http.cookies["sessionid"] != thief.http.cookies.get("sessionid")  # R38


def test_two_tabs_that_complete_at_once_both_arrive(site, carrier, visit):
    person, visitor, tab = site.welcome(), visit(site), visit(site)
    visitor.log_in(person, next="/members/")
    tab.http.cookies = visitor.http.cookies  # tabs of one browser share them
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    data = {"csrfmiddlewaretoken": visitor.http.cookies["csrftoken"]}
    with ThreadPoolExecutor(2) as pool:
        posts = [
            pool.submit(
                each.http.post, site.address("/phone/complete/"), data=data, allow_redirects=False, timeout=20
            )
            for each in (visitor, tab)
        ]
        targets = {post.result().headers["Location"] for post in posts}
    assert "/members/" in targets
    assert targets <= {"/members/", "/phone/wait/"}
    assert visitor.open("/phone/wait/").path == "/members/"
    assert visitor.is_in
    assert len([row for row in site.verifications(person) if row["consumed_at"]]) == 1


@pytest.mark.parametrize("path", ["/phone/status/", "/phone/complete/", "/phone/cancel/"])
def test_a_request_that_crosses_with_the_login_does_not_undo_it(site, carrier, visit, path):
    person, visitor, tab = site.welcome(), visit(site), visit(site)
    visitor.log_in(person)
    tab.http.cookies.update(visitor.http.cookies)  # sent before the login's answer brings the new cookie
    handset = carrier.answer(person.number)
    handset.press(handset.named_key)
    visitor.complete()
    send = tab.http.get if path == "/phone/status/" else tab.http.post
    data = {"csrfmiddlewaretoken": tab.http.cookies["csrftoken"]}
    late = send(site.address(path), data=data, allow_redirects=False, timeout=20)
    assert "sessionid" not in late.headers.get("Set-Cookie", "")
    assert late.status_code == 404 or late.headers["Location"] == "/phone/wait/"


def test_the_status_tells_each_step_and_then_304(site, carrier, visit):
    person, visitor = site.welcome(), visit(site)
    visitor.log_in(person)
    handset = carrier.answer(person.number)
    first = visitor.status()
    assert first.json()["progress"] == "answered"
    assert visitor.status(**{"If-None-Match": first.headers["ETag"]}).status_code == 304
    handset.press(handset.named_key)
    last = visitor.status(**{"If-None-Match": first.headers["ETag"]})
    assert last.json()["is_approved"]
    # The count of tries may look like the key; nothing else may.
    told = [str(value) for name, value in last.json().items() if name != "tries_left"]
    assert handset.named_key not in told
