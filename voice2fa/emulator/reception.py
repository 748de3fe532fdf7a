"""An automatic switchboard: its greeting, the tones that it takes, and the extension that rings."""

from collections.abc import Callable

from voice2fa.emulator.clock import Timer
from voice2fa.emulator.numbers import EXTENSIONS, Menu

Later = Callable[[float, Callable[[], None]], Timer]

GREETING = "Welcome. If you know the extension, key it in now."
REFUSAL = "There is no such extension. Goodbye."
REFUSING_SECONDS = 2.0
_LONGEST = max(map(len, EXTENSIONS))


class Reception:
    """One call between the switchboard's answer and the person's: who is on the line is its `stage`.

    The stages are greeting, listening, ringing, connected and refused.
    """

    def __init__(
        self,
        menu: Menu,
        *,
        later: Later,
        note: Callable[[str], None],
        reached: Callable[[str], None],
        refused: Callable[[], None],
    ) -> None:
        self._menu, self._later, self._note = menu, later, note
        self._reached, self._refused = reached, refused
        self._patience: Timer | None = None
        self.stage = "greeting"
        self.extension = self.lost = ""

    @property
    def is_through(self) -> bool:
        """Whether the person at an extension is on the line."""
        return self.stage == "connected"

    @property
    def listener(self) -> str:
        """Who hears the caller, in words for the transcript."""
        return "nobody hears" if self.stage == "ringing" else "the switchboard hears"

    def begin(self) -> None:
        """Greet."""
        self._note(f"[the switchboard says] {GREETING}")
        self._later(self._menu.greeting_seconds, self._listen)

    def take(self, key: str) -> None:
        """Take one tone of the caller; it counts only while somebody listens for it."""
        if self.stage == "greeting":
            self.lost += key
        elif self.stage == "listening":
            self.extension += key
            self._judge()

    def to_json(self) -> dict[str, str]:
        """Return how far the call has got, as the control plane shows it."""
        return {"stage": self.stage, "extension": self.extension, "lostTones": self.lost}

    def _listen(self) -> None:
        if self.lost:
            self._note(f"[the switchboard was still speaking: tones {self.lost} are lost]")
        self._change("listening")
        self._patience = self._later(self._menu.patience_seconds, self._refuse)

    def _judge(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
        if self.extension in EXTENSIONS:
            self._change("ringing", f"[extension {self.extension} rings]")
            self._later(self._menu.ringing_seconds, self._connect)
        elif len(self.extension) >= _LONGEST:
            self._refuse()
        else:
            self._patience = self._later(self._menu.gap_seconds, self._refuse)

    def _connect(self) -> None:
        self._change("connected", f"[extension {self.extension} picks up]")
        self._reached(EXTENSIONS[self.extension])

    def _refuse(self) -> None:
        self._change("refused", f"[the switchboard says] {REFUSAL}")
        self._later(REFUSING_SECONDS, self._refused)

    def _change(self, stage: str, line: str = "") -> None:
        self.stage = stage
        self._note(line)
