"""Which way imports point, and other promises that only the source can break."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "voice2fa"
SOURCES = sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)
OURS = [path for path in SOURCES if "emulator" not in path.relative_to(PACKAGE).parts]

# Rooms from the ground up: a room may import the ones below it, and none beside it.
FLOORS = [
    {"core", "__init__"},
    {
        "conf",
        "readers",
        "exceptions",
        "signals",
        "keys",
        "language_codes",
        "names",
        "numbers",
        "wording",
        "sentences",
        "spoken",
    },
    {"querysets", "providers", "links"},
    {"models", "carrier", "background", "mails"},
    {"flows", "tasks"},
    {
        "callbacks",
        "web",
        "api",
        "admin",
        "backends",
        "checks",
        "logs",
        "management",
        "middleware",
        "receivers",
        "templatetags",
    },
    {"urls", "apps", "testing", "pytest_plugin"},
]
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
# Beside one another, and yet one uses the other: each pair has its reason.
ALLOWED = {
    ("tasks", "flows"),  # a task runs a flow outside of the request
    ("flows", "tasks"),  # and a flow asks for that
    ("conf", "readers"),  # the settings, and how each value is read
    ("checks", "backends"),  # a check looks for our backend among the site's
    ("checks", "middleware"),  # for our middleware among the site's
    ("checks", "api"),  # and for an issuer where the site names one
}


def room_of(path):
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def module_of(path):
    return ".".join(("voice2fa", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")


def package_of(path):
    module = module_of(path)
    return module if path.name == "__init__.py" else module.rpartition(".")[0]


def parse(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def imports_of(tree, package):
    """Return the absolute names of the modules that the code imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            yield origin
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def is_for_types(node):
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def without_types(tree):
    """Return the tree without what is imported for type checkers alone."""
    tree.body = [node for node in tree.body if not is_for_types(node)]
    return tree


def rooms_imported(path):
    names = imports_of(without_types(parse(path)), package_of(path))
    inside = {name.split(".")[1] for name in names if name.startswith("voice2fa.")}
    return {room for room in inside if (PACKAGE / room).is_dir() or (PACKAGE / f"{room}.py").exists()}


def named(path):
    return str(path.relative_to(PACKAGE))


@pytest.mark.parametrize("path", OURS, ids=named)
def test_every_room_has_a_floor(path):
    assert room_of(path) in FLOOR_OF


@pytest.mark.parametrize("path", OURS, ids=named)
def test_imports_point_down_and_never_to_a_neighbour(path):
    room = room_of(path)
    for other in rooms_imported(path) - {room, "__init__", "emulator"}:
        is_below = FLOOR_OF[other] < FLOOR_OF[room]
        assert is_below or (room, other) in ALLOWED, f"{room} must not import {other}"


# The flows have floors of their own: the attempt, what it needs, and on top of these the use cases.
FLOWS = PACKAGE / "flows"
FLOW_FLOOR_OF = {"attempts": 0, "telephony": 1, "presence": 1, "account": 1}
USE_CASES = 2


def flow_room_of(names):
    return names[0] if (FLOWS / names[0]).is_dir() else "use cases"


@pytest.mark.parametrize("path", sorted(FLOWS.rglob("*/*.py")), ids=named)
def test_the_rooms_of_the_flows_import_down_and_never_a_use_case(path):
    room = path.parent.name
    names = imports_of(without_types(parse(path)), package_of(path))
    inside = [
        parts for name in names if (parts := name.split(".")[2:]) and name.startswith("voice2fa.flows.")
    ]
    for other in {flow_room_of(parts) for parts in inside} - {room}:
        assert FLOW_FLOOR_OF.get(other, USE_CASES) < FLOW_FLOOR_OF[room], f"{room} must not import {other}"


def test_the_emulator_is_an_island():
    for path in SOURCES:
        names = {name for name in imports_of(parse(path), package_of(path)) if name.startswith("voice2fa")}
        others = {name for name in names if name.split(".")[1:2] not in ([], ["emulator"])}
        if room_of(path) == "emulator":
            assert not others, named(path)
        elif room_of(path) != "management":
            assert not {name for name in names if name.startswith("voice2fa.emulator")}, named(path)


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_imports_stand_at_the_top(path):
    for node in ast.walk(parse(path)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        inner = [child for child in ast.walk(node) if isinstance(child, ast.Import | ast.ImportFrom)]
        assert not inner or (path.name == "apps.py" and node.name == "ready"), f"{node.name}()"


@pytest.mark.parametrize("path", [path for path in OURS if room_of(path) == "core"], ids=named)
def test_the_core_imports_the_standard_library_alone(path):
    outside = {name.split(".")[0] for name in imports_of(parse(path), package_of(path))} - {"voice2fa"}
    assert outside <= sys.stdlib_module_names
    assert rooms_imported(path) <= {"core"}
    assert not outside & {
        "random",
        "secrets",
        "time",
        "socket",
        "urllib",
        "http",
        "os",
        "logging",
        "threading",
    }


@pytest.mark.parametrize("path", [path for path in OURS if room_of(path) == "core"], ids=named)
def test_the_core_has_no_clock(path):
    called = {ast.unparse(node.func) for node in ast.walk(parse(path)) if isinstance(node, ast.Call)}
    assert not {name for name in called if name.endswith((".now", ".utcnow", ".today"))}


def test_loading_the_core_loads_no_django():
    modules = ["codes", "errors", "events", "methods", "policy", "problems", "script", "states"]
    code = f"import sys; from voice2fa.core import {', '.join(modules)}; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "voice2fa.core.methods" in loaded
    assert not {name for name in loaded if name.split(".")[0] in {"django", "rest_framework", "phonenumbers"}}


@pytest.mark.parametrize("path", OURS, ids=named)
def test_no_dice_but_those_of_the_operating_system(path):  # R6
    names = set(imports_of(parse(path), package_of(path)))
    assert not {name for name in names if name.split(".")[0] == "random"}


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_no_file_is_a_drawer_for_odds_and_ends(path):
    assert not {"utils", "util", "helpers", "common", "services", "misc"} & {
        *path.relative_to(PACKAGE).with_suffix("").parts
    }


@pytest.mark.parametrize("path", OURS, ids=named)
def test_no_code_or_password_is_compared_with_an_equals_sign(path):  # R9
    secrets = {"code", "password", "ticket", "ticket_hash", "secret"}
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Compare) and any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
            sides = [node.left, *node.comparators]
            compared = {side.id for side in sides if isinstance(side, ast.Name)}
            # A refusal's code is no secret: those are attributes, and compared with members of Code.
            assert not compared & secrets, ast.unparse(node)


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_every_module_says_what_it_is(path):
    tree = parse(path)
    assert not tree.body or ast.get_docstring(tree)
