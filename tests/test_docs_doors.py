"""The lines of docs/doors.md work, each section's in a project of its own."""

import os
import re
import subprocess
import sys

import pytest

from tests.test_docs import PAGES, blocks

pytestmark = pytest.mark.wide

SECTIONS = dict(re.findall(r"^## (.+)\n((?:(?!## ).*\n)*)", PAGES["docs/doors.md"], re.MULTILINE))
LINES = {title: blocks("python", text=text) for title, text in SECTIONS.items() if "```" in text}
# What a site has that needs the sections: other packages, as their documentation says.
OTHERS = """
INSTALLED_APPS += ["rest_framework", "rest_framework.authtoken", "knox", "axes"]
MIDDLEWARE += ["axes.middleware.AxesMiddleware"]
"""


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A new project with the README's lines."""
    folder = tmp_path_factory.mktemp("project")
    run(folder, "-m", "django", "startproject", "own", ".")
    for name in ("settings.py", "urls.py"):
        (lines,) = blocks("python", containing=f"# {name}\n")
        with (folder / "own" / name).open("a") as file:
            file.write(lines + (OTHERS if name == "settings.py" else ""))
    return folder


@pytest.fixture
def project(template, tmp_path):
    """A copy of it."""
    for path in template.rglob("*.py"):
        copy = tmp_path / path.relative_to(template)
        copy.parent.mkdir(exist_ok=True)
        copy.write_text(path.read_text())
    return tmp_path


def run(folder, *arguments):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def add(project, lines):
    """Append the lines to the file that their first one names."""
    name = re.match(r"# ([\w/.]+)\n", lines)[1]
    path = project / ("own" if "/" not in name else "") / name
    path.parent.mkdir(exist_ok=True)
    with path.open("a") as file:
        file.write(lines)


@pytest.mark.parametrize("title", LINES)
def test_the_lines_of_a_section_work(project, title):
    for lines in LINES[title]:
        add(project, lines)
    # Ours has nothing to say of what our page recommends; whatever the URLs import is there.
    assert "voice2fa." not in run(project, "manage.py", "check")


def test_every_section_that_the_issue_names_is_there():
    wanted = ["login view", "admin", "BasicAuthentication", "tokens", "browsable", "JWT", "reset", "axes"]
    wanted += ["second backend", "login() and force_login", "web server"]
    for word in wanted:
        assert any(word in title for title in SECTIONS), word


def test_the_words_of_required_for_are_those_that_are_read():
    from voice2fa.readers import required_for

    words = re.findall(r"^\| `([\w:.]+)` \|", SECTIONS["Who must confirm"], re.MULTILINE)
    assert len(words) == 6
    assert required_for(words) == tuple(words)
