"""The two ways to steer a call: by the reply to its callback, or by a script pushed onto the live call.

What a call does next is decided in ``calls``, which does not know which of the two is in use.
"""

from datetime import timedelta

from voice2fa.background import defer
from voice2fa.conf import API, get_settings
from voice2fa.core.events import Kind
from voice2fa.core.methods import Cue
from voice2fa.core.script import CallScript, Hangup, Park, Pause
from voice2fa.tasks import hang_up_call, push_step

from .calls import Turn
from .telephony.challenges import script_of
from .telephony.pushing import LAST_TRY

#: How long a call waits for a worker. Then it asks, and is steered on by the reply: never left parked.
PARKED_SECONDS = 4.0
#: For how long a worker tries. A try that begins then is over before the call goes on by itself: one that
#: came later would cut short what the person is hearing, and lose the keys that they have pressed.
PUSHED_WITHIN = timedelta(seconds=PARKED_SECONDS) - LAST_TRY
#: How long a call that has heard its last words waits to be hung up; then it ends by itself.
CLOSING_SECONDS = 3.0


def reply_to(turn: Turn) -> CallScript:
    """Return the script for the reply to the callback that led to the turn."""
    if turn.kind is Kind.OVER:
        defer(hang_up_call, turn.call_id)
        return (Pause(seconds=CLOSING_SECONDS), Hangup())
    is_pushed = get_settings().call_control == API and turn.kind is not Kind.PARKED
    if turn.cue is Cue.HANG_UP or not is_pushed:
        return script_of(turn.verification, turn.cue, step=turn.step)
    # Once: a repeated delivery finds the call busy with what was pushed; one that is parked asks for it.
    if turn.is_news:
        _have_pushed(turn)
    return (Park(seconds=PARKED_SECONDS, step=turn.step),)


def _have_pushed(turn: Turn) -> None:
    # The task knows neither code nor key: queues are readable (R9).
    until = (turn.at + PUSHED_WITHIN).isoformat()
    defer(push_step, str(turn.verification.pk), turn.call_id, turn.cue.value, str(turn.step), until)
