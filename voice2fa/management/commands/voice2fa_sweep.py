"""End what is overdue and take up what a dead process left: once, or again and again."""

import time
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from voice2fa.background import drain
from voice2fa.flows.upkeep import Swept, sweep


class Command(BaseCommand):
    """Sweeps; ``wait`` (a function of seconds) may be handed in by a caller, for tests."""

    help = "Ends overdue verifications, places calls that were left unplaced, forgets what is not needed."
    stealth_options = ("wait",)

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the pause between two sweeps."""
        parser.add_argument("--every", type=int, metavar="SECONDS", help="Sweep again after so many seconds.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Sweep once, or until Ctrl-C; calls under way are finished before the process ends."""
        every: int | None = options["every"]
        if every is not None and every < 1:
            raise CommandError("--every takes a whole number of seconds, from 1 on.")
        try:
            if every is None:
                self._tell(sweep(now=timezone.now()))
            else:
                self._go_on(every, options.get("wait") or time.sleep)
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")
        finally:
            drain()

    def _go_on(self, every: int, wait: Callable[[float], None]) -> None:
        while True:
            # A database that was restarted meanwhile must not end the sweeping for good.
            close_old_connections()
            try:
                self._tell(sweep(now=timezone.now()))
            except DatabaseError as error:
                self.stderr.write(f"This sweep failed, the next one follows in {every} seconds: {error}")
            wait(every)

    def _tell(self, swept: Swept) -> None:
        self.stdout.write(
            f"Expired: {swept.expired}. Calls taken up: {swept.placed}. "
            f"Carrier asked about: {swept.observed}. Forgotten: applicants {swept.applicants_forgotten}, "
            f"unconfirmed phones {swept.phones_forgotten}, browsers {swept.browsers_forgotten}."
        )
        self.stdout.flush()
