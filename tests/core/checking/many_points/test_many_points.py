"""Many points of one case: what is proven at once is what the ordinary way finds one by one.

Covers also: columns, proven, proven_rows, rows.
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from derivcheck.api import check
from derivcheck.balls.ball_code import BallCode
from derivcheck.checking.many_points import proven
from derivcheck.checking.many_points.rows import LEAST_POINTS, Rows, check_points
from derivcheck.checking.one_point import check_case
from derivcheck.language.parse import parse
from derivcheck.model import Case, Mode, Result, Status, Tolerance
from derivcheck.numbers import DType
from derivcheck.readings import readings
from derivcheck.symbolic import derivatives as symbolic
from derivcheck.symbolic.formula import Formula

SMOOTH = "exp(-x**2/2)*sin(3*x + y) + y*tanh(x*y - 1/4)"
GRID = tuple({"x": repr(0.1 + 0.07 * i), "y": repr(1.3 - 0.05 * i)} for i in range(24))
TRAPS = ("0", "1", "-1", "2", "0.5", "1/3", "pi/4", "1e-9", "-1e-300", "1e300", "2e5", "710", "-745", "20", "1e-160")


def points(*names: str) -> tuple[dict[str, str], ...]:
    """The traps and some harmless numbers, in each of the variables."""
    numbers = (*TRAPS, *(repr(0.3 + 0.41 * index) for index in range(8)))
    return tuple(
        {name: numbers[(index * (place + 1) + place) % len(numbers)] for place, name in enumerate(names)}
        for index in range(len(numbers))
    )


def rows(case: Case) -> Rows:
    """The Rows of a case that is one for the fast way."""
    found = check_points(case)
    assert isinstance(found, Rows)
    return found


def summary(results: Sequence[Result]) -> list[tuple[object, ...]]:
    """What must be the same, whichever way it was found: everything but torch's number and what comes of it."""
    return [(r.what, r.wrt, r.status, r.point, r.formula, r.truth, r.symbolic, r.notes) for r in results]


@pytest.mark.parametrize(
    ("expr", "names", "fields"),
    [
        (SMOOTH, "xy", {}),
        ("(1 - cos(x))/x**2", "x", {}),
        ("abs(x)*maximum(x, 1)", "x", {}),
        ("where(x > 1, log(x), x*y)", "xy", {"dtype": DType.FLOAT32}),
        ("sqrt(x)*y**3 + floor(x)", "xy", {"modes": (Mode.FORWARD, Mode.REVERSE)}),
        ("sqrt(x)*y**3 + abs(x)", "xy", {"modes": (Mode.REVERSE_OVER_FORWARD, Mode.FORWARD_OVER_REVERSE)}),
        ("exp(x) - exp(-x)", "x", {"dtype": DType.BFLOAT16, "modes": (Mode.FUNC,)}),
        ("x**2*y + y/x", "xy", {"wrt": (("y",),)}),
        ("gelu(x) + erf(x)", "x", {}),
        ("x**7 - 7*x**6 + 21*x**5 - 35*x**4 + 35*x**3 - 21*x**2 + 7*x - 1", "x", {}),
    ],
)
def test_what_passes_at_once_passes_one_by_one(expr: str, names: str, fields: dict[str, object]) -> None:
    """At kinks, poles, jumps, overflows and harmless points: the same rows with the same statuses and truths."""
    case = Case(expr, points(*names), **fields)  # type: ignore[arg-type]
    found = rows(case)
    assert found.passing > 0
    assert summary(found) == summary(list(check_case(case)))


def test_torch_numbers_are_those_of_the_run_over_all_points() -> None:
    """They differ from those of a scalar run by an ulp or two, if at all."""
    case = Case(SMOOTH, GRID)
    for mine, theirs in zip(rows(case), check_case(case), strict=True):
        assert mine.gradient is not None
        assert theirs.gradient is not None
        assert mine.gradient.value == pytest.approx(theirs.gradient.value, rel=1e-14)


def test_rows_are_a_sequence_that_makes_what_is_asked_for() -> None:
    """Length, items from either end, slices, and a copy by way of pickle, are those of the list."""
    found = rows(Case("x*abs(x - 1) + 1/x", tuple({"x": text} for text in (*TRAPS, "3", "4"))))
    everything = list(found)
    assert 0 < found.passing < len(found) == len(everything)
    assert summary([found[0], found[-1], *found[3:5]]) == summary([everything[0], everything[-1], *everything[3:5]])
    assert summary(pickle.loads(pickle.dumps(found))) == summary(everything)
    with pytest.raises(IndexError):
        found[len(found)]


def test_what_is_asked_for_beyond_the_plain_goes_the_ordinary_way() -> None:
    """Few points, a tolerance, a claim, a second derivative, an empty expression, points of other variables."""
    at = GRID[:LEAST_POINTS]
    ordinary = [
        Case(SMOOTH, at[1:]),
        Case(SMOOTH, at, tolerance=Tolerance(1e-9)),
        Case(SMOOTH, at, derivative={("x",): "2*x"}),
        Case(SMOOTH, at, wrt=(("x", "x"),)),
        Case("2 + 3", at),
        Case("x +", at),
        Case("x", (*at[1:], {"x": "1", "z": "2"})),
        Case("igamma(x, y)", at),
    ]
    assert not [case for case in ordinary if isinstance(check_points(case), Rows)]


def test_a_point_that_cannot_be_read_is_an_error_among_the_others() -> None:
    """The others pass by their columns."""
    found = rows(Case(SMOOTH, (*GRID, {"x": "2y", "y": "1"}, {"x": "inf", "y": "1"})))
    assert [result.status for result in found.examples] == [Status.ERROR, Status.UNDEFINED]
    assert len(found) == 3 * len(GRID) + 2


@pytest.mark.parametrize("lie", ["2*x*cos(x**2)*1.001", "-2*x*cos(x**2)", "cos(x**2)", "2*x*cos(x**2) + 1e-20"])
def test_a_wrong_formula_does_not_get_past_the_referee(lie: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of sin(x**2): off by 0.1 %, by the sign, by the inner derivative, and by less than any float64 shows."""
    formula = Formula(lambda: parse(lie, frozenset({"x"})), lambda: None)
    readings.cache_clear()
    monkeypatch.setattr(symbolic.Symbolic, "derivative", lambda *_: formula)
    case = Case("sin(x**2)", tuple({"x": at["x"]} for at in GRID))
    found = rows(case)
    readings.cache_clear()
    assert found.passing == 0


def test_two_wrong_partials_do_not_make_up_for_one_another() -> None:
    """The referee's step is of random length in each variable: an error of +1 in one and -1 in the other shows."""
    names = ("x", "y")
    made = readings("x*y + x + 2*y", frozenset(names))
    code, beside, _ = made.line_code((("x",), ("y",)), proven.BITS)
    wrong = readings("x*y + 2*x + y", frozenset(names)).line_code((("x",), ("y",)), proven.BITS)[0]

    class Mixed:
        @staticmethod
        def run(*balls: object) -> tuple[object, ...]:
            return code.run(*balls)[0], *wrong.run(*balls)[1:]

    place = [(1.0, 1.0), (0.3, 0.7)]
    assert all(truth[0] == truth[0] for truth in proven._truths(code, beside, place, [0, 1]))
    assert all(truth[0] != truth[0] for truth in proven._truths(Mixed, beside, place, [0, 1]))  # type: ignore[arg-type]


@pytest.mark.parametrize("factor", [1.001, -1.0, 1 + 1e-12])
def test_a_wrong_gradient_does_not_pass(factor: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sine whose backward pass is off by 0.1 %, by its sign, or in the twelfth digit, passes at no point."""

    class Sine(torch.autograd.Function):
        @staticmethod
        def forward(ctx: object, x: torch.Tensor) -> torch.Tensor:
            ctx.save_for_backward(x)  # type: ignore[attr-defined]
            return x.sin()

        @staticmethod
        def backward(ctx: object, upstream: torch.Tensor) -> torch.Tensor:
            (x,) = ctx.saved_tensors  # type: ignore[attr-defined]
            return upstream * torch.cos(x) * factor

    monkeypatch.setattr(torch, "sin", Sine.apply)
    readings.cache_clear()
    found = rows(Case("exp(sin(x))", tuple({"x": at["x"]} for at in GRID)))
    readings.cache_clear()
    assert found.passing == 0


def test_results_do_not_depend_on_which_points_share_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same points pass in blocks of 5 as in one."""
    case = Case("(1 - cos(x))/x", points("x"))
    whole = rows(case)
    monkeypatch.setattr(proven, "BLOCK", 5)
    assert rows(case).columns.passed == whole.columns.passed


MANY = tuple({"x": repr(0.1 + 0.0059 * i), "y": repr(1.9 - 0.0047 * i)} for i in range(proven._LEAST_CERTIFIED + 44))


@pytest.mark.parametrize(
    "expr",
    [
        SMOOTH,
        "log(x/y)*exp(-pi*x) + sqrt(2 + x*y)*atan(x/3)",
        "x**y - 1/(x - 1) + tan(y)",
        "x + 1e-9*sin(y)",
        "abs(x)*y",
    ],
)
@pytest.mark.parametrize("dtype", [DType.FLOAT64, DType.FLOAT32])
def test_double_words_decide_nothing_otherwise(expr: str, dtype: DType, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same points pass with the same reaches as by Arb alone; most of them are never looked at by Arb."""
    case = Case(expr, MANY, dtype=dtype)
    asked: list[int] = []
    by_arb = proven._truths

    def counted(code: BallCode, beside: BallCode, places: Sequence[tuple[float, ...]], moved: Sequence[int]) -> Tensor:
        asked.append(len(places))
        return by_arb(code, beside, places, moved)

    monkeypatch.setattr(proven, "_truths", counted)
    columns = rows(case).columns
    assert sum(asked) < len(MANY) / 10 or expr in {"abs(x)*y", "x + 1e-9*sin(y)"}
    monkeypatch.setattr(proven, "_LEAST_CERTIFIED", len(MANY) + 1)
    assert columns == rows(case).columns
    assert len(MANY) == asked[-1]


@pytest.mark.parametrize(
    ("expr", "near"),
    [
        ("log(x - 1) + 1/(x - 1)", tuple(1 + 2.0**-k * 1.3 for k in range(28, 44))),
        ("(x*x)**1.01 - sqrt(x)", tuple(1.7 * 2.0**k for k in range(60, 92, 2))),
    ],
)
def test_points_that_only_double_words_know_are_what_the_ordinary_way_finds(
    expr: str, near: Sequence[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The referee's step is too long beside a pole, and too short far out."""
    case = Case(expr, tuple({"x": repr(x)} for x in near))
    by_arb = rows(case).passing
    monkeypatch.setattr(proven, "_LEAST_CERTIFIED", len(near))
    found = rows(case)
    assert found.passing > by_arb
    assert summary(found) == summary(tuple(check_case(case)))


def test_a_wrong_formula_passes_no_double_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Off by less than any float64 shows."""
    lie = Formula(lambda: parse("2*x*cos(x**2) + 1e-20", frozenset({"x"})), lambda: None)
    readings.cache_clear()
    monkeypatch.setattr(symbolic.Symbolic, "derivative", lambda *_: lie)
    found = rows(Case("sin(x**2)", tuple({"x": at["x"]} for at in MANY)))
    readings.cache_clear()
    assert found.passing == 0


def test_check_from_python_makes_no_row_for_the_status() -> None:
    """The worst status and the number of rows are known without them; the rows are there when they are looked at."""
    found = check(SMOOTH, at=[{name: float(text) for name, text in at.items()} for at in GRID])
    assert (Status.MATCH, 3 * len(GRID)) == (found.status, len(found))
    assert found[-1].wrt == ("y",)
    assert {result.status for result in found} == {Status.MATCH}
    assert found == list(found)


def test_many_variables_are_proven_at_many_points() -> None:
    """The partials by forty variables are one ball program with forty roots."""
    names = [f"x{index}" for index in range(40)]
    at = [{name: repr((7 * index + 3 * row) % 11 / 8 + 0.3) for index, name in enumerate(names)} for row in range(24)]
    terms = [f"100*({y} - {x}**2)**2 + sin({x})" for x, y in pairwise(names)]
    found = rows(Case(" + ".join(terms), tuple(at)))
    assert 41 * 24 == found.passing
