"""A wrong setting, told so that its owner can mend it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """A configuration fault that a system check reports: stable id, sentence, and what to write instead.

    Calls go on where it ``has_safe_default``: they do without what is wrong.
    """

    id: str
    message: str
    hint: str
    is_error: bool = True
    has_safe_default: bool = False

    @property
    def stops_calls(self) -> bool:
        """Whether no call is placed until it is mended."""
        return self.is_error and not self.has_safe_default
