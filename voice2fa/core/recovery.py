"""Recovery codes: how they are written, read as people type them, and kept."""

import hashlib
import hmac

from .codes import normalise

CODES = 10
BYTES = 10  # 80 bits; NIST SP 800-63B-4, 4.2.1.1 asks for 64 (R34)
GROUP = 4
# Crockford's base 32: no letter that looks like a digit or like another letter.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_LOOKALIKES = str.maketrans("oil", "011")


def write(raw: bytes) -> str:
    """Return the bytes as a code in groups of four, such as ``7k3f-a9qm-x2dp-04hz``."""
    number = int.from_bytes(raw, "big")
    letters = "".join(ALPHABET[number >> shift & 31] for shift in range(len(raw) * 8 - 5, -1, -5))
    return "-".join(letters[start : start + GROUP] for start in range(0, len(letters), GROUP))


def read(typed: str) -> str:
    """Return what a person typed as it is hashed: no separators, small letters, lookalikes as digits."""
    return normalise(typed).lower().translate(_LOOKALIKES)


def digest(key: bytes, salt: str, typed: str) -> str:
    """Return the keyed and salted hash of the code, in hexadecimal."""
    told = f"{salt}:{read(typed)}".encode(errors="surrogatepass")
    return hmac.new(key, told, hashlib.sha256).hexdigest()
