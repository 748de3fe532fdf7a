"""Starting and stopping: in a thread, and from the command line."""

import re
import signal
import socket
import subprocess
import sys

import pytest
import requests

from voice2fa.emulator import Emulator, Options
from voice2fa.emulator.__main__ import main
from voice2fa.emulator.options import FIELDS, build_parser, parse, to_json


def run(*arguments):
    command = [sys.executable, "-m", "voice2fa.emulator", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_the_command_announces_itself_and_stops_cleanly(stop):
    process = run("--port", "0", "--cps", "9")
    url = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())[0]
    assert requests.get(f"{url}/_control/options", timeout=10).json()["cps"] == 9
    process.send_signal(stop)
    output, errors = process.communicate(timeout=20)
    assert (process.returncode, output, errors) == (0, "", "")


def test_a_watched_emulator_stops_all_the_same():
    with Emulator() as emulator:
        response = requests.get(f"{emulator.url}/_control/events", stream=True, timeout=10)
    response.close()


def test_a_taken_port_is_said_in_a_sentence(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["--port", str(port)]) == 1
        with pytest.raises(OSError, match="in use"), Emulator(Options(port=port)):
            pass
    assert f"cannot listen on 127.0.0.1:{port}" in capsys.readouterr().err


def test_every_option_is_a_switch_with_a_sentence():
    help_text = " ".join(build_parser("").format_help().split())
    for name, item in FIELDS.items():
        assert "--" + name.replace("_", "-") in help_text
        assert item.metadata["help"]
    assert set(to_json(Options())) == set(FIELDS)


def test_switches_become_options():
    options = parse(
        ["--no-accept-basic", "--speed", "0", "--numbers", "+12025550101,+12025550102"], port=8001
    )
    assert (options.accept_basic, options.speed, options.port) == (False, 0.0, 8001)
    assert options.numbers == ("+12025550101", "+12025550102")


def test_a_bad_switch_is_refused(capsys):
    with pytest.raises(SystemExit):
        parse(["--speed", "fast"])
    assert "Option speed cannot be 'fast'." in capsys.readouterr().err


def test_help_lists_the_magic_numbers(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "+19075550116" in capsys.readouterr().out


def test_the_defaults_are_those_that_others_rely_on():
    options = Options()
    assert (options.account_id, options.client_id, options.client_secret) == (
        "9900000",
        "emulator",
        "emulator-secret",
    )
    assert options.application_id == "00000000-0000-4000-8000-000000000001"
    assert options.numbers == tuple(f"+1202555010{last}" for last in range(10))


def test_nothing_of_django_or_the_rest_of_the_app_is_loaded():
    code = (
        "import sys, voice2fa.emulator.__main__\n"
        "strange = {name for name in sys.modules if name.split('.')[0] in ('django', 'voice2fa')}\n"
        "strange -= {name for name in strange if name.startswith('voice2fa.emulator')}\n"
        "print(sorted(strange))"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "['voice2fa']"


def test_the_package_has_no_other_names():
    import voice2fa.emulator

    assert not hasattr(voice2fa.emulator, "Nothing")
