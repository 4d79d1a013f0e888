"""The lexer: exact literals, spans, names in normal form, and stray characters.

Covers also: scripts.
"""

from __future__ import annotations

import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derivcheck.errors import ParseError
from derivcheck.language.tokens import MAX_LENGTH, MAX_NAME, TokenKind, stray_error, tokenize


def kinds(text: str) -> list[TokenKind]:
    """Return the kinds of the text's tokens, in order."""
    return [token.kind for token in tokenize(text)]


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ("0", Fraction(0)),
        ("007", Fraction(7)),
        ("0.1", Fraction(1, 10)),
        ("1.", Fraction(1)),
        (".5", Fraction(1, 2)),
        ("1_000.25", Fraction(4001, 4)),
        ("6.02e2_3", Fraction(602) * 10**21),
        ("1E-3", Fraction(1, 1000)),
        ("0x10", Fraction(16)),
        ("0x_ff", Fraction(255)),
        ("0x1.8p3", Fraction(12)),
        ("0x1.8", Fraction(3, 2)),
        ("0x.8p1", Fraction(1)),
        ("0X1P-1074", Fraction(1, 2**1074)),
    ],
)
def test_literals_are_exact(literal: str, value: Fraction) -> None:
    """A literal stands for the very number that is written."""
    (number, end) = tokenize(literal)

    assert value == number.value
    assert TokenKind.END is end.kind


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=0.0))
def test_python_floats_read_exactly(x: float) -> None:
    """What `repr` and `float.hex` print of a float is read as they say."""
    assert Fraction(repr(x)) == tokenize(repr(x))[0].value
    assert Fraction(x) == tokenize(x.hex())[0].value


@given(st.text(alphabet="x1.eE+-*/^()<>=&|~, \nπ_²", max_size=40))
def test_spans_cover_the_text(text: str) -> None:
    """The spans of the tokens are in order, and nothing but blanks lies between them."""
    tokens = tokenize(text)

    position = 0
    for token in tokens:
        assert "" == text[position : token.span.start].strip()
        position = token.span.end
    assert tokens[-1].kind is TokenKind.STRAY or len(text) == position


def test_names_are_normalized() -> None:
    """A name is read in Unicode's NFKC form, as in Python: the micro sign is a Greek mu."""
    assert "\N{GREEK SMALL LETTER MU}" == tokenize("\N{MICRO SIGN}")[0].text


@pytest.mark.parametrize("text", ["xᵃ", "xₐ", "xᵢ", "xʰ", "θₓ", "aᵦ", "xª", "ᵃx"])
def test_a_raised_or_lowered_letter_is_no_part_of_a_name(text: str) -> None:
    """Python reads xᵃ as the name xa, where a reader sees a power: the name ends before it."""
    assert TokenKind.STRAY is tokenize(text)[-1].kind


@pytest.mark.parametrize(
    ("text", "name"), [("ｘａ", "xa"), ("𝑥", "x"), ("ℎ", "h"), ("ϕ", "φ"), ("x１", "x1"), ("ﬁ", "fi")]
)
def test_other_forms_of_a_letter_are_the_letter(text: str, name: str) -> None:
    """Wide, italic and other forms of letters on the line mean the letters, as in Python."""
    assert name == tokenize(text)[0].text


def test_stray_character_is_the_last_token() -> None:
    """Reading stops at a character that is not part of the language, and what stands before it is kept."""
    assert [TokenKind.NAME, TokenKind.STRAY] == kinds("x$y")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("x²", "did you mean `**2`?"),
        ("x⁵", "did you mean `**5`?"),
        ("x₁", "indices are written in plain characters: x1"),
        ("a₁₂", "indices are written in plain characters: a12"),
        ("xᵢ + 1", "indices are written in plain characters: xi"),
        ("3*xᵃ", "did you mean `x**a`, or the name `xa`?"),
        ("xⁿ", "did you mean `x**n`, or the name `xn`?"),
        ("x²y", "did you mean `x**2*y`?"),
        ("x²(y + 1)", "did you mean `x**2*(…)`?"),
        ("e⁻ˣ", "did you mean `e**(-x)`?"),
        ("2ⁿ⁺¹", "did you mean `2**(n+1)`?"),
        ("x⁽ⁿ⁺¹⁾", "did you mean `x**(n+1)`?"),
        ("sin²x", "did you mean `sin(x)**2`?"),
        ("sin²(2*x)", "did you mean `sin(…)**2`?"),
        ("ᵃ*x", "did you mean `**a`?"),
        ("（", "did you mean `(`?"),
        ("−x", "did you mean `-`?"),
        ("2×x", "did you mean `*`?"),
        ("√x", "did you mean `sqrt(…)`?"),
        ("x≤1", "did you mean `<=`?"),
    ],
)
def test_typographic_characters_have_a_hint(text: str, hint: str) -> None:
    """A character of printed mathematics is refused with the way to type it."""
    stray = tokenize(text)[-1]

    assert hint == stray_error(stray, text).hint


@pytest.mark.parametrize(
    ("char", "name"), [("\x00", "U+0000"), ("\ud800", "U+D800"), ("\u202e", "RIGHT-TO-LEFT OVERRIDE"), ("$", "`$`")]
)
def test_stray_characters_are_named_and_shown(char: str, name: str) -> None:
    """An unprintable character is named in the message and replaced in the line that is shown."""
    error = stray_error(tokenize(f"x{char}")[-1], f"x{char}")

    assert f"{name} is not part of the expression language" == error.message
    assert error.caret().splitlines()[0].isprintable()
    assert " ^" == error.caret().splitlines()[1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x" * (MAX_LENGTH + 1), "the expression has 100,001 characters; 100,000 are allowed"),
        ("x" * (MAX_NAME + 1), "a name may have 200 characters"),
        ("1" * 4001, "a literal may have 4,000 digits"),
        ("1e2001", "a literal's exponent may be 2,000 at most"),
        ("1e-99999999999", "a literal's exponent may be 2,000 at most"),
        ("0x" + "f" * 5000, "a hexadecimal literal is too long or too large"),
        ("0x1p99999", "a hexadecimal literal is too long or too large"),
    ],
)
def test_bounds_of_tokens(text: str, message: str) -> None:
    """A text, name or literal beyond its bound is refused with that bound."""
    with pytest.raises(ParseError) as caught:
        tokenize(text)

    assert message == caught.value.message


def test_long_names_take_no_quadratic_time() -> None:
    """A name of a hundred thousand letters that ends in no letter is refused at once."""
    start = time.process_time()
    with pytest.raises(ParseError):
        tokenize("x" * (MAX_LENGTH - 1) + "²")

    assert time.process_time() - start < 0.5
