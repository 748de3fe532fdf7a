"""The crawl, over whichever site the settings name; run by ``test_doors.py`` in a process of its own."""

import pytest

from .crawling import addresses, crawl

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("required_for", ["everyone", "with_phone"])
def test_a_password_alone_opens_nothing_anywhere(anna, configure, hold_back, required_for):  # R39, A20
    configure(REQUIRED_FOR=required_for)
    assert crawl("anna") == []


def test_the_crawl_has_seen_the_whole_site():
    found = addresses()
    assert len(found) > 40
    assert {"/phone/login/", "/phone/complete/", "/admin/auth/user/1/change/"} <= set(found)
