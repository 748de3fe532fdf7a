"""The secrets of first-phone proofs, and how often one is mailed."""

from datetime import timedelta

import pytest

from tests.stage import NOW
from voice2fa.core import policy, proofs, recovery
from voice2fa.core.errors import Code, TryLater

SECRET = proofs.derive(b"key", "nonce")


def test_a_secret_belongs_to_its_key_and_nonce():
    assert proofs.derive(b"key", "nonce") == SECRET
    assert proofs.derive(b"other", "nonce") != SECRET
    assert proofs.derive(b"key", "other") != SECRET


def test_a_secret_has_forty_bits_in_two_groups():
    groups = SECRET.split("-")
    assert [len(group) for group in groups] == [4, 4]
    assert set("".join(groups)) <= set(recovery.ALPHABET)


@pytest.mark.parametrize(
    "typed", [SECRET, SECRET.upper(), SECRET.replace("-", ""), SECRET.replace("-", " "), f" {SECRET}\n"]
)
def test_a_secret_is_known_however_it_is_typed(typed):
    assert proofs.matches(typed, SECRET)


def test_letters_that_look_like_digits_are_those():
    secret = recovery.write(bytes([0, 0, 1, 0, 32]))
    assert "0" in secret
    assert "1" in secret
    assert proofs.matches(secret.replace("0", "O").replace("1", "l"), secret)


@pytest.mark.parametrize("typed", ["", " ", "-", SECRET[:-1], SECRET + "0", "\ud800", "x" * 10_000])
def test_anything_else_is_not_the_secret(typed):
    assert not proofs.matches(typed, SECRET)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("carol@example.com", "c•••@e•••.com"),
        ("c@mail.example.co.uk", "c•••@m•••.uk"),
        ("root@localhost", "r•••@•••localhost"),
    ],
)
def test_an_address_is_masked(address, shown):
    assert proofs.mask_address(address) == shown


def minutes_ago(*minutes):
    return [NOW - timedelta(minutes=count) for count in minutes]


@pytest.mark.parametrize(
    ("past", "wait"),
    [
        ([], None),
        (minutes_ago(0), 60),
        (minutes_ago(1), None),
        (minutes_ago(50, 40, 30, 20), 10 * 60),
        (minutes_ago(61, 40, 30, 20), None),
        (minutes_ago(*range(70, 70 + 10 * 130, 130)), 86400 - (70 + 9 * 130) * 60),
    ],
)
def test_mails_are_few(past, wait):
    if wait is None:
        policy.check_mails(past, proofs.MAIL_LIMITS, now=NOW)
        return
    with pytest.raises(TryLater) as refused:
        policy.check_mails(past, proofs.MAIL_LIMITS, now=NOW)
    assert (refused.value.code, refused.value.retry_after) == (Code.TOO_MANY_MAILS, wait)
