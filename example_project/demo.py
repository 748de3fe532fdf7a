"""The demonstration: the example site and the emulated carrier, side by side, until Ctrl-C.

``python -m example_project.demo``; PORT and EMULATOR_PORT choose the ports (8000 and 8001).
"""

import io
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import django
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.utils import timezone

from voice2fa.flows.telephony.lines import open_reception

HOST = "127.0.0.1"
MANAGE = Path(__file__).resolve().parent / "manage.py"
START_SECONDS = 60
STOP_SECONDS = 5
PEOPLE = (
    # name, password, number, extension, is staff
    ("alice", "ring-for-alice", "+12025550141", "", False),
    ("bob", "ring-for-bob", "+12025550142", "", False),
    ("carol", "ring-for-carol", "", "", False),  # she has no phone yet
    ("dave", "ring-for-dave", "+19075550136", "204", False),  # he sits behind a switchboard
    ("staff", "ring-for-staff", "+12025550143", "", True),
)
# Somebody who tries things out calls often.
GENEROUS = json.dumps({scope: [[500, 3600]] for scope in ("user", "number", "address")})


class Trouble(Exception):
    """The demonstration cannot go on; the message says why, and what to do."""


class Stopped(Exception):
    """Somebody has asked us to stop."""


def main():
    """Run the demonstration; return 0 after a clean stop, 1 when something is in the way."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    children = {}
    try:
        port, emulator_port = _read_port("PORT", 8000), _read_port("EMULATOR_PORT", 8001)
        with tempfile.TemporaryDirectory(prefix="voice2fa-demo-") as folder:
            try:
                _run(children, port, emulator_port, folder)
            finally:
                _end(children.values())
    except Stopped:
        print("\nStopped. Nothing is left running.", flush=True)
        return 0
    except Trouble as trouble:
        print(f"\nThe demonstration cannot run: {trouble}", file=sys.stderr, flush=True)
        return 1
    return 0


def _run(children, port, emulator_port, folder):
    if port == emulator_port:
        raise Trouble(f"PORT and EMULATOR_PORT are both {port}. Give them different numbers.")
    _check_free(port, "PORT")
    _check_free(emulator_port, "EMULATOR_PORT")
    os.environ.update(_environment(port, emulator_port, folder))
    print("Preparing the database and the people ...", flush=True)
    _prepare()
    emulator = [sys.executable, "-m", "voice2fa.emulator", "--host", HOST, "--port", str(emulator_port)]
    emulator += _list_application()
    site = [sys.executable, str(MANAGE), "runserver", "--noreload", f"{HOST}:{port}"]
    children["emulator"] = subprocess.Popen(emulator, stdout=subprocess.DEVNULL)
    children["site"] = subprocess.Popen(site, stdout=subprocess.DEVNULL)
    _wait_for(f"http://{HOST}:{emulator_port}/", "emulator", children)
    _wait_for(f"http://{HOST}:{port}/", "site", children)
    print(_banner(port, emulator_port), flush=True)
    while True:
        time.sleep(0.5)
        _check_alive(children)


def _stop(number, frame):
    # Whatever follows is our own tidying up, and must not be cut short by a second Ctrl-C.
    for later in (signal.SIGINT, signal.SIGTERM):
        signal.signal(later, signal.SIG_IGN)
    raise Stopped


def _read_port(name, default):
    text = os.environ.get(name, "") or str(default)
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise Trouble(f"{name} is {text!r}. Write a port number, such as {default}.")
    return int(text)


def _check_free(port, name):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise Trouble(
                f"port {port} on {HOST} cannot be used ({error.strerror}). "
                f"Stop what uses it, or choose another one, such as: make demo {name}={port + 100}"
            ) from None


def _environment(port, emulator_port, folder):
    """Return what the site is told; variables of the person's own are kept where they can do no harm."""
    emulator = f"http://{HOST}:{emulator_port}"
    ours = {
        "DJANGO_SETTINGS_MODULE": "example_project.settings",
        "DEBUG": "on",
        "DEMO": "on",
        "PORT": str(port),
        "EMULATOR_PORT": str(emulator_port),
        "EMAIL_URL": "",  # e-mails are shown in the terminal, and sent to nobody
        # The demonstration never calls anybody: it is tied to the emulator on this machine.
        "VOICE2FA_PROVIDER": "bandwidth",
        "VOICE2FA_PUBLIC_URL": f"http://{HOST}:{port}",
        "VOICE2FA_ACCOUNT_ID": "9900000",
        "VOICE2FA_APPLICATION_ID": "00000000-0000-4000-8000-000000000001",
        "VOICE2FA_FROM_NUMBER": "+12025550100",
        "VOICE2FA_CLIENT_ID": "emulator",
        "VOICE2FA_CLIENT_SECRET": "emulator-secret",
        "VOICE2FA_CALLBACK_SECRETS": "for-calls-on-this-machine-only-and-nowhere-else",
        "VOICE2FA_BASE_URL": f"{emulator}/api/v2",
        "VOICE2FA_TOKEN_URL": f"{emulator}/api/v1/oauth2/token",
    }
    defaults = {
        "DATABASE_URL": f"sqlite:///{folder}/demo.sqlite3",
        "VOICE2FA_CALL_LIMITS": GENEROUS,
        "VOICE2FA_MAX_CALLS": "500",
        "VOICE2FA_COOL_DOWN": "3",
        "VOICE2FA_CALL_IN": "A",
    }
    return {name: os.environ.get(name) or value for name, value in defaults.items()} | ours


def _list_application():
    """Return the switches by which the emulator announces calls to the site."""
    line = open_reception()
    switches = {
        "call-initiated-url": line.urls.answer,
        "call-initiated-fallback-url": line.urls.answer_fallback,
        "call-status-url": line.urls.disconnect,
        "application-username": line.credentials.username,
        "application-password": line.credentials.password,
        "application-fallback-username": line.credentials.username,
        "application-fallback-password": line.credentials.password,
    }
    return [f"--{name}={value}" for name, value in switches.items()]


def _prepare():
    django.setup()  # reads the environment that has just been written
    try:
        call_command("check", stdout=io.StringIO())
    except SystemCheckError as error:
        told = str(error).removeprefix("SystemCheckError: ")
        raise Trouble(f"a VOICE2FA_ variable says what it must not. {told}") from None
    call_command("migrate", verbosity=0)
    _create_people()


def _create_people():
    phones = apps.get_model("voice2fa", "VoiceDevice").objects
    for name, password, number, extension, is_staff in PEOPLE:
        user, _ = get_user_model().objects.get_or_create(
            username=name,
            defaults={
                "first_name": name.title(),
                "email": f"{name}@example.com",
                "is_staff": is_staff,
                "is_superuser": is_staff,
            },
        )
        user.set_password(password)
        user.save()
        if number:
            phones.get_or_create(
                user=user,
                number=number,
                extension=extension,
                defaults={"name": f"{name.title()}'s phone", "confirmed": True, "created_at": timezone.now()},
            )


def _wait_for(url, name, children):
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        _check_alive(children)
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except urllib.error.HTTPError as error:
            raise Trouble(f"the {name} answers with {error.code}; its lines above say why.") from None
        except OSError:
            time.sleep(0.1)
    raise Trouble(f"the {name} did not answer on {url} within {START_SECONDS} seconds.")


def _check_alive(children):
    for name, child in children.items():
        if child.poll() is not None:
            time.sleep(0.5)  # Ctrl-C reaches the children too: if it was that, our own signal is on its way
            raise Trouble(
                f"the {name} has ended by itself (exit code {child.returncode}); its lines above say why."
            )


def _end(children):
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _banner(port, emulator_port):
    people = "\n".join(
        f"  {name:<7} {password:<16} {number or 'none yet'}{extension and f' x{extension}'}"
        for name, password, number, extension, _ in PEOPLE
    )
    return f"""
Harbour Bank, the example site of voice2fa, is open.

  The site            http://{HOST}:{port}/
  The handset         http://{HOST}:{emulator_port}/
  Both side by side   http://{HOST}:{port}/demo/
  Staff               http://{HOST}:{port}/admin/

  user    password         phone
{people}

Log in as alice: the handset rings, and the key that the page shows lets her in.
Or choose "Call us instead" on that page, and call by "Call somebody" from the handset.
Log in as dave, whose desk is behind a switchboard: it picks up first, and we dial his extension.
Log in as carol, who has no phone: ask for the e-mail with a link to her first one, and it appears here.
Ctrl-C stops everything.
"""


if __name__ == "__main__":
    sys.exit(main())
