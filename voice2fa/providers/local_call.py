"""A call that rings no telephone: the person's side of it, and the carrier's."""

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from voice2fa.core.events import Answerer, Cause, Kind

from .base import CallProgress, Credentials, MachineDetection, OutgoingCall
from .local import Verb, read_script, write_event

MOST_REDIRECTS = 50
# How long a script that was pushed may take, callbacks and breakpoints in them included.
LONGEST_TURN = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What our own site answered to a callback."""

    status: int
    body: bytes


#: Posts a body to a callback URL with HTTP Basic credentials.
Post = Callable[[str, bytes, Credentials], Reply]


class LocalCall:
    """One call: ``to``, ``caller``, what was ``said``, and the verbs of the person who is called.

    Each verb returns when the site has answered the callbacks that it causes. No lock is held meanwhile: a
    callback may well end the call that it belongs to, or push a script onto it.
    """

    def __init__(self, order: OutgoingCall, *, post: Post, hear: Callable[[str], None] | None = None) -> None:
        self.call_id = f"local-{uuid.uuid4().hex}"
        self.order = order
        self.to = order.to
        self.caller = order.caller
        self.said: list[str] = []
        self.progress = CallProgress.RINGING
        self.cause = Cause.NONE
        self.ended = threading.Event()
        self._post = post
        self._hear = hear
        self._gather: Verb | None = None
        self._parked: Verb | None = None
        # Told at the end of each turn, in whatever thread it was taken.
        self._settled = threading.Condition()
        # Counts the scripts that ran: a reply that was overtaken by a pushed script is dropped.
        self._turn = 0
        self._redirects = 0

    def __repr__(self) -> str:
        return f"<{type(self).__name__} to {self.to}: {self.progress}>"

    @property
    def is_over(self) -> bool:
        """Whether the call has ended."""
        return self.progress is CallProgress.OVER

    @property
    def is_answered(self) -> bool:
        """Whether the call goes on."""
        return self.progress is CallProgress.ANSWERED

    @property
    def is_waiting(self) -> bool:
        """Whether the call waits for keys."""
        return self._gather is not None

    @property
    def is_parked(self) -> bool:
        """Whether the call waits for a script to be pushed onto it."""
        return self._parked is not None

    def answer(self) -> None:
        """Pick up."""
        self._pick_up(Answerer.HUMAN)

    def answer_as_machine(self) -> None:
        """Let an answering machine pick up; the site learns it as far as machine detection is on."""
        self._pick_up(Answerer.MACHINE)

    def press(self, keys: str) -> None:
        """Press the keys, one after another, and no more; ``""`` is silence until the call goes on."""
        if self._gather is None:
            raise RuntimeError("The call does not wait for keys.")
        gather, self._gather = self._gather, None
        self._redirects = 0
        digits, ended_by = _split_keys(keys, gather["last_keys"])
        digits = digits[: gather["max_digits"]]
        # The key that would have ended the input is never pressed once the input is full.
        ended_by = "" if len(digits) == gather["max_digits"] else ended_by
        self._follow(Kind.GATHER, gather, digits=digits, ended_by=ended_by)

    def stay_silent(self) -> None:
        """Press nothing until the call goes on."""
        self.press("")

    def wait_in_vain(self) -> None:
        """Let the time pass for which a parked call waits: then it asks what comes next."""
        parked, self._parked = self._parked, None
        if parked is None:
            raise RuntimeError("The call is not parked.")
        self._redirect(parked)

    def wait_for_script(self) -> None:
        """Wait until a script that another thread pushes is followed; in vain, a parked call asks."""
        parked = self._parked
        seconds = parked["seconds"] if parked else LONGEST_TURN
        with self._settled:
            self._settled.wait_for(lambda: self._has_gone_on(parked), seconds)
        if parked is not None and self._parked is parked:
            self._parked = None
            self._redirect(parked)

    def hang_up(self) -> None:
        """Hang up."""
        self._expect(CallProgress.ANSWERED)
        self.end(Cause.HUNG_UP)

    def reject(self) -> None:
        """Decline the call while it rings."""
        self._expect(CallProgress.RINGING)
        self.end(Cause.REJECTED)

    def busy(self) -> None:
        """Be on the phone with somebody else."""
        self._expect(CallProgress.RINGING)
        self.end(Cause.BUSY)

    def no_answer(self) -> None:
        """Let it ring until it stops."""
        self._expect(CallProgress.RINGING)
        self.end(Cause.NO_ANSWER)

    def cut_off(self) -> None:
        """End the call from our side: a ringing call is cancelled, an answered one hung up."""
        self.end(Cause.HUNG_UP if self.is_answered else Cause.CANCELLED)

    def push(self, verbs: list[Verb]) -> None:
        """Drop what the call does and run these verbs."""
        self._run(verbs)

    def end(self, cause: Cause) -> None:
        """End the call for the cause, and report it; a call that is over stays as it is."""
        if self.is_over:
            return
        self.progress, self.cause, self._gather = CallProgress.OVER, cause, None
        self._parked = None
        self._report(Kind.DISCONNECT, self.order.line.urls.disconnect, cause=cause)
        self.ended.set()
        self._tell_settled()

    def _expect(self, progress: CallProgress) -> None:
        if self.progress is not progress:
            raise RuntimeError(f"The call is {self.progress}, not {progress}.")

    def _pick_up(self, answerer: Answerer) -> None:
        self._expect(CallProgress.RINGING)
        self.progress = CallProgress.ANSWERED
        urls, detection = self.order.line.urls, self.order.machine_detection
        callback = {"url": urls.answer, "fallback": urls.answer_fallback}
        found = {"answerer": answerer} if detection is MachineDetection.SYNC else {}
        self._follow(Kind.ANSWER, callback, **found)
        if detection is MachineDetection.ASYNC and not self.is_over:
            self._report(Kind.MACHINE, urls.machine, answerer=answerer)

    def _follow(self, kind: Kind, callback: Verb, **facts: str) -> None:
        """Report to the callback, or else to its fallback, and run the script that comes back."""
        turn = self._turn
        reply = self._report(kind, callback["url"], credentials=_read_credentials(callback), **facts)
        if reply is None and callback["fallback"]:
            reply = self._report(kind, callback["fallback"], credentials=_read_credentials(callback), **facts)
        if self.is_over or self._turn != turn:
            return
        if reply is None:
            self.end(Cause.CALLBACK_FAILED)
            return
        try:
            verbs = read_script(reply.body)
        except ValueError:
            self.end(Cause.SCRIPT_REFUSED)
        else:
            self._run(verbs)

    def _report(
        self, kind: Kind, url: str, *, credentials: Credentials | None = None, **facts: str
    ) -> Reply | None:
        body = write_event(kind, call_id=self.call_id, to=self.to, caller=self.caller, **facts)
        reply = self._post(url, body, credentials or self.order.line.credentials)
        return reply if 200 <= reply.status < 300 else None

    def _run(self, verbs: list[Verb]) -> None:
        self._turn += 1
        self._gather = self._parked = None
        for verb in verbs:
            if not _VERBS[verb["verb"]](self, verb):
                break
        else:
            self.end(Cause.HUNG_UP)
        self._tell_settled()

    def _has_gone_on(self, parked: Verb | None) -> bool:
        is_parked_anew = self._parked is not None and self._parked is not parked
        return self.is_waiting or self.is_over or is_parked_anew

    def _tell_settled(self) -> None:
        with self._settled:
            self._settled.notify_all()

    def _say(self, verb: Verb) -> bool:
        self._utter(verb["text"])
        return True

    def _play(self, verb: Verb) -> bool:
        self._utter(f"[{verb['url']}]")
        return True

    def _pause(self, verb: Verb) -> bool:
        return True

    def _wait_for_keys(self, verb: Verb) -> bool:
        for prompt in verb["prompts"]:
            _VERBS[prompt["verb"]](self, prompt)
        self._gather = verb
        return False

    def _redirect(self, verb: Verb) -> bool:
        self._redirects += 1
        if self._redirects > MOST_REDIRECTS:
            self.end(Cause.CALLBACK_FAILED)
        else:
            self._follow(Kind.REDIRECT, verb)
        return False

    def _park(self, verb: Verb) -> bool:
        self._parked = verb
        return False

    def _send_tones(self, verb: Verb) -> bool:
        self._utter(f"[tones {verb['keys']}]")
        return True

    def _end_normally(self, verb: Verb) -> bool:
        self.end(Cause.HUNG_UP)
        return False

    def _utter(self, text: str) -> None:
        self.said.append(text)
        if self._hear:
            self._hear(text)


_VERBS: dict[str, Callable[[LocalCall, Verb], bool]] = {
    "say": LocalCall._say,
    "play": LocalCall._play,
    "pause": LocalCall._pause,
    "gather": LocalCall._wait_for_keys,
    "redirect": LocalCall._redirect,
    "park": LocalCall._park,
    "tones": LocalCall._send_tones,
    "hangup": LocalCall._end_normally,
}


def _read_credentials(callback: Verb) -> Credentials | None:
    if "username" not in callback:
        return None
    return Credentials(username=callback["username"], password=callback["password"])


def _split_keys(keys: str, last_keys: str) -> tuple[str, str]:
    at = next((at for at, key in enumerate(keys) if key in last_keys), len(keys))
    return keys[:at], keys[at : at + 1]
