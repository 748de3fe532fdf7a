"""The commands, driven without waiting: each pause of theirs is a moment for the phone to act."""

import os
import re
import signal
import subprocess
import sys
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError, SystemCheckError
from django.db import OperationalError
from django.utils import timezone

from tests.factories import PhoneVerificationFactory, UserFactory, VoiceDeviceFactory
from voice2fa.core.methods import Method
from voice2fa.core.states import State
from voice2fa.flows import enrolment
from voice2fa.flows.telephony import placing
from voice2fa.flows.telephony.challenges import code_of
from voice2fa.models import PhoneVerification, VoiceDevice
from voice2fa.providers.base import CarrierDown
from voice2fa.providers.memory import MemoryProvider

NUMBER = "+12025550141"


@pytest.fixture
def person(db):
    return UserFactory(username="grace")


class Phone:
    """What happens at each pause of a command, one step after another."""

    def __init__(self, *steps):
        self.steps = list(steps)
        self.pauses = []

    def __call__(self, seconds):
        self.pauses.append(seconds)
        self.steps.pop(0)()


def latest():
    return PhoneVerification.objects.latest("created_at")


def place():
    # Nothing is committed in a test, so nothing that waits for a commit runs by itself.
    placing.place(latest().pk, clock=timezone.now)


def call():
    return MemoryProvider.calls[-1]


def answer():
    call().answer()


def key_in_code():
    call().press(code_of(latest()))


def key_in_wrong_code():
    call().press(wrong_code())


def wrong_code():
    return str(int(code_of(latest())[0]) ^ 1) + code_of(latest())[1:]


def press_key():
    call().press(latest().approve_key)


def pass_the_deadline():
    past = timezone.now() - timedelta(seconds=1)
    PhoneVerification.objects.update(created_at=past - timedelta(hours=1), deadline=past)


def interrupt():
    raise KeyboardInterrupt


def ring(*steps, number=NUMBER, ask=None, **options):
    """Run voice2fa_call and return what it shows."""
    out, phone = StringIO(), Phone(*steps)
    options = {"agreed": True, **options}
    call_command("voice2fa_call", "grace", number, wait=phone, ask=ask, stdout=out, stderr=out, **options)
    assert phone.steps == []
    return out.getvalue()


def use_speak(settings):
    settings.VOICE2FA = {**settings.VOICE2FA, "ENROL_METHOD": Method.SPEAK}


def test_a_phone_is_confirmed_once_the_shown_code_was_keyed_in(person):
    out = StringIO()
    shown = lambda: call().press(re.search(r"key in (\d+)", out.getvalue())[1])  # noqa: E731
    call_command("voice2fa_call", "grace", NUMBER, agreed=True, wait=Phone(place, answer, shown), stdout=out)
    (phone,) = enrolment.phones_of(person)
    assert phone.number == NUMBER
    assert latest().consumed_at is not None
    assert out.getvalue().splitlines()[1:] == [
        "Placing the call.",
        "The phone was answered.",
        f"{phone} is confirmed for grace.",
    ]


@pytest.mark.parametrize(
    ("number", "extension"), [(NUMBER, "204"), (f"{NUMBER} x204", ""), (f"{NUMBER};ext=204", "2 0 4")]
)
def test_a_phone_behind_a_switchboard_is_confirmed(person, number, extension):
    ring(place, answer, key_in_code, number=number, extension=extension)
    (phone,) = enrolment.phones_of(person)
    assert (phone.number, phone.extension, phone.language) == (NUMBER, "204", "")


def test_an_extension_with_letters_is_refused_in_the_terminal(person):
    with pytest.raises(CommandError, match="digits only"):
        ring(extension="20b")


def test_the_terminal_tells_that_the_phone_rings(person):
    def observe():
        PhoneVerification.objects.update(placed_at=timezone.now() - timedelta(minutes=1))
        placing.observe(latest().pk, now=timezone.now())

    assert "The phone is ringing." in ring(place, observe, answer, key_in_code)


def test_staff_must_state_that_the_owner_agrees_to_be_called(person):  # R48
    with pytest.raises(CommandError, match="--agreed"):
        ring(agreed=False)
    assert PhoneVerification.objects.count() == 0


def test_the_agreement_that_staff_state_is_kept(person):  # R48
    ring(place, answer, key_in_code)
    assert [phone.consented_at for phone in enrolment.phones_of(person)] == [latest().begun_at]


def test_a_phone_gets_the_name_that_it_is_given(person):
    ring(place, answer, key_in_code, name="Work phone")
    assert [phone.name for phone in enrolment.phones_of(person)] == ["Work phone"]


@pytest.mark.parametrize("number", ["202-555-0141", "+1 (202) 555-0141"])
def test_a_number_may_be_written_as_people_write_it(person, number):
    ring(place, answer, key_in_code, number=number)
    assert [str(phone.number) for phone in enrolment.phones_of(person)] == [NUMBER]


def test_a_spoken_code_is_typed_into_the_terminal(person, settings):
    use_speak(settings)
    typed = iter(["", wrong_code, code_of])
    prompts = []

    def ask(prompt):
        prompts.append(prompt)
        answer = next(typed)
        return answer and (code_of(latest()) if answer is code_of else answer())

    shown = ring(place, answer, press_key, ask=ask)
    assert prompts == ["Code: "] * 3
    assert f"press {latest().approve_key}" in shown
    assert code_of(latest()) not in shown
    assert "That is not the code. You have 2 tries left." in shown
    assert len(enrolment.phones_of(person)) == 1


@pytest.mark.parametrize(
    ("steps", "sentence"),
    [
        ([place, lambda: call().busy()], "The line was busy"),
        ([place, lambda: call().no_answer()], "Nobody answered"),
        ([place, lambda: call().reject()], "The call was declined"),
        ([place, lambda: call().answer_as_machine()], "A voicemail answered"),
        ([place, answer, lambda: call().hang_up()], "The call ended too soon"),
        ([place, answer, *[key_in_wrong_code] * 3], "Too many wrong codes"),
        ([place, pass_the_deadline], "Time is up"),
        ([lambda: MemoryProvider.fail_next(CarrierDown()), place], "The call could not be made"),
    ],
)
def test_a_call_that_proves_nothing_is_an_error_that_tells_why(person, steps, sentence):
    with pytest.raises(CommandError, match=sentence) as caught:
        ring(*steps)
    assert caught.value.returncode == 1
    assert enrolment.phones_of(person) == []


def test_too_many_wrong_codes_typed_are_an_error(person, settings):
    use_speak(settings)
    with pytest.raises(CommandError, match="Too many wrong codes"):
        ring(place, answer, press_key, ask=lambda prompt: wrong_code())
    assert enrolment.phones_of(person) == []


def test_a_code_typed_too_late_is_an_error(person, settings):
    use_speak(settings)

    def ask(prompt):
        pass_the_deadline()
        PhoneVerification.objects.update(state=State.EXPIRED)
        return code_of(latest())

    with pytest.raises(CommandError, match=r"Time (ran out|is up)"):
        ring(place, answer, press_key, ask=ask)
    assert enrolment.phones_of(person) == []


@pytest.mark.parametrize("steps", [[interrupt], [place, interrupt], [place, answer, interrupt]])
def test_ctrl_c_cancels_the_call(person, steps):
    with pytest.raises(CommandError, match="cancelled") as caught:
        ring(*steps)
    assert caught.value.returncode == 130
    assert latest().state == State.CANCELLED
    assert enrolment.phones_of(person) == []


def test_the_end_of_the_input_cancels_the_call(person, settings):
    use_speak(settings)

    def ask(prompt):
        raise EOFError

    with pytest.raises(CommandError, match="cancelled"):
        ring(place, answer, press_key, ask=ask)
    assert latest().state == State.CANCELLED


def test_nobody_is_called_for_an_unknown_or_inactive_user(db):
    with pytest.raises(CommandError, match="There is no user 'grace'"):
        ring()
    UserFactory(username="grace", is_active=False)
    with pytest.raises(CommandError, match="inactive"):
        ring()
    assert not PhoneVerification.objects.exists()


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("grace", "not a valid phone number"),
        ("+1", "not a valid phone number"),
        ("+442079460123", "in that country"),
        ("+19005550141", "that kind of number"),
    ],
)
def test_nobody_is_called_on_a_number_that_may_not_be_called(person, number, sentence):
    with pytest.raises(CommandError, match=sentence):
        ring(number=number)
    assert not PhoneVerification.objects.exists()


def test_a_phone_that_is_confirmed_already_is_not_called(person):
    VoiceDeviceFactory(user=person, number=NUMBER)
    with pytest.raises(CommandError, match="already"):
        ring()


def test_a_sweep_tells_what_it_did(db):
    PhoneVerificationFactory(dialing=True, age=timedelta(hours=1))
    PhoneVerificationFactory(register=True, cancelled=True, age=timedelta(hours=1))
    stale = VoiceDeviceFactory(confirmed=False, created_at=timezone.now() - timedelta(days=2))
    PhoneVerificationFactory()
    PhoneVerificationFactory(dialing=True)
    out = StringIO()
    call_command("voice2fa_sweep", stdout=out)
    assert out.getvalue() == (
        "Expired: 1. Calls taken up: 1. Carrier asked about: 1. "
        "Forgotten: applicants 1, unconfirmed phones 1, browsers 0.\n"
    )
    assert not VoiceDevice.objects.filter(pk=stale.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_a_sweep_ends_only_when_its_calls_are_placed():
    verification = PhoneVerificationFactory()
    call_command("voice2fa_sweep", stdout=StringIO())
    verification.refresh_from_db()
    assert verification.state == State.DIALING
    assert [placed.to for placed in MemoryProvider.calls] == [verification.number.as_e164]


@pytest.mark.django_db(transaction=True)
def test_sweeping_goes_on_until_ctrl_c():
    out = StringIO()
    later = Phone(lambda: PhoneVerificationFactory(dialing=True, age=timedelta(hours=1)), interrupt)
    call_command("voice2fa_sweep", every=5, wait=later, stdout=out)
    first, second, last = out.getvalue().splitlines()
    assert first.startswith("Expired: 0.")
    assert second.startswith("Expired: 1.")
    assert last == "Stopped."
    assert later.pauses == [5, 5]


@pytest.mark.django_db(transaction=True)
def test_sweeping_outlives_a_database_that_is_away_for_a_while():
    out = StringIO()
    with _database_away():
        call_command("voice2fa_sweep", every=5, wait=Phone(interrupt), stdout=out, stderr=out)
    assert "the next one follows in 5 seconds: gone" in out.getvalue()


def _database_away():
    from django.db import connection

    def fail(execute, sql, params, many, context):
        raise OperationalError("gone")

    return connection.execute_wrapper(fail)


def test_a_sweep_that_fails_alone_fails(db):
    with _database_away(), pytest.raises(OperationalError):
        call_command("voice2fa_sweep", stdout=StringIO())


@pytest.mark.parametrize("every", ["0", "-5", "soon"])
def test_the_pause_between_sweeps_is_a_whole_number_of_seconds(every):
    with pytest.raises(CommandError, match="--every"):
        call_command("voice2fa_sweep", f"--every={every}")


def test_a_phone_that_is_being_proved_again_is_not_forgotten(person):
    old = VoiceDeviceFactory(
        user=person, number=NUMBER, confirmed=False, created_at=timezone.now() - timedelta(days=2)
    )
    sweep = lambda: call_command("voice2fa_sweep", stdout=StringIO())  # noqa: E731
    ring(place, answer, sweep, key_in_code)
    assert enrolment.phones_of(person) == [old]


def manage(*arguments, code="", **how):
    django = "from django.core.management import execute_from_command_line as run"
    script = f"import sys\n{code}\n{django}\nrun(sys.argv)"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.Popen(
        command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **how
    )


def test_the_emulator_runs_until_ctrl_c():
    process = manage("voice2fa_emulator", "--port", "0", "--settings=tests.settings", "--speed", "10")
    try:
        assert "Bandwidth emulator listens on http://127.0.0.1:" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, errors) == (0, "")


def test_the_emulators_help_is_shown():
    shown, _ = manage("voice2fa_emulator", "--help").communicate(timeout=60)
    assert "--everyone" in shown


def test_a_wrong_switch_of_the_emulator_is_an_error(capsys):
    with pytest.raises(SystemExit) as caught:
        call_command("voice2fa_emulator", "--", "--speed", "fast")
    assert caught.value.code == 2
    assert "Option speed cannot be 'fast'" in capsys.readouterr().err


def test_without_aiohttp_the_emulator_says_what_to_install():
    process = manage("voice2fa_emulator", code="sys.modules['aiohttp'] = None")
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "pip install 'django-voice2fa[emulator]'" in errors


def test_a_command_that_calls_refuses_to_run_on_broken_settings(person, settings):
    settings.VOICE2FA = {}
    with pytest.raises(SystemCheckError, match="E002"):
        call_command("voice2fa_call", "grace", NUMBER, agreed=True, skip_checks=False)
