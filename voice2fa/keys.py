"""Keys for our own hashes, each derived from the site's ``SECRET_KEY`` for one use."""

from django.utils.crypto import salted_hmac


def key_for(use: str) -> bytes:
    """Return 32 bytes that belong to this site and this use alone."""
    return salted_hmac(f"voice2fa.{use}", use, algorithm="sha256").digest()
