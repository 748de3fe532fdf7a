"""What people do with a call, question by question: the keys that they press, or what they do instead."""

from contextlib import suppress

from django.utils import timezone

from tests import stage
from voice2fa.core.methods import Method
from voice2fa.flows import verification as verifications
from voice2fa.flows.telephony.challenges import code_of

SILENCE = ""


def wrong_keys(verification):
    return (stage.wrong_code if verification.method == Method.ENTER else stage.wrong_key)(verification)


def report_keys(verification):
    return "0#" if verification.method == Method.ENTER else "0"  # among the digits of a code it needs an end


class Act:
    """Something that a person does in the place of pressing keys."""

    def __init__(self, act):
        self.act = act


def _type(verification, code):
    with suppress(verifications.WrongCode):
        verifications.submit_code(verification, code, now=timezone.now())


hang_up_the_phone = Act(lambda verification, call: call.hang_up())
cancel = Act(lambda verification, call: verifications.cancel(verification, now=timezone.now()))
type_code = Act(lambda verification, call: _type(verification, code_of(verification)))
type_wrong_code = Act(lambda verification, call: _type(verification, stage.wrong_code(verification)))

KEYED = {
    "right keys": [stage.right_keys],
    "wrong keys": [wrong_keys],
    "star, then right keys": ["*", stage.right_keys],
    "stars for ever": ["*"] * 12,
    "nothing": [SILENCE],
    "a report": [report_keys, SILENCE],
    "a report, and no more calls": [report_keys, "0"],
    "a report, and something else": [report_keys, "5"],
    "wrong keys, then the right ones": [wrong_keys, stage.right_keys],
    "wrong keys three times": [wrong_keys] * 3,
    "right keys, star, star": [stage.right_keys, "*", "*"],
    "right keys, then a report": [stage.right_keys, "0", "0"],
}
# What is not done with keys alone.
ACTS = {
    "hanging up": [hang_up_the_phone],
    "a star, then hanging up": ["*", hang_up_the_phone],
    "cancelling": [cancel],
    "wrong keys, then cancelling": [wrong_keys, cancel],
}
# What follows when the call has told the code.
TOLD = {
    "right keys, and the code typed": [stage.right_keys, type_code],
    "right keys, star, and the code typed": [stage.right_keys, "*", type_code],
    "right keys, and wrong codes typed": [stage.right_keys, *[type_wrong_code] * 3],
    "right keys, and hanging up": [stage.right_keys, hang_up_the_phone],
}


def journeys_with(method):
    """Return the journeys with such a call, by name."""
    return {**KEYED, **ACTS, **(TOLD if method == Method.SPEAK else {})}
