"""Who is calling the API: the token endpoint, and the Authorization header of the voice API."""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from typing import Any
from urllib.parse import parse_qs

from voice2fa.emulator.desk import Desk
from voice2fa.emulator.errors import ApiError

MOST_TOKENS = 10_000


class TokenError(Exception):
    """The token endpoint refuses; `code` is the OAuth 2 error."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


def _encode(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def _read_basic(header: str) -> tuple[str, str]:
    try:
        pair = base64.b64decode(header.partition(" ")[2].strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise ApiError(401, "Failed to decode basic authentication token") from None
    username, colon, password = pair.partition(":")
    if not colon:
        raise ApiError(401, "Invalid basic authentication token")
    return username, password


class Gatekeeper:
    """Issues tokens by client credentials, and checks what comes with each request."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._key = secrets.token_bytes(32)
        self._expiries: dict[str, float] = {}

    def issue(self, header: str, body: str) -> dict[str, Any]:
        """Return the answer of the token endpoint, or raise TokenError."""
        try:
            is_known = header.lower().startswith("basic ") and self._is_client(*_read_basic(header))
        except ApiError:
            is_known = False
        if not is_known:
            raise TokenError(401, "invalid_client")
        grants = parse_qs(body).get("grant_type", [])
        if grants != ["client_credentials"]:
            raise TokenError(400, "unsupported_grant_type" if grants else "invalid_request")
        return {
            "access_token": self._make_token(),
            "token_type": "Bearer",
            "expires_in": int(self._desk.options.token_seconds),
        }

    def revoke_all(self) -> None:
        """Make every token invalid before its time."""
        self._expiries.clear()

    def check(self, header: str, account_id: str) -> None:
        """Raise the 401 or 403 that these credentials deserve on that account."""
        options = self._desk.options
        scheme = header.partition(" ")[0].lower()
        if scheme == "bearer":
            is_valid = self._desk.clock.now() < self._expiries.get(header.partition(" ")[2].strip(), 0)
        elif scheme == "basic" and options.accept_basic:
            is_valid = self._is_client(*_read_basic(header))
        else:
            raise ApiError(401, "Unauthorized")
        # Good credentials of another account are bad credentials here (developer site, voice/errors).
        if not is_valid or account_id != options.account_id:
            raise ApiError(401, "The credentials provided were invalid")
        if not options.voice_permission:
            raise ApiError(403, "Access is denied")

    def _is_client(self, username: str, password: str) -> bool:
        options = self._desk.options
        right = hmac.compare_digest(username.encode(), options.client_id.encode())
        return hmac.compare_digest(password.encode(), options.client_secret.encode()) and right

    def _make_token(self) -> str:
        options, now = self._desk.options, self._desk.clock.now()
        header = _encode({"alg": "HS256", "typ": "JWT"})
        payload = _encode(
            {
                "jti": secrets.token_hex(8),
                "sub": options.client_id,
                "iat": int(now),
                "exp": int(now + options.token_seconds),
                "accounts": [options.account_id],
                "roles": ["HttpVoice"],
                "express": False,
            }
        )
        signature = hmac.new(self._key, f"{header}.{payload}".encode(), hashlib.sha256).digest()
        token = f"{header}.{payload}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"
        if len(self._expiries) >= MOST_TOKENS:
            self._expiries = {known: expiry for known, expiry in self._expiries.items() if expiry > now}
            if len(self._expiries) >= MOST_TOKENS:
                self._expiries.pop(next(iter(self._expiries)))
        self._expiries[token] = now + options.token_seconds
        return token
