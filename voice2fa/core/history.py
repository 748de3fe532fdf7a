"""What can become of a phone, as its record tells."""

from enum import StrEnum


class PhoneEvent(StrEnum):
    """What happened to a phone."""

    ADDED = "added"
    RENAMED = "renamed"
    PREFERRED = "preferred"
    REMOVED = "removed"
    REMOVED_BY_STAFF = "removed_by_staff"
    DISOWNED = "disowned"
