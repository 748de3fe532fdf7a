"""Codes of a verification: derived rather than stored, compared as people type them."""

import hashlib
import hmac
import unicodedata

SEPARATORS = frozenset(" -.\t\n\r\u00a0")


def derive(key: bytes, nonce: str, *, length: int) -> str:
    """Return the code of ``length`` decimal digits, zeros kept, that belongs to the key and the nonce."""
    digest = hmac.new(key, nonce.encode(), hashlib.sha256).digest()
    # 256 bits against at most 10**10 values: the remainder's bias is below 2**-222.
    return str(int.from_bytes(digest, "big") % 10**length).zfill(length)


def normalise(typed: str) -> str:
    """Return what a person typed with separators removed and any script's digits turned to 0-9."""
    kept = (character for character in typed if character not in SEPARATORS)
    return "".join(str(unicodedata.decimal(character, character)) for character in kept)


def matches(typed: str, code: str) -> bool:
    """Tell in constant time whether the typed text is the code; an empty text never is."""
    given = normalise(typed)
    # JSON can carry half a surrogate pair: a wrong code, and no reason to fail.
    return (
        bool(given)
        and bool(code)
        and hmac.compare_digest(given.encode(errors="surrogatepass"), code.encode())
    )
