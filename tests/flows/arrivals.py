"""Somebody who calls us, as their carrier reports it, event by event."""

import itertools

from tests import stage
from voice2fa.core.events import Attestation, CallEvent, Cause, Kind
from voice2fa.core.script import Gather, Hangup, Say
from voice2fa.flows import call_in, incoming

_ids = itertools.count(1)


def expect_call(user, *, now=stage.NOW, **request):
    """Begin something for the user, and have them call us instead."""
    first = stage.begin(user, now=now, **request)
    return call_in.begin(first.verification, stage.CLIENT, now=now).verification


class Caller:
    """One call to us; ``script`` is what the site told it last."""

    def __init__(self, number=stage.NUMBER, *, to=stage.CALLER, attestation=Attestation.FULL, now=stage.NOW):
        self.number, self.to, self.attestation, self.now = number, to, attestation, now
        self.call_id = f"in-{next(_ids)}"
        self.step = 1
        self.script = None

    def dial(self):
        self.script = self.report(Kind.INITIATE, attestation=self.attestation)
        return self

    def press(self, digits, *, step=None, ended_by=""):
        step = self.step if step is None else step
        self.script = self.report(Kind.GATHER, step=step, digits=digits, ended_by=ended_by)
        self.step = step + 1
        return self

    def hang_up(self, cause=Cause.HUNG_UP):
        self.script = self.report(Kind.DISCONNECT, cause=cause)
        return self

    def report(self, kind, *, step=0, **facts):
        known = {"call_id": self.call_id, "to": self.to, "caller": self.number}
        return incoming.receive(CallEvent(kind=kind, **{**known, **facts}), step=step, now=self.now)

    @property
    def said(self):
        """The words of the last script."""
        verbs = [
            verb for part in self.script for verb in (part.prompts if isinstance(part, Gather) else [part])
        ]
        return " ".join(verb.text for verb in verbs if isinstance(verb, Say))

    @property
    def is_asked(self):
        return isinstance(self.script[0], Gather)

    @property
    def is_let_go(self):
        return isinstance(self.script[-1], Hangup) and not self.is_asked
