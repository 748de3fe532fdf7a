"""What is asked for, by whom, and what they get: the values that starting a verification takes and gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser

from voice2fa.core.methods import Method, Purpose
from voice2fa.models import PhoneVerification, VoiceDevice


@dataclass(frozen=True, kw_only=True, slots=True)
class Client:
    """Who asks: the client's IP address, if it has one, and what its browser calls itself.

    Where nobody told us of a client at all, ``is_known`` is False, and no calls are counted by address.
    """

    address: str | None = None
    user_agent: str = ""
    is_known: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What is asked for: a call to ``number`` (E.164), or from it, for a purpose, by a method.

    ``user`` is None while registering; ``applicant`` then holds the fields of the user to be.
    """

    purpose: Purpose
    method: Method
    number: str
    client: Client
    extension: str = ""
    #: The person calls us from the number; nobody is rung.
    is_call_in: bool = False
    user: AbstractBaseUser | None = None
    device: VoiceDevice | None = None
    applicant: Mapping[str, Any] | None = field(default=None, repr=False)
    message: str = ""
    #: In which the call speaks; empty for that of the device, or of the page.
    language: str = ""
    payload_digest: str = ""
    #: The person types what the call tells, and sees no page of ours that could show a code.
    is_typed: bool = False
    #: When the owner of the number agreed to be called; None for a phone that is known already (R29, R48).
    consented_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Started:
    """A verification that has begun, and the ticket that binds it to whoever began it."""

    verification: PhoneVerification
    ticket: str = field(repr=False)
