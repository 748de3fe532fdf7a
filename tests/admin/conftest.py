import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from tests.factories import UserFactory, VoiceDeviceFactory
from voice2fa.flows.telephony import placing
from voice2fa.providers.memory import MemoryProvider


@pytest.fixture
def staff(db):
    return UserFactory(superuser=True)


@pytest.fixture
def page(client, staff):
    """Return a function that fetches a page of the admin as staff."""
    client.force_login(staff)

    def fetch(address, status=200, **query):
        response = client.get(f"/admin/{address}", query)
        assert response.status_code == status
        return response

    return fetch


@pytest.fixture
def listed(page):
    """Return a function that lists what a query of a model's list finds."""

    def find(model, **query):
        response = page(f"voice2fa/{model}/", **query)
        return set(response.context["cl"].result_list)

    return find


@pytest.fixture
def person(db):
    """Somebody with two phones."""
    user = UserFactory()
    VoiceDeviceFactory.create_batch(2, user=user)
    return user


@pytest.fixture
def ring():
    """Return a function that has a started verification's call placed, and returns the call."""

    def place(started):
        placing.place(started.verification.pk, clock=timezone.now)
        return MemoryProvider.calls[-1]

    return place


@pytest.fixture
def name_of():
    """Return a function that tells what a user logs in by."""
    return lambda user: getattr(user, get_user_model().USERNAME_FIELD)
