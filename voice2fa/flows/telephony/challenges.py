"""What one verification asks of the person: its code, its key, and the script of its call."""

from datetime import timedelta

from django.views.decorators.debug import sensitive_variables

from voice2fa.conf import get_settings
from voice2fa.core import codes
from voice2fa.core.methods import Challenge, Cue, Method, Purpose
from voice2fa.core.prompts import write_script
from voice2fa.core.script import CallScript
from voice2fa.core.states import State
from voice2fa.keys import key_for
from voice2fa.models import PhoneVerification, VoiceDevice

from .speech import knows_origin, speaker_for

_CUES = {
    State.APPROVED: Cue.APPROVED,
    State.DENIED: Cue.DENIED,
    State.REPORTED: Cue.REPORTED,
    State.LOCKED: Cue.LOCKED,
    State.EXPIRED: Cue.TIME_UP,
    State.CANCELLED: Cue.CANCELLED,
}


@sensitive_variables()
def code_of(verification: PhoneVerification) -> str:
    """Return the code, derived from the site's key and the row: it is stored nowhere (R9)."""
    nonce = f"{verification.pk}:{verification.purpose}:{verification.nonce}"
    return codes.derive(key_for("codes"), nonce, length=get_settings().code_length)


def lifetime() -> timedelta:
    """Return how long a verification lives from its creation (R7)."""
    return timedelta(seconds=get_settings().lifetime)


def challenge_of(verification: PhoneVerification, *, step: int | None = None) -> Challenge:
    """Return the challenge as it stands, or as it stood when ``step`` was awaited."""
    settings = get_settings()
    return Challenge(
        purpose=Purpose(verification.purpose),
        method=Method(verification.method),
        code=code_of(verification),
        key=verification.approve_key,
        step=verification.step if step is None else step,
        tries=verification.tries,
        max_tries=settings.max_tries,
        code_told=verification.code_told_at is not None,
        names_act=bool(verification.message),
        names_origin=knows_origin(verification.user_agent),
        extension=verification.extension,
        extension_wait=settings.extension_wait,
        is_call_in=verification.is_call_in,
        may_stop=_may_stop(verification),
    )


def _may_stop(verification: PhoneVerification) -> bool:
    """Tell whether whoever answers may stop all calls to the number: asked of calls that were reported."""
    if not verification.extension or verification.state != State.REPORTED:
        return not verification.extension
    # One desk does not speak for the whole office (R17). But whoever has a stranger called, with an extension
    # made up, must not keep them from asking (A23): an office has proved phones.
    return not VoiceDevice.objects.filter(number=verification.number, confirmed=True).exists()


def closing_cue(verification: PhoneVerification) -> Cue:
    """Return with which words a call about a decided verification ends."""
    return _CUES.get(State(verification.state), Cue.TOO_LATE)


@sensitive_variables()
def script_of(verification: PhoneVerification, cue: Cue, *, step: int) -> CallScript:
    """Return what the call does at the cue, in its language; ``step`` is the gather it awaits."""
    return write_script(cue, challenge_of(verification, step=step), speaker_for(verification))
