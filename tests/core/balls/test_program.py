"""The ball reading: programs, the domain, branches, and the range of a format.

Covers also: ball, compiling.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from flint import arb, ctx

from derivcheck.balls.ball import Ball, Outside, enclosure, exact_ball, is_infinite, precision, to_ball
from derivcheck.balls.compiling import compile_balls
from derivcheck.balls.instructions import ALTERED
from derivcheck.balls.program import Program, live_slots
from derivcheck.language.parse import parse
from derivcheck.numbers import DType
from derivcheck.rounding.ranges import leaves_range


def run(expr: str, **at: Any) -> Ball:
    """Evaluate the expression on balls at the point."""
    with precision(128):
        return compile_balls(parse(expr, set(at))).run({name: arb(x) for name, x in at.items()})


def test_the_precision_outside_is_left_alone() -> None:
    """A local precision context never leaks."""
    before = ctx.prec
    with precision(777):
        assert 777 == ctx.prec
    assert before == ctx.prec


def test_literals_are_exact() -> None:
    """0.1 is one tenth and not a float64."""
    assert run("0.1*10 - 1").contains(0)
    assert not run("0.1*10 - 1 - 1e-30").contains(0)


@pytest.mark.parametrize(
    ("expr", "reason"),
    [
        ("sqrt(x)", "square root"),
        ("1/(x + 1)", "division by zero"),
        ("I*x", "complex"),
        ("Piecewise((1, x > 0))", "no branch"),
        ("(x + 1)*log(x + 1)", "zero times infinity"),
        ("1 + sqrt(x)", "square root"),
        ("where(sqrt(x) > 1, 1, 2)", "square root"),
    ],
)
def test_outside_of_the_domain_carries_its_reason(expr: str, reason: str) -> None:
    """At -1 none of these has a value, and the reason reaches the root."""
    found = run(expr, x=-1)
    assert isinstance(found, Outside)
    assert reason in found.reason


def test_a_branch_that_is_not_taken_does_no_harm() -> None:
    """The logarithm of a negative number in the other branch is never looked at."""
    assert run("where(x < 0, x**2, log(x))", x=-3) == 9
    assert run("where(x > 0, log(x), 2)", x=-3) == 2


def test_an_undecided_branch_is_both() -> None:
    """On a ball around the kink the result encloses both branches."""
    found = run("where(x > 0, 1, 5)", x=arb(0, 1))
    assert found.contains(1)
    assert found.contains(5)


def test_three_valued_logic() -> None:
    """One operand may decide alone, even if the other is unknown or has no value."""
    assert run("where((x > 0) | (y > 0), 1, 2)", x=1, y=arb(0, 1)) == 1
    assert run("where((x > 0) & (y > 0), 1, 2)", x=-1, y=arb(0, 1)) == 2
    assert run("where((x > 0) & (sqrt(x) > 0), 1, 2)", x=-1) == 2


def test_enclosures_are_exact_round_trips() -> None:
    """A ball as exact numbers is the same ball again."""
    ball = arb(arb((7, -5)), arb((3, -50)))
    assert to_ball(enclosure(ball)).contains(ball.mid())
    assert Fraction(7, 32) == enclosure(arb((7, -5))).mid.fraction()
    with pytest.raises(ValueError, match="dyadic"):
        exact_ball(Fraction(1, 3))


def functions_of(program: Program) -> list[str]:
    """Return the functions of the program's steps, in order."""
    return [step.function for step in program.code if step.args]


def test_what_occurs_twice_is_computed_once() -> None:
    """x**2 is one step, and 2.0 is the same number as 2; torch computes it as often as it is written."""
    expression = parse("x**2 + sin(x**2.0)*x**2", {"x"})
    assert ["pow", "sin", "mul", "add"] == functions_of(compile_balls(expression))
    assert 3 == functions_of(compile_balls(expression, as_torch=True)).count("pow")


def test_a_program_after_another_one_has_its_own_steps_only() -> None:
    """The derivative of exp(sin(x)) needs one cosine and one product more, and runs as it does alone."""
    f, derivative = parse("exp(sin(x))*y", {"x", "y"}), parse("y*cos(x)*exp(sin(x))", {"x", "y"})
    alone, before = compile_balls(derivative), compile_balls(f)
    after = compile_balls(derivative, after=before)
    assert ["cos", "mul", "mul"] == functions_of(after)[len(functions_of(before)) :]
    assert after.is_after(before)
    with precision(128):
        place = {"x": arb("0.3"), "y": arb("1.7")}
        assert repr(alone.run(place)) == repr(after.run(place)) == repr(after.result(before.trace(place)))
    assert not compile_balls(parse("z", {"z"}), after=before).is_after(before)


def test_a_step_that_the_result_does_not_need_is_not_run() -> None:
    """The program of 2*x after that of exp(x) never asks for the exponential."""

    def never(_: Ball) -> Ball:
        raise AssertionError

    exponential = compile_balls(parse("exp(x)", {"x"}))
    before = exponential.with_steps(replace(step, kernel=never) for step in exponential.code)
    assert compile_balls(parse("2*x", {"x"}), after=before).run({"x": arb(3)}) == 6


def test_moved_slots_are_those_of_the_other_point() -> None:
    """Only what depends on x is run again, a branch and what is outside of the domain included."""
    program = compile_balls(parse("where(x > y, sqrt(x) + log(y), exp(y))*y", {"x", "y"}))
    with precision(128):
        slots = program.trace({"x": arb(2), "y": arb(1.5)})
        for x in (arb(3), arb(1), arb(-1), arb(2, 1)):
            expected = program.trace({"x": x, "y": arb(1.5)})
            assert list(map(repr, expected)) == list(map(repr, program.moved(slots, {"x": x})))


@pytest.mark.parametrize("x", [-1, 0, 0.5, 1, 2, arb(0, 1), arb(1, 1), arb(1, arb((1, -4000)))])
@pytest.mark.parametrize(
    "expr",
    [
        "x**2 - 2*x + 1/x",
        "1/log(x)",
        "atanh(x) - atanh(x)",
        "exp(log(x)) + sqrt(x)",
        "x*log(x) + log(x)**2",
        "1/(1/x) + cot(x)",
        "(x - 1)**(-3)*asin(x)",
        "tanh(log(x))/exp(1/x)",
    ],
)
def test_a_run_with_quick_kernels_gives_what_the_careful_ones_give(expr: str, x: Any) -> None:
    """In every slot: where no number comes out, where one is infinite on the way, and on balls that reach beyond."""
    program = compile_balls(parse(expr, {"x"}))
    with precision(128):
        found = program.trace({"x": arb(x)})
        expected = program.code.blank([arb(x)])
        program.fill(expected, range(1, len(expected)))
    assert [*map(_described, expected)] == [*map(_described, found)]


def _described(ball: Ball) -> object:
    """All that there is to know of a slot."""
    if isinstance(ball, arb) and ball.is_finite():
        return ball.mid().man_exp(), ball.rad().man_exp()
    return str(ball)


@pytest.mark.parametrize(("relation", "expected"), [("==", 1), ("<=", 1), (">=", 1), ("!=", 2), ("<", 2), (">", 2)])
def test_a_number_is_equal_to_itself(relation: str, expected: int) -> None:
    """However wide the ball is: it is the same number on both sides."""
    expr = f"where(polygamma(1, x) {relation} trigamma(x), 1, 2)"
    assert expected == run(expr, x=1.5)
    assert expected == run(expr, x=arb(1.5, 0.1))


def test_a_step_knows_its_function_and_where_it_stands() -> None:
    """The steps of a definition are those of its call; an alias, a constant and a literal have their names."""
    expression = parse("sin(x)*softplus(y) + arcsin(x)**pi/2 + addcdiv(x, y, 3)", {"x", "y"})
    stands = [
        (step.function, expression.source[expression.span(step.node).start : expression.span(step.node).end])
        for step in compile_balls(expression).code
    ]
    assert stands == [
        ("sin", "sin(x)"),
        ("softplus", "softplus(y)"),
        ("mul", "sin(x)*softplus(y)"),
        ("asin", "arcsin(x)"),
        ("pi", "pi"),
        ("pow", "arcsin(x)**pi"),
        ("literal", "2"),
        ("div", "arcsin(x)**pi/2"),
        ("add", "sin(x)*softplus(y) + arcsin(x)**pi/2"),
        ("literal", "3"),
        ("div", "addcdiv(x, y, 3)"),
        ("add", "addcdiv(x, y, 3)"),
        ("add", "sin(x)*softplus(y) + arcsin(x)**pi/2 + addcdiv(x, y, 3)"),
    ]


def test_a_step_with_another_kernel_is_no_function_of_the_table() -> None:
    """What is known of sin does not hold of sin moved by an ulp, and a literal that was moved is no exact number."""
    for step in compile_balls(parse("sin(x) + 3", {"x"})).code:
        altered = step.altered(lambda *_: arb(7))
        assert (altered.function, altered.literal, altered.node) == (ALTERED, None, step.node)
        assert altered.operation is altered.kernel


def test_only_live_slots_count() -> None:
    """The branch that is not taken is not live."""
    program = compile_balls(parse("where(x < 0, exp(x), x)", {"x"}))
    slots = program.trace({"x": arb(1)})
    names = {
        node.name
        for node, slot in zip(parse("where(x < 0, exp(x), x)", {"x"}), program.outer, strict=True)
        if slot in live_slots(program, slots)
    }
    assert "exp" not in names
    assert "x" in names


@pytest.mark.parametrize(
    ("expr", "x", "dtype", "expected"),
    [
        ("log(exp(x))", 800, DType.FLOAT64, True),
        ("log(exp(x))", 100, DType.FLOAT64, False),
        ("log(exp(x))", 100, DType.FLOAT32, True),
        ("log(exp(x))", -800, DType.FLOAT64, True),
        ("where(x < 1000, x, exp(x))", 900, DType.FLOAT64, False),
        ("x - x", 5, DType.FLOAT64, False),
    ],
)
def test_leaves_range(expr: str, x: int, dtype: DType, expected: bool) -> None:
    """Whether a formula overflows or underflows on the way, in what it really computes."""
    assert expected is leaves_range(compile_balls(parse(expr, {"x"})), {"x": Fraction(x)}, dtype)


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        ("where(1/3 > 1/3, 1, 2)", 2),
        ("where(1/3 >= 2/6, 1, 2)", 1),
        ("where(0.1 + 0.2 == 0.3, 1, 2)", 1),
        ("floor_divide(2, 0.1)", 20),
        ("floor(3*(1/3))", 1),
        ("ceil(3*(1/3))", 1),
        ("Max(1/3, 2/6)*3", 1),
        ("trunc(-7/(7/10))", -10),
        ("remainder(1, 0.1)", 0),
        ("fmod(-1, 0.1) + (1/3)**2*9", 1),
    ],
)
def test_rational_constants_are_computed_exactly(expr: str, expected: int) -> None:
    """No enclosure of 1/3 is on one side of a jump at 1/3."""
    assert expected == run(expr)


def test_a_constant_of_too_many_digits_is_enclosed() -> None:
    """(1/3)**2000 is a ball like any other number."""
    assert 0 < run("(1/3)**2000") < 1e-300


def test_the_lower_incomplete_gamma_function_has_poles_at_zero() -> None:
    """The integral of t**(-3/2)*exp(-t) from 0 diverges."""
    outside = run("lowergamma(-0.5, x)", x=0)
    assert isinstance(outside, Outside)
    assert outside.is_pole
    assert "a pole" in outside.reason


def test_an_infinity_is_no_ball_of_infinite_radius() -> None:
    """log(0) is one, and so is it beside a finite error; of a ball that is the whole line nobody knows."""
    infinity = arb.neg_inf()
    assert [True, True, True] == [is_infinite(ball) for ball in (infinity, arb.pos_inf(), infinity + arb(0, 1))]
    unknown = (arb(1), arb.nan(), arb(0, arb.pos_inf()), arb(infinity, arb.pos_inf()), Outside("no number"), None)
    assert not any(map(is_infinite, unknown))
