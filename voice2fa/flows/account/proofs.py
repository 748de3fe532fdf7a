"""What a first-phone proof is good for: its secret, and the account that it was made for."""

from datetime import timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.crypto import salted_hmac
from django.views.decorators.debug import sensitive_variables

from voice2fa.core import proofs
from voice2fa.core.proofs import ProofKind
from voice2fa.keys import key_for
from voice2fa.mails import address_of
from voice2fa.models import PhoneProof

SECRET_LIFETIME = timedelta(minutes=10)  # R22


@sensitive_variables()
def secret_of(proof: PhoneProof) -> str:
    """Return the secret of the proof, derived and stored nowhere."""
    return proofs.derive(key_for("first_phone"), f"{proof.user_id}:{proof.kind}:{proof.nonce}")


def mark_of(user: AbstractBaseUser) -> str:
    """Return a mark that changes when the account's password or e-mail address does."""
    told = f"{user.pk}:{user.password}:{address_of(user)}"
    return salted_hmac("voice2fa.first_phone", told, algorithm="sha256").hexdigest()


def newest(user: AbstractBaseUser, kind: ProofKind) -> PhoneProof | None:
    """Return the user's newest proof of the kind: an older one is void."""
    of_kind = PhoneProof.objects.filter(user_id=user.pk, kind=kind)
    proof: PhoneProof | None = of_kind.order_by("-pk").first()
    return proof
