"""A project of three files, written as its packages' documentation says, served and visited as it is."""

import os
import re
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
import requests

from tests.test_docs import blocks
from tests.test_docs_doors import LINES

from .stage import PASSWORD, Person
from .visitor import TIMEOUT, Visitor

pytestmark = pytest.mark.wide

NUMBER = "+12025550151"
MANAGE = """
import os
import sys

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
execute_from_command_line(sys.argv)
"""
SETTINGS = """
SECRET_KEY = "only-for-this-project-" + "x" * 40
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "urls"
STATIC_URL = "static/"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "rest_framework.authtoken",
    "axes",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "axes.middleware.AxesMiddleware",
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AXES_FAILURE_LIMIT = 20
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.BasicAuthentication",
        "rest_framework.authentication.SessionAuthentication",
        "rest_framework.authentication.TokenAuthentication",
    ]
}
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": "db.sqlite3",
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20},
    }
}
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
"""
URLS = """
from django.contrib import admin
from django.urls import include, path
from rest_framework.authtoken import views
from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response


@api_view(["GET"])
@permission_classes([IsAuthenticated])
def me(request):
    return Response({"name": request.user.get_username()})


urlpatterns = [
    path("admin/", admin.site.urls),
    path("api-auth/", include("rest_framework.urls")),
    path("api-token-auth/", views.obtain_auth_token),
    path("me/", me),
]
"""
# Our backend and our URLs, put beside what there is.
LEAST_SETTINGS = """
INSTALLED_APPS.append("voice2fa")
AUTHENTICATION_BACKENDS.insert(1, "voice2fa.backends.VoiceBackend")
"""
LEAST_URLS = """
urlpatterns.append(path("phone/", include("voice2fa.urls")))
"""


class Project:
    """The three files in a folder, and a person in its database."""

    def __init__(self, folder):
        self.folder = folder
        self.person = Person(username="mara", numbers=[NUMBER])
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{free.getsockname()[1]}"
        for name, text in (("manage.py", MANAGE), ("settings.py", SETTINGS), ("urls.py", URLS)):
            (folder / name).write_text(text)
        # What the tests of this repository are told is not for that project.
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("DJANGO_")}
        self.environment["DJANGO_SUPERUSER_PASSWORD"] = PASSWORD

    def address(self, path):
        return self.url + path

    def add(self, name, lines):
        with (self.folder / name).open("a") as file:
            file.write(lines)

    def manage(self, *arguments):
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    @contextmanager
    def served(self):
        """Let the project's own server run meanwhile."""
        command = [sys.executable, "manage.py", "runserver", "--noreload", self.url.removeprefix("http://")]
        with (self.folder / "log").open("a") as log:
            server = subprocess.Popen(command, cwd=self.folder, env=self.environment, stdout=log, stderr=log)
        try:
            self._wait_for(server)
            yield
        finally:
            server.terminate()
            server.wait(20)

    def _wait_for(self, server):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and server.poll() is None:
            try:
                may_see(self)
            except requests.ConnectionError:
                time.sleep(0.1)
            else:
                return
        raise RuntimeError((self.folder / "log").read_text())


@pytest.fixture
def project(tmp_path):
    project = Project(tmp_path)
    project.manage("migrate", "--verbosity", "0")
    project.manage("createsuperuser", "--noinput", "--username", "mara", "--email", "mara@example.com")
    return project


def knock(project):
    """Try the password at every door, and tell of each whether it opened."""
    return {name: door(project) for name, door in DOORS.items()}


@contextmanager
def browse():
    with requests.Session() as browser:
        browser.trust_env = False
        yield browser


def opens_by_form(door, room):
    def knock(project):
        with browse() as browser:
            page = browser.get(project.address(door), timeout=TIMEOUT)
            token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)[1]
            data = {"username": project.person.username, "password": PASSWORD, "csrfmiddlewaretoken": token}
            browser.post(page.url, data={**data, "next": room}, timeout=TIMEOUT)
            return (
                browser.get(project.address(room), allow_redirects=False, timeout=TIMEOUT).status_code == 200
            )

    return knock


def may_see(project, **how):
    with browse() as browser:
        return browser.get(project.address("/me/"), timeout=TIMEOUT, **how).status_code == 200


def opens_by_header(project):
    return may_see(project, auth=(project.person.username, PASSWORD))


def opens_by_token(project):
    data = {"username": project.person.username, "password": PASSWORD}
    with browse() as browser:
        given = browser.post(project.address("/api-token-auth/"), json=data, timeout=TIMEOUT).json()
    return "token" in given and may_see(project, headers={"Authorization": f"Token {given['token']}"})


DOORS = {
    "the admin": opens_by_form("/admin/login/", "/admin/"),
    "the browsable API": opens_by_form("/api-auth/login/", "/me/"),
    "Basic": opens_by_header,
    "a token": opens_by_token,
}


def add_what_the_documentation_says(project, carrier):
    (settings,) = blocks("python", containing="# settings.py\n")
    (urls,) = blocks("python", containing="# urls.py\n")
    settings = settings.replace("http://127.0.0.1:8000", project.url)
    project.add("settings.py", settings.replace("http://127.0.0.1:8001", carrier.url))
    project.add("settings.py", LINES["django-axes"][0])
    project.add("urls.py", urls)


def add_the_least(project, carrier):
    (settings,) = blocks("python", containing="# settings.py\n")
    voice = settings[settings.index("VOICE2FA = {") :].replace("http://127.0.0.1:8000", project.url)
    project.add("settings.py", LEAST_SETTINGS + voice.replace("http://127.0.0.1:8001", carrier.url))
    project.add("urls.py", LEAST_URLS)


@pytest.mark.parametrize("add_ours", [add_what_the_documentation_says, add_the_least])
def test_our_backend_and_our_addresses_lock_a_project_of_three_files(project, carrier, add_ours):  # R39, A20
    with project.served():
        assert set(knock(project).items()) == {(door, True) for door in DOORS}
    project.manage(
        "shell", "-c", "from rest_framework.authtoken.models import Token; Token.objects.all().delete()"
    )

    add_ours(project, carrier)
    assert "ERROR" not in project.manage("check")
    project.manage("migrate", "--verbosity", "0")
    with project.served():
        assert set(knock(project).items()) == {(door, False) for door in DOORS}
        # Nor is it locked to whom it belongs.
        add_phone(project)
        with Visitor(project) as visitor:
            visitor.log_in(project.person, next="/admin/")
            handset = carrier.answer(NUMBER)
            handset.press(handset.named_key)
            assert visitor.complete().path == "/admin/"
            assert "Log out" in visitor.page
            assert visitor.open("/me/").path == "/me/"
            assert visitor.statuses[-1] == 200


def add_phone(project):
    code = (
        "from django.contrib.auth.models import User; from django.utils import timezone;"
        "from voice2fa.models import VoiceDevice; VoiceDevice.objects.create(user=User.objects.get(),"
        f"number={NUMBER!r}, name='Mobile', confirmed=True, created_at=timezone.now())"
    )
    project.manage("shell", "-c", code)
