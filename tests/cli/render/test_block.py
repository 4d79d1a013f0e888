"""The block of lines for one point, as a screen shows it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from results import SQUARE, kink, row

from derivcheck.model import Coordinate, Gradient, Mode, Result, Status, Verdict, What
from derivcheck.model.deferred import TOO_LONG
from derivcheck.numbers import DType
from derivcheck_cli.render.block import block


def lines(results: list[Result], width: int = 100, *, verbose: bool = False) -> list[str]:
    """The lines of a block."""
    return [line.plain for line in block(results, width=width, verbose=verbose)]


def test_a_block_is_a_header_and_aligned_rows() -> None:
    """As the design shows it."""
    assert [
        "f(x) = x**2 + 2*x + 1   at x = 2   float64 · cpu · reverse",
        "           formula    symbolic    autograd    error    status",
        "  f        —          9           9.0         0 ulp    ✓ match",
        "  df/dx    2*x + 2    6           6.0         0 ulp    ✓ match",
    ] == lines([row(wrt=()), row()])


def test_a_formula_that_is_too_long_says_so() -> None:
    """A dash is for what has no formula."""
    assert "too long to show" in lines([row(wrt=()), replace(row(), formula=TOO_LONG)])[-1]
    assert " —  " in lines([replace(row(), formula=None)])[-1]


def test_the_reason_stands_under_its_row() -> None:
    """In full, on as many lines as it takes."""
    reason = "the quick brown fox jumps over the lazy dog " * 5
    told = lines([row(Status.MISMATCH, reason=reason)])[3:]
    assert reason.split() == " ".join(told).split()
    assert all(len(line) <= 100 for line in told)


def test_a_match_needs_no_reason_short_of_verbose() -> None:
    """It explains itself."""
    reasoned = row(reason="rounding explains it")
    assert 3 == len(lines([reasoned]))
    assert "    rounding explains it" in lines([reasoned], verbose=True)


def test_an_expression_of_several_lines_has_one_in_the_header() -> None:
    """As a file may lay it out; a line break is no unprintable character."""
    case = replace(SQUARE, expr="\n  x**2\n  + 2*x + 1\n")
    assert lines([row(case=case)])[0].startswith("f(x) = x**2 + 2*x + 1   at")


def test_verbose_tells_the_truth() -> None:
    """The enclosure, or what stands on either side."""
    assert "    truth 6 ± 0 · proven · abs 0 · rel 0 · 16.0 digits" in lines([row()], verbose=True)
    assert "    truth one-sided, left -1, right inf" in lines([kink()], verbose=True)


def test_several_modes_have_a_column() -> None:
    """And stand in the header."""
    forward = replace(row(), gradient=Gradient(Mode.FORWARD, "cpu", DType.FLOAT64, 6.0))
    header, titles, _, second = lines([row(), forward])
    assert header.endswith("float64 · cpu · reverse, forward")
    assert ["mode", "formula"] == titles.split()[:2]
    assert ["df/dx", "forward"] == second.split()[:2]


def test_a_claim_is_told_apart() -> None:
    """Torch has nothing to say on it."""
    claim = replace(
        row(Status.WRONG_FORMULA), what=What.CLAIM, gradient=None, symbolic=None, verdict=Verdict(Status.WRONG_FORMULA)
    )
    assert ["claim", "df/dx", "2*x", "+", "2", "—", "—", "—", "✗", "wrong-formula"] == lines([row(), claim])[-1].split()


@pytest.mark.parametrize("width", [60, 80, 100])
def test_long_formulas_are_cut_at_the_width(width: int) -> None:
    """The columns behind them stay where they are."""
    case = replace(SQUARE, expr=" + ".join(["x**2"] * 40))
    shown_lines = lines([replace(row(case=case), formula=case.expr)], width)
    assert all(len(line) <= width for line in shown_lines)
    assert shown_lines[0].endswith("…")
    assert shown_lines[-1].endswith("✓ match")
    assert any(
        line.startswith("    formula x**2 +")
        for line in lines([replace(row(case=case), formula=case.expr)], verbose=True)
    )


def test_a_rounded_point_is_told() -> None:
    """What the tensor holds is not what was typed."""
    tenth = Coordinate("0.1", Fraction(1, 10), Fraction(0.10000000149011612))
    gradient = Gradient(Mode.REVERSE, "cpu", DType.FLOAT32, 0.20000000298023224)
    moved = replace(row(), point={"x": tenth}, gradient=gradient)
    shown_lines = lines([moved])
    assert "    x = 0.1 → 0.100000001490116 (float32)" == shown_lines[1]
    assert "0.2" in shown_lines[3].split()
