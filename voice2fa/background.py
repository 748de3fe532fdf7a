"""Work outside the request: the site's task queue, or a small pool of threads where it has none."""

import logging
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

from django.conf import settings
from django.db import connections, transaction

from .conf import get_settings

logger = logging.getLogger("voice2fa.background")
_waiting: set[tuple[str, ...]] = set()


def defer(task: Any, *arguments: str) -> None:
    """Run the task with the arguments once the open transaction, if any, has been committed."""
    run = task.enqueue if _has_task_queue() else _submitter(task.func)
    transaction.on_commit(lambda: run(*arguments), robust=True)


def drain() -> None:
    """Wait until the threads have done what was deferred: a command ends only when its calls are placed."""
    if _pool.cache_info().currsize:
        _pool().shutdown(wait=True)
        _pool.cache_clear()


def _has_task_queue() -> bool:
    # Django's own default runs tasks in the request, which must not wait for the carrier.
    return bool(settings.is_overridden("TASKS"))  # type: ignore[misc]  # unknown to the stubs


def _submitter(work: Callable[..., None]) -> Callable[..., None]:
    def submit(*arguments: str) -> None:
        job = (work.__name__, *arguments)
        if job in _waiting:
            return  # each of our jobs looks at the row first: a second one in the queue would do nothing
        _waiting.add(job)
        _pool().submit(_run, job, work, *arguments)

    return submit


def _run(job: tuple[str, ...], work: Callable[..., None], *arguments: str) -> None:
    _waiting.discard(job)
    try:
        work(*arguments)
    except Exception:  # the pool would swallow it; the row is the outbox, and the sweeper picks it up
        logger.exception("A background job failed: %s", work.__name__)
    finally:
        # No request_finished will come for this thread.
        connections.close_all()


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=get_settings().workers, thread_name_prefix="voice2fa")


def _forget_threads() -> None:
    # A forked worker inherits the pool, but not its threads.
    _pool.cache_clear()
    _waiting.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_threads)
