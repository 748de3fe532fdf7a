"""A wrong setting, told so that its owner can mend it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """A configuration fault that a system check reports: stable id, sentence, and what to write instead."""

    id: str
    message: str
    hint: str
    is_error: bool = True
