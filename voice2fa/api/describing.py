"""What an endpoint takes, gives and refuses: told once, for the schema and for whoever reads the view."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rest_framework.serializers import BaseSerializer

from voice2fa.core.errors import Code

# What every endpoint that starts a call may refuse with.
CALL_REFUSALS = (
    Code.CALL_IN_PROGRESS,
    Code.COOLING_DOWN,
    Code.NUMBER_INVALID,
    Code.NUMBER_KIND,
    Code.NUMBER_REGION,
    Code.NUMBER_STOPPED,
    Code.TOO_MANY_CALLS,
    Code.TOO_MANY_FAILURES,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Doc:
    """One method of an endpoint.

    ``gives`` maps each good status to the serializer of its body, or to None where there is none;
    ``says`` are example bodies by status, ``sends`` is one of the request's.
    """

    summary: str
    detail: str = ""
    takes: type[BaseSerializer[Any]] | None = None
    gives: Mapping[int, type[BaseSerializer[Any]] | None]
    is_list: bool = False
    refuses: tuple[Code, ...] = ()
    #: Of the request; those with a question mark are not needed always.
    headers: tuple[str, ...] = ()
    sends: Mapping[str, Any] = field(default_factory=dict)
    says: Mapping[int, Any] = field(default_factory=dict)
