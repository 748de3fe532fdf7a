"""The mail that lets somebody go on to their first phone."""

from datetime import datetime

from django.views.decorators.debug import sensitive_variables

from voice2fa import mails
from voice2fa.core.proofs import ProofKind
from voice2fa.links import link_to
from voice2fa.models import PhoneProof

from .proofs import SECRET_LIFETIME, mark_of, newest, secret_of


@sensitive_variables()
def send(proof_id: int, *, now: datetime) -> None:
    """Mail the proof's link and code to its user, unless it has become void meanwhile."""
    proof = PhoneProof.objects.select_related("user").filter(pk=proof_id).first()
    if proof is None or not _is_wanted(proof, now=now):
        return
    secret = secret_of(proof)
    context = {
        "link": link_to("first_phone_link", secret),
        "secret": secret,
        "minutes": int(SECRET_LIFETIME.total_seconds() // 60),
    }
    mails.send(proof.user, "first_phone", context, language=proof.language)


def _is_wanted(proof: PhoneProof, *, now: datetime) -> bool:
    is_open = proof.proved_at is None and proof.expires_at > now
    is_same = proof.account_mark == mark_of(proof.user) and proof.user.is_active
    return is_open and is_same and newest(proof.user, ProofKind(proof.kind)) == proof
