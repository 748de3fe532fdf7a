"""SSML as spoken text: what the callee hears, and for how long."""

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

# Polly's pauses; the carrier publishes the names only.
BREAK_STRENGTHS = {"none": 0.0, "x-weak": 0.1, "weak": 0.25, "medium": 0.5, "strong": 0.75, "x-strong": 1.0}
LONGEST_BREAK = 10.0
TAGS = frozenset({"break", "say-as", "prosody", "lang", "emphasis", "p", "s", "phoneme", "sub"})
INTERPRETATIONS = frozenset({"characters", "telephone", "cardinal", "ordinal", "date", "time"})
_TIME = re.compile(r"\+?(\d+(?:\.\d+)?|\.\d+)(ms|s)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Speech:
    """Plain text, the silence within it, and what was odd about its markup."""

    text: str
    pause_seconds: float
    warnings: tuple[str, ...] = ()

    def seconds(self, words_per_minute: float) -> float:
        """Return how long saying it takes; no time at all at 0 words per minute."""
        if words_per_minute <= 0:
            return 0.0
        return len(self.text.split()) * 60 / words_per_minute + self.pause_seconds


def read(element: Element) -> Speech:
    """Strip the markup from an element, honouring breaks and aliases."""
    words: list[str] = [element.text or ""]
    warnings: list[str] = []
    pause = 0.0
    # A stack instead of recursion: hostile documents nest deeply.
    waiting: list[tuple[Element | None, str]] = []

    def push(children: list[Element]) -> None:
        for child in reversed(children):
            waiting.append((None, child.tail or ""))
            waiting.append((child, ""))

    push(list(element))
    while waiting:
        child, tail = waiting.pop()
        if child is None:
            words.append(tail)
            continue
        pause += _enter(child, words, warnings)
        if child.tag != "sub":
            push(list(child))
    return Speech(text=" ".join("".join(words).split()), pause_seconds=pause, warnings=tuple(warnings))


def _enter(child: Element, words: list[str], warnings: list[str]) -> float:
    if child.tag not in TAGS:
        warnings.append(f"SSML tag <{child.tag}> is not on the carrier's list and is ignored.")
    if child.tag == "say-as" and child.get("interpret-as") not in INTERPRETATIONS:
        warnings.append(f"<say-as interpret-as={child.get('interpret-as')!r}> is not on the carrier's list.")
    if child.tag == "break":
        words.append(" ")
        return _read_break(child, warnings)
    words.append(child.get("alias", "") if child.tag == "sub" else child.text or "")
    return 0.0


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
