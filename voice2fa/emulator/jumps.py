"""Where a call goes next: a verb's callback, its addresses, credentials and tag."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from voice2fa.emulator.bxml import Verb
from voice2fa.emulator.calls import Call
from voice2fa.emulator.orders import Target


@dataclass(frozen=True, kw_only=True, slots=True)
class Jump:
    """A synchronous callback whose answer is the next document."""

    event_type: str
    target: Target
    fallback: Target | None
    fields: dict[str, Any]


def make_first_jump(call: Call, event_type: str, fields: dict[str, Any]) -> Jump:
    """Return the callback that every call begins with."""
    return Jump(
        event_type=event_type, target=call.order.answer, fallback=call.order.answer_fallback, fields=fields
    )


def make_initiate(call: Call) -> Jump:
    """Return the callback that announces a call to us."""
    fields = {
        "stirShaken": call.order.stir_shaken,
        # These two are in no page, but were seen on the wire in June 2026.
        "privacy": call.order.privacy,
        "callerDisplayName": call.order.display_name or "",
    }
    return make_first_jump(call, "initiate", fields)


def retag(call: Call, verb: Verb) -> None:
    """Take over the tag that a verb carries, if any."""
    if verb.settings["tag"] is not None:
        call.tag = verb.settings["tag"]


def make_jump(call: Call, verb: Verb, kind: str, fields: dict[str, Any]) -> Jump:
    """Return the callback of a Gather or Redirect, with its own fields."""
    settings, fallback = verb.settings, None
    if settings[f"{kind}FallbackUrl"] is not None:
        fallback = make_target(call, verb, f"{kind}Fallback", "fallbackUsername", "fallbackPassword")
    return Jump(event_type=kind, target=make_target(call, verb, kind), fallback=fallback, fields=fields)


def make_target(
    call: Call,
    verb: Verb,
    kind: str,
    username: str = "username",
    password: str = "password",  # noqa: S107  the attribute's name
) -> Target:
    """Return the address that a verb names, with the credentials that go there."""
    settings = verb.settings
    return Target(
        url=resolve(call, settings[f"{kind}Url"]),
        method=settings[f"{kind}Method"],
        username=settings[username],
        password=settings[password],
    )


def resolve(call: Call, address: str) -> str:
    """Return an absolute address; a relative one starts where the document came from."""
    return urljoin(call.document_url, address)
