"""Words of the core as choices of a field."""

from enum import StrEnum


def choices_of(words: type[StrEnum]) -> list[tuple[str, str]]:
    """Return value and label of each word."""
    return [(word.value, word.value.replace("_", " ")) for word in words]
