"""Who asks, by the address that the proxies vouch for."""

import pytest
from django.test import RequestFactory

from voice2fa.web.browsers import client_of


def ask(forwarded=None, remote="192.0.2.1", **extra):
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return client_of(RequestFactory().get("/", headers=headers, REMOTE_ADDR=remote, **extra))


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, None, "192.0.2.1"),
        (0, "203.0.113.9", "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.7, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.7, 203.0.113.9, 10.0.0.1", "203.0.113.9"),
        (1, "spoofed,203.0.113.9", "203.0.113.9"),
        (1, None, None),
        (2, "203.0.113.9", None),
        (1, "unknown", None),
        (1, "203.0.113.9:1234", "203.0.113.9"),
        (1, "[2001:db8:1:2::9]:1234", "2001:db8:1:2::"),
        (1, " 2001:db8::1 ", "2001:db8::"),
        (1, "2001:DB8::0001", "2001:db8::"),
    ],
)
def test_the_address_is_the_one_that_trusted_proxies_saw(configure, proxies, forwarded, address):
    configure(TRUSTED_PROXIES=proxies)
    assert ask(forwarded).address == address


@pytest.mark.parametrize(
    ("remote", "address"),
    [("", None), ("unix:", None), ("fe80::1%eth0", "fe80::"), ("::ffff:192.0.2.1", "192.0.2.1")],
)
def test_an_odd_address_is_read_or_left_out(remote, address):
    assert ask(remote=remote).address == address


def test_the_browser_says_what_it_is():
    assert ask(HTTP_USER_AGENT="a browser").user_agent == "a browser"
    assert ask().user_agent == ""
