import pytest

from tests import stage
from tests.conftest import carrier  # noqa: F401 - the list of calls, rather than the journeys' emulator
from tests.web.conftest import browser, new_browser  # noqa: F401


@pytest.fixture
def anna(db):
    """Somebody for whom all doors would open, had she more than a password to show."""
    user = stage.make_user(is_staff=True, is_superuser=True, email="anna@example.com")
    stage.make_phone(user)
    return user
