"""Who must confirm: every form of REQUIRED_FOR, and the time of grace."""

import logging
from datetime import UTC, date, datetime

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ImproperlyConfigured
from django_otp.plugins.otp_static.models import StaticDevice

from tests import stage
from tests.stage import NOW
from voice2fa.flows.requirement import (
    grace_day,
    has_phone,
    is_required,
    load_rule,
    may_wait,
    must_confirm,
    needs_phone,
)

pytestmark = pytest.mark.django_db
HERE = __name__
NUMBER = 7


def is_anna(user):
    return user.get_username() == "anna"


def falls_over(user):
    raise LookupError("The directory is away.")


class Rule:
    """A rule may be anything that can be called."""

    def __call__(self, user):
        return is_anna(user) or None


rule = Rule()


@pytest.fixture
def teller(user):
    user.groups.add(Group.objects.create(name="tellers"))
    return user


@pytest.fixture
def manager(user):
    user.user_permissions.add(Permission.objects.get(codename="add_user"))
    return user


def again(user):
    """Return the user without what Django has kept of their rights."""
    return get_user_model().objects.get(pk=user.pk)


def test_everyone_means_everyone(user):
    assert is_required(user)


@pytest.mark.parametrize(("facts", "expected"), [({}, True), ({"confirmed": False}, False)])
def test_with_phone_means_a_confirmed_one(user, configure, facts, expected):  # R20
    configure(REQUIRED_FOR="with_phone")
    assert not is_required(user)
    stage.make_phone(user, **facts)
    assert (is_required(user), has_phone(user)) == (expected, expected)


def test_staff_are_those_whom_the_admin_lets_in_and_superusers(db, configure):
    configure(REQUIRED_FOR="staff")
    assert is_required(stage.make_user(is_staff=True))
    assert is_required(stage.make_user("ida", is_superuser=True))
    assert not is_required(stage.make_user("otto"))


def test_a_group_means_its_members(teller, configure):
    configure(REQUIRED_FOR="group:tellers")
    assert is_required(teller)
    assert not is_required(stage.make_user("otto", is_superuser=True))


def test_the_name_of_a_group_is_taken_as_it_is(teller, configure):
    configure(REQUIRED_FOR="group:Tellers: day shift")
    assert not is_required(teller)
    teller.groups.add(Group.objects.create(name="Tellers: day shift"))
    assert is_required(teller)


def test_a_permission_means_whoever_has_it_by_any_way(manager, teller, configure):
    configure(REQUIRED_FOR="permission:auth.add_user")
    assert is_required(again(manager))
    otto = stage.make_user("otto")
    assert not is_required(otto)
    otto.groups.add(Group.objects.get())
    Group.objects.get().permissions.add(Permission.objects.get(codename="add_user"))
    assert is_required(again(otto))


def test_superusers_have_every_permission_and_the_inactive_none(manager, configure):
    configure(REQUIRED_FOR="permission:auth.add_user")
    assert is_required(stage.make_user("ida", is_superuser=True))
    manager.is_active = False
    manager.save()
    assert not is_required(again(manager))


@pytest.mark.parametrize("name", ["is_anna", "rule"])
def test_a_function_of_the_site_is_asked(user, configure, name):
    configure(REQUIRED_FOR=f"{HERE}.{name}")
    assert is_required(user)
    assert not is_required(stage.make_user("otto"))


def test_of_a_list_any_word_is_enough(db, configure):
    configure(REQUIRED_FOR=["staff", "with_phone", "group:tellers"])
    anna, otto, ida = (stage.make_user(name) for name in ("anna", "otto", "ida"))
    stage.make_phone(otto)
    ida.groups.add(Group.objects.create(name="tellers"))
    assert [is_required(user) for user in (anna, otto, ida)] == [False, True, True]


def test_a_function_that_falls_over_lets_nobody_in_and_is_told(user, configure, caplog):  # A28
    configure(REQUIRED_FOR=[f"{HERE}.falls_over", "staff"])
    with caplog.at_level(logging.ERROR, "voice2fa"):
        assert is_required(user)
        assert needs_phone(user)
    assert "falls_over" in caplog.messages[0]
    assert f"user {user.pk}" in caplog.messages[0]


def test_users_of_a_model_without_groups_must_confirm(configure, caplog):  # A28
    configure(REQUIRED_FOR="group:tellers")
    assert is_required(object())
    assert "group:tellers" in caplog.messages[0]


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("no.such.module", "cannot be imported"),
        (f"{HERE}.no_such", "cannot be"),
        (f"{HERE}.NUMBER", "no func"),
    ],
)
def test_a_function_that_there_is_not_is_a_fault_of_the_settings(user, configure, path, fault):
    configure(REQUIRED_FOR=["with_phone", path])
    with pytest.raises(ImproperlyConfigured, match=fault):
        is_required(user)
    with pytest.raises(ImproperlyConfigured, match=path):
        load_rule(path)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("with_phone", False),
        ("everyone", True),
        (["with_phone", "staff"], False),
        (["with_phone", "everyone"], True),
    ],
)
def test_with_phone_alone_makes_nobody_get_one(phone, configure, words, expected):
    configure(REQUIRED_FOR=words)
    assert needs_phone(phone.user) is expected


# The time of grace


@pytest.mark.parametrize(
    ("day", "moment", "expected"),
    [
        ("", NOW, None),
        ("2026-03-02", NOW, date(2026, 3, 2)),
        ("2026-03-02", datetime(2026, 3, 2, 23, 59, 59, tzinfo=UTC), date(2026, 3, 2)),
        ("2026-03-02", datetime(2026, 3, 3, tzinfo=UTC), None),
    ],
)
def test_grace_lasts_to_the_end_of_its_day(configure, settings, day, moment, expected):
    settings.TIME_ZONE = "UTC"
    configure(GRACE_UNTIL=day)
    assert grace_day(now=moment) == expected


def test_the_day_ends_where_the_site_is(configure, settings):
    settings.TIME_ZONE = "America/Los_Angeles"
    configure(GRACE_UNTIL="2026-03-02")
    assert grace_day(now=datetime(2026, 3, 3, 7, tzinfo=UTC)) == date(2026, 3, 2)


def test_grace_is_for_those_without_a_phone(user, configure):
    configure(GRACE_UNTIL="2026-03-02")
    assert may_wait(user, now=NOW)
    assert not must_confirm(user, now=NOW)
    stage.make_phone(user)
    assert not may_wait(user, now=NOW)
    assert must_confirm(user, now=NOW)


def test_whoever_can_confirm_another_way_need_not_wait(user, configure):  # A29
    configure(GRACE_UNTIL="2026-03-02")
    StaticDevice.objects.create(user=user, name="App", confirmed=False)
    assert not must_confirm(user, now=NOW)
    StaticDevice.objects.create(user=user, name="Codes")
    assert must_confirm(user, now=NOW)


def test_without_grace_nobody_may_wait(user):
    assert not may_wait(user, now=NOW)
    assert must_confirm(user, now=NOW)


def test_of_whom_nothing_is_required_must_not_confirm(phone, configure):
    configure(REQUIRED_FOR="staff")
    assert not must_confirm(phone.user, now=NOW)
