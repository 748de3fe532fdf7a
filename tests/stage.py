"""People, phones and calls brought into a state on the ways that the product itself takes."""

from datetime import UTC, datetime, timedelta

from django.contrib.auth import get_user_model
from django.utils import timezone

from voice2fa.core.errors import Refusal
from voice2fa.core.events import CallEvent, Kind
from voice2fa.core.methods import Method, Purpose
from voice2fa.core.states import State
from voice2fa.flows import calls, registration, steering
from voice2fa.flows import verification as verifications
from voice2fa.flows.attempts import requests, tickets
from voice2fa.flows.telephony import placing
from voice2fa.flows.telephony.challenges import code_of
from voice2fa.models import PhoneVerification, VoiceDevice
from voice2fa.providers.memory import MemoryProvider

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NUMBER = "+12025550123"
OTHER_NUMBER = "+12025550124"
CALLER = "+12025550100"
PASSWORD = "correct horse battery"
NO_LIMITS = {"user": [], "number": [], "address": []}
CLIENT = requests.Client(address="192.0.2.1", user_agent="a browser")
LONG_AGO = timedelta(days=30)


def make_user(username="anna", **fields):
    return get_user_model().objects.create_user(username=username, password=PASSWORD, **fields)


def make_phone(user, number=NUMBER, **fields):
    facts = {"name": "Mobile", "confirmed": True, "created_at": NOW - LONG_AGO}
    return VoiceDevice.objects.create(user=user, number=number, **{**facts, **fields})


def begin(
    user, *, purpose=Purpose.LOGIN, method=Method.APPROVE, number=NUMBER, device=None, client=CLIENT, now=NOW
):
    """Begin a verification of the user; without one it is a registration."""
    if user is None:
        return registration.begin(applicant(), number=number, client=client, now=now, consents=True)
    device = device or VoiceDevice.objects.filter(user=user, number=number).first()
    request = requests.Request(
        purpose=purpose, method=method, number=number, client=client, user=user, device=device
    )
    return verifications.start(request, now=now)


def applicant(username="berta"):
    user = get_user_model()(**{get_user_model().USERNAME_FIELD: username})
    user.set_password(PASSWORD)
    return user


def place(verification, *, now=NOW):
    """Have the call placed and return the carrier's side of it."""
    placing.place(verification.pk, clock=lambda: now)
    verification.refresh_from_db()
    return MemoryProvider.calls[-1] if MemoryProvider.calls else None


def report(kind, verification, *, call_id="", **changes):
    """Return the carrier's event about the call of the verification."""
    ours = [call for call in MemoryProvider.calls if str(verification.pk) in call.order.line.urls.answer]
    facts = {
        "kind": kind,
        "call_id": call_id or verification.call_id or ours[-1].call_id,
        "to": verification.number.as_e164,
        "caller": CALLER,
    }
    return CallEvent(**{**facts, **changes})


def receive(kind, verification, *, step=0, now=NOW, **changes):
    """Let the event come in and return the script that answers it; the row is read again."""
    turn = calls.receive(verification.pk, report(kind, verification, **changes), step=step, now=now)
    script = steering.reply_to(turn)
    verification.refresh_from_db()
    return script


def answer(verification, *, now=NOW, **changes):
    return receive(Kind.ANSWER, verification, now=now, **changes)


def press(verification, digits, *, step=None, now=NOW, **changes):
    if digits == "0" and verification.method == Method.ENTER:
        changes.setdefault("ended_by", "#")  # it may be the first key of a code, which nobody here knows
    return receive(
        Kind.GATHER, verification, step=step or verification.step, now=now, digits=digits, **changes
    )


def hang_up(verification, *, now=NOW, **changes):
    return receive(Kind.DISCONNECT, verification, now=now, **changes)


def right_keys(verification):
    return code_of(verification) if verification.method == Method.ENTER else verification.approve_key


def wrong_key(verification):
    return "2" if verification.approve_key == "1" else "1"


def wrong_code(verification):
    return f"{(int(code_of(verification)) + 1) % 10**6:06}"


def approve(verification, *, now=NOW):
    """Do all that a willing person does in an answered call and on its page."""
    press(verification, right_keys(verification), now=now)
    if verification.method == Method.SPEAK:
        verifications.submit_code(verification, code_of(verification), now=now)
        verification.refresh_from_db()


def lock(verification, *, now=NOW):
    """Give wrong codes until there are no tries left."""
    if verification.method == Method.SPEAK:
        press(verification, verification.approve_key, now=now)
    while verification.is_live:
        try:
            if verification.method == Method.SPEAK:
                verifications.submit_code(verification, wrong_code(verification), now=now)
            else:
                press(verification, wrong_code(verification), now=now)
        except verifications.WrongCode:
            pass
        verification.refresh_from_db()


def log_in(user, *, now=NOW, **request):
    """Have a login approved and used."""
    started = reach(State.APPROVED, user, now=now, **request)
    verifications.use(tickets.find(started.ticket), now=now)
    return started


def reach(state, user, *, now=NOW, **request):
    """Begin a verification and bring it into the state; return it with its ticket."""
    started = begin(user, now=now, **request)
    verification = started.verification
    if state == State.PENDING:
        return started
    place(verification, now=now)
    if state == State.DIALING:
        return started
    if state == State.UNREACHABLE:
        hang_up(verification, now=now, cause="busy")
        return started
    if state == State.CANCELLED:
        verifications.cancel(verification, now=now)
    elif state == State.EXPIRED:
        verifications.expire(verification, now=verification.deadline)
    else:
        answer(verification, now=now)
        _DECIDE[state](verification, now)
    verification.refresh_from_db()
    assert verification.state == state
    return started


_DECIDE = {
    State.ANSWERED: lambda verification, now: None,
    State.APPROVED: lambda verification, now: approve(verification, now=now),
    State.DENIED: lambda verification, now: press(verification, wrong_key(verification), now=now),
    State.REPORTED: lambda verification, now: press(verification, "0", now=now),
    State.LOCKED: lambda verification, now: lock(verification, now=now),
}


def row(verification):
    """Return all that is stored of the verification."""
    return PhoneVerification.objects.filter(pk=verification.pk).values().get()


def refusal_of(act, *arguments, **named):
    """Return the code of the refusal that the act ends in, or None when it succeeds."""
    try:
        act(*arguments, **named)
    except Refusal as refusal:
        return refusal.code
    return None


def real_now():
    """Return the time that the views will take for now."""
    return timezone.now()
