"""Recovery codes: made in tens, kept as hashes, used once each."""

import re
from datetime import timedelta

import django_otp
import pytest
from django.core import serializers
from django.utils import timezone

from tests import stage
from tests.stage import real_now, refusal_of
from voice2fa import signals
from voice2fa.core import recovery as core
from voice2fa.core.errors import Code
from voice2fa.flows import recovery
from voice2fa.models import RecoveryCode, RecoveryCodes


@pytest.fixture
def codes(user):
    return recovery.make(user, real_now())


@pytest.fixture
def device(codes):
    return RecoveryCodes.objects.get()


def use(user, token):
    device = RecoveryCodes.objects.filter(user=user).first()
    return django_otp.verify_token(user, device.persistent_id, token) is not None


def test_ten_different_codes_of_eighty_bits_are_made(codes):  # R34
    assert len(set(codes)) == 10
    letters = f"[{core.ALPHABET}]"
    assert all(re.fullmatch(f"{letters}{{4}}(-{letters}{{4}}){{3}}", code) for code in codes)
    assert core.BYTES * 8 >= 64


def test_the_database_holds_no_code(codes):  # R9, R34
    kept = serializers.serialize("json", [*RecoveryCodes.objects.all(), *RecoveryCode.objects.all()])
    for code in codes:
        assert code not in kept
        assert code.replace("-", "") not in kept
    assert len(set(RecoveryCode.objects.values_list("salt", flat=True))) == 10
    assert len(set(RecoveryCode.objects.values_list("code_hash", flat=True))) == 10


def test_a_hash_is_worth_nothing_without_the_sites_key(codes, settings):
    code = RecoveryCode.objects.first()
    assert any(code.is_right(text) for text in codes)
    settings.SECRET_KEY = "another-" + "y" * 40
    assert not any(code.is_right(text) for text in codes)


def test_a_code_is_good_once(user, codes):  # R8, R34
    assert use(user, codes[0])
    assert not use(user, codes[0])
    assert recovery.codes_of(user).remaining == 9


@pytest.mark.parametrize(
    "write",
    [
        str.upper,
        lambda code: code.replace("-", ""),
        lambda code: f"  {code.replace('-', ' ')} ",
        lambda code: code.replace("0", "O").replace("1", "l"),
    ],
)
def test_a_code_may_be_typed_as_people_do(user, codes, write):
    assert use(user, write(codes[5]))


@pytest.mark.parametrize("typed", ["", "-", "0", "7k3f-a9qm-x2dp-04hz", "\ud800", "a" * 10_000])
def test_anything_else_is_refused(user, codes, typed):
    assert not use(user, typed)
    assert recovery.codes_of(user).remaining == 10


def test_somebody_elses_code_is_refused(user, codes):  # R4
    berta = stage.make_user("berta")
    theirs = recovery.make(berta, real_now())
    assert not use(user, theirs[0])
    assert recovery.codes_of(berta).remaining == 10


def test_wrong_codes_make_the_right_one_wait(user, codes, device):  # R11
    assert not use(user, "wrong")
    assert not use(user, codes[0])
    RecoveryCodes.objects.update(throttling_failure_timestamp=timezone.now() - timedelta(seconds=2))
    assert use(user, codes[0])
    device.refresh_from_db()
    assert (device.throttling_failure_count, device.throttling_failure_timestamp) == (0, None)


def test_the_wait_doubles(user, codes, device):
    for count in range(1, 6):
        RecoveryCodes.objects.update(throttling_failure_timestamp=timezone.now() - timedelta(days=1))
        assert not use(user, "wrong")
        device.refresh_from_db()
        is_allowed, why = device.verify_is_allowed()
        assert not is_allowed
        wait = why["locked_until"] - device.throttling_failure_timestamp
        assert wait == timedelta(seconds=2 ** (count - 1))


def test_wrong_codes_side_by_side_are_all_counted(device):  # R44
    twins = [RecoveryCodes.objects.get() for _ in range(3)]
    for twin in twins:
        assert not twin.verify_token("wrong")
    device.refresh_from_db()
    assert device.throttling_failure_count == 3


def test_new_codes_take_the_place_of_all_old_ones(user, codes, device):
    recovery.make(user, real_now())
    assert RecoveryCode.objects.count() == 10
    assert not use(user, codes[0])
    # A session that one of them has opened stays verified.
    assert RecoveryCodes.objects.get().persistent_id == device.persistent_id


def test_new_codes_are_good_at_once_after_wrong_ones(user, codes):
    use(user, "wrong")
    assert use(user, recovery.make(user, real_now())[0])


def test_a_set_that_was_replaced_meanwhile_is_not_replaced_again(user):
    nothing = recovery.edition_of(None)
    first = recovery.make(user, real_now(), instead_of=nothing)
    assert refusal_of(recovery.make, user, real_now(), instead_of=nothing) == Code.ALREADY_USED
    assert use(user, first[0])
    seen = recovery.edition_of(recovery.codes_of(user))
    recovery.make(user, real_now(), instead_of=seen)
    assert refusal_of(recovery.make, user, real_now(), instead_of=seen) == Code.ALREADY_USED
    assert refusal_of(recovery.make, user, real_now(), instead_of="") == Code.ALREADY_USED


def test_a_set_that_staff_took_away_is_not_there(user, codes, device):
    seen = recovery.edition_of(device)
    device.delete()
    assert RecoveryCode.objects.count() == 0
    assert recovery.codes_of(user) is None
    assert refusal_of(recovery.make, user, real_now(), instead_of=seen) == Code.ALREADY_USED
    assert recovery.codes_of(user) is None


def test_making_and_using_are_announced_after_the_commit(user, django_capture_on_commit_callbacks):
    told = []

    def hear_made(sender, codes, now, **kwargs):
        told.append(("made", codes.user, now))

    def hear_used(sender, codes, now, **kwargs):
        told.append(("used", codes.user, codes.remaining))

    signals.recovery_codes_made.connect(hear_made)
    signals.recovery_code_used.connect(hear_used)
    now = real_now()
    with django_capture_on_commit_callbacks(execute=True):
        codes = recovery.make(user, now)
        use(user, codes[0])
        use(user, "wrong")
        assert told == []
    assert told == [("made", user, now), ("used", user, 9)]


def test_codes_are_written_in_full_letters_and_zeros():  # R5
    assert core.write(bytes(10)) == "0000-0000-0000-0000"
    assert core.write(b"\xff" * 10) == "zzzz-zzzz-zzzz-zzzz"
