"""Find the issuer that the site has chosen."""

from django.utils.module_loading import import_string

from voice2fa.conf import get_settings

from .base import Issuer


def get_issuer() -> Issuer:
    """Return the issuer that ``VOICE2FA["API_ISSUER"]`` names."""
    issuer: Issuer = import_string(get_settings().api_issuer)()
    return issuer
