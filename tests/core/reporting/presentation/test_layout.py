"""The block of lines for one point, on screens of every width.

Covers also: result_table.
"""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from results import SQUARE, row

from derivcheck.model import Coordinate, Gradient, Mode, Result, Status, Verdict, What
from derivcheck.numbers import DType, Dyadic, Enclosure
from derivcheck.reporting.presentation.cells import status_text
from derivcheck.reporting.presentation.layout import block, brief_at_text
from derivcheck.reporting.presentation.toned_lines import LEAST_WIDTH, plain
from derivcheck.reporting.presentation.widths import width as width_of

_NAMES = st.sampled_from(["x", "y", "alpha", "μ", "数", "a_rather_long_name_of_a_variable"])
_WORDS = st.lists(st.sampled_from(["the", "true", "number", "is", "1.3887943864578270625e-11", "数学"]), max_size=40)


@st.composite
def _rows(draw: st.DrawFn) -> list[Result]:
    """The rows of one point, with whatever names, formulas, numbers, modes and statuses."""
    names = draw(st.lists(_NAMES, min_size=1, max_size=4, unique=True))
    point = {name: Coordinate(draw(st.sampled_from(["2", "0.1", "pi/4"])), None, Fraction(2)) for name in names}
    case = replace(SQUARE, expr=" + ".join(names * draw(st.integers(1, 20))))
    return [_row(draw, replace(row(case=case), point=point), names) for _ in range(draw(st.integers(1, 5)))]


def _row(draw: st.DrawFn, blank: Result, names: list[str]) -> Result:
    wrt = tuple(draw(st.lists(st.sampled_from(names), max_size=4)))
    number = draw(st.floats() | st.sampled_from([0.0, 1e300, -2.5e-310, 123456789.125, math.inf]))
    exact = Enclosure(Dyadic(draw(st.integers(-(10**20), 10**20)), draw(st.integers(-3000, 3000))), Dyadic(0, 0))
    reason = " ".join(draw(_WORDS)) or None
    verdict = Verdict(draw(st.sampled_from(Status)), reason, ulps=draw(st.none() | st.floats(0, 1e300)))
    gradient = Gradient(draw(st.sampled_from(Mode)), "cpu", draw(st.sampled_from(DType)), number)
    result = replace(blank, wrt=wrt, verdict=verdict, symbolic=exact, gradient=gradient)
    result = replace(result, formula=draw(st.none() | st.sampled_from(["2*x", "exp(x) - " * 30 + "数"])))
    return replace(result, what=What.CLAIM, gradient=None) if draw(st.booleans()) else result


@given(_rows(), st.integers(LEAST_WIDTH, 200), st.booleans())
@settings(max_examples=300, deadline=None)
def test_no_line_is_too_long_and_every_status_is_whole(rows: list[Result], width: int, verbose: bool) -> None:
    """Whatever the numbers, the names and the width of the screen."""
    lines = [plain(line) for line in block(rows, width=width, verbose=verbose)]
    assert all(width_of(line) <= width for line in lines), lines
    shown = sum(line.count(status) for status in {status_text(each.status) for each in rows} for line in lines)
    assert shown >= len(rows)


@given(_rows(), st.integers(LEAST_WIDTH, 200))
@settings(max_examples=100, deadline=None)
def test_reasons_are_told_to_the_last_word(rows: list[Result], width: int) -> None:
    """They are broken between words; only a word that is longer than a line is broken itself."""
    text = "".join("".join(plain(line).split()) for line in block(rows, width=width))
    for each in rows:
        if each.status is not Status.MATCH and each.verdict.reason:
            assert each.verdict.reason.replace(" ", "") in text


@given(_rows(), st.integers(-5, LEAST_WIDTH))
@settings(max_examples=50, deadline=None)
def test_a_screen_that_is_too_narrow_gets_the_lines_of_the_narrowest(rows: list[Result], width: int) -> None:
    """The terminal breaks them; nothing is left out."""
    assert list(block(rows, width=LEAST_WIDTH)) == list(block(rows, width=width))


def _wide_row() -> Result:
    """A row with a long formula and all digits."""
    third = Enclosure(Dyadic(6004799503160661, -54), Dyadic(1, -100))
    gradient = Gradient(Mode.REVERSE, "cpu", DType.FLOAT64, 0.3333333333333333)
    return replace(row(), formula="sin(x)/x**2 - 2*(x + 1)", symbolic=third, gradient=gradient)


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (110, ["  df/dx    sin(x)/x**2 - 2*(x + 1)    0.3333333333333333    0.3333333333333333    0 ulp    ✓ match"]),
        (80, ["  df/dx  sin(x)/x**2 - …  0.3333333333333333  0.3333333333333333  0 ulp  ✓ match"]),
        (64, ["  df/dx  sin(x)/x**2…  0.33333333…  0.33333333…  0 ulp  ✓ match"]),
        (
            50,
            [
                "  df/dx  ✓ match  0 ulp",
                "    formula   sin(x)/x**2 - 2*(x + 1)",
                "    symbolic  0.3333333333333333",
                "    autograd  0.3333333333333333",
            ],
        ),
    ],
)
def test_first_the_formula_gives_way_then_the_digits_then_the_columns(width: int, lines: list[str]) -> None:
    """A row at four widths."""
    shown = [plain(line) for line in block([_wide_row()], width=width)]
    start = next(at for at, line in enumerate(shown) if line.startswith("  df/dx"))
    assert lines == shown[start:]


def test_verbose_shows_whole_what_was_cut() -> None:
    """The formula and the numbers, below their row."""
    shown = [plain(line) for line in block([_wide_row()], width=64, verbose=True)]
    for whole in ("formula sin(x)/x**2 - 2*(x + 1)", "symbolic 0.3333333333333333", "autograd 0.3333333333333333"):
        assert f"    {whole}" in shown


def test_a_long_point_is_shown_by_whole_coordinates() -> None:
    """No number is cut in its middle; how many are left out is said."""
    text = brief_at_text({f"x{index}": "0.125" for index in range(40)}, 50)
    assert "at x0 = 0.125, x1 = 0.125, x2 = 0.125, and 37 more" == text
