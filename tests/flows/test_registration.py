import pytest
from django.contrib.auth import get_user_model

from tests import stage
from tests.stage import CLIENT, NOW, NUMBER, PASSWORD, applicant, reach, refusal_of, row
from voice2fa import signals
from voice2fa.core.errors import Code
from voice2fa.core.methods import Method
from voice2fa.core.states import State
from voice2fa.flows import registration
from voice2fa.flows import verification as verifications
from voice2fa.flows.attempts import tickets
from voice2fa.models import VoiceDevice

pytestmark = pytest.mark.django_db

User = get_user_model()


def approved(**request):
    return tickets.find(reach(State.APPROVED, None, **request).ticket)


def test_registration_creates_the_account_only_when_the_phone_is_proved(db):  # R20
    started = stage.begin(None)
    assert (User.objects.count(), VoiceDevice.objects.count()) == (0, 0)
    stage.place(started.verification)
    stage.answer(started.verification)
    stage.approve(started.verification)
    assert User.objects.count() == 0
    user = registration.finish(tickets.find(started.ticket), now=NOW)
    phone = VoiceDevice.objects.get()
    assert (phone.user, phone.confirmed, phone.number) == (user, True, NUMBER)
    assert user.check_password(PASSWORD)
    assert row(started.verification)["user_id"] == user.pk


@pytest.mark.parametrize("method", ["enter", "speak"])
def test_a_phone_is_proved_by_the_method_of_the_settings(db, configure, method):
    configure(ENROL_METHOD=method)
    assert stage.begin(None).verification.method == Method(method)


@pytest.mark.parametrize("state", sorted(set(State) - {State.APPROVED, State.DENIED, State.REPORTED}))
def test_no_other_ending_creates_an_account(db, state):
    started = reach(state, None)
    found = tickets.find(started.ticket)
    assert refusal_of(registration.finish, found, now=NOW) is not None
    assert (User.objects.count(), VoiceDevice.objects.count()) == (0, 0)


def test_a_registration_is_finished_once(db):  # R8
    verification = approved()
    registration.finish(verification, now=NOW)
    again = type(verification).objects.get(pk=verification.pk)
    assert refusal_of(registration.finish, again, now=NOW) == Code.ALREADY_USED
    assert User.objects.count() == 1


def test_the_password_is_kept_as_a_hash_and_not_for_longer_than_needed(db):  # R9
    verification = approved()
    assert PASSWORD not in repr(row(verification))
    registration.finish(verification, now=NOW)
    assert row(verification)["applicant"] is None


@pytest.mark.parametrize("state", [State.LOCKED])
def test_an_ending_that_cannot_be_repeated_forgets_the_applicant(db, state):
    assert row(reach(state, None).verification)["applicant"] is None


def test_another_call_still_knows_who_registers(db):
    started = reach(State.UNREACHABLE, None)
    again = verifications.resend(tickets.find(started.ticket), CLIENT, now=NOW)
    stage.place(again.verification)
    stage.answer(again.verification)
    stage.approve(again.verification)
    assert registration.finish(tickets.find(again.ticket), now=NOW).check_password(PASSWORD)


def test_a_forgotten_applicant_starts_over(db):
    verification = reach(State.EXPIRED, None).verification
    verification.applicant = None
    assert refusal_of(verifications.resend, verification, CLIENT, now=NOW) == Code.START_OVER


def test_a_username_taken_meanwhile_is_refused_and_nothing_is_used_up(db, django_capture_on_commit_callbacks):
    verification = approved()
    stage.make_user("berta")
    heard = []

    def hear(**kwargs):
        heard.append(kwargs)

    signals.verification_consumed.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            assert refusal_of(registration.finish, verification, now=NOW) == Code.USERNAME_TAKEN
    finally:
        signals.verification_consumed.disconnect(hear)
    assert heard == []
    assert row(verification)["consumed_at"] is None
    assert VoiceDevice.objects.count() == 0


def test_a_number_has_room_for_so_many_accounts(configure, db):  # R27
    configure(ACCOUNTS_PER_NUMBER=2)
    for name in ("otto", "hanna"):
        stage.make_phone(stage.make_user(name))
    assert (
        refusal_of(registration.begin, applicant(), number=NUMBER, client=CLIENT, now=NOW, consents=True)
        == Code.NUMBER_SHARED
    )


def test_the_room_is_looked_at_again_at_the_end(configure, db):  # R27
    configure(ACCOUNTS_PER_NUMBER=1)
    verification = approved()
    stage.make_phone(stage.make_user("otto"))
    assert refusal_of(registration.finish, verification, now=NOW) == Code.NUMBER_SHARED
    assert row(verification)["consumed_at"] is None
    assert not User.objects.filter(username="berta").exists()


def test_unproved_phones_take_no_room(configure, db):
    configure(ACCOUNTS_PER_NUMBER=1)
    stage.make_phone(stage.make_user("otto"), confirmed=False)
    assert (
        refusal_of(registration.begin, applicant(), number=NUMBER, client=CLIENT, now=NOW, consents=True)
        is None
    )


def test_the_new_phone_is_announced(db):
    heard = []

    def hear(device, **kwargs):
        heard.append(device)

    signals.device_confirmed.connect(hear)
    try:
        registration.finish(approved(), now=NOW)
    finally:
        signals.device_confirmed.disconnect(hear)
    assert heard == [VoiceDevice.objects.get()]


def test_fields_that_the_form_did_not_ask_for_cannot_be_smuggled_in(db):
    user = registration.finish(approved(), now=NOW)
    assert (user.is_staff, user.is_superuser, user.is_active) == (False, False, True)


@pytest.mark.parametrize(
    "name", ['<break time="10s"/>', "<Hangup/>", '"O\'Brien" & sons', "\u202eadele\u2066"]
)
def test_what_somebody_is_called_is_in_no_call_where_user_models_take_any_name(db, name):  # A26
    started = registration.begin(applicant(name), number=NUMBER, client=CLIENT, now=NOW, consents=True)
    stage.place(started.verification)
    (gather, _hangup) = stage.answer(started.verification)
    assert [prompt.text for prompt in gather.prompts] == [
        "This is Example Bank. Somebody is registering with this phone number. "
        "Key in the 6 digits shown on your screen. If this was not you, press 0. To repeat, press star."
    ]
    stage.approve(started.verification)
    assert registration.finish(tickets.find(started.ticket), now=NOW).get_username() == name


def test_the_old_ticket_of_a_repeated_registration_asks_for_no_other_call(db, carrier):  # R10
    started = reach(State.UNREACHABLE, None)
    again = verifications.resend(tickets.find(started.ticket), CLIENT, now=NOW)
    old = tickets.find(started.ticket)
    assert not verifications.may_resend(old, now=NOW)
    assert refusal_of(verifications.resend, old, CLIENT, now=NOW) == Code.START_OVER
    assert old.applicant is None
    assert verifications.may_resend(tickets.find(again.ticket), now=NOW)


def test_the_new_call_of_a_repeated_registration_creates_the_account(db):  # R10
    again = verifications.resend(tickets.find(reach(State.UNREACHABLE, None).ticket), CLIENT, now=NOW)
    stage.place(again.verification)
    stage.answer(again.verification)
    stage.approve(again.verification)
    assert registration.finish(tickets.find(again.ticket), now=NOW).check_password(PASSWORD)


def test_a_repetition_that_is_refused_keeps_the_applicant(db, configure):
    configure(COOL_DOWN=15)
    found = tickets.find(reach(State.UNREACHABLE, None).ticket)
    assert refusal_of(verifications.resend, found, CLIENT, now=NOW) == Code.COOLING_DOWN
    assert row(found)["applicant"] is not None
