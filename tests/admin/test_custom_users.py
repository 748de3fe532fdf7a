"""The admin works with any user model; a user model is for a whole process, so this one has its own."""

import re
import subprocess
import sys

import pytest

pytestmark = pytest.mark.wide
PAGES = "found or every_kind or outlives or the_list or deletion or only_phone or many_phones or shown_code"


def test_users_may_have_any_key_and_any_name():
    command = [
        *(sys.executable, "-m", "pytest", "tests/admin", "tests/test_commands.py", "-k", PAGES),
        *("-q", "-p", "no:cacheprovider", "--ds", "tests.admin.people.settings"),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) > 30
