"""How often a client may ask: scopes of our own, beside the limits on calls and guesses in the database."""

from typing import Any

from rest_framework.settings import api_settings
from rest_framework.throttling import SimpleRateThrottle

from voice2fa.flows.attempts.clients import client_of

# Sane for one person's client; REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] may name others by these scopes.
RATES: dict[str, str | None] = {
    "voice2fa_start": "30/min",  # passwords, numbers
    "voice2fa_answer": "60/min",  # codes, tokens, completions
    "voice2fa_poll": "240/min",  # how far a call has come
    "voice2fa_account": "120/min",  # phones, recovery codes, browsers
}


class VoiceThrottle(SimpleRateThrottle):
    """Count a client's requests by the view's scope; whoever is logged in counts for themselves."""

    def __init__(self) -> None:
        # The rate depends on the view, which is not known yet.
        pass

    def allow_request(self, request: Any, view: Any) -> bool:
        """Tell whether one more request is fine."""
        self.scope = view.throttle_scope
        self.rate = self.get_rate()
        self.num_requests, self.duration = self.parse_rate(self.rate)
        return bool(super().allow_request(request, view))

    def get_rate(self) -> Any:
        """Return the site's rate for the scope, or ours."""
        return {**RATES, **api_settings.DEFAULT_THROTTLE_RATES}[str(self.scope)]

    def get_cache_key(self, request: Any, view: Any) -> str:
        """Return whom the request counts for: addresses are believed as far as TRUSTED_PROXIES reaches."""
        if request.user is not None and request.user.is_authenticated:
            ident = f"user:{request.user.pk}"
        else:
            ident = f"address:{client_of(request._request).address}"
        return str(self.cache_format % {"scope": self.scope, "ident": ident})
