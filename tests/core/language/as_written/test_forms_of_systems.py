"""Forms of other systems: what each is read as, and what is refused since another system has it, too."""

from __future__ import annotations

import pytest

from derivcheck.errors import ParseError, TwoReadingsError
from derivcheck.language.parse import parse


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("functools.reduce(numpy.maximum, [x, y, 1])", "Max(x, y, 1)"),
        ("functools.reduce(np.minimum, (x, y))", "Min(x, y)"),
        ("numpy.amax((x, y), axis=0)", "Max(x, y)"),
        ("numpy.minimum.reduce([x, y])", "Min(x, y)"),
        ("numpy.select([numpy.less(x, 1), True], [x, y], default=numpy.nan)", "where(x < 1, x, y)"),
        ("numpy.select([x < 1, x < 2], [x, y])", "Piecewise((x, x < 1), (y, x < 2), (0, True))"),
        ("numpy.select([x < 1,], [x,], y)", "where(x < 1, x, y)"),
        (
            "numpy.where(numpy.logical_and.reduce((numpy.greater(x, 1), numpy.equal(y, 2))), x, y)",
            "where((x > 1) & (y == 2), x, y)",
        ),
        ("numpy.mod(x, 2) + numpy.euler_gamma", "remainder(x, 2) + EulerGamma"),
        ("Piecewise[{{x, x > 1}, {2 x, x > 0}}, y]", "Piecewise((x, x > 1), (2*x, x > 0), (y, True))"),
        ("Piecewise[{{Sin[x], x > 1}}]", "where(x > 1, sin(x), 0)"),
        ("Gamma[y, x] + Gamma[x]", "uppergamma(y, x) + gamma(x)"),
        ("Sinc[x] + ArcCot[x]", "sinc_unnormalized(x) + acot(x)"),
        ("x .^ (2 // 3)", "x**(2/3)"),
        ("-7 // 5 * x .^ 2", "-(7/5)*x**2"),
        ("(x < y) ? (2 // 3) : x", "where(x < y, 2/3, x)"),
        ("x.*(x > 1 & y > 1)", "x*((x > 1) & (y > 1))"),
        ("x > 1 && y > 1 ? x : y", "where((x > 1) & (y > 1), x, y)"),
        ("x.*( ...\n y + 1)", "x*(y + 1)"),
        ("airy(0, x) + airy(2, x)", "airyai(x) + airybi(x)"),
        ("gammainc(x, y, 'upper')", "gammaincc(y, x)"),
        ("const double c = 0.5;\nc*x", "c = 0.5; c*x"),
        ("⌊x⌋ + ⌈y⌉ + │x - 1│", "floor(x) + ceil(y) + abs(x - 1)"),
    ],
)
def test_each_form_is_read_as_it_is_meant(text: str, plain: str) -> None:
    """It is the tree of a plain text."""
    assert parse(plain, ["x", "y"], strict=True) == parse(text, ["x", "y"])


@pytest.mark.parametrize(
    "text",
    [
        "2 // 3 * 2x",
        "x .^ 2 // 3",
        "x .^ -1 // 2",
        "x .* 1 // 2 // 3",
        "gammainc(x, y) .* x",
        "2 x + 7 // 2",
        "2.*x y + 7 // 2",
    ],
)
def test_what_another_system_means_otherwise_is_refused_with_both(text: str) -> None:
    """`//` outside of Julia, or beside an operator that binds tighter there; MATLAB's order of arguments."""
    with pytest.raises(TwoReadingsError):
        parse(text, ["x", "y"])


@pytest.mark.parametrize(
    "text",
    [
        "numpy.select([x < 1], [x], default=numpy.nan)",
        "numpy.select([x < 1, True], [x])",
        "functools.reduce(numpy.add, [x, y])",
        "numpy.amax((x, y), axis=1)",
        "where(x > 1 & y > 1, x, y)",
        "Sinc(x)",
        "Piecewise[{{x, x > 1, y}}]",
        "mod(x, 2)",
        "⌊x",
    ],
)
def test_what_is_no_such_form_stays_an_error(text: str) -> None:
    """A gap without a value, lists of other lengths, Python's `&`."""
    with pytest.raises(ParseError):
        parse(text, ["x", "y"])
