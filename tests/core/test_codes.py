import ast
import inspect
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice2fa.core import codes

KEY = b"a key of the tests, and of nobody else"


@pytest.mark.parametrize("length", [6, 8, 10])
def test_a_code_has_exactly_its_length_of_decimal_digits(length):
    code = codes.derive(KEY, "nonce", length=length)
    assert len(code) == length
    assert code.isascii()
    assert code.isdecimal()


def test_a_code_belongs_to_its_key_and_its_nonce():
    of_key_and_nonce = {
        codes.derive(key, nonce, length=10) for key in (KEY, KEY + b"!") for nonce in ("a", "b", "")
    }
    assert len(of_key_and_nonce) == 6
    assert codes.derive(KEY, "a", length=6) == codes.derive(KEY, "a", length=6)


def test_leading_zeros_are_kept():  # R5
    nonces = (str(number) for number in range(10_000))
    starting = [code for code in (codes.derive(KEY, nonce, length=6) for nonce in nonces) if code[0] == "0"]
    assert len(starting) > 800
    assert {len(code) for code in starting} == {6}


def test_codes_are_spread_evenly():  # R6
    count = 100_000
    derived = [codes.derive(KEY, str(number), length=6) for number in range(count)]
    buckets = Counter(code[:3] for code in derived)
    chi_square = sum((buckets[f"{n:03}"] - count / 1000) ** 2 / (count / 1000) for n in range(1000))
    # 999 degrees of freedom: a fair die stays between these in all but one of ten thousand runs.
    assert 830 < chi_square < 1180
    for place in range(6):
        digits = Counter(code[place] for code in derived)
        assert sum((digits[str(n)] - count / 10) ** 2 / (count / 10) for n in range(10)) < 33.7


@pytest.mark.parametrize("code", [f"{number:06}" for number in range(10)])
def test_codes_of_zeros_match_themselves_alone(code):  # R5
    matching = [f"{number:06}" for number in range(20) if codes.matches(f"{number:06}", code)]
    assert matching == [code]
    assert not codes.matches(code.lstrip("0"), code)
    assert not codes.matches("0" + code, code)


@pytest.mark.parametrize(
    "typed",
    [
        "012345",
        "012 345",
        " 012345 ",
        "012-345",
        "0.1.2.3.4.5",
        "012\u00a0345",
        "012345\r\n",
        "\t012345",
        "\u0660\u0661\u0662\u0663\u0664\u0665",  # Arabic-Indic
        "\uff10\uff11\uff12\uff13\uff14\uff15",  # fullwidth
        "\u0966\u0967\u0968\u0969\u096a\u096b",  # Devanagari
    ],
)
def test_a_code_may_be_typed_as_people_type(typed):
    assert codes.matches(typed, "012345")


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", "-", "\t\n", "12345", "0123456", "012346", "O12345", "012345#", "012,345", "\u00b2", "None",
        "\ud800", "012345\ud800", "012345\x00", "\U0001f600", "0" * 10_000,
    ],
)  # fmt: skip
def test_nothing_else_matches(typed):
    assert not codes.matches(typed, "012345")


@pytest.mark.parametrize("typed", ["", " ", "0", "000000"])
def test_an_empty_code_is_never_matched(typed):
    assert not codes.matches(typed, "")


@given(typed=st.text(st.characters()), code=st.from_regex(r"[0-9]{6}", fullmatch=True))
def test_whatever_is_typed_only_the_digits_of_the_code_match(typed, code):
    assert codes.matches(typed, code) == (codes.normalise(typed) == code)


def test_codes_are_compared_in_constant_time():  # R9
    tree = ast.parse(inspect.getsource(codes.matches))
    called = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert "hmac.compare_digest" in called
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Compare)]
