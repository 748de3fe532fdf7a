"""A session store that can be told to fail at the moment at which a ticket is put into it."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore


class SessionStore(DatabaseStore):
    is_failing = False

    def cycle_key(self):
        if SessionStore.is_failing:
            raise ConnectionError("The sessions are away.")
        super().cycle_key()
