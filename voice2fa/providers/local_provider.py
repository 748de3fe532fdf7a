"""What the stand-ins share as providers: calls that live in this process, and two options."""

import secrets
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from voice2fa.core.events import CallEvent
from voice2fa.core.problems import Problem
from voice2fa.core.script import CallScript

from .base import BadOptions, CallGone, CallReport, Line, Provider
from .local import parse_event, read_script, write_script
from .local_call import LocalCall
from .rules import E164, Rule, check_rules, is_secret_list, matches, read_values

RULES = (
    Rule(
        name="FROM_NUMBER",
        id="voice2fa.E152",
        must="the number that seems to call, in E.164 form",
        example="'+12025550100'",
        accepts=matches(E164),
        default="+12025550100",
    ),
    Rule(
        name="CALLBACK_SECRETS",
        id="voice2fa.E153",
        must="a list of secrets of at least 32 characters each, the newest first",
        example="['only-for-tests-only-for-tests-only']",
        accepts=is_secret_list,
        # The calls live in this process, and so may what they derive from.
        default=(secrets.token_urlsafe(32),),
    ),
)


class LocalProvider(Provider):
    """A provider whose calls live in this process; raises ``BadOptions`` when made from faulty options."""

    script_content_type = "application/json"
    can_detect_machines = True
    can_report_progress = True
    for_development = True

    def __init__(self, options: Mapping[str, Any]) -> None:
        super().__init__(options)
        problems = self.check(options)
        if problems:
            raise BadOptions(problems)
        self._values = read_values(RULES, options)

    @classmethod
    def check(cls, options: Mapping[str, Any]) -> Sequence[Problem]:
        """Return what is wrong with the options; every one of them may be left out."""
        return check_rules(RULES, options, unknown_id="voice2fa.E151")

    @property
    def callback_secrets(self) -> Sequence[str]:
        """The secrets of ``CALLBACK_SECRETS``, or one made when the process began."""
        return tuple(self._values["callback_secrets"])

    @property
    def caller(self) -> str:
        """The number of ``FROM_NUMBER``."""
        return str(self._values["from_number"])

    @abstractmethod
    def list_calls(self) -> Sequence[LocalCall]:
        """Return the calls placed so far."""

    def get_call(self, call_id: str) -> CallReport:
        """Return how far the call has come; raises ``CallGone`` for one that this process did not place."""
        call = self._find(call_id)
        return CallReport(call_id=call_id, progress=call.progress, cause=call.cause)

    def hang_up(self, call_id: str) -> None:
        """End the call from our side."""
        self._find_live(call_id).cut_off()

    def replace_script(self, call_id: str, script: CallScript, *, line: Line, timeout: float) -> None:
        """Make the live call run the script at once; raises ``CallGone`` before it is answered, too."""
        call = self._find_live(call_id)
        if not call.is_answered:
            raise CallGone("The call is not answered yet.")
        call.push(read_script(self.render(script, line=line)))

    def parse_event(self, body: bytes) -> CallEvent:
        """Translate an event of the dialect; raises ``BadEvent``, never anything else."""
        return parse_event(body)

    def render(self, script: CallScript, *, line: Line) -> bytes:
        """Translate the script into the dialect."""
        return write_script(script, line=line)

    def _find(self, call_id: str) -> LocalCall:
        for call in self.list_calls():
            if call.call_id == call_id:
                return call
        raise CallGone("This process has placed no such call.")

    def _find_live(self, call_id: str) -> LocalCall:
        call = self._find(call_id)
        if call.is_over:
            raise CallGone("The call is over.")
        return call
