"""Magic numbers: who picks up behind +1 907 555 0110 to 0199, and what they do by themselves."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from voice2fa.emulator.prompts import named_keys


@dataclass(frozen=True, kw_only=True, slots=True)
class Menu:
    """A switchboard that picks up and asks for an extension; all times in virtual seconds.

    Tones are lost during the greeting. `patience_seconds` is how long it waits for a first tone, and
    `gap_seconds` for another one; then an extension of `EXTENSIONS` rings, or there is none such.
    """

    greeting_seconds: float
    patience_seconds: float = 6.0
    gap_seconds: float = 3.0
    ringing_seconds: float = 3.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Callee:
    """How somebody behaves; all times in virtual seconds.

    `outcome` is what happens to the ringing: answer, busy, reject, error, or nothing at all. `keys` are
    pressed after a prompt; `presses` is named (the key that the prompt names) or other (one that it does not
    name). With a `menu` it is a switchboard, and this is so only until an extension picks up.
    """

    summary: str
    outcome: str = "answer"
    ringing_seconds: float = 1.0
    voice: str = "human"
    keys: str = ""
    presses: str = ""
    reaction_seconds: float = 0.5
    hangs_up_after: float | None = None
    menu: Menu | None = None


def _switchboard(words: str, greeting_seconds: float) -> Callee:
    summary = f"a switchboard that {words}; extension 204 is the handset, 205 approves, 206 denies"
    menu = Menu(greeting_seconds=greeting_seconds)
    return Callee(summary=summary, ringing_seconds=0.2, voice="machine", menu=menu)


HANDSET = Callee(summary="rings until somebody acts on the handset page or the control plane", outcome="")
BEHAVIOURS: dict[str, Callee] = {
    "handset": HANDSET,
    "busy": Callee(summary="is busy", outcome="busy", ringing_seconds=0.2),
    "silent": Callee(summary="never answers: rings until the call times out", outcome=""),
    "rejects": Callee(summary="rejects the call", outcome="reject"),
    "voicemail": Callee(summary="voicemail: a greeting, then silence", voice="machine", hangs_up_after=60),
    "voicemail-tone": Callee(
        summary="voicemail whose greeting plays the tone of key 1",
        voice="machine",
        keys="1",
        hangs_up_after=60,
    ),
    "hangs-up": Callee(summary="answers and hangs up at once", hangs_up_after=0.1),
    "approves": Callee(
        summary="answers and presses the key that the call names ('Press 7 to ...')", presses="named"
    ),
    "denies": Callee(summary="answers and presses a key that the call does not name", presses="other"),
    "mute": Callee(summary="answers, says nothing and presses nothing", voice="silence"),
    "error": Callee(
        summary="has no route: the call ends with cause error", outcome="error", ringing_seconds=0
    ),
    "slow": Callee(summary="rings for 20 seconds, then approves", ringing_seconds=20, presses="named"),
    "leaves": Callee(summary="answers and hangs up in the middle of the first prompt", hangs_up_after=1.0),
    "late": Callee(
        summary="answers and approves, but only after 4 seconds", presses="named", reaction_seconds=4
    ),
    "switchboard": _switchboard("greets for 4 seconds", 4),
    "switchboard-fast": _switchboard("listens for tones at once", 0),
    "switchboard-slow": _switchboard("greets for 8 seconds", 8),
}
# Who sits at the extensions of every switchboard.
EXTENSIONS = {"204": "handset", "205": "approves", "206": "denies"}
# An area code of its own: numbers that people make up for themselves mostly begin with 202.
NAMES = {
    "+19075550110": "busy",
    "+19075550111": "silent",
    "+19075550112": "rejects",
    "+19075550113": "voicemail",
    "+19075550114": "voicemail-tone",
    "+19075550115": "hangs-up",
    "+19075550116": "approves",
    "+19075550117": "denies",
    "+19075550118": "mute",
    "+19075550119": "error",
    **{f"+1907555012{key}": f"presses-{key}" for key in range(10)},
    "+19075550130": "slow",
    "+19075550131": "leaves",
    "+19075550132": "late",
    "+19075550133": "presses-*",
    "+19075550134": "presses-#",
    "+19075550135": "switchboard",
    "+19075550136": "switchboard-fast",
    "+19075550137": "switchboard-slow",
    # A block of people who agree to everything, for load tests under limits per number.
    **{f"+190755501{last}": "approves" for last in range(50, 100)},
}


def behaviour(name: str) -> Callee:
    """Return the callee of that name; presses-K presses the key K."""
    if name.startswith("presses-"):
        key = name.removeprefix("presses-")
        return Callee(summary=f"answers and presses {key}", keys=key)
    return BEHAVIOURS[name]


def look_up(number: str, everyone: str) -> str:
    """Return the name of the behaviour behind a number; `everyone` is for those not in the table."""
    return NAMES.get(number, everyone)


def choose_keys(callee: Callee, prompt: Sequence[str]) -> str:
    """Return what the callee presses after hearing a prompt; nothing when it names no key."""
    named = named_keys(prompt)
    if callee.presses == "named":
        return named[0] if named else ""
    if callee.presses == "other":
        return next((key for key in "9583641720" if key not in named), "") if named else ""
    return callee.keys


def to_json() -> list[dict[str, Any]]:
    """Return the table, for the control plane."""
    return [{"number": number, "name": name, **asdict(behaviour(name))} for number, name in NAMES.items()]


def to_text() -> str:
    """Return the table, for the command line."""
    shown = {number: name for number, name in NAMES.items() if not "+19075550150" <= number <= "+19075550199"}
    lines = [f"  {number}  {behaviour(name).summary}" for number, name in shown.items()]
    lines.append(f"  +19075550150 to +19075550199  {BEHAVIOURS['approves'].summary}")
    lines.append(f"  any other number  {HANDSET.summary}")
    return "magic numbers:\n" + "\n".join(lines)
