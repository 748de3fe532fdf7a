"""What the README and docs/ say is proved against the code."""

import ast
import importlib.util
import os
import re
import subprocess
import sys
from dataclasses import MISSING
from datetime import date
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.dispatch import Signal
from django.template.loader import get_template
from django.urls import reverse
from django.utils.module_loading import import_string

import voice2fa
from voice2fa import conf, signals
from voice2fa.conf import KEYS
from voice2fa.emulator.numbers import NAMES
from voice2fa.providers.bandwidth.options import RULES
from voice2fa.providers.bandwidth.voices import VOICES
from voice2fa.providers.base import Provider
from voice2fa.providers.rules import REQUIRED

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
PAGES = {path.relative_to(ROOT).as_posix(): path.read_text() for path in sorted((ROOT / "docs").glob("*.md"))}
PAGES["README.md"] = README
BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
CHECK_ID = re.compile(r"voice2fa\.[EWI]\d{3}")


def read_table(first_column, text=README):
    """Return the rows of the table whose header begins with that column, cells without backticks around."""
    (body,) = re.findall(rf"^\| {first_column} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", text, re.MULTILINE)
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in body.splitlines()]
    return [[re.sub(r"^`([^`]*)`$", r"\1", cell.strip()) for cell in row] for row in rows]


def blocks(language, containing="", text=README):
    """Return the code blocks of the language, their indentation taken away."""
    found = (
        re.sub(rf"^{indent}", "", code, flags=re.MULTILINE)
        for indent, kind, code in BLOCK.findall(text)
        if kind == language
    )
    return [text for text in found if containing in text]


def same(written, value):
    return ast.literal_eval(written) == (list(value) if isinstance(value, tuple) else value)


def test_the_readme_names_every_setting_in_order():
    assert [row[0] for row in read_table("Key")] == list(KEYS)


@pytest.mark.parametrize(("key", "default", "meaning", "check"), read_table("Key"))
def test_a_setting_is_as_the_readme_says(key, default, meaning, check):
    metadata = KEYS[key].metadata
    assert meaning == metadata["doc"]
    assert f"voice2fa.{check}" == metadata["id"]
    assert (default == "required") if metadata["default"] is MISSING else same(default, metadata["default"])


def test_the_readme_names_every_option_of_bandwidth_in_order():
    assert [row[0] for row in read_table("Option")] == [rule.name for rule in RULES]


@pytest.mark.parametrize(("option", "default", "must", "check"), read_table("Option"))
def test_an_option_is_as_the_readme_says(option, default, must, check):
    (rule,) = (rule for rule in RULES if rule.name == option)
    assert rule.must == must or rule.must.startswith(f"{must}: ")  # the voices are too many to name
    assert f"voice2fa.{check}" == rule.id
    assert (default == "required") if rule.default is REQUIRED else same(default, rule.default)


def test_the_readme_names_every_voice_by_gender_and_those_that_cost_extra():
    (body,) = re.findall(r"^\| Language \| Female \| Male \|\n\|[-|]+\|\n((?:\|.*\n)+)", README, re.MULTILINE)
    named = set()
    for row in re.sub(r"\([A-Za-z]+\)", "", body).splitlines():
        for gender, cell in zip(("female", "male"), row.split("|")[2:], strict=False):
            usual, _, extra = cell.partition("extra:")
            named |= {(name, gender, False) for name in re.findall(r"\w+", usual)}
            named |= {(name, gender, True) for name in re.findall(r"\w+", extra)}
    assert named == {(voice.name, voice.gender, voice.costs_extra) for voice in VOICES.values()}


@pytest.mark.parametrize("backend", [row[0] for row in read_table("Backend")])
def test_a_provider_exists(backend):
    assert issubclass(import_string(backend), Provider)


def test_the_readme_names_every_check():
    sources = "".join(path.read_text() for path in (ROOT / "voice2fa").rglob("*.py"))
    in_code = set(CHECK_ID.findall(sources)) | {item.metadata["id"] for item in KEYS.values()}
    tables = [f"voice2fa.{row[3]}" for name in ("Key", "Option") for row in read_table(name)]
    assert sorted([*tables, *(row[0] for row in read_table("Id"))]) == sorted(in_code)


def test_the_readme_names_every_signal():
    assert [row[0] for row in read_table("Signal")] == [
        name for name, value in vars(signals).items() if isinstance(value, Signal)
    ]


@pytest.mark.parametrize("cell", [row[0] for row in read_table("Template")])
def test_a_template_exists(cell):
    for name in re.findall(r"voice2fa/\w+\.html", cell):
        get_template(name)


def test_the_frame_has_the_blocks_that_the_readme_asks_for():
    frame = (ROOT / "voice2fa/templates/voice2fa/base.html").read_text()
    (row,) = (row for row in read_table("Template") if row[0] == "voice2fa/base.html")
    for name in re.findall(r"`(\w+)`", row[1]):
        assert f"{{% block {name} %}}" in frame


def test_the_block_of_the_overriding_example_exists():
    (example,) = blocks("html")
    template, block = re.search(r'extends "(.+?)" %}\n{% block (\w+)', example).groups()
    assert f"{{% block {block} %}}" in (ROOT / "voice2fa/templates" / template).read_text()


@pytest.mark.parametrize(
    "name", sorted({name for text in PAGES.values() for name in re.findall(r"`voice2fa:(\w+)`", text)})
)
def test_an_address_exists(name):
    assert reverse(f"voice2fa:{name}")


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)]+)\)", PAGES[page]):
        path, _, anchor = target.partition("#")
        if "://" in path:
            continue
        file = (ROOT / page).parent / path if path else ROOT / page
        assert file.exists(), target
        titles = re.findall(r"^#+ (.+)$", file.read_text(), re.MULTILINE) if anchor else []
        assert not anchor or anchor in [
            re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-") for title in titles
        ]


@pytest.mark.parametrize("page", sorted(set(PAGES) - {"README.md", "docs/index.md"}))
def test_the_navigation_and_the_first_page_lead_to_every_page(page):
    name = Path(page).name
    assert re.search(rf"^  - [\w ]+: {re.escape(name)}$", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE)
    assert f"]({name})" in PAGES["docs/index.md"]


@pytest.mark.parametrize("page", PAGES)
def test_a_commit_is_named_by_its_subject_and_day_too(page):  # its hash may be another once it has landed
    named = re.findall(r"\bcommit [0-9a-f]{7,}\b.*", PAGES[page])
    assert [line for line in named if not re.match(r'commit \w+, ".+", of \d{4}-\d\d-\d\d', line)] == []


@pytest.mark.parametrize("page", PAGES)
def test_files_that_are_named_exist(page):
    for name in re.findall(
        r"`((?:voice2fa|example_project|tests|benchmarks|docs|\.ci)/[\w./-]*)`", PAGES[page]
    ):
        assert (
            (ROOT / name).exists() or (ROOT / "voice2fa/templates" / name).exists() or name.endswith(".css")
        )


@pytest.mark.parametrize("page", PAGES)
def test_dotted_names_exist(page):
    for name in sorted(set(re.findall(r"`(voice2fa(?:\.\w+)+)`", PAGES[page]))):
        if not CHECK_ID.fullmatch(name) and importlib.util.find_spec(name.rpartition(".")[0]) is not None:
            assert importlib.util.find_spec(name) if name.islower() else import_string(name)


def test_commands_that_are_named_exist():
    lines = [line.strip() for text in [*blocks("console"), *blocks("cron")] for line in text.splitlines()]
    makefile = (ROOT / "Makefile").read_text()
    for line in lines:
        if found := re.search(r"manage\.py (\w+)", line):
            assert found[1] in get_commands()
        elif found := re.search(r"-m ([\w.]+)", line):
            assert importlib.util.find_spec(found[1])
        elif line.startswith("make "):
            assert re.search(rf"^{line.split()[1]}:", makefile, re.MULTILINE)
        elif line.startswith("bash "):
            assert (ROOT / line.split()[1]).exists()
        else:
            assert line.split()[0] in {"git", "cd", "python"}


@pytest.mark.parametrize(
    ("ending", "behaviour"),
    [
        ("0110", "busy"),
        ("0111", "silent"),
        ("0112", "rejects"),
        ("0113", "voicemail"),
        ("0116", "approves"),
        ("0117", "denies"),
        ("0136", "switchboard-fast"),
    ],
)
def test_numbers_act_as_the_readme_says(ending, behaviour):
    assert ending in README
    assert NAMES[f"+1907555{ending}"] == behaviour


@pytest.mark.parametrize(
    ("page", "code"), [(page, code) for page, text in PAGES.items() for code in blocks("python", text=text)]
)
def test_python_compiles(page, code):
    compile(code, page, "exec")


def test_the_changelog_knows_this_version():
    assert re.search(
        rf"^## .*\b{re.escape(voice2fa.__version__)}\b", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE
    )


@pytest.mark.wide
def test_the_lines_for_an_own_project_work(tmp_path):
    # The settings of these tests are not for that project.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")}

    def run(*arguments):
        command = [sys.executable, *arguments]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("-m", "django", "startproject", "own", ".")
    for name in ("settings.py", "urls.py"):
        (lines,) = blocks("python", containing=f"# {name}\n")
        with (tmp_path / "own" / name).open("a") as file:
            file.write(lines)
    assert "no issues" in run("manage.py", "check")
    run("manage.py", "migrate", "--verbosity", "0")
    visit = (
        "from django.test import Client; client = Client(SERVER_NAME='127.0.0.1');"
        "addresses = ('/phone/login/', '/phone/register/', '/admin/login/');"
        "print([client.get(address).status_code for address in addresses])"
    )
    assert "[200, 200, 302]" in run("manage.py", "shell", "-v", "0", "-c", visit)


def test_the_line_for_a_time_of_grace_is_read_as_its_day():
    (code,) = blocks("python", containing="GRACE_UNTIL")
    scope = {"VOICE2FA": {}}
    exec(code, scope)
    values, _problems = conf.read(scope["VOICE2FA"])
    assert values["grace_until"] == date(2027, 1, 31)


def test_production_settings_name_only_what_is_known(monkeypatch):
    (code,) = blocks("python", containing="# production settings")
    for name in re.findall(r'environ\["(\w+)"\]', code):
        monkeypatch.setenv(name, "x" * 32)
    scope = {}
    exec(code, scope)
    assert set(scope["VOICE2FA"]) <= set(KEYS)
    assert set(scope["VOICE2FA"]["PROVIDER"]["OPTIONS"]) <= {rule.name for rule in RULES}


def test_the_receiver_connects(capsys):
    (code,) = blocks("python", containing="# receivers.py")
    scope = {}
    exec(code, scope)
    assert signals.verification_reported.disconnect(scope["warn_the_staff"])


def test_the_readme_names_every_fixture():
    plugin = ast.parse((ROOT / "voice2fa/pytest_plugin.py").read_text())
    functions = [node.name for node in plugin.body if isinstance(node, ast.FunctionDef)]
    fixtures = [name for name in functions if not name.startswith("_")]
    assert [row[0] for row in read_table("Fixture")] == fixtures
