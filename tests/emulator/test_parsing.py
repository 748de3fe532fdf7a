"""The parser under random input, and the README against the code."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import voice2fa.emulator.options
from voice2fa.emulator import bxml, faults, numbers, verbs
from voice2fa.emulator.attributes import BxmlError
from voice2fa.emulator.options import Options

README = (Path(voice2fa.emulator.options.__file__).parent / "README.md").read_text()
PIECES = st.sampled_from(
    [f"<{name}>" for name in (*verbs.RULES, "Response", "Bxml", "break", "p")]
    + [f"</{name}>" for name in (*verbs.RULES, "Response", "Bxml", "p")]
    + [
        "<Response/>",
        "<Pause duration='",
        "'/>",
        "text",
        "&lt;",
        "&x;",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "\x00",
    ]
)


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=200), st.lists(PIECES, max_size=12).map(lambda pieces: "".join(pieces).encode())
    )
)
def test_any_document_is_parsed_or_refused(body):
    with suppress(BxmlError):
        document = bxml.parse(body, Options(), root="Response")
        assert all(verb.name in verbs.RULES for verb in document.verbs)


@pytest.mark.parametrize("kind", faults.CALLBACK_KINDS + faults.API_KINDS)
def test_the_readme_names_every_fault(kind):
    assert f"`{kind}`" in README


def test_the_readme_names_every_single_magic_number():
    written = README.replace("+19075550133, 134", "+19075550133 +19075550134")
    missing = [number for number in numbers.NAMES if number not in written]
    blocks = [f"+190755501{last}" for last in (*range(21, 30), *range(51, 100))]
    assert [number for number in missing if number not in blocks] == []


@pytest.mark.parametrize(
    ("line", "keys"),
    [
        ("Press 7 to approve.", ["7"]),
        ("press the key seven to approve, or press star", ["7", "*"]),
        ("Press # when done.", ["#"]),
        ("Press 42 times", []),
        ("Express 7", []),
        ("The code is 4 8 2.", []),
    ],
)
def test_callees_understand_which_key_is_meant(line, keys):
    assert numbers.named_keys([line]) == keys
