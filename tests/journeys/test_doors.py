"""No door of a site opens to a password alone: the journeys need sites of their own, and so processes."""

import os
import re
import subprocess
import sys

import pytest

pytestmark = pytest.mark.wide

SITES = {
    "doors": "tests.journeys.doors.settings",
    "example": "tests.journeys.doors.example_settings",
}


def run(module, site):
    """Run the tests of the module against the site, and return how many passed."""
    command = [
        *(sys.executable, "-m", "pytest", f"tests/journeys/doors/{module}.py", "--ds", SITES[site]),
        *("-q", "-p", "no:cacheprovider", "-p", "no:xdist"),
    ]
    environment = {
        **os.environ,
        "DATABASE_URL": "sqlite:///:memory:",
        "DJANGO_SETTINGS_MODULE": SITES[site],
    }
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return int(re.search(r"(\d+) passed", done.stdout)[1])


@pytest.mark.parametrize("site", SITES)
def test_a_crawl_with_a_password_alone_finds_no_session_and_no_token(site):  # R39, A20
    assert run("crawls", site) == 3


def test_every_door_by_itself_is_locked_by_ours_and_open_without():  # R39, A20
    assert run("knocks", "doors") > 150
