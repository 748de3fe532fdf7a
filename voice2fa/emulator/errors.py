"""The carrier's refusals: status, type and description of every documented API error."""

from collections.abc import Mapping
from typing import Any

# Statuses and types: developer site, pages "errors"; 402 is known to exist, its type is not.
TYPES = {
    400: "validation",
    401: "authentication-error",
    402: "error",
    403: "authorization-error",
    404: "validation",
    405: "validation",
    409: "validation",
    413: "validation",
    415: "validation",
    429: "error",
    500: "internal-error",
    503: "system-overloaded",
}
DESCRIPTIONS = {
    400: "Bad Request",
    401: "Unauthorized",
    402: "Payment Required",
    403: "Access is denied",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    413: "Request Entity Too Large",
    415: "Unsupported Media Type",
    429: "Account call creation rate limit exceeded",
    500: "An unknown internal error occurred",
    503: "Handling too many requests",
}


class ApiError(Exception):
    """An API request is refused; `headers` may hold Retry-After or Allow."""

    def __init__(self, status: int, description: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(description or DESCRIPTIONS.get(status, "Error"))
        self.status = status
        self.headers = dict(headers or {})

    def to_json(self) -> dict[str, Any]:
        """Return the documented error body."""
        return {"type": TYPES.get(self.status, "error"), "description": str(self), "id": None}


def call_not_found(call_id: str) -> ApiError:
    """Return the 404 for a call that is unknown, too new or long over."""
    return ApiError(404, f"Call [{call_id}] not found")


def call_conflict(call_id: str) -> ApiError:
    """Return the 409 for a call that cannot be changed now."""
    return ApiError(409, f"Call [{call_id}] cannot be modified in its current state")


class ControlError(Exception):
    """A request to the control plane is refused with a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
