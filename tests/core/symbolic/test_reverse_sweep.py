"""The reverse sweep: all partial derivatives at once, held against the forward sweep, which takes one at a time.

Covers also: forward_sweep.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from derivcheck.balls.ball import Ball, exact_ball, precision
from derivcheck.balls.compiling import compile_balls
from derivcheck.errors import UnsupportedError
from derivcheck.graph.building import Graph
from derivcheck.language.parse import parse
from derivcheck.language.printing import to_text
from derivcheck.symbolic.forward_sweep import ForwardSweep
from derivcheck.symbolic.reverse_sweep import gradient
from derivcheck.symbolic.tidying import tidied

NAMES = ("x", "y", "z")
LONGEST = 10_000


def partials(text: str) -> dict[str, str]:
    """What the reverse sweep makes of a formula, tidied up, or why it makes nothing."""
    graph = Graph()
    root = graph.insert(parse(text, NAMES))
    found = gradient(graph, root, longest=LONGEST)
    return {
        name: at.message if isinstance(at, UnsupportedError) else to_text(tidied(graph.expression(at)))
        for name, at in found.items()
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x*y*z", {"x": "y*z", "y": "x*z", "z": "x*y"}),
        ("100*(y - x**2)**2 + (1 - x)**2", {"x": "-400*x*(y - x**2) - 2*(1 - x)", "y": "200*(y - x**2)"}),
        ("log(exp(x) + exp(y))", {"x": "exp(x)/(exp(x) + exp(y))", "y": "exp(y)/(exp(x) + exp(y))"}),
        ("x**x", {"x": "x**x*log(x) + x**x"}),
        ("x*3 + 2", {"x": "3"}),
        ("floor(x)", {"x": "0"}),
        ("where(x > y, 1, 2)", {"x": "0", "y": "0"}),
        ("sign(x)*y", {"x": "0", "y": "sign(x)"}),
    ],
)
def test_partials(text: str, expected: dict[str, str]) -> None:
    """They are what one writes by hand; by what only a condition depends on it is 0."""
    assert expected == partials(text)


def test_a_branch_keeps_its_condition_outside() -> None:
    """The derivative of a root in a branch is divided by 0, or has no value, only where that branch is taken."""
    assert {"x": "where(x > 0, y/(2*sqrt(x)), 0)", "y": "where(x > 0, sqrt(x), 0)"} == partials(
        "where(x > 0, sqrt(x), 0)*y"
    )
    nested = "where(x > 0, where(y > 1, 1/x, 0), 0)"
    assert nested == partials("where(x > 0, where(y > 1, log(x), 0), 0)")["x"]


def test_branches_that_meet_are_added_up() -> None:
    """The adjoint of a node that two branches use is one term each: 3 + 5 where both are taken."""
    graph = Graph()
    text = "where(x > 0, 3*sin(x), 0) + where(y > 0, 0, 5*sin(x))"
    root = graph.insert(parse(text, NAMES))
    found = gradient(graph, root, longest=LONGEST)
    at = found["x"]
    assert not isinstance(at, UnsupportedError)
    program = compile_balls(graph.expression(at))
    with precision(100):
        expected = {(1, -1): 8, (1, 1): 3, (-1, -1): 5, (-1, 1): 0}
        for (x, y), factor in expected.items():
            value = program.run({"x": arb(x), "y": arb(y)})
            assert (value / arb(x).cos()).overlaps(arb(factor))


def test_a_missing_rule_stops_only_what_needs_it() -> None:
    """SymPy cannot differentiate the incomplete gamma function by its first argument, and can by its second."""
    found = partials("lowergamma(x*y, z) + y*x")
    assert "z**(x*y - 1)*exp(-z)" == found["z"]
    assert found["x"].startswith("`lowergamma`: ")
    assert found["x"] == found["y"]
    assert {"x"} == partials("sin(lowergamma(x, x))").keys()


def test_the_graph_has_a_bound() -> None:
    """A derivative that would grow beyond it is refused."""
    graph = Graph()
    root = graph.insert(parse("*".join(f"(x + {k})" for k in range(50))))
    with pytest.raises(UnsupportedError, match="more than 150 operations"):
        gradient(graph, root, longest=150)


@pytest.mark.parametrize(
    "form",
    [
        lambda names: " + ".join(f"100*({y} - {x}**2)**2 + (1 - {x})**2" for x, y in pairwise(names)),
        lambda names: f"log({' + '.join(f'exp({name})' for name in names)})",
        "*".join,
    ],
    ids=["rosenbrock", "logsumexp", "product"],
)
def test_the_gradient_is_linear_in_the_formula(form: object) -> None:
    """Twice as many variables make a graph of twice the size: 25, 50 and 100 of them."""
    assert callable(form)
    added: list[int] = []
    for count in (25, 50, 100):
        graph = Graph()
        root = graph.insert(parse(form([f"x{index}" for index in range(count)])))
        formula = len(graph)
        found = gradient(graph, root, longest=LONGEST)
        assert count == len(found)
        assert len(graph) < 2.5 * formula
        added.append(len(graph))
    assert abs(2 * (added[1] - added[0]) - (added[2] - added[1])) <= 2


_FORMS = {
    1: [
        "sin({})",
        "exp({})",
        "sqrt({})",
        "log({})",
        "atan({})",
        "abs({})",
        "relu({})",
        "gelu({})",
        "({})**3",
        "1/({})",
    ],
    2: ["({} + {})", "({} - {})", "({}*{})", "({}/{})", "abs({})**{}", "atan2({}, {})", "hypot({}, {})", "Max({}, {})"],
    4: ["where({} < {}, {}, {})"],
}


def _filled(count: int, inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """One of the forms with so many gaps, filled."""
    forms = st.tuples(st.sampled_from(_FORMS[count]), st.lists(inner, min_size=count, max_size=count))
    return forms.map(lambda parts: parts[0].format(*parts[1]))


EXPRESSIONS = st.recursive(
    st.sampled_from([*NAMES, "2", "1/3", "pi"]),
    lambda inner: st.one_of([_filled(count, inner) for count in _FORMS]),
    max_leaves=12,
)
COORDINATES = st.integers(-24, 24).map(lambda number: Fraction(number, 8))


def _value(graph: Graph, at: int, place: dict[str, arb]) -> Ball:
    expression = graph.expression(at)
    return compile_balls(expression).run({name: place[name] for name in expression.variables})


def _is_narrow(value: Ball) -> bool:
    return isinstance(value, arb) and value.is_finite() and bool(value.rad() < (abs(value) + 1) * arb((1, -100)))


@given(EXPRESSIONS, st.tuples(COORDINATES, COORDINATES, COORDINATES))
@settings(deadline=None, max_examples=200)
def test_both_sweeps_are_the_same_derivative(text: str, point: tuple[Fraction, ...]) -> None:
    """At random points of random expressions, and on balls around them, both enclosures are of one number."""
    graph = Graph()
    root = graph.insert(parse(text, NAMES))
    found = gradient(graph, root, longest=LONGEST)
    for radius in (arb(0), arb((1, -150))):
        with precision(300):
            place = {name: arb(exact_ball(x), radius) for name, x in zip(NAMES, point, strict=True)}
            if not _is_narrow(_value(graph, root, place)):
                continue
            for name in NAMES:
                at = found.get(name, graph.number(Fraction(0)))
                assert not isinstance(at, UnsupportedError)
                forwards = _value(graph, ForwardSweep(graph, name, longest=LONGEST).derivative(root), place)
                backwards = _value(graph, at, place)
                if _is_narrow(forwards) and _is_narrow(backwards):
                    assert forwards.overlaps(backwards), (name, str(forwards), str(backwards))


@pytest.mark.parametrize(
    "text",
    [
        "where(x > 0, sqrt(x)*y, z)",
        "where(x > 0, log(x), y)*where(y > 0, 1/y, exp(x))",
        "relu(x*y)*sin(z) + abs(x - z)**3",
        "atan2(x, y)/hypot(y, z) - logaddexp(x, y*z)",
        "erf(x)*gelu(y/z)**2",
        "where(x > y, where(z > 0, log(z), x), x*y)**2",
    ],
)
@pytest.mark.parametrize("signs", [(1, 1, 1), (-1, 1, 1), (1, -1, -1), (-1, -1, 1), (-1, 1, -1)])
def test_what_is_narrow_forwards_is_narrow_backwards(text: str, signs: tuple[int, ...]) -> None:
    """Also beside branches that have no value, and on the ball that the truth takes."""
    graph = Graph()
    root = graph.insert(parse(text, NAMES))
    found = gradient(graph, root, longest=LONGEST)
    with precision(5120):
        place = {
            name: arb(sign * arb(x), arb((1, -4000)))
            for name, sign, x in zip(NAMES, signs, (0.75, 1.5, 2.25), strict=True)
        }
        for name, at in found.items():
            assert not isinstance(at, UnsupportedError)
            forwards = _value(graph, ForwardSweep(graph, name, longest=LONGEST).derivative(root), place)
            backwards = _value(graph, at, place)
            assert _is_narrow(forwards)
            assert _is_narrow(backwards), name
            assert forwards.overlaps(backwards), name
