"""A hunt as lines of text: the header, the map, the plot, the points, and what to type next.

Covers also: error_axes, terminal_plot, hunt_commands.
"""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import made_hunts
import pytest

from derivcheck.model import Case, OwnFunction, Result, SearchRange, Status
from derivcheck.model.hunt_map import ErrorCurve, FindKind, HuntMap, Stretch
from derivcheck.numbers import DType
from derivcheck.reporting.presentation.error_axes import axis_of_errors, axis_of_inputs
from derivcheck.reporting.presentation.hunt_commands import explain_command
from derivcheck.reporting.presentation.hunt_lines import hunt_lines, map_lines, plotted
from derivcheck.reporting.presentation.terminal_plot import terminal_plot
from derivcheck.reporting.presentation.toned_lines import Tone, plain
from derivcheck.reporting.presentation.widths import width
from derivcheck.running.hunted_rows import hunted_rows


def text(rows: tuple[Result, ...], columns: int = 80) -> str:
    """The lines as one text."""
    return "\n".join(plain(line) for line in hunt_lines(rows, width=columns))


def test_a_hunt_is_told_from_its_range_to_the_next_command() -> None:
    """In this order; the boundary is told to the last bit."""
    found = text(made_hunts.softplus_rows())
    parts = (
        "f(x) = softplus(x)   x in [-100, 100]   float64 · cpu · reverse",
        "f        -100 .. 100",
        "d²f/dx²  -100 .. 20 ",
        "20.000000000000004 .. 100  ✗ mismatch  4.5e+15 ulp  321",
        "error of d²f/dx² in ulps (⠿ passes, x fails)",
        "xxxxxxxx│",
        "largest error  d²f/dx²  4.5e+15 ulp  ✗ mismatch  x=20.5",
        "f(x) = softplus(x)   at x = 20.5",
        "1,525 of 9.2e+18 numbers of float64 proven, 20,000 run through torch alone",
        'next: derivcheck explain "softplus(x)" --wrt x,x --at x=20.5',
    )
    assert sorted(places := [found.index(part) for part in parts]) == places


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_no_line_is_too_long_but_one_to_type(columns: int) -> None:
    """A command is typed as it stands."""
    lines = [line for line in text(made_hunts.softplus_rows(), columns).split("\n") if line]
    assert [] == [line for line in lines[:-2] if width(line) > columns]


def test_a_kink_is_told_as_the_number_that_it_is() -> None:
    """No float64 is a third."""
    hunt = made_hunts.kink_hunt()
    found = text(hunted_rows(hunt, hunt.request.case))
    assert "x=0.3333333333333333, kink proven at 1/3" in found
    assert "─" not in found  # there is no curve


def test_an_end_that_is_not_exact_has_a_mark() -> None:
    """The ends of the range have none."""
    inputs = [float(x) for x in range(11)]
    hunt = made_hunts.hunt_of(
        "x**2", inputs, lambda x: x, lambda x: Status.MATCH if x < 5 else Status.UNSTABLE if x < 8 else Status.MATCH
    )
    found = text(hunted_rows(hunt, hunt.request.case))
    assert "0 .. ~4 " in found
    assert "~5 .. ~7 " in found
    assert "~8 .. 10 " in found
    assert "~ between this number and the next stretch nothing has been judged" in found


def test_of_many_stretches_the_worst_are_shown() -> None:
    """With their number; -v shows all."""
    stretches = tuple(
        Stretch(("x",), None, float(at), at + 0.5, Status.UNSTABLE if at % 2 else Status.MATCH, 3, 1.0, True)
        for at in range(30)
    )
    found = HuntMap((SearchRange("x", "0", "30"),), (), stretches)
    lines = [plain(line) for line in map_lines(found, DType.FLOAT64, 80)]
    assert 14 == len(lines)
    assert all("unstable" in line for line in lines[1:13])
    assert "… and 18 stretches more" in lines[13]
    assert 31 == len(list(map_lines(found, DType.FLOAT64, 80, verbose=True)))


def test_signs_have_the_colour_of_their_severity() -> None:
    """And tell it without a colour; the frame has none."""
    found = made_hunts.softplus_rows()[0].hunt_map
    assert found is not None
    (curve, _) = plotted(found)
    pieces = [piece for line in terminal_plot(curve, found, width=80) for piece in line]
    assert {Tone.FAIL} == {piece.tone for piece in pieces if "x" in piece.text}
    assert {Tone.PASS} == {piece.tone for piece in pieces if "\u2800" < piece.text[:1] < "\u28ff"}
    assert {Tone.ASIDE} == {piece.tone for piece in pieces if "─" in piece.text}


def curve_of(inputs: tuple[float, ...], ulps: tuple[float, ...]) -> tuple[ErrorCurve, HuntMap]:
    """A curve, and a map without stretches."""
    return ErrorCurve(("x",), None, inputs, ulps), HuntMap((SearchRange("x", "0", "1"),), ())


def stretches_at(before: float, after: float) -> tuple[Stretch, ...]:
    """Two stretches with a boundary between them."""
    first = Stretch(("x",), None, -100.0, before, Status.MATCH, 3, 1.0, True)
    return first, Stretch(("x",), None, after, 100.0, Status.UNSTABLE, 3, 1.0, True)


def test_what_is_close_to_0_for_its_range_has_an_axis_by_magnitude() -> None:
    """Else the axis is straight."""
    curve, found = curve_of((-100.0, 100.0), (1.0, 1.0))
    assert "" == axis_of_inputs(curve, found).kind
    near = replace(found, stretches=stretches_at(1e-8, 2e-8))
    axis = axis_of_inputs(curve, near)
    assert "by magnitude" == axis.kind
    assert axis.place(-100.0) < axis.place(-1e-8) < axis.place(0.0) == 0.0 < axis.place(1e-8)
    assert axis.place(1e-8) > 0.05 * axis.high
    at_0 = replace(found, stretches=stretches_at(-5e-324, 0.0))
    assert "" == axis_of_inputs(curve, at_0).kind
    curve, found = curve_of((1e-300, 1e300), (1.0, 1.0))
    assert "by magnitude" == axis_of_inputs(curve, found).kind
    assert len(axis_of_inputs(curve, found).ticks) <= 8
    curve, found = curve_of((-1.7e308, 1.7e308), (1.0, 1.0))
    axis = axis_of_inputs(curve, found)
    places = [axis.place(x) for x in (-1.7e308, -1e10, -1.0, 0.0, 1e-300, 1.0, 1e8, 1e10, 1.7e308)]
    assert places == sorted(places)
    assert math.isfinite(axis.high)


def test_errors_stand_by_decades_where_they_are_large() -> None:
    """What is infinite stands above all, and is written so."""
    assert "" == axis_of_errors([curve_of((0.0, 1.0), (0.5, 12.0))[0]]).kind
    axis = axis_of_errors([curve_of((0.0, 1.0), (0.5, math.inf))[0]])
    assert "inf" == axis.ticks[-1][1]
    assert axis.place(1e300) > axis.place(1.0)
    assert axis.place(math.inf) == axis.high


def test_a_command_is_typed_as_it_stands() -> None:
    """With the format, and for code with its name and its formula."""
    row = made_hunts.softplus_rows()[0]
    assert row.hunt_map is not None
    one = replace(row.hunt_map.found[0], kind=FindKind.KINK, place=Fraction(1, 3))
    narrow = replace(row, case=replace(row.case, dtype=DType.FLOAT32, seed=7))
    assert explain_command(narrow, one) == (
        'derivcheck explain "softplus(x)" --wrt x,x --at x=20.5 --dtype float32 --seed 7'
    )
    own = OwnFunction("Gelu", ("x",), "x*ndtr(x)", "my layers.py:Gelu")
    of_code = replace(row, case=Case("Gelu(x)", functions=(own,)))
    assert explain_command(of_code, one) == ('derivcheck explain "my layers.py:Gelu" --formula "x*ndtr(x)" --at x=20.5')
    assert explain_command(replace(row, case=Case("2*Gelu(x)", functions=(own,))), one) is None
