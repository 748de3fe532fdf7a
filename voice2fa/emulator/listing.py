"""listCalls: filters and pages over the calls that the API can see."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from voice2fa.emulator.calls import Call
from voice2fa.emulator.errors import ApiError
from voice2fa.emulator.fields import bad

DEFAULT_PAGE = 1000
LARGEST_PAGE = 10_000


def _read_time(name: str, written: str) -> float:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise bad(name, "must be an ISO 8601 time") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _read_whole(query: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    written = query.get(name)
    if written is None:
        return default
    if not written.isascii() or not written.isdigit() or not low <= int(written) <= high:
        raise ApiError(400, f"{name} must be within the range [{low}, {high}], but was {written}")
    return int(written)


def list_calls(calls: Iterable[Call], query: Mapping[str, str], url: str) -> tuple[list[dict[str, Any]], str]:
    """Return a page of call states, oldest first, and the Link header's value when there is a next one."""
    size = _read_whole(query, "pageSize", DEFAULT_PAGE, 1, LARGEST_PAGE)
    offset = _read_whole(query, "pageToken", 0, 0, 10**9)
    low, high = (
        _read_time(name, query[name]) if name in query else None for name in ("minStartTime", "maxStartTime")
    )

    def fits(call: Call) -> bool:
        wanted = ((query.get("to"), call.order.to), (query.get("from"), call.order.sender))
        if any(want not in (None, has) for want, has in wanted):
            return False
        if query.get("disconnectCause", call.cause) != call.cause:
            return False
        if low is None and high is None:
            return True
        # A queued call has no start time yet, so no range of times can hold it.
        started = call.started
        return started is not None and (low is None or started >= low) and (high is None or started <= high)

    page = list(islice(filter(fits, calls), offset, offset + size + 1))
    link = ""
    if len(page) > size:
        link = f'<{url}?{urlencode({**query, "pageSize": size, "pageToken": offset + size})}>; rel="next"'
    return [call.to_state() for call in page[:size]], link
