"""After whole journeys, codes and password hashes stand nowhere where they could be found (R9, A27)."""

import json
import re
from dataclasses import dataclass

import pytest

from .stage import Site, newcomer

SPEAKING = {"LOGIN_METHOD": "speak", "ENROL_METHOD": "speak"}


def wrong(code):
    return str((int(code) + 1) % 10**6).zfill(6)


def keyed_journeys(site, carrier, visit):
    """Register, add a phone and log in by codes of the page, with slips."""
    person, visitor = newcomer(), visit(site)
    codes = [visitor.register(person).shown_code]
    carrier.answer(person.number).press(wrong(codes[0])).press(codes[0])
    visitor.complete()
    second = newcomer().number
    visitor.submit("/phone/phones/add/", name="Work", number=second, consents="on")
    codes += [visitor.shown_code, visitor.submit("/phone/resend/").shown_code]
    carrier.answer(second, seen=carrier.calls(second)[0]["callId"]).press(codes[-1])
    visitor.complete()
    later = visit(site)
    codes += [later.log_in(person).shown_code]
    carrier.answer(person.number).press(codes[-1])
    later.complete()
    assert visitor.is_in
    assert later.is_in
    return person, codes, [visitor, later]


def spoken_journeys(site, carrier, visit):
    """Register and log in by codes of the call, with slips."""
    person, visitor, later = newcomer(), visit(site), visit(site)
    visitor.register(person)
    codes = [_type_spoken_code(visitor, carrier.answer(person.number))]
    later.log_in(person)
    codes += [_type_spoken_code(later, carrier.answer(person.number))]
    return person, codes, [visitor, later]


def _type_spoken_code(visitor, handset):
    handset.press(handset.named_key).press("*")
    visitor.submit("/phone/code/", code=wrong(handset.spoken_code))
    visitor.submit("/phone/code/", code=handset.spoken_code)
    assert visitor.is_in
    return handset.spoken_code


@dataclass(frozen=True, kw_only=True)
class Traces:
    """What whole journeys leave behind, and the secrets that must not be in it."""

    site: Site
    codes: list
    password_hash: str
    cookies: str
    calls: list


@pytest.fixture(scope="session")
def gone():
    """The journeys that have been gone already: each kind is gone once."""
    return {}


@pytest.fixture(params=["keyed", "spoken"])
def traces(request, gone, site_with, carrier, visit):
    is_keyed = request.param == "keyed"
    site = site_with(**({"LOGIN_METHOD": "enter"} if is_keyed else SPEAKING))
    if request.param not in gone:
        go = keyed_journeys if is_keyed else spoken_journeys
        person, codes, visitors = go(site, carrier, visit)
        (account,) = site.rows("auth.user", username=person.username)
        cookies = [f"{each.name}={each.value}" for visitor in visitors for each in visitor.http.cookies]
        gone[request.param] = Traces(
            site=site,
            codes=codes + [wrong(code) for code in codes],
            password_hash=account["password"],
            cookies="\n".join(cookies),
            calls=carrier.calls(),
        )
    return gone[request.param]


def holds(text, secrets):
    """Return the secrets that stand in the text, alone or written with spaces as people do."""
    spaced = [secret for secret in secrets if f"{secret[:3]} {secret[3:]}" in text]
    return spaced + [secret for secret in secrets if re.search(rf"(?<!\d){re.escape(secret)}(?!\d)", text)]


def test_no_log_line_holds_them(traces):
    log = traces.site.log
    assert "POST /phone/calls/" in log  # the request lines of the server are in it
    assert "DEBUG" in log
    assert holds(log, [*traces.codes, traces.password_hash]) == []


def test_no_address_and_no_tag_holds_them(traces):
    exchanges = [exchange for call in traces.calls for exchange in call["exchanges"]]
    assert len(exchanges) > 10
    addresses = "\n".join(exchange["url"] for exchange in exchanges)
    assert holds(addresses, [*traces.codes, traces.password_hash]) == []
    assert {call["tag"] for call in traces.calls} == {None}
    orders = [json.loads(each["request"]) for each in exchanges if each["name"] == "createCall"]
    assert orders
    assert not any("tag" in order for order in orders)


def test_no_row_holds_them(traces):
    rows = traces.site.rows()
    assert any(row.get("kind") == "gather" for row in rows)
    assert holds(json.dumps(rows), traces.codes) == []
    owners = [row for row in rows if traces.password_hash in json.dumps(row)]
    assert [owner["password"] for owner in owners] == [traces.password_hash]


def test_no_cookie_holds_them(traces):
    assert "sessionid=" in traces.cookies
    assert holds(traces.cookies, [*traces.codes, traces.password_hash]) == []


@pytest.mark.wide
def test_no_page_of_the_admin_holds_them(traces, visit, carrier):
    staff, visitor = traces.site.welcome(is_staff=True), visit(traces.site)
    visitor.log_in(staff)
    handset = carrier.answer(staff.number)
    if "<bdi" in visitor.source and "key this code" in visitor.page:
        handset.press(visitor.shown_code)
        visitor.complete()
    else:
        handset.press(handset.named_key)
        visitor.submit("/phone/code/", code=handset.spoken_code)
    pages = crawl(visitor, "/admin/")
    assert "/admin/voice2fa/phoneverification/" in pages
    assert any(re.fullmatch(r"/admin/voice2fa/phoneverification/[^/]+/change/", path) for path in pages)
    for path, text in pages.items():
        assert holds(text, [*traces.codes, traces.password_hash]) == [], path


def crawl(visitor, start):
    """Return the source of every page under the address that links lead to."""
    pages, waiting = {}, [start]
    while waiting:
        path = waiting.pop()
        if path in pages or "logout" in path or "password" in path or len(pages) > 300:
            continue
        visitor.open(path)
        pages[path] = visitor.source
        assert visitor.statuses[-1] == 200, path
        base = path.partition("?")[0]
        for link in re.findall(r'href="([^"#]+)"', visitor.source):
            link = link.replace("&amp;", "&")
            target = link if link.startswith("/") else base + link
            if target.startswith(start) and not target.partition("?")[2] and target not in pages:
                waiting.append(target)
    return pages
