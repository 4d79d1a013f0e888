"""The lines of many points are those that their Results would have."""

from __future__ import annotations

import json
from unittest.mock import Mock

import pytest

from derivcheck.checking.many_points.rows import Rows, check_points
from derivcheck.model import Case, Mode, Result, Status
from derivcheck.numbers import DType
from derivcheck.reporting.serialization.serialize import line_data
from derivcheck.rounding import later_looks
from derivcheck.rounding.tape_at_a_point import program_spreads
from derivcheck.running.chunk_checking import check_chunk
from derivcheck.running.chunks import Portion
from derivcheck.running.interface import FILED, RECORD
from derivcheck.running.written_rows import written_rows
from derivcheck.system.harmless import harmless_json

POINTS = tuple({"x": repr(0.1 + 0.037 * i), "y": repr(1.7 - 0.031 * i)} for i in range(40))
TRAPS = ({"y": "1", "x": "0"}, {"x": "##[x]", "y": "1"}, {"x": "1/3", "y": "pi/4"}, {"x": "1e300", "y": "2"})


@pytest.mark.parametrize(
    ("expr", "fields"),
    [
        ("exp(-x**2/2)*sin(3*x + y) + y*tanh(x*y - 1/4)", {}),
        ("exp(-x**2/2)*sin(3*x + y) + y*tanh(x*y - 1/4)", {"dtype": DType.FLOAT32, "name": "##vso[x] %s"}),
        ("x*x*y - 0.1*x/y", {"dtype": DType.BFLOAT16, "modes": (Mode.FORWARD, Mode.REVERSE)}),
        ("abs(x)*maximum(x, y)", {}),
        ("100*x - 100*sin(x) + y", {"wrt": (("y",),)}),
    ],
)
def test_a_file_of_results_has_the_same_lines(expr: str, fields: dict[str, object]) -> None:
    """At points that pass, and at those that have to be looked at, whichever way the lines are made."""
    case = Case(expr, POINTS + TRAPS, **fields)  # type: ignore[arg-type]
    (by_results,) = check_chunk((Portion(case),), wanted=RECORD)
    (filed,) = check_chunk((Portion(case),), wanted=FILED)
    expected = [json.dumps(line_data(result)) for result in by_results.results]
    assert filed.lines is not None
    assert filed.lines.decode() == harmless_json("\n".join(expected))
    assert filed.matches.count + len(filed.results) == len(expected)
    assert all(result in by_results.results for result in filed.results if result.status is not Status.ERROR)


def _lines_and_looked_at(case: Case, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], set[int]]:
    """The lines of a case's points, and the points whose Results were made for them."""
    rows = check_points(case)
    assert isinstance(rows, Rows)
    asked: set[int] = set()
    made = rows.by_position()

    def seen(index: int) -> tuple[Result, ...]:
        asked.add(index)
        return made(index)

    with monkeypatch.context() as patched:
        patched.setattr(Rows, "by_position", lambda _: seen)
        return written_rows(rows, rows.examples, tuple).decode().split("\n"), asked


def test_most_lines_are_made_without_results(monkeypatch: pytest.MonkeyPatch) -> None:
    """But for the first point's, which shows what the lines of all have in common."""
    lines, asked = _lines_and_looked_at(Case("exp(-x**2)*sin(3*x + y)", POINTS), monkeypatch)
    assert len(lines) == 3 * len(POINTS)
    assert len(asked) < len(POINTS) // 4


def test_where_the_forward_pass_does_not_explain_an_error_the_tape_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """At two points that were found by chance; nothing else is made anew, and the line is that of the Result."""
    first = "exp(-x**2/2)*sin(3*x + y) + y*tanh(x*y - 1/4)"
    expr = f"{first} - log(1 + x**2 + y**2)/(2 + cos(x - y)) + sqrt(2 + x*y)*atan(x/3)"
    points = tuple({"x": repr(0.1 + 0.019 * i), "y": repr(1.7 - 0.016 * i)} for i in range(100))
    found = (
        {"x": "0.47879984715679225", "y": "1.7721999393341634"},
        {"x": "0.5765611902427548", "y": "1.5629638677256565"},
    )
    case = Case(expr, points + found)
    measured = Mock(wraps=program_spreads)
    monkeypatch.setattr(later_looks, "program_spreads", measured)
    lines, asked = _lines_and_looked_at(case, monkeypatch)
    assert measured.called
    assert asked == {0}
    assert [json.dumps(line_data(result)) for result in check_points(case)] == lines
