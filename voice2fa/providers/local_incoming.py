"""A call to us that rings no telephone: the person dials, and hears what the site replies."""

from voice2fa.core.events import Attestation, Cause, Kind

from .base import CallProgress, Line, MachineDetection, OutgoingCall
from .local import Verb
from .local_call import LocalCall, Post


class IncomingCall(LocalCall):
    """One call to us, announced on the ``line``: ``caller`` is the person's number, ``to`` is ours."""

    def __init__(self, *, caller: str, to: str, line: Line, post: Post) -> None:
        order = OutgoingCall(
            to=to, caller=caller, ring_seconds=0, machine_detection=MachineDetection.OFF, line=line
        )
        super().__init__(order, post=post)

    def dial(self, attestation: Attestation) -> None:
        """Call, with what the person's carrier says of the number, and hear what the site says first."""
        self._expect(CallProgress.RINGING)
        urls = self.order.line.urls
        callback = {"url": urls.answer, "fallback": urls.answer_fallback}
        self._follow(Kind.INITIATE, callback, attestation=attestation)

    def _run(self, verbs: list[Verb]) -> None:
        if self.progress is CallProgress.RINGING:
            if verbs[0]["verb"] == "hangup":
                self.end(Cause.REJECTED)
                return
            self.progress = CallProgress.ANSWERED
        super()._run(verbs)
