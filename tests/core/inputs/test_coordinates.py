"""Points: each coordinate is the exact number that a tensor of the dtype holds."""

from __future__ import annotations

import math
import struct
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from derivcheck.errors import InfinitePointError, NoNumberError, PointError
from derivcheck.graph.folding import rational_value
from derivcheck.inputs.coordinates import read_coordinate, read_point
from derivcheck.language.parse import parse
from derivcheck.numbers import DType

_TORCH = {
    DType.FLOAT64: torch.float64,
    DType.FLOAT32: torch.float32,
    DType.FLOAT16: torch.float16,
    DType.BFLOAT16: torch.bfloat16,
}


def exact(text: str, dtype: DType = DType.FLOAT64) -> Fraction:
    """Return the number that the format holds for the text."""
    return read_coordinate("x", text, dtype).exact


@settings(max_examples=250, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(DType))
def test_rounding_is_torchs(x: float, dtype: DType) -> None:
    """A float64 that is typed becomes the number that torch's cast makes of it, subnormals and overflow included."""
    cast = torch.tensor(x, dtype=torch.float64).to(_TORCH[dtype]).to(torch.float64).item()
    if math.isinf(cast):
        with pytest.raises(InfinitePointError):
            exact(repr(x), dtype)
    else:
        assert Fraction(cast) == exact(x.hex(), dtype)


@given(st.integers(0, 0x7BFE))
def test_ties_in_float16_are_numpys(bits: int) -> None:
    """The midpoint of two neighbours rounds to the even one, as in NumPy, subnormals included."""
    low, high = (float(np.frombuffer(struct.pack("<H", each), np.float16)[0]) for each in (bits, bits + 1))
    middle = (low + high) / 2

    assert Fraction(float(np.float16(middle))) == exact(middle.hex(), DType.FLOAT16)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30))
def test_decimals_round_as_python_reads_them(number: object) -> None:
    """A decimal of any length becomes the float64 that Python reads."""
    assert Fraction(float(str(number))) == exact(str(number))


@given(st.integers(-(10**20), 10**20), st.integers(1, 10**20))
def test_fractions_round_correctly(numerator: int, denominator: int) -> None:
    """A quotient of integers becomes the nearest float64, which is what Python's true division gives."""
    assert Fraction(numerator / denominator) == exact(f"{numerator}/{denominator}")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2", 2.0),
        ("-0.5", -0.5),
        (" 1/3 ", 1 / 3),
        ("0x1.8p3", 12.0),
        ("2**-3", 0.125),
        ("2^10", 1024.0),
        ("pi/4", math.pi / 4),
        ("-pi", -math.pi),
        ("E", math.e),
        ("sqrt(2)", math.sqrt(2)),
        ("sqrt(4)", 2.0),
        ("sqrt(2)**2", 2.0),
        ("sin(pi)", 0.0),
        ("cos(pi)", -1.0),
        ("Max(1, 3)", 3.0),
        ("where(1 < 2, 5, 6)", 5.0),
        ("Piecewise((1, 2 < 1), (7, True))", 7.0),
        ("exp(-10**6)", 0.0),
        ("1e-400", 0.0),
        ("5e-324", 5e-324),
        ("2e-324", 0.0),
        ("3e-324", 5e-324),
        ("1.7976931348623158e308", 1.7976931348623157e308),
    ],
)
def test_constants_round_correctly(text: str, value: float) -> None:
    """A constant expression becomes the float64 nearest to its exact value."""
    assert Fraction(value) == exact(text)


def test_pi_in_every_format() -> None:
    """pi is rounded once, from its exact value: 3 + 9/64 in float16 and bfloat16 (3.140625)."""
    expected = {
        DType.FLOAT64: Fraction(0x1921FB54442D18, 1 << 51),
        DType.FLOAT32: Fraction(0xC90FDB, 1 << 22),
        DType.FLOAT16: Fraction(201, 64),
        DType.BFLOAT16: Fraction(201, 64),
    }

    assert expected == {dtype: exact("pi", dtype) for dtype in DType}


def test_rounding_is_single() -> None:
    """A decimal just above a tie of float32 rounds up, where a detour over float64 would round to even."""
    just_above = "1." + "000000059604644775390625" + "0" * 10 + "1"

    assert 1 + Fraction(1, 2**23) == exact(just_above, DType.FLOAT32)
    assert 1.0 == float(np.float32(float(just_above)))


def test_point_keeps_what_was_typed() -> None:
    """A coordinate knows its text, the exact number that was typed, and the one that the tensor holds."""
    point = read_point({"x": "0.1", "y": "pi/4"}, DType.FLOAT32)

    assert ("0.1", Fraction(1, 10)) == (point["x"].text, point["x"].typed)
    assert Fraction(float(np.float32(0.1))) == point["x"].exact
    assert ("pi/4", None) == (point["y"].text, point["y"].typed)


@pytest.mark.parametrize(
    ("text", "dtype"),
    [
        ("inf", DType.FLOAT64),
        ("-inf", DType.FLOAT64),
        ("oo", DType.FLOAT32),
        ("nan", DType.FLOAT64),
        ("Infinity", DType.FLOAT64),
        ("1e400", DType.FLOAT64),
        ("-1e39", DType.FLOAT32),
        ("65520", DType.FLOAT16),
        ("exp(1000)", DType.FLOAT64),
        ("-exp(10**6)", DType.FLOAT64),
        ("factorial(10**9)", DType.FLOAT64),
        ("exp(12)", DType.FLOAT16),
    ],
)
def test_infinite_points(text: str, dtype: DType) -> None:
    """Infinity, and what rounds to it, is no point at which there is anything to check."""
    with pytest.raises(InfinitePointError, match="`x` ="):
        exact(text, dtype)


def test_largest_number_is_no_infinity() -> None:
    """Up to half a unit above the largest float16, a number rounds to it."""
    assert Fraction(65504) == exact("65519.999", DType.FLOAT16)


@pytest.mark.parametrize(
    ("text", "message", "caret"),
    [
        ("", "the value of `x` is no number: there is no expression", "^"),
        ("1,5", "the value of `x` is no number: a comma separates", " ^"),
        ("2 3", "the value of `x` is no number: two numbers stand beside each other", "  ^"),
        ("2*y", "the value of `x` is no number: it refers to `y`", "  ^"),
        ("two", "the value of `x` is no number: it refers to `two`", "^^^"),
        ("1 < 2", "the value of `x` is no number: the expression must be a number", "^^^^^"),
        ("9**9**9", "the value of `x` is no number: the exponent is larger", "   ^^^^"),
        ("[1]", "the value of `x` is no number: it is an array", "^"),
    ],
)
def test_garbage_has_a_caret(text: str, message: str, caret: str) -> None:
    """What is no number is refused with the characters at fault and what to write."""
    with pytest.raises(PointError) as caught:
        exact(text)

    assert caught.value.message.startswith(message)
    assert f"    {caret}" == caught.value.render().split("\n")[2]
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("sqrt(-1)", "the square root of a negative number"),
        ("1/0", "division by zero"),
        ("I", "complex numbers, by way of `I`"),
    ],
)
def test_constants_without_a_value(text: str, reason: str) -> None:
    """A constant that is no real number is refused with the reason."""
    with pytest.raises(PointError) as caught:
        exact(text)

    assert f"the value of `x` is no real number: {reason}" == caught.value.message


@pytest.mark.parametrize("name", ["2x", "", "x y", "x.y", "x²"])
def test_names_of_coordinates(name: str) -> None:
    """Only an identifier names a variable."""
    with pytest.raises(PointError, match="is no name of a variable"):
        read_point({name: "1"}, DType.FLOAT64)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(1/3 - 2)*3", Fraction(-5)),
        ("-2**2", Fraction(-4)),
        ("(2/3)**-2", Fraction(9, 4)),
        ("1/(1 - 1)", None),
        ("0**-1", None),
        ("4**0.5", None),
        ("pi", None),
        ("abs(-1)", None),
        ("x + 1", None),
    ],
)
def test_rational_value(text: str, value: Fraction | None) -> None:
    """Only arithmetic on literals has a rational value that is known without an enclosure."""
    assert value == rational_value(parse(text))


def test_several_values_are_written_as_a_list() -> None:
    """Python's tuple is no array here, and the error says what is."""
    with pytest.raises(NoNumberError, match="several values") as caught:
        read_point({"x": "(1, 2, 3)"}, DType.FLOAT64)
    assert "[1, 2, 3]" in (caught.value.hint or "")
