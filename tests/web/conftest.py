import pytest
from django.test import Client
from django.urls import reverse

from tests import stage


class Browser(Client):
    """A browser; what a page defers is done before the next one is asked for, as it is after a commit."""

    def __init__(self, carry_out, **defaults):
        self.carry_out = carry_out
        super().__init__(**defaults)

    def request(self, **request):
        with self.carry_out():
            return super().request(**request)

    def open(self, name, *arguments, **extra):
        return self.get(reverse(f"voice2fa:{name}", args=arguments), **extra)

    def send(self, name, *arguments, data=None, **extra):
        return self.post(reverse(f"voice2fa:{name}", args=arguments), data or {}, **extra)

    def enter_password(self, username="anna", password=stage.PASSWORD, **data):
        return self.send("login", data={"username": username, "password": password, **data})

    @property
    def is_logged_in(self):
        return "_auth_user_id" in self.session


@pytest.fixture
def new_browser(db, carry_out):
    def make(**defaults):
        return Browser(carry_out, **defaults)

    return make


@pytest.fixture
def browser(new_browser):
    return new_browser()


@pytest.fixture
def inside(phone, new_browser, carrier, carry_out):
    """A browser that has logged in by telephone."""
    browser = new_browser()
    browser.enter_password()
    call = carrier.calls[-1]
    call.answer()
    call.press(newest().approve_key)
    browser.send("complete")
    assert browser.is_logged_in
    return browser


def newest():
    from voice2fa.models import PhoneVerification

    return PhoneVerification.objects.order_by("created_at").last()
