"""The command that gives a code for a first phone."""

import re
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from tests.factories import UserFactory, VoiceDeviceFactory
from voice2fa.flows import first_phone
from voice2fa.models import PhoneProof

pytestmark = pytest.mark.django_db


def test_it_prints_a_code_that_proves():
    user, told = UserFactory(username="grace"), StringIO()
    call_command("voice2fa_first_phone_code", "grace", stdout=told)
    code, minutes = re.match(r"(\S+) is good for (\d+) minutes", told.getvalue()).groups()
    assert int(minutes) == 10
    assert first_phone.prove(user, code, now=timezone.now())
    assert PhoneProof.objects.get().issued_by is None


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: UserFactory.build(username="nobody"), "There is no user 'nobody'."),
        (lambda: UserFactory(is_active=False), "Activate it first."),
        (lambda: VoiceDeviceFactory().user, "has a phone or another way to confirm"),
    ],
)
def test_who_may_have_no_code_is_said_why(make, words):
    with pytest.raises(CommandError, match=re.escape(words)):
        call_command("voice2fa_first_phone_code", make().username, stdout=StringIO())
    assert not PhoneProof.objects.exists()
