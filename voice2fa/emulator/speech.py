"""SSML as spoken text: what the callee hears, and for how long."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from math import fsum
from xml.etree.ElementTree import Element

from voice2fa.emulator.ssml import BREAK_STRENGTHS, find_oddities, read_rate

LONGEST_BREAK = 10.0
_TIME = re.compile(r"\+?(\d+(?:\.\d+)?|\.\d+)(ms|s)")
# Japanese and Chinese do not part their words. 2.5 characters last about as long as one English word: at 150
# words a minute that is 375 characters, between an unhurried Chinese reader (300) and a Japanese one (400).
CHARACTERS_A_WORD = 2.5
_UNPARTED = re.compile(
    "[\u3005\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d]"
)
_UNPARTED_MARKS = re.compile("[\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\uff5b-\uff65]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Speech:
    """Plain text, its length in words at the usual rate, the silence within, and what was odd about it."""

    text: str
    words: float
    pause_seconds: float
    warnings: tuple[str, ...] = ()

    def seconds(self, words_per_minute: float) -> float:
        """Return how long saying it takes; no time at all at 0 words per minute."""
        if words_per_minute <= 0:
            return 0.0
        return self.words * 60 / words_per_minute + self.pause_seconds


@dataclass(frozen=True, kw_only=True, slots=True)
class _Piece:
    text: str
    rate: float


def count_words(text: str) -> float:
    """Return how many English words take as long to say."""
    unparted = len(_UNPARTED.findall(text))
    parted = _UNPARTED_MARKS.sub(" ", _UNPARTED.sub(" ", text))
    return unparted / CHARACTERS_A_WORD + len(parted.split())


def read(element: Element) -> Speech:
    """Strip the markup from an element, honouring breaks, aliases and rates."""
    warnings: list[str] = []
    pauses: list[float] = []
    pieces = list(_walk(element, pauses, warnings))
    text = " ".join("".join(piece.text for piece in pieces).split())
    return Speech(text=text, words=_measure(pieces), pause_seconds=fsum(pauses), warnings=tuple(warnings))


def _walk(element: Element, pauses: list[float], warnings: list[str]) -> Iterator[_Piece]:
    yield _Piece(text=element.text or "", rate=1.0)
    # A stack instead of recursion: hostile documents nest deeply.
    waiting = _open(element, 1.0)
    while waiting:
        child, rate = waiting.pop()
        if isinstance(child, _Piece):
            yield child
            continue
        warnings.extend(find_oddities(child))
        if child.tag == "break":
            pauses.append(_read_break(child, warnings))
        if child.tag == "prosody":
            rate *= read_rate(child, warnings)
        yield _Piece(text=_say(child), rate=rate)
        if child.tag != "sub":
            waiting.extend(_open(child, rate))


def _open(parent: Element, rate: float) -> list[tuple[Element | _Piece, float]]:
    """Return what an element holds, last first."""
    held: list[tuple[Element | _Piece, float]] = []
    for child in reversed(parent):
        held += [(_Piece(text=child.tail or "", rate=rate), rate), (child, rate)]
    return held


def _say(child: Element) -> str:
    own = {"break": " ", "sub": child.get("alias", "")}
    return own.get(child.tag, child.text or "")


def _measure(pieces: Iterable[_Piece]) -> float:
    # Neighbours of one rate are counted together: a tag may begin in the middle of a word.
    runs = groupby(pieces, key=lambda piece: piece.rate)
    return fsum(count_words("".join(piece.text for piece in run)) / rate for rate, run in runs)


def _read_break(child: Element, warnings: list[str]) -> float:
    written = child.get("time")
    if written is None:
        return BREAK_STRENGTHS.get(child.get("strength", "medium"), BREAK_STRENGTHS["medium"])
    match = _TIME.fullmatch(written.strip())
    if match is None:
        warnings.append(f"<break time={written!r}> is not a time and is ignored.")
        return 0.0
    seconds = float(match[1]) / (1000 if match[2] == "ms" else 1)
    if seconds > LONGEST_BREAK:
        warnings.append(f"<break time={written!r}> is longer than 10 s and is cut to that.")
    return min(seconds, LONGEST_BREAK)
