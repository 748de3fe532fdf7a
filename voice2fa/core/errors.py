"""Refusals: what the product declines to do, each with a stable code."""

from enum import StrEnum


class Code(StrEnum):
    """Every reason for a refusal; surfaces map each to one sentence and one status."""

    ACCOUNT_CHANGED = "account_changed"
    ALREADY_USED = "already_used"
    BAD_CREDENTIALS = "bad_credentials"
    CALL_IN_PROGRESS = "call_in_progress"
    COOLING_DOWN = "cooling_down"
    EXPIRED = "expired"
    ILLEGAL_TRANSITION = "illegal_transition"
    LAST_PHONE = "last_phone"
    NO_PHONE = "no_phone"
    NOT_APPROVED = "not_approved"
    NOT_WAITING = "not_waiting"
    NUMBER_INVALID = "number_invalid"
    NUMBER_KIND = "number_kind"
    NUMBER_REGION = "number_region"
    NUMBER_SHARED = "number_shared"
    PHONE_EXISTS = "phone_exists"
    PHONE_LIMIT = "phone_limit"
    START_OVER = "start_over"
    TOO_EARLY = "too_early"
    TOO_MANY_CALLS = "too_many_calls"
    TOO_MANY_FAILURES = "too_many_failures"
    USERNAME_TAKEN = "username_taken"
    WRONG_CODE = "wrong_code"


class Refusal(Exception):
    """The product declines, for a reason that has a stable ``code``."""

    def __init__(self, code: Code) -> None:
        super().__init__(code.value)
        self.code = code


class TryLater(Refusal):
    """Declined for now; the same request may be made again after ``retry_after`` seconds."""

    def __init__(self, code: Code, *, retry_after: int) -> None:
        super().__init__(code)
        self.retry_after = retry_after


class WrongCode(Refusal):
    """The typed code is not the one; ``tries_left`` more may be made on this call."""

    def __init__(self, *, tries_left: int) -> None:
        super().__init__(Code.WRONG_CODE)
        self.tries_left = tries_left
