"""The reverse sweep on balls, with rules that are handed in."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import pytest
from flint import arb
from scalar_graphs import elements_of

from derivcheck.balls.adjoints import Adjoints
from derivcheck.balls.compiling import compile_balls
from derivcheck.errors import UnsupportedError
from derivcheck.language.parse import parse
from derivcheck.model.expression import Expression
from derivcheck.symbolic.local_partials import local_partial


def swept(text: str, **point: float | arb) -> dict[str, arb]:
    """The derivatives of one function by a sweep with SymPy's rules."""
    elements = elements_of(list(point), text)
    program = compile_balls(elements)
    adjoints = Adjoints(elements, program, local_partial)
    slots = program.trace({name: arb(x) for name, x in point.items()})
    return adjoints.run(slots).derivatives(adjoints.node_of(0))


@pytest.mark.parametrize(
    ("text", "derivatives"),
    [
        ("x*y + x", (4, 2)),
        ("x - y*(-2)", (1, 2)),
        ("x**y", (12, arb(8) * arb(2).log())),
        ("(x*y)**2*(x*y)", (3 * 36 * 3, 3 * 36 * 2)),
        ("Max(x, y) - Min(x, y)", (-1, 1)),
        ("x/y", (arb(1) / 3, arb(-2) / 9)),
    ],
)
def test_the_derivatives_are_those_of_calculus(text: str, derivatives: tuple[arb, arb]) -> None:
    """At x = 2, y = 3."""
    found = swept(text, x=2, y=3)
    assert found["x"].overlaps(arb(derivatives[0]))
    assert found["y"].overlaps(arb(derivatives[1]))


BALL = arb(0, arb((1, -100)))
"""A ball around 0."""


def test_a_branch_that_is_not_taken_passes_nothing_on() -> None:
    """sqrt has no derivative at -1, and where(x > 0, sqrt(x), y) is y there."""
    assert {"y": 1} == swept("where(x > 0, sqrt(x), y)", x=-1, y=2)


def test_nothing_flows_behind_a_relu_that_is_0_even_from_a_tie() -> None:
    """Of two units that are 0 on the whole ball nobody knows which one is the larger, and it does not matter."""
    assert {} == swept("Max(relu(x), relu(y))", x=-1 + BALL, y=-2 + BALL)


@pytest.mark.parametrize("text", ["abs(x)", "where(x > 0, x, 2*x)", "Max(x, 2*x)", "sqrt(x)"])
def test_an_open_branch_is_unknown(text: str) -> None:
    """On a ball around 0 neither the sign nor the domain is known."""
    assert swept(text, x=BALL)["x"].is_nan()


def test_zero_times_unknown_is_unknown() -> None:
    """sqrt(x) - sqrt(x) has the adjoint 1 - 1 at sqrt, and no derivative is known at 0."""
    assert swept("sqrt(x) - 1*sqrt(x)", x=0)["x"].is_nan()


def test_a_function_without_a_rule_makes_its_argument_unknown() -> None:
    """And nothing else."""
    found = swept("lowergamma(a, x)*y", a=2, x=1, y=3)
    assert [True, False, False] == [found[name].is_nan() for name in ("a", "x", "y")]


def test_a_rule_is_asked_for_once() -> None:
    """A sum of 100 sines takes two rules; a sum's partial derivatives are 1, and never evaluated."""
    asked: list[str] = []

    def rule(name: str, values: Sequence[Fraction | None], index: int) -> Expression:
        asked.append(f"{name} {index}")
        if name == "exp":
            raise UnsupportedError("none")
        return local_partial(name, values, index)

    names = [f"x{at}" for at in range(100)]
    elements = elements_of(names, " + ".join(f"sin({name})" for name in names), "exp(x0)")
    Adjoints(elements, compile_balls(elements), rule)

    assert {"sin 0", "add 0", "add 1", "exp 0"} == set(asked)
    assert len(set(asked)) == len(asked)


def test_many_literals_share_one_rule() -> None:
    """Of x**(1/3), x**(2/3), … the first have rules of their own, and all have the derivative of their sum."""
    asked: list[object] = []

    def rule(name: str, values: Sequence[Fraction | None], index: int) -> Expression:
        asked.append(values)
        return local_partial(name, values, index)

    elements = elements_of(["x"], " + ".join(f"x**({power}/3)" for power in range(1, 101)))
    program = compile_balls(elements)
    adjoints = Adjoints(elements, program, rule)
    found = adjoints.run(program.trace({"x": arb(1)})).derivatives(adjoints.node_of(0))

    assert found["x"].overlaps(arb(5050) / 3)
    assert len(asked) < 40


def test_a_rule_that_lies_is_taken_at_its_word() -> None:
    """The sweep is no judge: a derivative of sin that is sin comes out as that."""
    elements = elements_of(["x"], "sin(x)")
    program = compile_balls(elements)
    adjoints = Adjoints(elements, program, lambda *_: parse("sin(u0)", ["u0"]))
    assert adjoints.run(program.trace({"x": arb(1)})).derivatives(adjoints.node_of(0))["x"].overlaps(arb(1).sin())


def test_several_roots_share_what_is_evaluated() -> None:
    """The sweep of each starts at its own node."""
    elements = elements_of(["x", "y"], "exp(x)*y", "exp(x)", "y")
    program = compile_balls(elements)
    adjoints = Adjoints(elements, program, local_partial)
    sweeps = adjoints.run(program.trace({"x": arb(0), "y": arb(5)}))

    assert [{"x": 5, "y": 1}, {"x": 1}, {"y": 1}] == [sweeps.derivatives(adjoints.node_of(root)) for root in range(3)]
