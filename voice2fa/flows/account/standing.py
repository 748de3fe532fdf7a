"""Whom members of staff may act for, and whom not (A30)."""

from typing import Any


def is_above(user: Any, staff: Any) -> bool:
    """Tell whether the user may do everything, and the member of staff may not."""
    return bool(getattr(user, "is_superuser", False)) and not getattr(staff, "is_superuser", False)
