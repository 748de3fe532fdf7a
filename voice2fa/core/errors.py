"""Refusals: what the product declines to do, each with a stable code."""

from enum import StrEnum


class Code(StrEnum):
    """Every reason for a refusal; surfaces map each to one sentence and one status."""

    ACCOUNT_CHANGED = "account_changed"
    ALREADY_USED = "already_used"
    BAD_CREDENTIALS = "bad_credentials"
    CALL_IN_PROGRESS = "call_in_progress"
    CALL_IN_OFF = "call_in_off"
    CALL_REQUIRED = "call_required"
    CONFIRMATION_REQUIRED = "confirmation_required"
    CONSENT_REQUIRED = "consent_required"
    COOLING_DOWN = "cooling_down"
    ENTER_REQUIRED = "enter_required"
    EXPIRED = "expired"
    EXTENSION_INVALID = "extension_invalid"
    EXTENSION_TOO_LONG = "extension_too_long"
    EXTENSION_TWICE = "extension_twice"
    ILLEGAL_TRANSITION = "illegal_transition"
    JUST_SENT = "just_sent"
    LANGUAGE_UNSPOKEN = "language_unspoken"
    LAST_PHONE = "last_phone"
    NOT_APPROVED = "not_approved"
    NOT_SENT = "not_sent"
    NOT_WAITING = "not_waiting"
    NO_EMAIL = "no_email"
    NO_PHONE = "no_phone"
    NUMBER_INVALID = "number_invalid"
    NUMBER_KIND = "number_kind"
    NUMBER_REGION = "number_region"
    NUMBER_SHARED = "number_shared"
    NUMBER_STOPPED = "number_stopped"
    PAYLOAD_CHANGED = "payload_changed"
    PHONE_EXISTS = "phone_exists"
    PHONE_LIMIT = "phone_limit"
    PHONE_REQUIRED = "phone_required"
    PROOF_REQUIRED = "proof_required"
    START_OVER = "start_over"
    TOO_EARLY = "too_early"
    TOO_MANY_CALLS = "too_many_calls"
    TOO_MANY_FAILURES = "too_many_failures"
    TOO_MANY_MAILS = "too_many_mails"
    USERNAME_TAKEN = "username_taken"
    WRONG_CODE = "wrong_code"
    WRONG_PROOF = "wrong_proof"
    WRONG_TOKEN = "wrong_token"  # noqa: S105 - a word, not a secret


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
