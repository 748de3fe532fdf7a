"""The parser under random input, and the README against the code."""

import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import voice2fa.emulator.options
from voice2fa.emulator import bxml, faults, numbers, prompts, verbs
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


def test_the_readme_lists_the_extensions():
    listed = re.findall(r"^\| (\d{3}) \|", README, re.MULTILINE)
    assert listed == list(numbers.EXTENSIONS)


@pytest.mark.parametrize(
    "name", ["call_initiated_url", "call_status_url", "application_username", "callback_timeout"]
)
def test_the_readme_names_the_application_s_switches(name):
    assert f"--{name.replace('_', '-')}`" in README
    assert name in voice2fa.emulator.options.FIELDS


@pytest.mark.parametrize(
    ("line", "keys"),
    [
        ("Press 7 to approve.", ["7"]),
        ("press the key seven to approve, or press star", ["7", "*"]),
        ("Press # when done.", ["#"]),
        ("Press 42 times", []),
        ("Express 7", []),
        ("The code is 4 8 2.", []),
        ("Press any key. 7 is one.", []),
        ("Para aprobar, pulse 7. Si no ha sido usted, marque la tecla 0.", ["7", "0"]),
        ("Su código es 4, 8, 2. Para oírlo otra vez, pulse asterisco.", []),
        ("Pour approuver, appuyez sur la touche 7.", ["7"]),
        ("Drücken Sie bitte die Taste 7, um zu bestätigen.", ["7"]),
        ("Zum Bestätigen die 7 drücken. Drücken Sie die 0, wenn Sie das nicht waren.", ["7", "0"]),
        ("Per approvare, prema il tasto 7.", ["7"]),
        ("Para aprovar, prima 7 ou carregue na tecla 0.", ["7", "0"]),
        ("Druk op 7 om te bevestigen.", ["7"]),
        ("Tryk på 7 for at godkende.", ["7"]),
        ("Нажмите 7, чтобы подтвердить.", ["7"]),
        ("Нажмите клавишу 0.", ["0"]),
        ("للموافقة اضغط على الرقم 7.", ["7"]),
        ("للموافقة، اضغط \u0667.", ["7"]),
        ("承認するには7を押してください。", ["7"]),
        ("承認するには 7 番のキーを押してください。コードは4、8、2です。", ["7"]),
        ("要批准请按7。如果不是您本人请按 0。", ["7", "0"]),
        ("请按下数字键 7", ["7"]),
        ("您的验证码是 4 8 2。", []),
    ],
)
def test_callees_understand_which_key_is_meant(line, keys):
    assert prompts.named_keys([line]) == keys
