"""Begin, answer, cancel, repeat and use up a verification: what every purpose has in common."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q
from django.views.decorators.debug import sensitive_variables

from voice2fa import signals
from voice2fa.background import defer
from voice2fa.conf import Settings, get_settings
from voice2fa.core.errors import Code, Refusal, WrongCode
from voice2fa.core.events import Cause
from voice2fa.core.methods import Method, Purpose, judge_typed
from voice2fa.core.states import Happening, State
from voice2fa.models import PhoneVerification, VoiceDevice
from voice2fa.numbers import check_callable
from voice2fa.tasks import end_call, observe_call, place_call

from .attempts.limits import check_limits
from .attempts.moves import move
from .attempts.requests import Client, Request, Started
from .attempts.tickets import check_account
from .telephony import machines
from .telephony.challenges import challenge_of
from .telephony.placing import is_observable
from .telephony.stopping import check_not_stopped
from .writing import write

FIRST_FACTOR_LIFETIME = timedelta(minutes=10)
# After these the person starts over, and gives the first factor again.
NOT_REPEATABLE = frozenset({State.APPROVED, State.REPORTED, State.LOCKED})
# Approved by a phone of the account: once that is gone, so is what it approved.
_NEED_PHONE = frozenset({Purpose.LOGIN, Purpose.CONFIRM})


def start(
    request: Request,
    *,
    now: datetime,
    begun_at: datetime | None = None,
    instead_of: PhoneVerification | None = None,
) -> Started:
    """Write a pending verification and have its call placed after commit; one lives per user and purpose.

    Where the person calls us, none is placed.

    ``instead_of`` and any other live verification of the user for the purpose are cancelled. Raises
    ``Refusal`` (``TryLater`` when a limit or the cool-down is to blame): then nothing was called.
    """
    settings = get_settings()
    try:
        request = admit(request, now=now)
        _supersede(request, instead_of, settings, now=now)
        started = write(request, settings, now=now, begun_at=begun_at or now)
    except Refusal as refusal:
        _announce_refused(request, refusal, now=now)
        raise
    signals.verification_started.send_robust(
        sender=PhoneVerification, verification=started.verification, now=now
    )
    if not request.is_call_in:
        defer(place_call, str(started.verification.pk))
    return started


def admit(request: Request, *, now: datetime) -> Request:
    """Return the request with the method that its phone must use; raises ``Refusal`` where none may ring."""
    check_callable(request.number, regions=get_settings().allowed_regions)
    check_not_stopped(request.number)
    check_limits(request, now=now)
    return replace(request, method=machines.method_for(request))


def refresh(verification: PhoneVerification, *, now: datetime) -> None:
    """Let the clock have its say, and have the carrier asked about a call that is being dialled."""
    if verification.is_live and verification.deadline <= now:
        expire(verification, now=now)
    elif is_observable(verification, now=now):
        defer(observe_call, str(verification.pk))


@sensitive_variables()
def submit_code(verification: PhoneVerification, typed: str, *, now: datetime) -> None:
    """Judge the code typed on the page: approved on return, else ``WrongCode`` or ``Refusal`` (R2).

    The failed try is counted in the database before the refusal is raised.
    """
    while True:
        _check_typing(verification, now=now)
        verdict = judge_typed(challenge_of(verification), typed)
        tries = verification.tries + verdict.is_wrong_code
        # Of parallel guesses each must see the count of the others: the tries stand in the WHERE.
        counted = Q(state=State.ANSWERED, tries=verification.tries)
        if verdict.happening is None:
            is_first = bool(PhoneVerification.objects.filter(counted, pk=verification.pk).update(tries=tries))
        else:
            is_first = move(verification, verdict.happening, now=now, only_if=counted, tries=tries)
        if is_first:
            verification.tries = tries
            break
        verification.refresh_from_db()
    if verdict.is_wrong_code:
        if verification.state == State.LOCKED:
            _end_call(verification)
        raise WrongCode(tries_left=max(0, get_settings().max_tries - tries))
    _end_call(verification)  # the call offers to tell the code again, and nobody needs it


def cancel(verification: PhoneVerification, *, now: datetime, cause: Cause = Cause.NONE) -> bool:
    """Cancel a live verification and hang up its call; tell whether there was anything to cancel."""
    why = {"cause": cause} if cause else {}
    if not move(verification, Happening.CANCELLED, now=now, **why):
        return False
    _end_call(verification)
    return True


def expire(verification: PhoneVerification, *, now: datetime) -> bool:
    """End a live verification whose deadline has passed, and its call; tell whether this caller did."""
    if not move(verification, Happening.TIME_UP, now=now, only_if=Q(deadline__lte=now)):
        verification.refresh_from_db(fields=["state"])
        return False
    _end_call(verification)
    return True


def is_repeatable(verification: PhoneVerification) -> bool:
    """Tell whether it ended in a way after which another call, or another way, may follow at once."""
    return verification.state not in NOT_REPEATABLE or machines.is_void(verification)


def may_resend(verification: PhoneVerification, *, now: datetime) -> bool:
    """Tell whether another call may follow this one without starting over."""
    return (
        is_repeatable(verification)
        and verification.begun_at + FIRST_FACTOR_LIFETIME > now
        and (verification.purpose != Purpose.REGISTER or verification.applicant is not None)
    )


def resend(
    verification: PhoneVerification,
    client: Client,
    *,
    now: datetime,
    phone: VoiceDevice | None = None,
    is_call_in: bool = False,
) -> Started:
    """Call again with a new code and a new ticket; the old ones are dead (R10). Raises ``Refusal``.

    ``phone`` is another confirmed phone of the same user, for a login or a confirmation. With ``is_call_in``
    the person calls us instead.
    """
    if not may_resend(verification, now=now):
        raise Refusal(Code.START_OVER)
    check_account(verification)
    phone = phone or verification.device
    if phone is None and verification.purpose != Purpose.REGISTER:
        raise Refusal(Code.ACCOUNT_CHANGED)  # removed meanwhile: we do not ring it any more
    request = Request(
        purpose=Purpose(verification.purpose),
        method=Method.ENTER if is_call_in else _method_again(verification),
        is_call_in=is_call_in,
        number=(phone or verification).number.as_e164,
        extension=(phone or verification).extension,
        client=client,
        user=verification.user,
        device=phone,
        applicant=verification.applicant,
        # The same act, to the letter: whoever wants another one approved begins again (R4, R10).
        message=verification.message,
        language=verification.language if verification.message else "",
        payload_digest=verification.payload_digest,
        consented_at=verification.consented_at,
    )
    started = start(request, now=now, begun_at=verification.begun_at, instead_of=verification)
    # Who is registering goes along with the new call: the old ticket cannot ask for another.
    PhoneVerification.objects.filter(pk=verification.pk).update(applicant=None)
    return started


def check_usable(verification: PhoneVerification, *, now: datetime) -> None:
    """Raise ``Refusal`` that says why the verification cannot be used, if it cannot."""
    is_spent = verification.consumed_at is not None or verification.deadline <= now
    if verification.state != State.APPROVED or is_spent or machines.is_void(verification):
        raise Refusal(_why_unusable(verification, now=now))


def use(verification: PhoneVerification, *, now: datetime) -> None:
    """Use up an approved verification, once; raises ``Refusal`` that says why it cannot be used."""
    check_account(verification)
    with transaction.atomic():
        is_first = PhoneVerification.objects.filter(pk=verification.pk).consume(now)
        # Asked after the update, which waits for a removal under way: what that took away stays away (R24).
        # Not in its WHERE: having waited for a row PostgreSQL looks at that row again, and at no other (R8).
        if is_first and verification.purpose in _NEED_PHONE and not _has_phone(verification):
            raise Refusal(Code.ACCOUNT_CHANGED)
    if not is_first:
        verification.refresh_from_db()
        raise Refusal(_why_unusable(verification, now=now))
    verification.consumed_at = now
    # What follows in the same transaction may fail and take this back: announced once it is kept.
    announce = partial(signals.verification_consumed.send_robust, sender=PhoneVerification)
    transaction.on_commit(partial(announce, verification=verification, now=now))


def _supersede(
    request: Request, instead_of: PhoneVerification | None, settings: Settings, *, now: datetime
) -> None:
    if instead_of is not None and not cancel(instead_of, now=now) and instead_of.payload_digest:
        instead_of.refresh_from_db(fields=["state", "answerer"])
        if instead_of.state == State.APPROVED and not machines.is_void(instead_of):
            raise Refusal(Code.START_OVER)  # approved this very moment: once is enough (R8)
    if request.user is None:
        return
    # One that began within the cool-down is the first half of a double click: it stays, we are refused.
    before = now - timedelta(seconds=settings.cool_down)
    rivals = PhoneVerification.objects.live().filter(user_id=request.user.pk, purpose=request.purpose)
    for rival in rivals.filter(created_at__lte=before):
        cancel(rival, now=now, cause=Cause.SUPERSEDED)


def _method_again(verification: PhoneVerification) -> Method:
    # Another phone may be free of what holds this one to a code.
    is_held = verification.is_call_in or machines.is_held_to_code(verification)
    return machines.usual_method(verification) if is_held else Method(verification.method)


def _has_phone(verification: PhoneVerification) -> bool:
    return bool(VoiceDevice.objects.filter(pk=verification.device_id, confirmed=True).exists())


def _announce_refused(request: Request, refusal: Refusal, *, now: datetime) -> None:
    signals.verification_refused.send_robust(
        sender=PhoneVerification, refusal=refusal, purpose=request.purpose, user=request.user, now=now
    )


def _check_typing(verification: PhoneVerification, *, now: datetime) -> None:
    if verification.method != Method.SPEAK:
        raise Refusal(Code.NOT_WAITING)
    if verification.is_live and verification.deadline <= now:
        expire(verification, now=now)
    if not verification.is_live:
        raise Refusal(_why_unusable(verification, now=now))
    if verification.code_told_at is None:
        raise Refusal(Code.TOO_EARLY)


def _why_unusable(verification: PhoneVerification, *, now: datetime) -> Code:
    if verification.consumed_at is not None:
        return Code.ALREADY_USED
    if verification.state == State.EXPIRED or verification.deadline <= now:
        return Code.EXPIRED
    return Code.NOT_APPROVED


def _end_call(verification: PhoneVerification) -> None:
    """Have the call ended, if there is one; whoever is placing it just now ends it on finding it decided."""
    # Asked afresh: the call may have been placed or answered since whoever decides has read the row; or the
    # row is gone, taken back by whoever wrote it and found that it goes over a limit.
    under_way = PhoneVerification.objects.filter(pk=verification.pk, ended_at=None).exclude(call_id="")
    if under_way.exists():
        defer(end_call, str(verification.pk))
