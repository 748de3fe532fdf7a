"""Recovery codes over real sockets: made after a call, kept on paper, used when the phone is gone."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

CODES = re.compile(r"<code[^>]*>([0-9a-z-]{19})</code>")
MANY = 50


def make_codes(visitor):
    edition = re.search(r'name="edition" value="([^"]*)"', visitor.open("/phone/recovery-codes/").source)[1]
    return CODES.findall(visitor.submit("/phone/recovery-codes/", edition=edition).source)


def way_on(page):
    return re.search(r'name="way" value="([^"]+)"', page)[1]


def test_a_person_whose_phone_is_lost_comes_in_with_a_code(site, log_in, visit):
    person = site.welcome()
    codes = make_codes(log_in(site, person))
    assert len(codes) == 10
    visitor = visit(site)
    visitor.log_in(person, next="/members/")
    assert visitor.heading == "We are calling your phone"
    way = way_on(visitor.open("/phone/other-ways/").source)
    visitor.submit("/phone/other-ways/", way=way, token=codes[0].upper())
    assert visitor.path == "/members/"
    assert visitor.is_in
    assert site.states(person)[-1] == "cancelled"


@pytest.mark.wide
def test_of_fifty_who_use_one_code_at_once_one_comes_in(site, log_in, visit):  # R8, R34
    person = site.welcome()
    codes = make_codes(log_in(site, person))
    visitors = [visit(site) for _ in range(MANY)]
    for visitor in visitors:
        visitor.log_in(person)
    way = way_on(visitors[0].open("/phone/other-ways/").source)

    def use(visitor):
        return visitor.submit("/phone/other-ways/", way=way, token=codes[0])

    with ThreadPoolExecutor(MANY) as pool:
        list(pool.map(use, visitors))
    assert sum(visitor.is_in for visitor in visitors) == 1
    used = [row for row in site.rows("recoverycode") if row["used_at"]]
    assert len([row for row in used if row["device"] == int(way.split("/")[1])]) == 1
