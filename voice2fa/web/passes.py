"""What a browser holds on the way to a first phone: a pass once the password was right, then a proof."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from voice2fa.core.errors import Code, Refusal
from voice2fa.flows import first_phone
from voice2fa.flows.presence.passes import holder_of, issue_pass

_PASS = "voice2fa_first_phone_pass"  # noqa: S105 - names of places in the session, not secrets
_PROOF = "voice2fa_first_phone_proof"
_SECRET = "voice2fa_first_phone_secret"  # noqa: S105


@sensitive_variables()
def give(request: HttpRequest, user: AbstractBaseUser, *, proof: str = "") -> None:
    """Give the browser a pass under a new session key, and the proof if it has brought the secret (R38)."""
    request.session.cycle_key()
    drop(request)
    request.session[_PASS] = issue_pass(user)
    request.session[_PROOF] = proof


def drop(request: HttpRequest) -> None:
    """Take all of it from the browser."""
    for place in (_PASS, _PROOF, _SECRET):
        request.session.pop(place, None)


def holder(request: HttpRequest) -> AbstractBaseUser:
    """Return whose password was right in this browser, if they may add a first phone; raises ``Refusal``."""
    user = holder_of(request.session.get(_PASS, ""))
    if request.user.is_authenticated and request.user.pk != user.pk:
        raise Refusal(Code.START_OVER)
    if not first_phone.is_due(user):
        raise Refusal(Code.CONFIRMATION_REQUIRED)
    return user


def is_held(request: HttpRequest) -> bool:
    """Tell whether this browser may go on to a first phone."""
    try:
        holder(request)
    except Refusal:
        return False
    return True


def proof_of(request: HttpRequest) -> str:
    """Return the proof that the browser holds, or an empty text."""
    return str(request.session.get(_PROOF, ""))


@sensitive_variables("secret")
def keep_secret(request: HttpRequest, secret: str) -> None:
    """Keep the secret of a link that was opened, until the person says to use it."""
    request.session[_SECRET] = secret


def has_secret(request: HttpRequest) -> bool:
    """Tell whether the secret of a link is kept."""
    return bool(request.session.get(_SECRET))


def take_secret(request: HttpRequest) -> str:
    """Return the secret that was kept, and keep it no longer."""
    return str(request.session.pop(_SECRET, ""))
