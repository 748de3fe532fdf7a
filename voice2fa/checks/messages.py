"""From our problems to Django's check messages."""

from collections.abc import Iterable

from django.core.checks import CheckMessage, Error, Warning

from voice2fa.core.problems import Problem

TAG = "voice2fa"


def as_messages(problems: Iterable[Problem]) -> list[CheckMessage]:
    """Return the problems as Django shows them."""
    return [
        (Error if problem.is_error else Warning)(problem.message, hint=problem.hint, id=problem.id)
        for problem in problems
    ]
