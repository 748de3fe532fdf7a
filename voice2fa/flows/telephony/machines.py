"""Machines that pick up: they hear no code, approve nothing, and have people key in a code the next time."""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Q

from voice2fa import signals
from voice2fa.carrier import get_provider
from voice2fa.conf import get_settings
from voice2fa.core import machines
from voice2fa.core.errors import Code, Refusal
from voice2fa.core.events import Answerer, Cause
from voice2fa.core.methods import Method, Purpose
from voice2fa.core.states import Happening, State
from voice2fa.models import PhoneVerification
from voice2fa.providers.base import MachineDetection

from ..attempts.limits import UNPROVED
from ..attempts.moves import move
from ..attempts.requests import Request

# What a machine decides, or leaves undecided; whoever cancels or reports is heard as a person (A22).
_DECIDED_BY_MACHINES = frozenset({State.APPROVED, State.DENIED, State.LOCKED, State.UNREACHABLE})


def note_answerer(verification: PhoneVerification, answerer: Answerer, *, now: datetime) -> bool:
    """Record who picked up; tell whether that was a machine, and the verification is of no use from now on.

    Keys that were pressed before change nothing of it: they may have been tones of a greeting (A3).
    """
    rows = PhoneVerification.objects.filter(pk=verification.pk)
    if answerer is not Answerer.MACHINE:
        rows.filter(answerer="").update(answerer=answerer)
        return False
    if not rows.exclude(answerer=Answerer.MACHINE).update(answerer=answerer):
        return False  # a repeated report
    verification.answerer = answerer
    is_ended = move(verification, Happening.UNREACHABLE, now=now, cause=Cause.MACHINE)
    return is_ended or _void(verification, now=now)


def is_void(verification: PhoneVerification) -> bool:
    """Tell whether a machine gave the approval: nobody can use it."""
    is_unused = verification.state == State.APPROVED and verification.consumed_at is None
    return is_unused and verification.answerer == Answerer.MACHINE


def method_for(request: Request) -> Method:
    """Return by which method to ask: as wanted, or by the page's code after signs of a machine; one query.

    Raises ``Refusal(ENTER_REQUIRED)`` where it must be the code, and the person sees no page of ours.
    """
    if request.method is Method.ENTER or not _must_enter(request):
        return request.method
    if request.is_typed:
        raise Refusal(Code.ENTER_REQUIRED)
    return Method.ENTER


def usual_method(verification: PhoneVerification) -> Method:
    """Return by which method the site asks for such a thing where nothing speaks against it."""
    settings = get_settings()
    if verification.payload_digest:
        return Method.APPROVE
    is_new_phone = verification.purpose in {Purpose.REGISTER, Purpose.ENROL}
    return settings.enrol_method if is_new_phone else settings.login_method


def is_held_to_code(verification: PhoneVerification) -> bool:
    """Tell whether a code has to be keyed in because of who picked up before."""
    is_chosen = verification.is_call_in or usual_method(verification) is Method.ENTER
    return verification.method == Method.ENTER and not is_chosen


def detection_for(verification: PhoneVerification) -> MachineDetection:
    """Return whether the carrier is to listen for a machine in the call of the verification.

    Not where it would hear a switchboard, nor where a code must be keyed in because it may have heard one
    the last time: it is wrong about some people, and no machine knows the code.
    """
    if not get_provider().can_detect_machines or verification.extension:
        return MachineDetection.OFF
    enters = verification.method == Method.ENTER
    if enters and _must_enter(verification):
        return MachineDetection.OFF
    return MachineDetection(get_settings().machine_detection)


def _must_enter(call: Request | PhoneVerification) -> bool:
    rows = PhoneVerification.objects.filter(number=call.number, extension=call.extension)
    if call.purpose not in UNPROVED:
        # Strangers may ring a number to prove it as theirs: that says nothing to its owner (R17).
        rows = rows.filter(~Q(purpose__in=UNPROVED) | Q(user=call.user))
    return machines.must_enter(rows.latest_sign())


def _void(verification: PhoneVerification, *, now: datetime) -> bool:
    """Say of a decided verification that a machine decided it; tell whether it had been approved."""
    unused = Q(pk=verification.pk, consumed_at=None, state__in=_DECIDED_BY_MACHINES)
    if not PhoneVerification.objects.filter(unused).update(cause=Cause.MACHINE):
        return False
    verification.refresh_from_db(fields=["state", "cause", "consumed_at"])
    if not is_void(verification):
        return False
    announce = partial(signals.verification_failed.send_robust, sender=PhoneVerification)
    transaction.on_commit(partial(announce, verification=verification, now=now))
    return True
