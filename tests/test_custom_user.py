"""Any user model will do; a user model is for a whole process, so the journeys have one of their own."""

import re
import subprocess
import sys

import pytest

pytestmark = pytest.mark.wide


def test_journeys_of_users_with_an_address_for_a_name_and_a_uuid_for_a_key():
    command = [
        *(
            sys.executable,
            "-m",
            "pytest",
            "tests/customuser/journeys.py",
            "--ds",
            "tests.customuser.settings",
        ),
        *("-q", "-p", "no:cacheprovider", "-p", "no:xdist"),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) == 8
