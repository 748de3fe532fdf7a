"""Names that strangers chose, made fit to be spoken (A26)."""

import unicodedata

LONGEST_NAME = 64  # characters
_KEPT_MARKS = frozenset("-'\u2019&+")
_KEPT_KINDS = frozenset({"L", "M"})


def clean(text: str) -> str:
    """Return what of a text may be spoken: letters, digits and a few marks, in one short line (A26).

    Whatever else stands in it parts words, but for marks that nobody sees, such as those that turn the
    direction of writing: they are dropped.
    """
    visible = (
        letter for letter in unicodedata.normalize("NFC", text) if unicodedata.category(letter) != "Cf"
    )
    kept = (letter if _is_speakable(letter) else " " for letter in visible)
    return " ".join("".join(kept).split())[:LONGEST_NAME].strip()


def _is_speakable(letter: str) -> bool:
    kind = unicodedata.category(letter)
    return kind[0] in _KEPT_KINDS or kind == "Nd" or letter in _KEPT_MARKS
