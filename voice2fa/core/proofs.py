"""The proofs that a person may bring for a first phone, and their one-time secrets."""

import hashlib
import hmac
from enum import StrEnum

from . import recovery
from .policy import DAY, Limit

SECRET_BYTES = 5  # 40 bits in eight letters; five tries on each, and the password must be right before
MAX_TRIES = 5
MAIL_LIMITS = (
    Limit(calls=1, seconds=60),
    Limit(calls=4, seconds=3600),
    Limit(calls=10, seconds=DAY),
)


class ProofKind(StrEnum):
    """Where the one-time secret came from; ``password`` stands for none, where a site asks for none."""

    EMAIL = "email"
    STAFF = "staff"
    PASSWORD = "password"  # noqa: S105 - a word, not a secret


def derive(key: bytes, nonce: str) -> str:
    """Return the secret that belongs to the key and the nonce, written such as ``7k3f-a9qm``."""
    return recovery.write(hmac.new(key, nonce.encode(), hashlib.sha256).digest()[:SECRET_BYTES])


def matches(typed: str, secret: str) -> bool:
    """Tell in constant time whether the typed text is the secret; separators and case do not count."""
    given = recovery.read(typed).encode(errors="surrogatepass")
    return bool(given) and hmac.compare_digest(given, recovery.read(secret).encode())


def mask_address(address: str) -> str:
    """Return an e-mail address as its owner knows it again, and nobody else: ``c•••@e•••.com``."""
    name, _, host = address.rpartition("@")
    domain, dot, ending = host.rpartition(".")
    return f"{name[:1]}•••@{domain[:1]}•••{dot}{ending}"
