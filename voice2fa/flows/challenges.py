"""What one verification asks of the person: its code, its key, and the words of its call."""

from datetime import timedelta

from django.conf import settings as django_settings
from django.utils import translation
from django.views.decorators.debug import sensitive_variables

from voice2fa.conf import get_settings
from voice2fa.core import codes
from voice2fa.core.methods import Challenge, Cue, Method, Purpose, write_script
from voice2fa.core.script import CallScript
from voice2fa.keys import key_for
from voice2fa.models import PhoneVerification
from voice2fa.wording import write_wording


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
    return Challenge(
        method=Method(verification.method),
        code=code_of(verification),
        key=verification.approve_key,
        step=verification.step if step is None else step,
        tries=verification.tries,
        max_tries=get_settings().max_tries,
        code_told=verification.code_told_at is not None,
    )


@sensitive_variables()
def script_of(verification: PhoneVerification, cue: Cue, *, step: int) -> CallScript:
    """Return what the call does at the cue, in the person's language; ``step`` is the gather it awaits."""
    settings = get_settings()
    with translation.override(verification.language or django_settings.LANGUAGE_CODE):
        wording = write_wording(
            site=settings.caller_name,
            purpose=Purpose(verification.purpose),
            method=Method(verification.method),
            key=verification.approve_key,
            digits=settings.code_length,
            message=verification.message,
        )
        return write_script(cue, challenge_of(verification, step=step), wording)
