"""The first phone of an account: proved to be its owner's by more than the password, then by a call.

Whoever has stolen a password must not be able to add a phone of their own (A12, A13). So the right password
earns a pass, a one-time secret (mailed, or given by staff) earns a proof, and only with a proof a phone is
rung.
"""

import secrets
from datetime import datetime, timedelta
from functools import partial

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.core import signing
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import get_language
from django.views.decorators.debug import sensitive_variables

from voice2fa import signals
from voice2fa.background import defer
from voice2fa.conf import EMAIL, PASSWORD, get_settings
from voice2fa.core import policy, proofs
from voice2fa.core.errors import Code, Refusal
from voice2fa.core.proofs import ProofKind
from voice2fa.mails import address_of
from voice2fa.models import PhoneProof, PhoneVerification, VoiceDevice
from voice2fa.tasks import send_first_phone_mail

from . import enrolment
from . import verification as verifications
from .account.proofs import SECRET_LIFETIME, mark_of, newest, secret_of
from .account.standing import is_above
from .attempts.requests import Client, Started
from .other_ways import ways_of
from .requirement import has_disowned, has_phone

PROVED_FOR = timedelta(minutes=10)  # from the proof until a phone must have been named
# A call that was begun in time may be repeated, and takes its time too.
_ATTACHED_FOR = timedelta(minutes=40)
_SALT = "voice2fa.first_phone"


def is_due(user: AbstractBaseUser) -> bool:
    """Tell whether the user has nothing to confirm with: no phone, and no other way either."""
    return not has_phone(user) and not ways_of(user)


def asks_for_proof(user: AbstractBaseUser) -> bool:
    """Tell whether the user's first phone asks for more than the password."""
    return get_settings().first_phone_proof != PASSWORD or has_disowned(user)


def mails_proofs(user: AbstractBaseUser) -> bool:
    """Tell whether the user may have a link mailed; if not, staff give codes.

    Nobody who has disowned a phone may: the mail that took it away must not bring the next one, too (R37).
    """
    return get_settings().first_phone_proof == EMAIL and not has_disowned(user)


def request_link(user: AbstractBaseUser, client: Client, *, now: datetime) -> None:
    """Have a link and a code mailed to the account's address; an earlier one is void. Raises ``Refusal``."""
    _check_due(user)
    if not mails_proofs(user):
        raise Refusal(Code.PROOF_REQUIRED)
    if not address_of(user):
        raise Refusal(Code.NO_EMAIL)
    with transaction.atomic():
        _lock(user)  # so that of two requests at once the second sees the first
        mailed = PhoneProof.objects.filter(user_id=user.pk, kind=ProofKind.EMAIL)
        moments = mailed.filter(created_at__gt=now - timedelta(days=1)).values_list("created_at", flat=True)
        policy.check_mails(list(moments), proofs.MAIL_LIMITS, now=now)
        proof = _write(user, ProofKind.EMAIL, now=now, client_address=client.address)
        defer(send_first_phone_mail, str(proof.pk))


def mailed_until(user: AbstractBaseUser, *, now: datetime) -> datetime | None:
    """Return how long the secret that was mailed last is good, or None where there is none that is."""
    proof = newest(user, ProofKind.EMAIL)
    return proof.expires_at if proof is not None and _is_open(proof, user, now=now) else None


def may_issue(staff: AbstractBaseUser, user: AbstractBaseUser) -> bool:
    """Tell whether this member of staff may give the user a code: none to oneself, none to those above."""
    return staff.pk != user.pk and not is_above(user, staff)


@sensitive_variables("proof")
def issue_code(user: AbstractBaseUser, staff: AbstractBaseUser | None, *, now: datetime) -> str:
    """Return a code for staff to give to the user, who is known to them; an earlier one is void.

    ``staff`` is None on the command line. Raises ``Refusal``.
    """
    _check_due(user)
    if not user.is_active:
        raise Refusal(Code.ACCOUNT_CHANGED)
    if staff is not None and not may_issue(staff, user):
        raise Refusal(Code.PROOF_REQUIRED)
    return secret_of(_write(user, ProofKind.STAFF, now=now, issued_by=staff))


@sensitive_variables()
def prove(user: AbstractBaseUser, secret: str, *, now: datetime) -> str:
    """Return a signed text that stands for the proof, for the right secret; else raises ``Refusal``.

    It belongs to the client that brought the secret: another one with the same password has no use of it.
    The try is counted in the database before the secret is looked at.
    """
    _check_due(user)
    right = None
    for kind in (ProofKind.EMAIL, ProofKind.STAFF):
        proof = newest(user, kind)
        if proof is None or not _is_open(proof, user, now=now) or not _take_try(proof):
            continue
        if proofs.matches(secret, secret_of(proof)):
            right = proof
    if right is None or not _mark_proved(right, now=now):
        signals.phone_proof_refused.send_robust(sender=PhoneProof, user=user, now=now)
        raise Refusal(Code.WRONG_PROOF)
    return signing.dumps({"proof": right.pk}, salt=_SALT)


def is_proved(user: AbstractBaseUser, proof: str, *, now: datetime) -> bool:
    """Tell whether the signed text still allows a first phone to be added."""
    return _find(user, proof, now=now) is not None


def begin(
    user: AbstractBaseUser,
    *,
    proof: str,
    number: str,
    name: str,
    client: Client,
    now: datetime,
    consents: bool,
    extension: str = "",
    language: str | None = None,
) -> Started:
    """Ring the number of a first phone; ``proof`` is what ``prove`` returned. Raises ``Refusal``.

    ``extension`` and ``language`` are as in ``enrolment.begin``.
    """
    _check_due(user)
    found = _find(user, proof, now=now)
    if found is None and asks_for_proof(user):
        raise Refusal(Code.PROOF_REQUIRED)
    started = enrolment.begin(
        user,
        number=number,
        extension=extension,
        language=language,
        name=name,
        client=client,
        now=now,
        consents=consents,
    )
    if found is None:
        found = _write(user, ProofKind.PASSWORD, now=now, client_address=client.address, proved_at=now)
    PhoneProof.objects.filter(pk=found.pk, used_at=None).update(device=started.verification.device)
    return started


def is_first(verification: PhoneVerification, *, now: datetime) -> bool:
    """Tell whether this is a call to a first phone that a proof allowed."""
    return bool(_attached(verification, now=now).exists())


def finish(verification: PhoneVerification, *, now: datetime) -> tuple[AbstractBaseUser, VoiceDevice]:
    """Use up the approved call and its proof, once; return the user, who may be let in, and the phone."""
    user = verification.user
    if user is None:
        raise Refusal(Code.ACCOUNT_CHANGED)
    with transaction.atomic():
        _lock(user)  # of two first phones, proved at once, one is the first
        verification.refresh_from_db(fields=["state", "consumed_at"])
        verifications.check_usable(verification, now=now)
        _check_due(user)
        if not _attached(verification, now=now).filter(account_mark=mark_of(user)).update(used_at=now):
            raise Refusal(Code.PROOF_REQUIRED)
        phone = enrolment.finish(verification, now=now)
    return user, phone


def _check_due(user: AbstractBaseUser) -> None:
    """Raise for a user who has something to confirm with: that is asked for then, and no proof."""
    if not is_due(user):
        raise Refusal(Code.CONFIRMATION_REQUIRED)


def _lock(user: AbstractBaseUser) -> None:
    get_user_model()._default_manager.select_for_update().filter(pk=user.pk).first()


def _write(user: AbstractBaseUser, kind: ProofKind, *, now: datetime, **facts: object) -> PhoneProof:
    proof: PhoneProof = PhoneProof.objects.create(
        user_id=user.pk,
        kind=kind,
        nonce=secrets.token_hex(16),
        account_mark=mark_of(user),
        language=get_language() or "",
        created_at=now,
        expires_at=now + SECRET_LIFETIME,
        **facts,
    )
    announce = partial(signals.phone_proof_made.send_robust, sender=PhoneProof)
    transaction.on_commit(partial(announce, proof=proof, now=now))
    return proof


def _is_open(proof: PhoneProof, user: AbstractBaseUser, *, now: datetime) -> bool:
    """Tell whether the secret of the proof may still be brought."""
    return (
        proof.proved_at is None
        and proof.created_at <= now < proof.expires_at
        and proof.tries < proofs.MAX_TRIES
        and proof.account_mark == mark_of(user)
        and (proof.kind != ProofKind.EMAIL or mails_proofs(user))
    )


def _take_try(proof: PhoneProof) -> bool:
    # Taken before the secret is compared: of many guesses at once no more than the limit are looked at.
    untried = PhoneProof.objects.filter(pk=proof.pk, proved_at=None, tries__lt=proofs.MAX_TRIES)
    return bool(untried.update(tries=F("tries") + 1))


def _mark_proved(proof: PhoneProof, *, now: datetime) -> bool:
    unproved = PhoneProof.objects.filter(pk=proof.pk, proved_at=None)
    return bool(unproved.update(proved_at=now, tries=F("tries") - 1))


@sensitive_variables("given")
def _find(user: AbstractBaseUser, given: str, *, now: datetime) -> PhoneProof | None:
    try:
        told = signing.loads(given, salt=_SALT)
    except signing.BadSignature:
        return None
    unused = PhoneProof.objects.filter(user_id=user.pk, used_at=None, account_mark=mark_of(user))
    proof: PhoneProof | None = unused.filter(pk=told["proof"], proved_at__gt=now - PROVED_FOR).first()
    return proof


def _attached(verification: PhoneVerification, *, now: datetime) -> "QuerySet[PhoneProof]":
    """Return the proof, unused, on the strength of which the phone of the verification was rung."""
    if verification.device_id is None or verification.user_id is None:
        return PhoneProof.objects.none()
    rung = PhoneProof.objects.filter(device=verification.device_id, user=verification.user_id)
    return rung.filter(used_at=None, proved_at__gt=now - _ATTACHED_FOR)
