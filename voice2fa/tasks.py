"""Background tasks: for the site's queue where TASKS names one, else for the threads of ``background``."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from .core.methods import Cue
from .flows.account import notices, proof_mails
from .flows.presence import sessions
from .flows.telephony import placing, pushing

try:
    from django.tasks import task  # type: ignore[import-not-found, unused-ignore]
except ImportError:  # Django 5.2
    from django_tasks import task  # type: ignore[no-redef, unused-ignore]


@task()
def place_call(verification_id: str) -> None:
    """Place the call of the verification, unless somebody has taken that up already."""
    placing.place(UUID(verification_id), clock=timezone.now)


@task()
def observe_call(verification_id: str) -> None:
    """Ask the carrier whether the phone is ringing."""
    placing.observe(UUID(verification_id), now=timezone.now())


@task()
def hang_up_call(call_id: str) -> None:
    """End the call at the carrier."""
    placing.hang_up(call_id)


@task()
def end_call(verification_id: str) -> None:
    """Tell whoever has picked up why the call of a decided verification ends, and end it."""
    pushing.end_call(UUID(verification_id), clock=timezone.now)


@task()
def push_step(verification_id: str, call_id: str, cue: str, step: str, until: str) -> None:
    """Push what the call does next onto it, unless it has gone on by itself: at the latest then it has."""
    pushing.push(
        UUID(verification_id),
        call_id,
        Cue(cue),
        int(step),
        until=datetime.fromisoformat(until),
        clock=timezone.now,
    )


@task()
def send_first_phone_mail(proof_id: str) -> None:
    """Mail the link and the code of a first-phone proof; the task knows neither."""
    proof_mails.send(int(proof_id), now=timezone.now())


@task()
def send_notice(record_id: str, language: str) -> None:
    """E-mail the owner of an account what has been changed."""
    notices.deliver(int(record_id), language)


@task()
def close_sessions(user_name: str, spared: str) -> None:
    """End the user's sessions, but the one whose key has that hash."""
    sessions.close(user_name, spared=spared, now=timezone.now())
