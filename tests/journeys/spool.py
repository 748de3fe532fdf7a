"""A task queue for the journeys: each task is a file of JSON, for workers in processes of their own.

``python -m tests.journeys.spool`` does what it finds there, until its stdin closes or somebody kills it.
"""

import json
import os
import sys
import threading
import time
import uuid
from pathlib import Path

import django

if django.VERSION >= (6, 0):
    from django.tasks.backends.dummy import DummyBackend
else:
    from django_tasks.backends.dummy import DummyBackend

TODO = "*.json"


class Spool(DummyBackend):
    """Writes tasks into the folder of ``JOURNEYS_SPOOL``."""

    def enqueue(self, task, args, kwargs):
        name = Path(os.environ["JOURNEYS_SPOOL"]) / f"{time.time():.6f}-{uuid.uuid4().hex}"
        name.write_text(json.dumps([task.module_path, args, kwargs]))
        name.rename(name.with_suffix(".json"))  # nobody reads half a file
        return super().enqueue(task, args, kwargs)


def work():
    from django.utils.module_loading import import_string

    spool = Path(os.environ["JOURNEYS_SPOOL"])
    while True:
        for task in sorted(spool.glob(TODO)):
            path, args, kwargs = json.loads(task.read_text())
            task.unlink()
            import_string(path).func(*args, **kwargs)
        time.sleep(0.01)


def _leave_with_parent():
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = os.environ["JOURNEYS_SETTINGS"]
    django.setup()
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    work()
