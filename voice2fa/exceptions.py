"""Exceptions at the border with the carrier."""

from django.core.exceptions import SuspiciousOperation


class RejectedCallback(SuspiciousOperation):
    """A callback that is not believed; the message says which wire is crossed, never what was pressed."""


class UnknownCall(RejectedCallback):
    """A callback about a verification that we do not know."""
