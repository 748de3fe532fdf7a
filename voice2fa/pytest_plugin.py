"""The pytest plugin: fixtures for tests of sites that ring phones.

Every test run of an environment loads it, so it imports nothing of Django: that waits for the first fixture.
"""

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest


@pytest.fixture
def phone_calls(db: None, settings: Any) -> Any:
    """The calls placed so far, a list like ``mail.outbox``: ``answer()`` one, then ``press("7")``.

    Each call knows ``to``, ``purpose``, what was ``said``, and the ``key`` and ``code`` that were heard.
    """
    testing = _testing()
    _set_all(settings, testing.settings_for_calls())
    calls = testing.PhoneCalls()
    calls.clear()
    yield calls
    calls.clear()


@pytest.fixture
def voice_login(db: None) -> Callable[..., None]:
    """A function that logs a client in by a real call: ``voice_login(client, user)``."""
    login: Callable[..., None] = _testing().voice_login
    return login


@pytest.fixture
def voice_confirm(db: None) -> Callable[..., None]:
    """A function that confirms once more as whoever is logged in: ``voice_confirm(client)``."""
    confirm: Callable[..., None] = _testing().voice_confirm
    return confirm


@pytest.fixture(scope="session")
def _voice2fa_emulator() -> Iterator[Any]:
    with _testing().PhoneEmulator() as emulator:
        yield emulator


@pytest.fixture
def phone_emulator(live_server: Any, settings: Any, _voice2fa_emulator: Any) -> Any:
    """The emulator of the carrier, which the ``live_server`` calls: ``phone_emulator.ring().answer()``."""
    testing = _testing()
    _voice2fa_emulator.reset()
    _set_all(settings, testing.settings_for_calls())
    settings.VOICE2FA = {
        **settings.VOICE2FA,
        "PUBLIC_URL": live_server.url,
        "PROVIDER": _voice2fa_emulator.provider,
    }
    return _voice2fa_emulator


def _testing() -> Any:
    return import_module("voice2fa.testing")


def _set_all(settings: Any, values: dict[str, Any]) -> None:
    # By the fixture of pytest-django, which puts all of them back in the right order.
    for name, value in values.items():
        setattr(settings, name, value)
