"""Put voice2fa, as installed for this interpreter, into a new project by three settings, and open its pages.

    python three_line_project.py DIRECTORY

Ends with an error unless the package comes from this interpreter's own site-packages, ``check`` and
``migrate`` are content, and the pages and their style sheet are found.
"""

import os
import subprocess
import sys
from pathlib import Path

SETTINGS = """
INSTALLED_APPS += ["django_otp", "voice2fa"]
AUTHENTICATION_BACKENDS = ["voice2fa.backends.VoiceBackend"]
VOICE2FA = {
    "PUBLIC_URL": "http://localhost:8000",
    "PROVIDER": {"BACKEND": "voice2fa.providers.console.ConsoleProvider"},
}
"""
URLS = """
from django.urls import include

urlpatterns += [path("phone/", include("voice2fa.urls"))]
"""
VISIT = """
import sys
from pathlib import Path
import django
django.setup()
from django.contrib.staticfiles import finders
from django.test import Client
from django.test.utils import setup_test_environment
import voice2fa
assert Path(voice2fa.__file__).is_relative_to(sys.prefix), f"{voice2fa.__file__} is not under {sys.prefix}"
setup_test_environment()
for address in ("/phone/login/", "/phone/register/"):
    response = Client().get(address)
    assert response.status_code == 200, f"{address} answered {response.status_code}"
    assert b"voice2fa/voice2fa.css" in response.content, f"{address} does not name the style sheet"
assert finders.find("voice2fa/voice2fa.css"), "the style sheet is not among the static files"
print("The login page of", voice2fa.__version__, "on Django", django.__version__, "is there.")
"""


def main(directory: Path) -> None:
    """Make the project in the directory, which must exist, and try it."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "PYTHON"))
    }

    def run(*arguments: str, **more: str) -> None:
        subprocess.run(
            [sys.executable, "-W", "error::DeprecationWarning:voice2fa", *arguments],
            cwd=directory,
            env={**environment, **more},
            check=True,
        )

    run("-m", "django", "startproject", "site_of_three_lines", ".")
    for name, lines in (("settings.py", SETTINGS), ("urls.py", URLS)):
        with (directory / "site_of_three_lines" / name).open("a") as file:
            file.write(lines)
    run("manage.py", "check", "--fail-level", "ERROR")
    run("manage.py", "migrate", "--verbosity", "0")
    run("manage.py", "makemigrations", "--check", "--dry-run")
    run("-c", VISIT, DJANGO_SETTINGS_MODULE="site_of_three_lines.settings")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
