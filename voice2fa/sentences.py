"""What people are told: one sentence for each refusal and each outcome, with the next step in it."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from .core.agents import browser_of, system_of
from .core.errors import Code, Refusal, TryLater, WrongCode
from .core.events import Cause
from .core.states import State

Sentence = str | Promise


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a verification ended, for a page: a heading, and a sentence that tells the next step."""

    heading: Sentence
    sentence: Sentence


REFUSALS: dict[Code, Sentence] = {
    Code.ACCOUNT_CHANGED: _("The account has changed since this call began. Please start again."),
    Code.ALREADY_USED: _("This confirmation has been used already. Please start again."),
    Code.BAD_CREDENTIALS: _("That username and password do not match. Check both and try again."),
    Code.CALL_IN_PROGRESS: _("A call for this is already under way. Finish it, or cancel it first."),
    Code.CALL_IN_OFF: _("You cannot call us with this phone here. Have us call you, or use another way."),
    Code.CALL_REQUIRED: _(
        "A password alone does not open this account. Log in on the page where we can call you."
    ),
    Code.CONFIRMATION_REQUIRED: _(
        "For this we need to know that it is you. Please confirm it by phone first."
    ),
    Code.CONSENT_REQUIRED: _("We can only ring a phone whose owner agrees. Please tick the box."),
    Code.COOLING_DOWN: _("We have only just called."),
    Code.ENTER_REQUIRED: _(
        "A machine answered this phone, or another key was pressed, so it takes a code shown on a page now. "
        "Use another way here, or log in where we show one."
    ),
    Code.EXPIRED: _("Time ran out before this was confirmed. Please start again."),
    Code.EXTENSION_INVALID: _("An extension has digits only. Put a comma where a pause is needed."),
    Code.EXTENSION_TOO_LONG: _("An extension has at most 32 digits and commas. Check it and try again."),
    Code.EXTENSION_TWICE: _(
        "The extension behind the number is not the one beside it. Leave one of the two out."
    ),
    Code.ILLEGAL_TRANSITION: _("This call is past that step. Please start again."),
    Code.JUST_SENT: _("We have only just sent a code."),
    Code.LANGUAGE_UNSPOKEN: _("Calls cannot speak that language here. Choose another one."),
    Code.LAST_PHONE: _("This is your only phone, and you need one to log in. Add another one first."),
    Code.NOT_APPROVED: _("This has not been confirmed by phone. Please start again."),
    Code.NOT_SENT: _("The code could not be sent. Try again in a minute, or use another way."),
    Code.NOT_WAITING: _("There is no call to wait for here. Please start again."),
    Code.NO_EMAIL: _("We have no e-mail address for this account. Please ask the site's staff for a code."),
    Code.NO_PHONE: _("This account has no confirmed phone to call. Please ask the site's staff for help."),
    Code.NUMBER_INVALID: _("That is not a valid phone number. Check the digits and the country code."),
    Code.NUMBER_KIND: _("We cannot call that kind of number. Use a mobile or landline number."),
    Code.NUMBER_REGION: _("We cannot call numbers in that country. Use another number."),
    Code.NUMBER_SHARED: _("That number serves as many accounts as it may. Use another number."),
    Code.NUMBER_STOPPED: _(
        "Whoever answered this number asked us not to call it. Use another one, or ask the site's staff."
    ),
    Code.PAYLOAD_CHANGED: _(
        "What was approved on the phone is not what was sent now, so nothing was done. Please start again."
    ),
    Code.PHONE_EXISTS: _("That phone is on your account already."),
    Code.PHONE_LIMIT: _("You have as many phones as an account may have. Remove one first."),
    Code.PHONE_REQUIRED: _("This account needs a phone before you can log in. Please add one."),
    Code.PROOF_REQUIRED: _(
        "Please prove first that this account is yours, with the link that we send or a code from staff."
    ),
    Code.START_OVER: _("This took too long to go on from here. Please start again."),
    Code.TOO_EARLY: _("The code has not been told yet. Answer the call, press the key, and listen."),
    Code.TOO_MANY_CALLS: _("There were too many calls that nobody approved."),
    Code.TOO_MANY_FAILURES: _("There were too many wrong codes."),
    Code.TOO_MANY_MAILS: _("We have sent you an e-mail already. Please look for it, among the spam too."),
    Code.USERNAME_TAKEN: _("Somebody took that username meanwhile. Please register with another one."),
    Code.WRONG_CODE: _("That is not the code."),
    Code.WRONG_PROOF: _("That link or code is wrong, used, or too old. Please ask for a new one."),
    Code.WRONG_TOKEN: _("That code is not right, or was used already. Check it and try again."),
}

# Said to staff who would give a code for a first phone; the other sentences speak to its owner.
_NO_CODES: dict[Code, Sentence] = {
    Code.ACCOUNT_CHANGED: _("The account is inactive. Activate it first."),
    Code.CONFIRMATION_REQUIRED: _(
        "The account has a phone or another way to confirm. If that is lost, remove it first."
    ),
    Code.PROOF_REQUIRED: _("You can give a code neither to yourself, nor to a superuser unless you are one."),
}

_OUTCOMES: dict[State, Outcome] = {
    State.APPROVED: Outcome(_("Confirmed"), _("Your phone has confirmed this. You can go on.")),
    State.DENIED: Outcome(
        _("Denied"),
        _("The key pressed does not approve, so nothing was confirmed. Call again if it was a slip."),
    ),
    State.REPORTED: Outcome(
        _("Reported"),
        _(
            "The person on the phone said that this was not them, so nothing was confirmed. "
            "If it is your account, change its password."
        ),
    ),
    State.LOCKED: Outcome(
        _("Too many wrong codes"),
        _("The code was wrong too often, so this call is closed. Please start again."),
    ),
    State.EXPIRED: Outcome(
        _("Time is up"), _("Nothing was confirmed in time. Call again when you have the phone at hand.")
    ),
    State.CANCELLED: Outcome(
        _("Cancelled"), _("The call was cancelled and nothing was confirmed. Call again whenever you like.")
    ),
}

_UNREACHABLE: dict[Cause, Outcome] = {
    Cause.BUSY: Outcome(
        _("The line was busy"), _("Your phone is in another call. End it, then have us call again.")
    ),
    Cause.NO_ANSWER: Outcome(
        _("Nobody answered"),
        _("The phone rang and nobody answered. Keep it near you and have us call again."),
    ),
    Cause.REJECTED: Outcome(
        _("The call was declined"), _("The phone declined the call. If that was a slip, have us call again.")
    ),
    Cause.HUNG_UP: Outcome(
        _("The call ended too soon"),
        _(
            "The call ended before a key was pressed. "
            "Have us call again, and press the key before you hang up."
        ),
    ),
    Cause.SILENCE: Outcome(
        _("No key was pressed"),
        _(
            "The call was answered, but no key was pressed. "
            "Have us call again, and open the keypad when you answer."
        ),
    ),
    Cause.MACHINE: Outcome(
        _("A voicemail answered"),
        _(
            "A machine answered, and machines cannot confirm. Switch the phone on, or use another one. "
            "If it was you, have us call again, and key in the code that we then show."
        ),
    ),
    Cause.NUMBER_UNREACHABLE: Outcome(
        _("The number could not be reached"),
        _("The telephone network could not reach this number. Check the number, then try again."),
    ),
    Cause.CARRIER_BUSY: Outcome(
        _("The telephone service is busy"),
        _("We could not place the call just now. Wait a minute, then have us call again."),
    ),
}
# Where we had an extension to dial, and nobody at it could be asked.
_AT_SWITCHBOARD = Outcome(
    _("Extension %(extension)s was not reached"),
    _(
        "Nobody at extension %(extension)s pressed a key. If it rang, have us call again. If not, check the "
        "extension, or add the phone with a few commas before it: each waits half a second more."
    ),
)
# A stranger with the password may have asked for it (A18).
_SUPERSEDED = Outcome(
    _("Another request took its place"),
    _(
        "Somebody has just asked for another call for this account, so this one was ended. "
        "If that was not you, change your password."
    ),
)
_TROUBLE = Outcome(
    _("The call could not be made"),
    _("The telephone service has trouble on our side. Wait a few minutes, then have us call again."),
)


def explain_outcome(state: State, cause: Cause, *, extension: str = "") -> Outcome:
    """Return how a verification in this final state is told to the person, with what was dialled."""
    if extension and state is State.UNREACHABLE and cause in {Cause.SILENCE, Cause.HUNG_UP}:
        dialled = {"extension": extension}
        return Outcome(str(_AT_SWITCHBOARD.heading) % dialled, str(_AT_SWITCHBOARD.sentence) % dialled)
    # A call whose order got no clear answer runs out of time with the cause still standing. That a machine
    # answered may come out after it has pressed keys that were judged.
    if cause is Cause.MACHINE or state is State.UNREACHABLE or (state is State.EXPIRED and cause):
        return _UNREACHABLE.get(cause, _TROUBLE)
    if state is State.CANCELLED and cause is Cause.SUPERSEDED:
        return _SUPERSEDED
    return _OUTCOMES[state]


def explain_refusal(refusal: Refusal) -> str:
    """Return the sentence for the refusal, with how long to wait or how many tries are left."""
    sentence = str(REFUSALS[refusal.code])
    if isinstance(refusal, TryLater):
        return f"{sentence} {_when(refusal.retry_after)}"
    if isinstance(refusal, WrongCode):
        return f"{sentence} {_tries(refusal.tries_left)}"
    return sentence


def explain_no_code(refusal: Refusal) -> str:
    """Return the sentence for staff who may not give a code for a first phone."""
    return str(_NO_CODES.get(refusal.code) or explain_refusal(refusal))


def name_browser(user_agent: str) -> str:
    """Return a browser as its owner would name it, such as "Firefox on Windows"."""
    browser, system = browser_of(user_agent), system_of(user_agent)
    if browser and system:
        return gettext("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or gettext("Unknown browser")


def _when(seconds: int) -> str:
    if seconds < 120:
        return ngettext("Try again in %(n)d second.", "Try again in %(n)d seconds.", seconds) % {"n": seconds}
    minutes = -(-seconds // 60)
    if minutes < 120:
        return ngettext("Try again in %(n)d minute.", "Try again in %(n)d minutes.", minutes) % {"n": minutes}
    hours = -(-minutes // 60)
    return ngettext("Try again in %(n)d hour.", "Try again in %(n)d hours.", hours) % {"n": hours}


def _tries(left: int) -> str:
    return ngettext("You have %(n)d try left.", "You have %(n)d tries left.", left) % {"n": left}
