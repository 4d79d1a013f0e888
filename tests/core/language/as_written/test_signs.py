"""The signs of a formula: numbers of other languages, raised and lowered characters, operators."""

from __future__ import annotations

import pytest

from derivcheck.errors import ParseError
from derivcheck.language.as_written.signs import read_signs


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("2.0f*x", "2.0 * x"),
        ("1.0d0 + 1d-3", "1.0e0 + 1e-3"),
        ("2.5_dp", "2.5"),
        ("0x1.8p3", "0x1.8p3"),
        ("2.^x", "2 ^ x"),
        ("x.^2 .* y", "x ^ 2 * y"),
        ("x²ⁿ", "x ^ ( 2 n )"),
        ("x⁻¹", "x ^ ( - 1 )"),
        ("x₁", "x"),
        ("½", "1/2"),
        ("x − y × z ÷ 2", "x - y * z / 2"),
        ("x\N{INVISIBLE TIMES}y", "x * y"),
        ("sin.(x)", "sin ( x )"),
        ("f'(x)", "f ' ( x )"),
        ("norm(x, p='fro')", "norm ( x , p = 'fro' )"),
        ("𝟙", "1"),
    ],
)
def test_signs(text: str, signs: str) -> None:
    """In plain characters."""
    assert signs == " ".join(sign.text for sign in read_signs(text, ["x", "y"]))


def test_signs_know_their_places() -> None:
    """Those of a raised run stand at its characters."""
    places = [(sign.text, sign.start, sign.end) for sign in read_signs("x²ⁿ + 2.0f", [])]

    assert [("x", 0, 1), ("^", 1, 1), ("(", 1, 1), ("2", 1, 2), ("n", 2, 3), (")", 3, 3)] == places[:6]
    assert ("2.0", 6, 10) == places[-1]


@pytest.mark.parametrize(("text", "lowered"), [("x₁", "1"), ("x_{ij}", "ij"), ("log₁₀", "10"), ("x_1", "")])
def test_what_is_below_the_line(text: str, lowered: str) -> None:
    """Stands beside the word."""
    assert lowered == read_signs(text, [])[0].lowered


@pytest.mark.parametrize(("text", "given"), [("2.0f", "f"), ("1.0d0", "d0"), ("3d2", "d")])
def test_a_suffix_that_is_a_variable_is_an_error(text: str, given: str) -> None:
    """It could be a product."""
    with pytest.raises(ParseError, match="can be read in two ways"):
        read_signs(text, [given])


@pytest.mark.parametrize("text", ["∑x", "x ± 1", "₁", "x\x00"])
def test_what_is_no_sign_is_an_error(text: str) -> None:
    """At its character."""
    with pytest.raises(ParseError):
        read_signs(text, [])
