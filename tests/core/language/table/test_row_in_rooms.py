"""The columns that ball programs and rounding read: each is held against the balls, or against exact numbers."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction
from operator import attrgetter

import pytest
from flint import arb, ctx, fmpq

from derivcheck.balls.ball import exact_ball
from derivcheck.balls.ball_code import BallCode
from derivcheck.balls.compiling import compile_balls
from derivcheck.balls.exact_steps import Exact, exact_slots
from derivcheck.balls.kernels.domain import OutOfDomain
from derivcheck.balls.kernels.lookup import kernel
from derivcheck.language.parse import parse
from derivcheck.language.table import CHOICE, FUNCTIONS, Function, function
from derivcheck.rounding.same_floats import same_floats

DYADIC = (Fraction(-6), Fraction(-3, 2), Fraction(1, 2), Fraction(1), Fraction(3), Fraction(5, 4))

by_name = attrgetter("name")


@pytest.fixture(autouse=True)
def working_precision() -> Iterator[None]:
    """Balls of 400 bits."""
    with ctx.workprec(400):
        yield


def claiming(column: str) -> list[Function]:
    """The rows that have something in a column."""
    return [row for row in FUNCTIONS if getattr(row, column)]


def call(row: Function, *args: str) -> str:
    """A call as text."""
    return f"{row.name}({', '.join(args)})"


def test_the_choice_is_where() -> None:
    """The one function that has a branch for a number."""
    row = function("where")
    assert row is not None
    assert row.name == CHOICE
    assert [row] == [other for other in claiming("branch") if other.sort_of(1) is not other.sort_of(0)]


@pytest.mark.parametrize("row", claiming("ends"), ids=by_name)
def test_a_function_is_finite_at_the_ends_of_its_domain_and_not_beyond(row: Function) -> None:
    """To the power of 1/2, for a power; elsewhere an end has no value, or is no end."""
    assert row.ends is not None
    assert row.ball is not None
    rest = [arb(0.5)] * (len(row.params) - 1)
    for end, outwards in zip(row.ends, (-1, 1), strict=True):
        if end is None:
            assert kernel(row.ball)(arb(outwards * 10.0**6), *rest).is_finite()
            continue
        assert kernel(row.ball)(arb(end), *rest).is_finite()
        with pytest.raises(OutOfDomain):
            kernel(row.ball)(arb(end) + outwards * arb(2.0**-30), *rest)


@pytest.mark.parametrize("row", claiming("wraps"), ids=by_name)
def test_what_wraps_is_less_by_whole_periods(row: Function) -> None:
    """The first argument less the result is an integer times the second."""
    assert row.ball is not None
    for x, y in itertools.permutations(DYADIC, 2):
        periods = (exact_ball(x) - kernel(row.ball)(exact_ball(x), exact_ball(y))) / exact_ball(y)
        assert periods.contains_integer()
        assert periods.rad() < 1e-50


@pytest.mark.parametrize("row", claiming("ball_of"), ids=by_name)
def test_a_kernel_made_for_a_known_argument_is_the_same_one(row: Function) -> None:
    """For integers, halves and thirds, on balls of either sign."""
    assert row.ball is not None
    assert row.ball_of is not None
    for last in (*DYADIC, Fraction(1, 3), Fraction(-2)):
        for first in (arb(2.5, 2.0**-40), arb(-1.25), arb(0), arb(0, 1)):
            found = []
            for made in (kernel(row.ball_of)(last), kernel(row.ball)):
                try:
                    found.append(str(made(first, arb(fmpq(last.numerator, last.denominator)))))
                except OutOfDomain as error:
                    found.append(error.reason)
            assert found[0] == found[1]


@pytest.mark.parametrize("row", claiming("line"), ids=by_name)
def test_lines_of_code_give_what_the_steps_give(row: Function) -> None:
    """With variables and literals of either sign among the arguments, in a call and below a sign."""
    literals = ("3", "-2", "1/2", "1")
    choices = [("x", "y", "-x", *literals)] * len(row.params) + [literals] * len(row.options)
    for args in itertools.product(*choices):
        for text in (call(row, *args), f"-{call(row, *args)}*y - x"):
            program = compile_balls(parse(text, {"x", "y"}))
            place = {"x": arb(1.75), "y": arb(0.625)}
            value = program.run({name: place[name] for name in program.variables})
            (line,) = BallCode(("x", "y"), [program], ctx.prec).run(place["x"], place["y"])
            if isinstance(value, arb) and value.is_finite():
                assert line.overlaps(value)
                assert line.rad() < 1e-100
            else:
                assert not line.is_finite()


@pytest.mark.parametrize("row", [*claiming("pi_power"), *claiming("scales")], ids=by_name)
def test_multiples_of_powers_of_pi_are_where_the_balls_are(row: Function) -> None:
    """The exact result lies in the ball, and some are known for each function."""
    known = 0
    for factors in itertools.permutations(DYADIC, len(row.params)):
        for powers in itertools.product((0, 1, 2), repeat=len(row.params)):
            args = [f"({factor})*pi**{power}*x" for factor, power in zip(factors, powers, strict=True)]
            program = compile_balls(parse(call(row, *args), {"x"}))
            exact = exact_slots(program, {"x": Fraction(1)}).get(program.root)
            if isinstance(exact, Exact):
                number = arb(fmpq(exact.factor.numerator, exact.factor.denominator)) * arb.pi() ** exact.power
                assert number.overlaps(program.run({"x": arb(1)}))
                known += 1
    assert known


@pytest.mark.parametrize("row", claiming("digits"), ids=by_name)
def test_what_has_the_same_float_is_the_same_number(row: Function) -> None:
    """And the rule finds some that are the same: of 2*x, of -x, of y + x."""
    names = [f"x{index}" for index in range(len(DYADIC))]
    point = dict(zip(names, DYADIC, strict=True))
    calls = [call(row, *args) for args in itertools.product(names, repeat=len(row.params))]
    program = compile_balls(parse(" + ".join(f"sin({text})" for text in calls), set(names)), as_torch=True)
    place = {name: point[name] for name in program.variables}
    exact = exact_slots(program, place)
    floats = same_floats(program, place)
    results = [
        slot for slot, step in enumerate(program.code, len(place)) if step.function == row.name and slot in exact
    ]
    same = {(one, other) for one, other in itertools.combinations(results, 2) if floats[one] == floats[other]}
    if len(row.params) == 2:
        assert same
    for one, other in same:
        assert exact[one] == exact[other]
    for one, other in itertools.combinations(results, 2):
        first, second = exact[one], exact[other]
        if floats[one].digits == floats[other].digits and isinstance(first, Exact) and isinstance(second, Exact):
            assert (not first.factor) == (not second.factor)
            ratio = abs(first.factor / second.factor) if second.factor else Fraction(1)
            assert ratio.numerator.bit_count() == ratio.denominator.bit_count() == 1
