"""The doors do not depend on what the site has chosen for its own API."""

import os
import re
import subprocess
import sys

import pytest

pytestmark = pytest.mark.wide


@pytest.mark.parametrize("versioning", ["NamespaceVersioning", "AcceptHeaderVersioning"])
def test_the_rest_framework_settings_of_the_site_do_not_reach_the_carrier(versioning):  # R45
    # REST framework reads most of its settings when its classes are made, which is once in a process.
    command = [
        *(sys.executable, "-m", "pytest", "tests/callbacks/hostile/doors.py"),
        *("--ds", "tests.callbacks.hostile.settings", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"),
    ]
    environment = {**os.environ, "HOSTILE_VERSIONING": versioning, "DATABASE_URL": "sqlite:///:memory:"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) > 30
