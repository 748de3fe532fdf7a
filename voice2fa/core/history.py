"""What can become of a phone, and of what lets people in without one, as the record tells."""

from enum import StrEnum


class PhoneEvent(StrEnum):
    """What happened to a phone, to recovery codes or to a remembered browser."""

    ADDED = "added"
    RENAMED = "renamed"
    PREFERRED = "preferred"
    REMOVED = "removed"
    REMOVED_BY_STAFF = "removed_by_staff"
    DISOWNED = "disowned"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    BROWSER_REMEMBERED = "browser_remembered"
