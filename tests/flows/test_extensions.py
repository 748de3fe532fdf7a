"""Phones behind a switchboard: the extension goes along wherever the number goes."""

import pytest

from tests import stage
from tests.stage import CLIENT, NOW, NUMBER, OTHER_NUMBER, refusal_of
from voice2fa.core.errors import Code
from voice2fa.core.events import Cause
from voice2fa.core.methods import Method, Purpose
from voice2fa.core.script import Gather, Pause, SendTones
from voice2fa.core.states import State
from voice2fa.flows import confirmation, enrolment, first_phone, login, registration
from voice2fa.flows import verification as verifications
from voice2fa.flows.attempts import tickets
from voice2fa.flows.progress import Progress
from voice2fa.models import PhoneVerification, VoiceDevice

pytestmark = pytest.mark.django_db

OFFICE = "204"


@pytest.fixture
def desk(user):
    """A phone behind the switchboard of an office."""
    return stage.make_phone(user, extension=OFFICE)


def enrol(user, extension, number=NUMBER):
    return enrolment.begin(
        user, number=number, extension=extension, name="Desk", client=CLIENT, now=NOW, consents=True
    )


def register(extension):
    return registration.begin(
        stage.applicant(), number=NUMBER, extension=extension, client=CLIENT, now=NOW, consents=True
    )


def approve(started):
    stage.place(started.verification)
    stage.answer(started.verification)
    stage.approve(started.verification)
    return tickets.find(started.ticket)


def dialled(verification):
    """What the call does from the answer to the question."""
    stage.place(verification)
    script = stage.answer(verification)
    return script[: next(place for place, verb in enumerate(script) if isinstance(verb, Gather))]


def test_a_phone_is_proved_at_its_extension(user, configure):
    configure(EXTENSION_WAIT=3)
    started = enrol(user, "x2-0 4,1")
    assert dialled(started.verification) == (Pause(seconds=3), SendTones(keys="204,1"))
    stage.approve(started.verification)
    phone = enrolment.finish(tickets.find(started.ticket), now=NOW)
    assert (phone.extension, phone.confirmed) == ("204,1", True)


def test_a_registration_keeps_the_extension():
    user = registration.finish(approve(register(OFFICE)), now=NOW)
    assert VoiceDevice.objects.get(user=user).extension == OFFICE


def test_a_first_phone_may_have_an_extension(user, configure):
    configure(FIRST_PHONE_PROOF="password")
    started = first_phone.begin(
        user, proof="", number=NUMBER, extension=OFFICE, name="Desk", client=CLIENT, now=NOW, consents=True
    )
    assert first_phone.finish(approve(started), now=NOW)[1].extension == OFFICE


@pytest.mark.parametrize(
    "begin", [login.begin, lambda user, client, **kw: confirmation.begin(user, client=client, **kw)]
)
def test_a_call_to_a_known_phone_dials_its_extension(desk, begin):
    started = begin(desk.user, CLIENT, now=NOW)
    assert dialled(started.verification)[-1] == SendTones(keys=OFFICE)


def test_django_otps_forms_dial_the_extension(desk):
    desk.generate_challenge()
    assert PhoneVerification.objects.get().extension == OFFICE


def test_calling_again_dials_the_extension_of_the_phone_that_is_chosen(desk):
    mobile = stage.make_phone(desk.user, OTHER_NUMBER)
    first = login.begin(desk.user, CLIENT, now=NOW).verification
    second = verifications.resend(first, CLIENT, now=NOW, phone=mobile).verification
    assert (second.number, second.extension) == (OTHER_NUMBER, "")
    third = verifications.resend(second, CLIENT, now=NOW, phone=desk).verification
    assert (third.number, third.extension) == (NUMBER, OFFICE)


def test_a_registration_is_repeated_at_the_same_extension():
    again = verifications.resend(register(OFFICE).verification, CLIENT, now=NOW)
    assert again.verification.extension == OFFICE


@pytest.mark.parametrize("begin", [enrol, lambda user, extension: register(extension)])
def test_no_flow_takes_an_extension_with_letters(user, begin):
    assert refusal_of(begin, user, "20b") == Code.EXTENSION_INVALID
    assert not VoiceDevice.objects.exists()
    assert not PhoneVerification.objects.exists()


def test_two_desks_of_an_office_are_two_phones(desk):
    assert refusal_of(enrol, desk.user, OFFICE) == Code.PHONE_EXISTS
    phone = enrolment.finish(approve(enrol(desk.user, "205")), now=NOW)
    assert enrolment.phones_of(desk.user) == [desk, phone]


def test_an_attempt_at_another_extension_leaves_the_first_one_as_it_is(user):
    first = enrol(user, OFFICE)
    stage.place(first.verification)
    stage.answer(first.verification)
    enrol(stage.make_user("otto"), "205")
    stage.approve(first.verification)
    assert enrolment.finish(tickets.find(first.ticket), now=NOW).extension == OFFICE


def test_each_extension_serves_so_many_accounts(desk, configure):  # R27
    configure(ACCOUNTS_PER_NUMBER=1)
    otto = stage.make_user("otto")
    assert refusal_of(enrol, otto, OFFICE) == Code.NUMBER_SHARED
    assert refusal_of(enrol, otto, ",,204") == Code.NUMBER_SHARED  # the same desk
    assert refusal_of(register, OFFICE) == Code.NUMBER_SHARED
    assert refusal_of(enrol, otto, "205") is None


def test_an_extension_can_be_added_anew_with_other_pauses(desk, configure):  # R27
    configure(ACCOUNTS_PER_NUMBER=1)
    assert refusal_of(enrol, desk.user, ",,204") is None


def test_made_up_extensions_do_not_let_one_number_serve_everybody(user, configure):  # R27
    configure(ACCOUNTS_PER_NUMBER=1)
    for desk in range(enrolment.DESKS_PER_NUMBER):
        stage.make_phone(stage.make_user(f"clerk{desk}"), extension=str(200 + desk))
    assert refusal_of(enrol, user, "999") == Code.NUMBER_SHARED


def test_the_room_of_an_extension_is_looked_at_again_at_the_end(desk, configure):  # R27
    started = register(OFFICE)
    verification = approve(started)
    configure(ACCOUNTS_PER_NUMBER=1)
    assert refusal_of(registration.finish, verification, now=NOW) == Code.NUMBER_SHARED


def test_limits_count_the_number_whatever_the_extension(user, configure):  # R15
    configure(CALL_LIMITS={"number": [(1, 3600)]})
    enrol(user, OFFICE)
    assert refusal_of(enrol, stage.make_user("otto"), "205") == Code.TOO_MANY_CALLS


def test_no_machine_is_listened_for_where_a_switchboard_answers(desk):
    desked = stage.reach(State.PENDING, desk.user, purpose=Purpose.LOGIN, method=Method.APPROVE)
    PhoneVerification.objects.filter(pk=desked.verification.pk).update(extension=OFFICE)
    assert stage.place(desked.verification).order.machine_detection == "off"


# What the person who waits is told


def progress_of(verification):
    return Progress(verification, now=NOW)


def test_the_page_tells_that_a_switchboard_answers_first(user):
    verification = enrol(user, ",204").verification
    stage.place(verification)
    stage.answer(verification)
    told = progress_of(verification)
    assert told.extension == OFFICE
    assert "We dial extension 204 for you" in told.sentence


@pytest.mark.parametrize(
    "end", [lambda call: stage.press(call, ""), lambda call: stage.hang_up(call, cause=Cause.HUNG_UP)]
)
def test_whoever_was_not_put_through_learns_what_to_try(user, end):
    verification = enrol(user, OFFICE).verification
    stage.place(verification)
    stage.answer(verification)
    end(verification)
    told = progress_of(verification)
    assert told.heading == "Extension 204 was not reached"
    assert "a few commas before it" in told.sentence


def test_a_wrong_code_at_an_extension_is_a_wrong_code(user):
    verification = enrol(user, OFFICE).verification
    stage.place(verification)
    stage.answer(verification)
    stage.lock(verification)
    assert progress_of(verification).heading == "Too many wrong codes"
