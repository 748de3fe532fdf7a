"""The session's mark: whose it is, and how fresh."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore

from tests import stage
from tests.stage import NOW, OTHER_NUMBER
from voice2fa.flows.presence.marks import (
    confirmed_at,
    is_by_browser,
    is_confirmed,
    is_fresh,
    keep_confirmation,
    note_confirmation,
    note_remembered,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def session():
    return SessionStore()


@pytest.fixture
def otto(db):
    return stage.make_user("otto")


def kept(session):
    """Return the session as the next request finds it."""
    session.save()
    return SessionStore(session.session_key)


def test_a_session_bears_no_mark_of_itself(session, user):
    assert not is_confirmed(session, user)
    assert not is_fresh(session, user, now=NOW)
    assert confirmed_at(session, user) is None


@pytest.mark.parametrize(
    ("age", "expected"), [(0, True), (299.5, True), (300, True), (300.5, False), (-1, False)]
)
def test_a_confirmation_is_fresh_for_five_minutes(session, phone, age, expected):  # R21
    note_confirmation(session, phone.user, phone, now=NOW)
    session = kept(session)
    assert is_confirmed(session, phone.user)
    assert confirmed_at(session, phone.user) == NOW
    assert is_fresh(session, phone.user, now=NOW + timedelta(seconds=age)) is expected


def test_how_fresh_it_must_be_is_for_the_asker_to_say(session, phone):  # R40
    note_confirmation(session, phone.user, phone, now=NOW)
    later = NOW + timedelta(seconds=60)
    assert is_fresh(session, phone.user, now=later, seconds=60)
    assert not is_fresh(session, phone.user, now=later, seconds=59)


def test_the_mark_of_somebody_else_is_worth_nothing(session, phone, otto):
    note_confirmation(session, phone.user, phone, now=NOW)
    assert not is_confirmed(session, otto)
    assert not is_fresh(session, otto, now=NOW)


def test_a_remembered_browser_is_in_and_confirms_nothing(session, user, otto):  # R40
    note_remembered(session, user)
    session = kept(session)
    assert is_confirmed(session, user)
    assert not is_confirmed(session, otto)
    assert not is_fresh(session, user, now=NOW)


def test_a_confirmation_counts_more_than_the_browser(session, phone):
    assert not is_by_browser(session, phone.user)
    note_remembered(session, phone.user)
    assert is_by_browser(session, phone.user)
    note_confirmation(session, phone.user, phone, now=NOW)
    assert is_fresh(session, phone.user, now=NOW)
    assert not is_by_browser(session, phone.user)


def test_to_be_logged_in_once_more_makes_nothing_fresh(session, phone):  # R21
    keep_confirmation(session, phone.user, phone)
    assert is_confirmed(session, phone.user)
    assert not is_fresh(session, phone.user, now=NOW)


def test_to_be_logged_in_once_more_leaves_the_time_as_it_was(session, phone):
    note_confirmation(session, phone.user, phone, now=NOW)
    keep_confirmation(session, phone.user, stage.make_phone(phone.user, OTHER_NUMBER))
    assert confirmed_at(session, phone.user) == NOW


@pytest.mark.parametrize(("act", "expected"), [("cycle_key", True), ("flush", False)])
def test_the_mark_goes_with_the_session_and_dies_with_it(session, phone, act, expected):  # R38
    note_confirmation(session, phone.user, phone, now=NOW)
    session.save()
    getattr(session, act)()
    assert is_confirmed(kept(session), phone.user) is expected
