"""Give an account its first phone from the terminal: ring it, follow the call, confirm it."""

import time
from collections.abc import Callable
from typing import Any

import phonenumbers
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from phonenumber_field.phonenumber import PhoneNumber

from voice2fa.background import drain
from voice2fa.core.errors import Code, Refusal, WrongCode
from voice2fa.core.events import Cause
from voice2fa.core.methods import Method
from voice2fa.core.states import State
from voice2fa.flows import enrolment
from voice2fa.flows import verification as verifications
from voice2fa.flows.attempts.requests import Client
from voice2fa.flows.telephony.challenges import code_of
from voice2fa.management.people import find_user
from voice2fa.models import PhoneVerification, VoiceDevice
from voice2fa.numbers import read_extension, strip_pauses
from voice2fa.sentences import explain_outcome, explain_refusal

POLL_SECONDS = 1
INTERRUPTED = 130  # what a shell expects of a process that Ctrl-C ended

_NOT_AGREED = (
    "Ask the owner of the phone whether we may ring it with automated calls, and add --agreed if they agree. "
    "Tell them that a call does not keep out somebody who takes over the number."
)
_INSTRUCTIONS: dict[Method, Callable[[PhoneVerification], str]] = {
    Method.ENTER: lambda verification: f"Answer the phone, and key in {code_of(verification)}.",
    Method.SPEAK: lambda verification: (
        f"Answer the phone, press {verification.approve_key}, and listen for the code."
    ),
}
_PROGRESS = {
    "dialling": "Placing the call.",
    "ringing": "The phone is ringing.",
    "answered": "The phone was answered.",
    "code_told": "The code has been told.",
}


class Command(BaseCommand):
    """Rings and follows; ``wait`` (a function of seconds) and ``ask`` (of a prompt) may be handed in."""

    help = "Rings a phone and adds it to an account, so that somebody without a phone can log in."
    stealth_options = ("wait", "ask")

    def add_arguments(self, parser: CommandParser) -> None:
        """Take whose phone, and which."""
        parser.add_argument("username", help="What the user logs in by.")
        parser.add_argument("number", help="The phone's number with its country code, such as +12025550123.")
        parser.add_argument(
            "--extension",
            default="",
            help="What to key in once a switchboard has answered, such as 204; a comma waits half a second.",
        )
        parser.add_argument("--name", default="Phone", help="What the user will know the phone by.")
        parser.add_argument(
            "--agreed",
            action="store_true",
            help="State that the owner of the phone agrees to automated calls.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Confirm the phone; raises ``CommandError`` unless the call has proved it."""
        self._wait: Callable[[float], None] = options.get("wait") or time.sleep
        self._ask: Callable[[str], str] = options.get("ask") or input
        user = find_user(options["username"])
        if not options["agreed"]:
            raise CommandError(_NOT_AGREED)
        try:
            number, extension = _read_number(options["number"], options["extension"])
            phone = self._prove(user, number=number, extension=extension, name=options["name"])
        except Refusal as refusal:
            raise CommandError(explain_refusal(refusal)) from refusal
        finally:
            drain()
        self.stdout.write(self.style.SUCCESS(f"{phone} is confirmed for {user}."))

    def _prove(self, user: AbstractBaseUser, **phone: str) -> VoiceDevice:
        client = Client(user_agent="voice2fa_call")
        # The terminal's language says nothing of the person's: calls will speak that of the page that asks.
        started = enrolment.begin(
            user, **phone, language="", client=client, now=timezone.now(), consents=True
        )
        verification = started.verification
        try:
            self._follow(verification)
        except (KeyboardInterrupt, EOFError):
            verifications.cancel(verification, now=timezone.now())
            raise CommandError(
                "The call was cancelled and nothing was confirmed.", returncode=INTERRUPTED
            ) from None
        return enrolment.finish(verification, now=timezone.now())

    def _follow(self, verification: PhoneVerification) -> None:
        """Show how the call goes until it is decided; raises ``CommandError`` unless it is approved."""
        self.stdout.write(_INSTRUCTIONS[Method(verification.method)](verification))
        shown = ""
        while verification.is_live:
            progress = _progress_of(verification)
            if progress != shown:
                self.stdout.write(_PROGRESS[progress])
                self.stdout.flush()
                shown = progress
            if verification.code_told_at:
                self._read_code(verification)
            else:
                self._wait(POLL_SECONDS)
            verification.refresh_from_db()
            verifications.refresh(verification, now=timezone.now())
        if verification.state != State.APPROVED:
            extension = strip_pauses(verification.extension)
            outcome = explain_outcome(
                State(verification.state), Cause(verification.cause), extension=extension
            )
            raise CommandError(f"{outcome.heading}. {outcome.sentence}")

    def _read_code(self, verification: PhoneVerification) -> None:
        typed = self._ask("Code: ")
        if not typed.strip():
            return
        try:
            verifications.submit_code(verification, typed, now=timezone.now())
        except WrongCode as refusal:
            self.stderr.write(explain_refusal(refusal))


def _read_number(text: str, beside: str) -> tuple[str, str]:
    """Return the number in E.164 and its extension, wherever that stands; raises ``Refusal``."""
    try:
        number = PhoneNumber.from_string(text)
    except phonenumbers.NumberParseException:
        raise Refusal(Code.NUMBER_INVALID) from None
    return str(number.as_e164), read_extension(beside, in_number=number.extension or "")


def _progress_of(verification: PhoneVerification) -> str:
    if verification.state == State.ANSWERED:
        return "code_told" if verification.code_told_at else "answered"
    return "ringing" if verification.ringing_at else "dialling"
