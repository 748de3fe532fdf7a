import threading

import pytest
from django.db import OperationalError, connections

from tests.conftest import IMMEDIATE


def connect(patience=100):
    """Open this thread's connection; a server that is full for a moment is asked again."""
    for _ in range(patience):
        try:
            return connections["default"].ensure_connection()
        except OperationalError:
            threading.Event().wait(0.2)
    return connections["default"].ensure_connection()


@pytest.fixture
def race(settings):
    """Return a function that has many threads do an act at the same moment, each on its own connection."""
    settings.TASKS = IMMEDIATE

    def run(count, act):
        """Return what each of the acts returned, or the exception that it raised."""
        outcomes = [None] * count
        start = threading.Barrier(count)

        def take_part(place):
            try:
                connect()
                start.wait(60)
                outcomes[place] = act(place)
            except Exception as error:
                outcomes[place] = error
            finally:
                connections.close_all()

        threads = [threading.Thread(target=take_part, args=(place,)) for place in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        return outcomes

    return run
