"""The wheel and the source archive: what travels, what stays, and a first project that uses them."""

import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from email.parser import BytesParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
STAYS_HERE = shutil.ignore_patterns(
    ".*", "__pycache__", "*.egg-info", "build", "dist", "site", "screenshots", "htmlcov", "*.sqlite3*"
)


def run(*command, cwd=None):
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def archives(tmp_path_factory):
    """Build both archives from a copy, the wheel from the source archive, without the package index."""
    directory = tmp_path_factory.mktemp("build")
    # A copy, because setuptools would take in whatever an earlier build left in the tree.
    source = shutil.copytree(ROOT, directory / "source", ignore=STAYS_HERE)
    shutil.copytree(ROOT / ".ci", source / ".ci", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".pre-commit-config.yaml", source)
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", directory / "dist", source)
    return {path.suffix: path for path in (directory / "dist").iterdir()}


@pytest.fixture(scope="session")
def wheel(archives):
    with zipfile.ZipFile(archives[".whl"]) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_wheel_holds_every_file_of_the_package_and_no_other(wheel):
    ours = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "voice2fa").rglob("*")
        if path.is_file() and path.suffix not in {".pyc", ".pyo"}
    }
    assert {name for name in wheel if ".dist-info/" not in name} == ours


@pytest.mark.parametrize(
    "name",
    [
        "voice2fa/py.typed",
        "voice2fa/migrations/0001_initial.py",
        "voice2fa/templates/voice2fa/wait.html",
        "voice2fa/static/voice2fa/voice2fa.css",
        "voice2fa/static/voice2fa/wait.js",
        "voice2fa/emulator/handset/index.html",
        "voice2fa/emulator/handset/handset.js",
        "voice2fa/emulator/handset/handset.css",
        "voice2fa/emulator/README.md",
        "voice2fa/locale/es/LC_MESSAGES/django.mo",
        "voice2fa/locale/zh_Hans/LC_MESSAGES/django.mo",
    ],
)
def test_the_wheel_holds(wheel, name):
    assert wheel[name] is not None


def test_the_wheel_installs_nothing_but_voice2fa(wheel):
    assert {name.partition("/")[0] for name in wheel if ".dist-info/" not in name} == {"voice2fa"}


def test_the_wheel_says_what_it_is(wheel):
    (name,) = (name for name in wheel if name.endswith(".dist-info/METADATA"))
    metadata = BytesParser().parsebytes(wheel[name])
    assert metadata["Name"] == "django-voice2fa"
    assert metadata["License"] == "MIT"
    assert metadata["Requires-Python"] == ">=3.11"
    assert {"api", "emulator", "test", "docs"} <= set(metadata.get_all("Provides-Extra"))
    assert metadata.get_payload().startswith("# ")
    assert any(name.endswith("licenses/LICENSE") for name in wheel)


def test_the_wheel_tells_pytest_of_its_plugin(wheel):
    (name,) = (name for name in wheel if name.endswith(".dist-info/entry_points.txt"))
    assert b"[pytest11]\nvoice2fa = voice2fa.pytest_plugin" in wheel[name]


def test_the_source_archive_holds_what_a_distributor_needs(archives):
    with tarfile.open(archives[".gz"]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {
        "README.md",
        "CHANGELOG.md",
        "LICENSE",
        "setup.cfg",
        "pyproject.toml",
        "tests/settings.py",
        ".ci/run",
    }
    assert wanted <= names
    assert not {name for name in names if name.endswith((".pyc", ".sqlite3")) or name.endswith(".env")}


@pytest.mark.wide
def test_a_project_of_three_lines_runs_on_the_wheel(archives, tmp_path):
    environment = tmp_path / "environment"
    run(sys.executable, "-m", "venv", "--without-pip", environment)
    python = environment / "bin" / "python"
    run(
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "--no-deps",
        "--no-index",
        archives[".whl"],
    )
    # The requirements are taken from where the tests run, so that no index is asked. This path file is read,
    # those that lie where it points to are not: an editable voice2fa stays out of sight.
    purelib = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    (purelib / "requirements.pth").write_text(sysconfig.get_path("purelib"))
    project = tmp_path / "project"
    project.mkdir()
    assert "The login page" in run(python, ROOT / ".ci" / "three_line_project.py", project, cwd=tmp_path)
