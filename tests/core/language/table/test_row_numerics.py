"""The columns about numbers: ends of domains, periods, roundings, and rules by name, each against another fact."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction
from operator import attrgetter
from typing import Any

import pytest
import torch
from flint import arb, ctx
from torch import Tensor

from derivcheck.autograd import torch_kernels
from derivcheck.balls.ball_code import BallCode
from derivcheck.balls.compiling import compile_balls
from derivcheck.balls.exact_steps import Exact, exact_slots
from derivcheck.balls.kernels.domain import OutOfDomain
from derivcheck.balls.kernels.lookup import kernel
from derivcheck.language.parse import parse
from derivcheck.language.table import FUNCTIONS, Function
from derivcheck.rounding.same_floats import same_floats

POINTS = (-2.625, -0.78125, 0.3125, 1.71875)

by_name = attrgetter("name")


@pytest.fixture(autouse=True)
def working_precision() -> Iterator[None]:
    """Balls of 200 bits."""
    with ctx.workprec(200):
        yield


def claiming(column: str) -> list[Function]:
    """The rows that have something in a column."""
    return [row for row in FUNCTIONS if getattr(row, column) not in {None, False}]


def on_balls(row: Function, *args: arb) -> Any:
    """The row's ball reading; None outside of its domain, and where it is unknown."""
    assert row.ball is not None
    try:
        value = kernel(row.ball)(*args)
    except OutOfDomain:
        return None
    return value if isinstance(value, arb) and value.is_finite() else None


@pytest.mark.parametrize("row", claiming("ends"), ids=by_name)
def test_a_domain_ends_where_the_row_says(row: Function) -> None:
    """The function has a value at the end and none beyond; on the way there it only rises, or only falls."""
    assert row.ends is not None
    others = [arb(7) / 10] * (len(row.params) - 1)
    for end, inwards in zip(row.ends, (1, -1), strict=True):
        if end is None:
            continue
        assert on_balls(row, arb(end), *others) is not None
        assert on_balls(row, arb(end) - inwards * arb(2) ** -60, *others) is None
        values = [on_balls(row, arb(end) + inwards * arb(step) / 8, *others) for step in range(9)]
        assert len({bool(one < other) for one, other in itertools.pairwise(values)}) == 1
    for end, far in zip(row.ends, (-1000, 1000), strict=True):
        if end is None:
            assert (on_balls(row, arb(far), *others) is None) == (None not in row.ends or far < 0)


@pytest.mark.parametrize("row", claiming("wraps"), ids=by_name)
def test_what_wraps_is_x_less_a_whole_multiple_of_y(row: Function) -> None:
    """And less than y in size."""
    for x, y in itertools.permutations(POINTS, 2):
        value = on_balls(row, arb(x), arb(y))
        assert ((x - value) / y).unique_fmpz() is not None
        assert abs(value) < abs(y)


@pytest.mark.parametrize("row", claiming("rounds"), ids=by_name)
def test_torch_rounds_into_memory_of_its_own(row: Function) -> None:
    """Of some float32 numbers the result is not the exact one, but a float next to it; the argument is not touched."""
    assert row.torch is not None
    home: object = torch_kernels if row.torch.startswith("kernels.") else torch
    compute = attrgetter(row.torch.removeprefix("kernels."))(home)
    text = f"{row.name}({', '.join('xy'[: len(row.params)])})"
    program = compile_balls(parse(text))
    inexact = 0
    for numbers in itertools.product((0.1, 0.3, 0.7, 1.1, 2.3), repeat=len(row.params)):
        args = [torch.tensor(number, dtype=torch.float32) for number in numbers]
        result: Tensor = compute(*args)
        assert result.data_ptr() not in {arg.data_ptr() for arg in args}
        exact = program.run({name: arb(float(arg)) for name, arg in zip("xy", args, strict=False)})
        if isinstance(exact, arb) and exact.is_finite():
            inexact += not exact.contains(float(result))
    assert inexact


@pytest.mark.parametrize("row", claiming("ball_of"), ids=by_name)
def test_a_kernel_for_one_last_argument_is_the_kernel(row: Function) -> None:
    """It encloses the same number, whatever the exponent."""
    assert row.ball_of is not None
    make: Any = kernel(row.ball_of)
    for last in (Fraction(2), Fraction(-3), Fraction(1, 2), Fraction(-2, 3), Fraction(0)):
        for x in POINTS:
            args = arb(x), arb(last.numerator) / last.denominator
            try:
                made = make(last)(*args)
            except OutOfDomain:
                made = None
            value = on_balls(row, *args)
            assert made is value is None or made.overlaps(value)


@pytest.mark.parametrize("row", claiming("line"), ids=by_name)
def test_a_line_of_code_does_what_the_step_does(row: Function) -> None:
    """With variables and literals of every kind as arguments."""
    literals = ("x", "y", "-x", "0", "1", "-1", "2", "1/2", "3", "x*y")
    choices = [literals] * len(row.params) + [("2", "1/2", "3")] * len(row.options)  # an option is a constant
    for args in itertools.product(*choices):
        program = compile_balls(parse(f"{row.name}({', '.join(args)})", ("x", "y")))
        code = BallCode(("x", "y"), [program], 200)
        for x, y in ((0.375, 1.75), (-2.5, 0.25)):
            point = {"x": arb(x), "y": arb(y)}
            stepwise, (at_once,) = program.run(point), code.run(*point.values())
            if not isinstance(stepwise, arb) or not stepwise.is_finite():
                assert not at_once.is_finite()
            else:
                assert at_once.overlaps(stepwise)


@pytest.mark.parametrize("row", claiming("pi_power"), ids=by_name)
def test_powers_of_pi_are_exact(row: Function) -> None:
    """What is known of a call on multiples of pi is what the balls enclose."""
    known = 0
    for args in itertools.product(("x*pi", "x", "pi/3", "3", "pi**2"), repeat=2):
        program = compile_balls(parse(f"{row.name}({', '.join(args)})", ("x",)))
        found = exact_slots(program, {"x": Fraction(5, 2)}).get(program.root)
        if found is None:
            continue
        known += 1
        assert isinstance(found, Exact)
        ball = program.run({"x": arb(5) / 2})
        assert ball.overlaps(arb(found.factor.numerator) / found.factor.denominator * arb.pi() ** found.power)
    assert known >= 5


@pytest.mark.parametrize("row", claiming("digits"), ids=by_name)
def test_what_has_the_digits_of_another_float_has_them_in_torch(row: Function) -> None:
    """Two calls whose floats are said to be alike are so in float64, up to their sign and a power of 2."""
    assert row.torch is not None
    compute = attrgetter(row.torch)(torch)
    at = {"x": Fraction(0.1), "y": Fraction(0.7), "z": Fraction(2), "w": Fraction(-4)}
    arguments = list(itertools.product(at, repeat=len(row.params)))
    calls = [f"{row.name}({', '.join(names)})" for names in arguments]
    expression = parse(f"Max({', '.join(calls)})", tuple(at))
    program = compile_balls(expression, as_torch=True)
    floats = same_floats(program, at)
    slots = [slot for node, slot in zip(expression, program.outer, strict=True) if node.name == row.name]
    results: dict[int, set[float]] = {}
    for names, slot in zip(arguments, slots, strict=True):
        alike = floats[slot]
        result = float(compute(*(torch.tensor(float(at[name]), dtype=torch.float64) for name in names)))
        results.setdefault(alike.digits, set()).add(alike.sign * result / 2.0**alike.exponent)
    assert all(len(found) == 1 for found in results.values())
    assert len(results) < len(calls) or len(row.params) == 1
