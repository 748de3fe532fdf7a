"""The 429 of the account's limits, with Retry-After in each of the forms that a client must bear."""

from datetime import UTC, datetime
from email.utils import format_datetime

from voice2fa.emulator.errors import ApiError
from voice2fa.emulator.options import Options


def too_many(options: Options, now: float, description: str) -> ApiError:
    """Return the 429; its Retry-After is in seconds, an HTTP date, or absent."""
    forms = {
        "seconds": {"Retry-After": str(options.retry_after_seconds)},
        "date": {"Retry-After": _http_date(now + options.retry_after_seconds)},
        "omit": {},
    }
    return ApiError(429, description, forms[options.retry_after])


def _http_date(moment: float) -> str:
    return format_datetime(datetime.fromtimestamp(moment, UTC), usegmt=True)
