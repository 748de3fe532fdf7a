"""What a browser brings along: its address, its name, and the ticket of the call it waits for."""

from posixpath import normpath
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_variables

from voice2fa.flows.attempts.clients import client_of as client_of
from voice2fa.flows.attempts.tickets import find
from voice2fa.models import PhoneVerification

TICKET = "voice2fa_ticket"
PASS = "voice2fa_pass"  # noqa: S105 - a word, not a secret
NEXT = "voice2fa_next"
ARRIVED = "voice2fa_arrived"
FINISH = "voice2fa_finish"
END_OTHERS = "voice2fa_end_others"


@sensitive_variables()
def remember(request: HttpRequest, ticket: str) -> None:
    """Bind the ticket to this browser under a new session key: one planted before is worthless (R38)."""
    request.session.cycle_key()
    request.session[TICKET] = ticket
    drop_pass(request)


@sensitive_variables()
def remember_pass(request: HttpRequest, given: str) -> None:
    """Bind a pass to this browser as ``remember`` does a ticket: the first factor was right, no more."""
    request.session.cycle_key()
    request.session[PASS] = given


def drop_pass(request: HttpRequest) -> None:
    """Take the pass from this browser."""
    request.session.pop(PASS, None)


def pass_of(request: HttpRequest) -> str:
    """Return the pass that this browser holds, or an empty text."""
    return str(request.session.get(PASS, ""))


def remember_next(request: HttpRequest) -> None:
    """Keep where the person wants to go once the call is approved, and nowhere from an earlier try."""
    request.session[NEXT] = safe_next(request)


def note_end_of_others(request: HttpRequest, *, is_wished: bool) -> None:
    """Keep whether the person wants other sessions to end once the call is approved (R24)."""
    if is_wished:
        request.session[END_OTHERS] = True
    else:
        request.session.pop(END_OTHERS, None)


def take_end_of_others(request: HttpRequest) -> bool:
    """Tell whether other sessions are to end now, once."""
    return bool(request.session.pop(END_OTHERS, False))


def remember_act(request: HttpRequest, *, finish_url: str, back_url: str) -> None:
    """Keep where the site finishes the act that is to be approved, and where to go if it is not."""
    request.session[FINISH] = finish_url
    request.session[NEXT] = back_url


def finish_url_of(request: HttpRequest) -> str:
    """Return where the act is finished that this browser has asked for, or an empty text."""
    return str(request.session.get(FINISH, ""))


def ticket_of(request: HttpRequest) -> str:
    """Return the ticket that this browser holds, or an empty text."""
    return str(request.session.get(TICKET, ""))


def awaited(request: HttpRequest) -> PhoneVerification:
    """Return the verification that this browser waits for; raises ``Refusal(NOT_WAITING)`` (R4)."""
    return find(ticket_of(request))


def forget(request: HttpRequest) -> str:
    """Drop ticket and pass, and return where the person wanted to go, or an empty text."""
    request.session.pop(TICKET, None)
    request.session.pop(FINISH, None)
    drop_pass(request)
    return str(request.session.pop(NEXT, ""))


def note_arrival(request: HttpRequest, target: str) -> None:
    """Keep where the approved call has led, for another tab that still waits and for the way back."""
    request.session[ARRIVED] = target


def arrival(request: HttpRequest) -> str:
    """Return where this browser's approved call has led, or an empty text."""
    return str(request.session.get(ARRIVED, ""))


def next_of(request: HttpRequest) -> str:
    """Return where the person wants to go once the call is approved, or an empty text."""
    return str(request.session.get(NEXT, ""))


def lost_session(request: HttpRequest) -> bool:
    """Tell whether the browser names a session that is gone: logging in gives a session a new key."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES and bool(request.session.is_empty())


def safe_next(request: HttpRequest) -> str:
    """Return the requested next address if it leads to this site, else an empty text (A31)."""
    target = request.POST.get("next", request.GET.get("next", ""))
    is_safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    # Back to the waiting page, however its address is written, would be round in a circle.
    is_circle = is_safe and _as_opened(urlsplit(target).path) == _as_opened(reverse("voice2fa:wait"))
    return target if is_safe and not is_circle else ""


def _as_opened(path: str) -> str:
    return normpath(unquote(path))
