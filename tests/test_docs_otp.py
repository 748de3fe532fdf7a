"""The README's lines for django-otp's own login pages, as they stand there."""

import types

import pytest

from tests import stage
from tests.stage import PASSWORD, real_now
from voice2fa.flows import recovery
from voice2fa.models import RecoveryCodes

from .test_docs import blocks


@pytest.fixture
def otp_urls(settings):
    (code,) = blocks("python", containing="# otp_urls.py")
    module = types.ModuleType("otp_urls")
    exec(code, module.__dict__)
    settings.ROOT_URLCONF = module
    # Where django-otp's LoginView finds its page is the site's business.
    settings.TEMPLATES = [
        {
            **settings.TEMPLATES[0],
            "APP_DIRS": False,
            "OPTIONS": {
                **settings.TEMPLATES[0]["OPTIONS"],
                "loaders": [
                    ("django.template.loaders.locmem.Loader", {"registration/login.html": "{{ form }}"}),
                    "django.template.loaders.app_directories.Loader",
                ],
            },
        }
    ]


@pytest.mark.parametrize("address", ["/admin/login/", "/login/"])
def test_the_lines_let_in_by_password_and_device_alone(otp_urls, client, db, address):
    user = stage.make_user(is_staff=True)
    stage.make_phone(user)
    codes = recovery.make(user, real_now())
    data = {"username": "anna", "password": PASSWORD, "next": "/admin/"}
    assert client.post(address, data).status_code == 200
    assert "_auth_user_id" not in client.session
    answers = {"otp_device": RecoveryCodes.objects.get().persistent_id, "otp_token": codes[0]}
    assert client.post(address, {**data, **answers})["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200
