"""Fifty at once use one ticket, one approval of a payload, one recovery code, on SQLite: exactly one wins."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.races.on_sqlite import MANY

pytestmark = pytest.mark.wide

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize(
    ("thing", "told"), [("ticket", "already_used"), ("payload", "already_used"), ("recovery", "refused")]
)
def test_of_many_uses_of_one_thing_one_wins(tmp_path, thing, told):  # R8, R34, R40
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'race.sqlite3'}?timeout=30&transaction_mode=IMMEDIATE",
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.races.on_sqlite", thing],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"done": 1, told: MANY - 1}
