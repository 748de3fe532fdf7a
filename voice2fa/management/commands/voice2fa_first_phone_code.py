"""Give somebody a code for their first phone, from the terminal."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from voice2fa.core.errors import Refusal
from voice2fa.flows import first_phone
from voice2fa.flows.account.proofs import SECRET_LIFETIME
from voice2fa.management.people import find_user
from voice2fa.sentences import explain_no_code


class Command(BaseCommand):
    """Prints the code once; it is stored nowhere."""

    help = "Prints a code with which somebody who has no phone may add the first one, after the password."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take whose phone it is about."""
        parser.add_argument("username", help="What the user logs in by.")

    @sensitive_variables("code")
    def handle(self, *args: Any, **options: Any) -> None:
        """Print the code; raises ``CommandError`` where the user may not have one."""
        user = find_user(options["username"])
        try:
            code = first_phone.issue_code(user, None, now=timezone.now())
        except Refusal as refusal:
            raise CommandError(explain_no_code(refusal)) from refusal
        minutes = int(SECRET_LIFETIME.total_seconds() // 60)
        self.stdout.write(
            f"{code} is good for {minutes} minutes, once. Tell it to {user}, and to nobody else."
        )
