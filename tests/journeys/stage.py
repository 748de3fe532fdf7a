"""The site as a process of its own, and the people who come to it."""

import itertools
import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import requests

from .databases import fresh_database

REPOSITORY = Path(__file__).resolve().parents[2]
PASSWORD = "Brass-Lantern-42"
_numbers = itertools.count(2_000_001)
_names = itertools.count(1)


def fresh_number():
    """Return a number that nobody has used in this run."""
    return f"+1415{next(_numbers):07d}"


@dataclass(kw_only=True)
class Person:
    """Somebody with a password and phones."""

    username: str
    numbers: list
    password: str = PASSWORD
    password_hash: str = ""

    @property
    def number(self):
        return self.numbers[0]

    @property
    def email(self):
        return f"{self.username}@example.com"


def newcomer(*numbers):
    """Return somebody whom no site knows yet."""
    return Person(username=f"person{next(_names)}", numbers=list(numbers) or [fresh_number()])


class Site:
    """The journeys' site with these settings of ``VOICE2FA``, from construction to ``close``."""

    def __init__(self, folder, carrier_url, *, settings="tests.journeys.settings", **options):
        self.log_path = folder / "site.log"
        self._stack = ExitStack()
        environment = {
            **os.environ,
            "DATABASE_URL": self._stack.enter_context(fresh_database(folder)),
            "JOURNEYS_SETTINGS": settings,
            "JOURNEYS_CARRIER": carrier_url,
            "JOURNEYS_VOICE2FA": json.dumps(options),
            "PYTHONUNBUFFERED": "1",
        }
        with self.log_path.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.journeys.site"],
                cwd=REPOSITORY,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self._stack.callback(self._stop)
        self.url = self.process.stdout.readline().strip()
        self.environment = {**environment, "JOURNEYS_PUBLIC_URL": self.url}
        if not self.url:
            self.close()
            raise RuntimeError(f"The site did not start:\n{self.log}")
        self.http = self._stack.enter_context(requests.Session())
        self.http.trust_env = False
        self.is_ahead = self.is_changed = False
        self.is_steering_by_worker = options.get("CALL_CONTROL") == "api"
        self.forgiven = []

    def close(self):
        self._stack.close()

    @property
    def log(self):
        """All that the process has logged so far."""
        return self.log_path.read_text()

    def address(self, path):
        return self.url + path

    def welcome(self, *numbers, is_staff=False, has_phones=True):
        """Return a person with an account, whose phones were proved long ago, or who has none there yet."""
        person = newcomer(*numbers)
        fields = {
            "username": person.username,
            "email": person.email,
            "password": person.password,
            "numbers": person.numbers if has_phones else [],
            "is_staff": is_staff,
        }
        person.password_hash = self._backstage("people", fields)["password_hash"]
        return person

    def rows(self, model="", **fields):
        """Return the rows of a model, or of all, whose fields are these; oldest first where it matters."""
        rows = self.http.get(self.address("/_backstage/rows/"), params={"model": model}, timeout=20).json()
        found = [row["fields"] | {"pk": row["pk"]} for row in rows]
        found = [row for row in found if all(row.get(name) == value for name, value in fields.items())]
        return sorted(found, key=lambda row: row.get("created_at") or row.get("received_at") or "")

    def wait_for_mail(self, address, words, seconds=10):
        """Return the newest e-mail to the address with the words in its subject: a thread sends it."""
        deadline = time.monotonic() + seconds
        while True:
            mails = self.http.get(self.address("/_backstage/mails/"), timeout=20).json()
            found = [mail for mail in mails if mail["to"] == [address] and words in mail["subject"]]
            if found:
                return found[-1]
            assert time.monotonic() < deadline, f"No e-mail about {words!r}, but {mails}."
            time.sleep(0.05)

    def verifications(self, person):
        """Return the verifications of the person's first number, oldest first."""
        return self.rows("phoneverification", number=person.number)

    def states(self, person):
        return [row["state"] for row in self.verifications(person)]

    def set_ahead(self, seconds):
        """Move the site's clock; 0 puts it right again."""
        self._backstage("clock", {"ahead": seconds})
        self.is_ahead = bool(seconds)

    def configure(self, **voice2fa):
        """Have the running site follow other settings, on top of its own; none puts it right again."""
        self._backstage("settings", voice2fa)
        self.is_changed = bool(voice2fa)

    def sweep(self):
        """Do once what the sweeper does."""
        self._backstage("sweep", {})

    def _backstage(self, name, body):
        response = self.http.post(self.address(f"/_backstage/{name}/"), json=body, timeout=20)
        response.raise_for_status()
        return response.json()

    def _stop(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(20)
