"""What an API client gets for an approved login: a session or a token, as ``VOICE2FA["API_ISSUER"]`` says."""

from .base import RECEIPT_HEADER, Issuer
from .choosing import get_issuer
from .session import SessionIssuer

__all__ = ["RECEIPT_HEADER", "Issuer", "SessionIssuer", "get_issuer"]
