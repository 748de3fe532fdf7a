"""The proofs that a person may bring for a first phone."""

from enum import StrEnum


class ProofKind(StrEnum):
    """Where the one-time secret came from."""

    EMAIL = "email"
    STAFF = "staff"
