"""Names that strangers chose, made fit to be spoken (A26), and judged whether they can be seen."""

import unicodedata

LONGEST_NAME = 64  # characters
_KEPT_MARKS = frozenset("-'\u2019&+")
_KEPT_KINDS = frozenset({"L", "M"})
# They shape what stands on both sides: words in Persian and Hindi, families of emoji.
_JOINERS = frozenset("\u200c\u200d")
# Unicode calls them letters, marks and symbols, and there is nothing to see of them.
_BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_SEEN_KINDS = frozenset({"L", "N", "P", "S"})


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


def is_visible(text: str) -> bool:
    """Tell whether there is something to see in the text, and nothing that people do not see, but spaces.

    What they do not see, such as a mark that turns the direction of writing, can have them read another name.
    """
    rest = "".join(letter for letter in text if letter not in _JOINERS)
    is_seen = any(unicodedata.category(letter)[0] in _SEEN_KINDS for letter in rest)
    return is_seen and rest.isprintable() and not _BLANKS & set(rest)


def _is_speakable(letter: str) -> bool:
    kind = unicodedata.category(letter)
    return kind[0] in _KEPT_KINDS or kind == "Nd" or letter in _KEPT_MARKS
