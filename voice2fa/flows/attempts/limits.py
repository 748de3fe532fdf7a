"""Ask the policy whether this call may be placed, with the calls of the past that concern it (R15, R17)."""

from datetime import datetime, timedelta

from django.db.models import Q

from voice2fa.conf import Settings, get_settings
from voice2fa.core import policy
from voice2fa.core.methods import Purpose
from voice2fa.core.policy import Scope
from voice2fa.models import PhoneVerification

from .requests import Request

# Whoever rings a number that is not proved to be theirs shares its limits with all who do.
UNPROVED = (Purpose.REGISTER, Purpose.ENROL)


def check_limits(request: Request, *, now: datetime, besides: PhoneVerification | None = None) -> None:
    """Raise ``TryLater`` if a limit, the cool-down or too many wrong codes forbid the call now; one query."""
    settings = get_settings()
    others = Q() if besides is None else ~Q(pk=besides.pk)
    past = PhoneVerification.objects.filter(others).past_calls(_concerning(request, settings, now=now))
    # By number too: a success with one phone must not clear the wrong codes given for another (R13).
    for scope in (Scope.USER, Scope.NUMBER):
        policy.check_failures(past, scope=scope, limit=settings.max_failures, now=now)
    policy.check_total(past, limit=settings.max_calls, now=now)
    # Whoever calls us is not rung a second time, and need not wait for the first time to be over.
    cool_down = 0 if request.is_call_in else settings.cool_down
    policy.check_calls(past, settings.call_limits, cool_down=cool_down, now=now)


def _concerning(request: Request, settings: Settings, *, now: datetime) -> dict[Scope, Q]:
    """Return which calls of the past count for this one, by scope.

    Strangers who register or add a number must not use up the calls of its owner's logins, nor those who
    register from an address the logins from there: what one can trip without being asked for anything
    stays among its like.
    """
    whose = {} if request.user is None else {Scope.USER: Q(user_id=request.user.pk)}
    if request.purpose in UNPROVED:
        whose[Scope.NUMBER] = Q(number=request.number, purpose__in=UNPROVED)
    else:
        whose[Scope.NUMBER] = Q(number=request.number, user=request.user)
    if request.client.is_known:
        is_registration = Q(purpose=Purpose.REGISTER)
        whose[Scope.ADDRESS] = (
            Q(client_address=request.client.address, consumed_at=None)
            # An office behind one address approves all day long: only what came to nothing counts there.
            & (is_registration if request.purpose is Purpose.REGISTER else ~is_registration)
        )
    return {
        scope: concerns & Q(created_at__gt=_since(scope, settings, now)) for scope, concerns in whose.items()
    }


def _since(scope: Scope, settings: Settings, now: datetime) -> datetime:
    return now - timedelta(seconds=policy.look_back(settings.call_limits, scope))
