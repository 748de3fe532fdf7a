"""What to tell the carrier so that people can call this site."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from voice2fa.carrier import get_provider
from voice2fa.conf import NEVER, get_settings
from voice2fa.flows.telephony.lines import open_reception


class Command(BaseCommand):
    """Prints addresses and credentials for the settings of the application at the carrier."""

    help = "Prints what to type into the carrier's settings of your voice application, for calls to you."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it; raises ``CommandError`` where the carrier announces no calls."""
        if not get_provider().can_take_calls:
            raise CommandError("This provider takes no calls. Choose another one in VOICE2FA['PROVIDER'].")
        line = open_reception()
        settings = {
            "Call initiated URL": line.urls.answer,
            "Call initiated fallback URL": line.urls.answer_fallback,
            "Call status URL": line.urls.disconnect,
            "Method of all three": "POST",
            "User name, fallback too": line.credentials.username,
            "Password, fallback too": line.credentials.password,
        }
        width = max(map(len, settings))
        self.stdout.write("Type this into the settings of your voice application at the carrier:\n\n")
        for name, value in settings.items():
            self.stdout.write(f"  {name:<{width}}  {value}\n")
        self.stdout.write(
            "\nWhoever has that password can say who calls you: keep it like CALLBACK_SECRETS. It is made "
            "from the first of them: come back here when you rotate those.\n"
        )
        if get_settings().call_in == NEVER:
            self.stdout.write(self.style.WARNING("VOICE2FA['CALL_IN'] is 'off': nobody can call yet."))
