"""The runs at a point and beside it: the same numbers as each alone, and no step twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from flint import arb

from derivcheck.balls.ball import Ball, exact_ball, precision
from derivcheck.balls.compiling import compile_balls
from derivcheck.balls.program import Program
from derivcheck.language.parse import parse
from derivcheck.truth.runs import Runs

POINT = {"x": Fraction(1, 4), "y": Fraction(3)}
STEP = Fraction(1, 2**200)


def counted(program: Program) -> tuple[Program, Counter[str]]:
    """The program, and how often each of its kernels was run."""
    seen: Counter[str] = Counter()

    def counting(kernel: Callable[..., Ball]) -> Callable[..., Ball]:
        def run(*args: Any) -> Ball:
            seen[kernel.__name__] += 1
            return kernel(*args)

        return run

    return program.with_steps(replace(step, kernel=counting(step.kernel)) for step in program.code), seen


def test_what_does_not_move_is_run_once_at_each_precision() -> None:
    """exp(y) is the same beside the point in x, on either side; sin(x) is not."""
    program, seen = counted(compile_balls(parse("sin(x)*exp(y)", {"x", "y"})))
    runs = Runs(program, POINT)
    for bits in (128, 256):
        with precision(bits):
            runs.value()
            for step in (STEP, -STEP, STEP):
                runs.beside({"x": step})
    assert 2 == seen["exp"]
    assert 6 == seen["sin"]


def test_the_numbers_are_those_of_runs_alone() -> None:
    """At the point, on a ball around it, and beside it in one variable after the other."""
    f = compile_balls(parse("sin(x)*exp(y) + x**2", {"x", "y"}))
    derivative = compile_balls(parse("cos(x)*exp(y) + 2*x", {"x", "y"}), after=f)
    runs = Runs(f, POINT)
    x, y = map(exact_ball, POINT.values())
    with precision(128):
        around = {"x": runs.around("x", 4000)}
        for program in (f, derivative):
            assert repr(program.run({"x": x, "y": y})) == repr(runs.value(program))
            assert repr(program.run({"x": around["x"], "y": y})) == repr(runs.value(program, around))
        for offsets in ({"x": STEP}, {"y": STEP}, {"x": -STEP, "y": STEP}, {"x": Fraction(0)}):
            place = {name: exact_ball(value + offsets.get(name, 0)) for name, value in POINT.items()}
            assert repr(f.run(place)) == repr(runs.beside(offsets))


def test_a_program_that_shares_nothing_is_run_alone() -> None:
    """A formula that was compiled by itself has slots of its own."""
    runs = Runs(compile_balls(parse("x + y", {"x", "y"})), POINT)
    with precision(128):
        assert runs.value(compile_balls(parse("y*x", {"x", "y"}))) == arb(0.75)


@pytest.mark.parametrize(
    ("expr", "x", "expected"),
    [
        ("where(x == 0, 0, x*sin(1/x))", 0, True),
        ("x*cos(log(abs(x)))", 0, True),
        ("x*floor(1/x)", 0, True),
        ("where(x == 1, 0, remainder(1, frac(1/x)))", 1, True),
        ("sin(sin(1/x))*x", 0, True),
        ("abs(x)*sin(x)", 0, False),
        ("abs(x - 3/4)*polygamma(2, x)", 0.75, False),
        ("remainder(x, 2)", 4, False),
        ("x*exp(-1/x**2)", 0, False),
    ],
)
def test_what_may_swing_ever_faster(expr: str, x: float, expected: bool) -> None:
    """What has no limit at infinity does, where its argument is unbounded near the point; sin(x) at 0 does not."""
    runs = Runs(compile_balls(parse(expr, frozenset({"x"}))), {"x": Fraction(x)})
    assert expected is runs.swings
