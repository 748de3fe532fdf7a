"""A database for each site: a file of SQLite, or a fresh database beside the one that DATABASE_URL names."""

import os
import uuid
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit


@contextmanager
def fresh_database(folder):
    """Yield the URL of an empty database that lasts as long as the context."""
    given = os.environ.get("DATABASE_URL", "")
    if not given.startswith(("postgres", "pgsql")):
        yield f"sqlite:///{folder / 'site.sqlite3'}"
        return
    import psycopg

    name = f"journeys_{uuid.uuid4().hex[:12]}"
    parts = urlsplit(given)
    # The database that DATABASE_URL names need not exist: Django makes its test databases beside it, too.
    server = urlunsplit(parts._replace(scheme="postgresql", path="/postgres"))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield urlunsplit(parts._replace(path=f"/{name}"))
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
