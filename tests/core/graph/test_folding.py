"""Constant folding: what calls on exact numbers give, and what is left alone."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derivcheck.graph import folding
from derivcheck.graph.folding import arithmetic, exact_result, rational_value
from derivcheck.language import table
from derivcheck.language.parse import parse


@pytest.mark.parametrize(
    ("name", "args", "expected"),
    [
        ("add", ("1/3", "1/6"), Fraction(1, 2)),
        ("sub", ("1/3", "1/2"), Fraction(-1, 6)),
        ("mul", ("2/3", "3/4"), Fraction(1, 2)),
        ("div", ("1/3", "-2"), Fraction(-1, 6)),
        ("neg", ("1/3",), Fraction(-1, 3)),
        ("pow", ("-2/3", "-3"), Fraction(-27, 8)),
        ("pow", ("0", "0"), Fraction(1)),
        ("pow", ("-1", "1000000001"), Fraction(-1)),
        ("abs", ("-1/3",), Fraction(1, 3)),
        ("Max", ("1/3", "1/4"), Fraction(1, 3)),
        ("Min", ("1/3", "1/4"), Fraction(1, 4)),
        ("floor", ("-1/3",), Fraction(-1)),
        ("ceil", ("-1/3",), Fraction(0)),
        ("trunc", ("-4/3",), Fraction(-1)),
        ("remainder", ("-7", "3"), Fraction(2)),
        ("fmod", ("-7", "3"), Fraction(-1)),
        ("lt", ("1/3", "1/3"), False),
        ("le", ("1/3", "1/3"), True),
        ("gt", ("1/2", "1/3"), True),
        ("ge", ("1/4", "1/3"), False),
        ("eq", ("1/3", "2/6"), True),
        ("ne", ("1/3", "2/6"), False),
    ],
)
def test_a_call_on_exact_numbers_has_an_exact_result(name: str, args: tuple[str, ...], expected: Fraction) -> None:
    """The results by hand; those of `remainder` and `fmod` have the sign of the divisor and of the dividend."""
    assert table.function(name) is not None
    assert expected == exact_result(name, [Fraction(arg) for arg in args], 100)


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("div", (1, 0)),
        ("pow", (0, -1)),
        ("pow", (2, Fraction(1, 2))),
        ("remainder", (1, 0)),
        ("fmod", (1, 0)),
        ("sin", (0,)),
        ("add", (1, None)),
        ("mul", (2**60, 2**60)),
        ("pow", (3, 10**12)),
        ("pow", (Fraction(1, 3), -(10**12))),
    ],
)
def test_what_has_no_rational_result_or_a_long_one_is_left_alone(
    name: str, args: tuple[Fraction | int | None, ...]
) -> None:
    """There is nothing to fold in 1/0, in 2**(1/2), in what is not known, and in what has more than 100 bits."""
    assert exact_result(name, [None if arg is None else Fraction(arg) for arg in args], 100) is None


def test_arithmetic_is_no_comparison_and_no_jump() -> None:
    """What rules compute with is arithmetic alone; a number of any length can be negated."""
    assert arithmetic("floor", [Fraction(1, 2)]) is None
    assert arithmetic("lt", [Fraction(1), Fraction(2)]) is None
    assert arithmetic("neg", [Fraction(2**200)], 100) == -(2**200)


def test_the_value_of_a_constant() -> None:
    """Of what is typed for a point only arithmetic on literals is a rational number."""
    assert Fraction(7, 9) == rational_value(parse("1 - 2/3**2"))
    for text in ("pi", "sqrt(4)", "floor(1/2)", "1/0"):
        assert rational_value(parse(text)) is None


def test_every_kernel_belongs_to_a_row() -> None:
    """The table names each of the kernels, and none that is not there."""
    assert set(folding._KERNELS) == {row.exact for row in table.FUNCTIONS if row.exact is not None}
