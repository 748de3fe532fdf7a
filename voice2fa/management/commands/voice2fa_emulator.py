"""The carrier on your desk, with a handset page in the browser."""

import argparse
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

try:
    from voice2fa.emulator.__main__ import main
except ModuleNotFoundError as missing:
    if (missing.name or "").partition(".")[0] != "aiohttp":
        raise
    main = None  # type: ignore[assignment]


class Command(BaseCommand):
    """Hands all arguments to ``python -m voice2fa.emulator``, whose switches and help they are."""

    help = "Emulates Bandwidth's Voice API and shows a ringing handset; --help lists its switches."
    # It is of use before the site is configured.
    requires_system_checks = ()

    def run_from_argv(self, argv: list[str]) -> None:
        """Take everything after the command's name as it stands, but for what Django has used already."""
        used = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
        used.add_argument("--settings")
        used.add_argument("--pythonpath")
        _, arguments = used.parse_known_args(argv[2:])
        super().run_from_argv([*argv[:2], "--", *arguments])

    def add_arguments(self, parser: CommandParser) -> None:
        """Take any arguments."""
        parser.add_argument("arguments", nargs="*")

    def handle(self, *args: Any, arguments: list[str], **options: Any) -> None:
        """Run until told to stop; exit as the emulator does."""
        if main is None:
            raise CommandError("The emulator needs aiohttp: pip install 'django-voice2fa[emulator]'.")
        failure = main(arguments)
        if failure:
            sys.exit(failure)
