"""The rows that factories build are those that flows leave behind."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import PhoneVerificationFactory, UserFactory, VoiceDeviceFactory
from voice2fa.core.methods import Method, Purpose
from voice2fa.flows import call_in, enrolment, login, registration, verification
from voice2fa.flows.attempts import tickets
from voice2fa.flows.attempts.requests import Client
from voice2fa.flows.telephony import lines, placing
from voice2fa.flows.telephony.challenges import code_of
from voice2fa.models import PhoneVerification
from voice2fa.providers.memory import MemoryProvider

pytestmark = pytest.mark.django_db


def place(row):
    placing.place(row.pk, clock=timezone.now)


def observe(row):
    placing.observe(row.pk, now=timezone.now() + timedelta(minutes=1))


def cancel(row):
    verification.cancel(row, now=timezone.now())


def expire(row):
    verification.expire(row, now=row.deadline + timedelta(seconds=1))


def use(row):
    row.refresh_from_db()
    verification.use(row, now=timezone.now())


def press_key(row):
    MemoryProvider.calls[-1].press(row.approve_key)


def press_zero(row):
    MemoryProvider.calls[-1].press("0")


def press_other_key(row):
    MemoryProvider.calls[-1].press("1" if row.approve_key != "1" else "2")


def press_wrong_code(row):
    MemoryProvider.calls[-1].press(str(int(code_of(row)[0]) ^ 1) + code_of(row)[1:])


def answer(row):
    MemoryProvider.calls[-1].answer()


def hang_up(row):
    MemoryProvider.calls[-1].hang_up()


def be_busy(row):
    MemoryProvider.calls[-1].busy()


# Trait, method of a login, and what has happened since it began.
HISTORIES = [
    ({}, Method.APPROVE, []),
    ({"dialing"}, Method.APPROVE, [place]),
    ({"ringing"}, Method.APPROVE, [place, observe]),
    ({"answered"}, Method.APPROVE, [place, answer]),
    ({"code_told"}, Method.SPEAK, [place, answer, press_key]),
    ({"approved"}, Method.APPROVE, [place, answer, press_key]),
    ({"used"}, Method.APPROVE, [place, answer, press_key, use]),
    ({"denied"}, Method.APPROVE, [place, answer, press_other_key]),
    ({"reported"}, Method.APPROVE, [place, answer, press_zero, hang_up]),
    ({"locked"}, Method.ENTER, [place, answer, *[press_wrong_code] * 3]),
    ({"unreachable"}, Method.APPROVE, [place, be_busy]),
    ({"expired"}, Method.APPROVE, [expire]),
    ({"cancelled"}, Method.APPROVE, [cancel]),
]
# Words and counts must be the same; of all else, whether it is there at all.
SAME = ("purpose", "method", "state", "cause", "step", "tries")


def shape_of(row):
    row = PhoneVerification.objects.get(pk=row.pk)
    names = [field.attname for field in PhoneVerification._meta.concrete_fields]
    return {name: getattr(row, name) if name in SAME else bool(getattr(row, name)) for name in names}


@pytest.mark.parametrize(
    ("traits", "method", "happened"), HISTORIES, ids=[" ".join(item[0]) or "pending" for item in HISTORIES]
)
def test_a_trait_is_what_a_real_call_leaves(settings, traits, method, happened):
    settings.VOICE2FA = {**settings.VOICE2FA, "LOGIN_METHOD": method}
    user = VoiceDeviceFactory().user
    real = login.begin(user, Client(address="192.0.2.7", user_agent="x"), now=timezone.now()).verification
    for happening in happened:
        happening(real)
    built = PhoneVerificationFactory(**dict.fromkeys(traits, True))
    assert shape_of(built) == shape_of(real)


def test_a_call_to_us_is_what_the_flow_writes(settings):
    settings.VOICE2FA = {**settings.VOICE2FA, "CALL_IN": "A"}
    client = Client(address="192.0.2.7", user_agent="x")
    user = VoiceDeviceFactory().user
    first = login.begin(user, client, now=timezone.now()).verification
    real = call_in.begin(first, client, now=timezone.now()).verification
    assert shape_of(PhoneVerificationFactory(awaited=True)) == shape_of(real)
    call = MemoryProvider.take_call(caller=real.number.as_e164, to=real.caller, line=lines.open_reception())
    call.press(code_of(real))
    assert shape_of(PhoneVerificationFactory(called_in=True)) == shape_of(real)


def test_an_enrolment_is_what_the_flow_writes():
    client = Client(address="192.0.2.7", user_agent="x")
    real = enrolment.begin(
        UserFactory(),
        number="+12025550141",
        name="Phone",
        client=client,
        now=timezone.now(),
        consents=True,
    ).verification
    built = PhoneVerificationFactory(enrol=True)
    assert shape_of(built) == shape_of(real)
    assert built.device.confirmed == real.device.confirmed


def test_a_registration_is_what_the_flow_writes():
    client = Client(address="192.0.2.7", user_agent="x")
    real = registration.begin(
        UserFactory.build(), number="+12025550141", client=client, now=timezone.now(), consents=True
    ).verification
    built = PhoneVerificationFactory(register=True)
    assert shape_of(built) == shape_of(real)
    assert built.applicant.keys() == real.applicant.keys()
    assert built.applicant["fields"].keys() == real.applicant["fields"].keys()


def test_the_ticket_of_a_built_row_finds_it():
    row = PhoneVerificationFactory(ticket="a ticket")
    assert tickets.find("a ticket") == row


def test_a_row_for_a_phone_belongs_to_its_user():
    phone = VoiceDeviceFactory()
    row = PhoneVerificationFactory(device=phone)
    assert (row.user, row.number, row.purpose) == (phone.user, phone.number, Purpose.LOGIN)


def test_a_row_for_a_user_calls_a_phone_of_that_user():
    user = UserFactory()
    assert PhoneVerificationFactory(user=user).device.user == user
