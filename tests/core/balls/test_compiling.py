"""Tests of compiling: what has grown in a graph beside a formula is compiled to the steps of its Expression."""

import pytest
from flint import arb

from derivcheck.balls.compiling import compile_balls, compile_grown
from derivcheck.elements.elements import Elements
from derivcheck.graph.building import Graph, Grown
from derivcheck.language.parse import parse
from derivcheck.symbolic.forward_derivatives import ForwardDerivatives


@pytest.mark.parametrize(
    "text",
    [
        "(a + b*x**2.0)**(3/2)*sin(x)/(a + b*x**2)",
        "where(x < 3, x**2, softplus(a*x)) + b",
        "2 + 3*a",
        "pi*x*atan2(b, x) + 0.5*exp(x/2)",
    ],
)
def test_a_derivative_in_a_graph_has_the_steps_of_its_expression(text: str) -> None:
    """Slots, kernels, literals and all that is known of a step are the same, whichever way the derivative is read."""
    expression = parse(text, {"x", "a", "b"})
    derivatives = ForwardDerivatives(Elements.of(expression))
    f = compile_balls(expression)
    for wrt in [(name,) for name in expression.variables] + [("a", "a")]:
        root = derivatives.root(wrt)
        grown = compile_grown(derivatives.grown(root), f)
        taken = compile_balls(derivatives.expression(root), after=f)
        assert grown.root == taken.root
        assert grown.jumps == taken.jumps
        assert grown.is_after(f)
        for one, other in zip(grown.code, taken.code, strict=True):
            assert one.kernel is other.kernel or one.function in {"pow", "literal"}
            assert (one.args, one.function, one.depends, one.literal) == (
                other.args,
                other.function,
                other.depends,
                other.literal,
            )


def test_what_the_formula_lacks_is_appended() -> None:
    """A literal, a constant and a call that stand beside the formula alone; what it has is not computed again."""
    expression = parse("2*x", {"x"})
    graph = Graph()
    places = graph.insert_all(expression.nodes)
    root = graph.insert(parse("cos(2*x)*pi + 1/4", {"x"}))
    before = compile_balls(expression)
    program = compile_grown(Grown(graph, places, root), before)
    assert ["cos", "pi", "mul", "literal", "literal", "literal", "add"] == [
        step.function for step in program.code[len(before.code) :]
    ]
    assert repr(program.run({"x": arb(3)})) == repr(compile_balls(parse("cos(2*x)*pi + 1/4", {"x"})).run({"x": arb(3)}))
