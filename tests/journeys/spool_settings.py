"""The journeys' site with a task queue, whose workers are other processes."""

from .settings import *  # noqa: F403 - the same site but for what follows

TASKS = {"default": {"BACKEND": "tests.journeys.spool.Spool"}}
