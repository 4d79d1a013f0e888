"""Values by way of complex numbers: the principal branches, and the real ones where a function has them."""

from __future__ import annotations

import mpmath
import pytest
import sympy
from flint import acb, arb

from derivcheck.balls.ball import Outside, precision
from derivcheck.balls.complex_values import complex_value
from derivcheck.language import table
from derivcheck.language.parse import parse
from derivcheck.language.table import Sort


def value(text: str, **at: float) -> acb | Outside:
    """What a formula gives in complex arithmetic at 128 bits."""
    with precision(128):
        return complex_value(parse(text, set(at)), {name: arb(x) for name, x in at.items()})


def number(text: str, **at: float) -> complex:
    """The same as Python's complex number."""
    found = value(text, **at)
    assert isinstance(found, acb)
    return complex(found)


@pytest.mark.parametrize("x", [-5, -2, -0.5, 0.25, 0.5, 1.5, 2, 3.5])
@pytest.mark.parametrize(
    "name", ["sqrt", "log", "asin", "acos", "atan", "asinh", "acosh", "atanh", "acoth", "asech", "acsch"]
)
def test_on_a_cut_the_side_is_that_of_sympy(name: str, x: float) -> None:
    """SymPy's asin(2) is π/2 - 1.317*I; NumPy's has the other sign."""
    expected = complex(getattr(sympy, name)(sympy.Rational(x)).evalf())
    assert number(f"{name}(x)", x=x) == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize(
    ("text", "x", "expected"),
    [
        ("lgamma(x)", -0.5, mpmath.log(abs(mpmath.gamma(-0.5)))),
        ("lgamma(x) + sqrt(x)**2", -2.5, mpmath.log(abs(mpmath.gamma(-2.5))) - 2.5),
        ("Max(x, 1) + abs(x)*sqrt(x)**2", -2, -3),
        ("where(sqrt(x)**2 < x + 1, 1, sqrt(x))", -4, 1),
        ("where(x > 0, floor(sqrt(-x)), sqrt(x))", -4, 2j),
    ],
)
def test_where_a_function_has_a_real_value_it_is_that_one(text: str, x: float, expected: complex) -> None:
    """Log|gamma| is no logarithm of gamma, and what is not taken may be nothing."""
    assert number(text, x=x) == pytest.approx(complex(expected), rel=1e-13)


@pytest.mark.parametrize("text", ["floor(sqrt(x))", "Max(sqrt(x), 1)", "nan*sqrt(x)", "sqrt(x) + sign(I)"])
def test_what_has_no_complex_number(text: str) -> None:
    """A function of real numbers alone has none of a complex one."""
    assert isinstance(value(text, x=-2), Outside)


@pytest.mark.parametrize("row", [row for row in table.FUNCTIONS if row.definition], ids=lambda row: row.name)
def test_definitions_come_to_an_end(row: table.Function) -> None:
    """Sinc is defined by the one that is not normalized, and that one by sinc."""
    args = [
        "x > 0" if row.sort_of(index) is Sort.BOOL else "2" if name in row.constant_params else "I*x"
        for index, name in enumerate(row.params)
    ]
    call = f"{row.name}({', '.join(args)})"
    found = value(call if row.result is Sort.REAL else f"where({call}, 1, 2)", x=0.75)
    assert isinstance(found, acb | Outside)


def test_sinc_of_an_imaginary_number() -> None:
    """Sin(ix)/(ix) is sinh(x)/x."""
    assert number("sinc_unnormalized(I*x)", x=2) == pytest.approx(complex(mpmath.sinh(2) / 2), rel=1e-13)
    assert number("sinc(I*x)", x=2) == pytest.approx(complex(mpmath.sinh(2 * mpmath.pi) / (2 * mpmath.pi)), rel=1e-13)
