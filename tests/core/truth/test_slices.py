"""One root as a function of a few addresses, with what else it needs given as numbers.

Covers also: chains, numbers_given.
"""

from __future__ import annotations

from fractions import Fraction

import pytest
from scalar_graphs import elements_of
from truths import number

from derivcheck.balls.compiling import compile_balls
from derivcheck.elements.elements import Elements
from derivcheck.model import Evidence, Kind
from derivcheck.readings import readings
from derivcheck.symbolic.forward_derivatives import derivatives_of
from derivcheck.truth.finder import Found, TruthFinder
from derivcheck.truth.runs import Runs
from derivcheck.truth.slices import Slice, Slices


def sliced(elements: Elements, point: dict[str, Fraction], *names: str) -> tuple[Slice, Runs]:
    """The slice of the first root."""
    runs = Runs(compile_balls(elements), point)
    return Slices(elements, runs).slice(0, names), runs


def found(text: str, *wrt: str, **point: Fraction | int) -> Found:
    """What is found about a derivative in a slice of those addresses alone."""
    exact = {name: Fraction(x) for name, x in point.items()}
    part, runs = sliced(elements_of(list(exact), text), exact, *dict.fromkeys(wrt))
    return part.finder(runs, derivatives_of).find(wrt)


def test_a_slice_has_what_depends_and_what_that_needs() -> None:
    """Of a sum of 100 sines, in one of them: that sine, and a number for those before and one for those behind."""
    names = [f"x{at}" for at in range(100)]
    elements = elements_of(names, f"{' + '.join(f'sin({name})' for name in names)}")
    part, _ = sliced(elements, dict.fromkeys(names, Fraction(1)), "x97")

    assert 6 == len(part.elements)
    assert ("x97",) == tuple(name for name in part.elements.addresses if name not in part.given)


def test_a_chain_keeps_what_is_known_exactly_apart() -> None:
    """Of x + y/3 + exp(z) + 1/6 the numbers 1/3 and 1/6 are one half, and exp(z) is a ball."""
    point = {"x": Fraction(1), "y": Fraction(1), "z": Fraction(1)}
    part, _ = sliced(elements_of(list(point), "x + y/3 + exp(z) + 1/6"), point, "x")

    assert {Fraction(1, 2), None} == {number.literal for number in part.given.values()}
    assert 5 == len(part.elements)


def test_slices_that_are_the_same_function_have_the_same_key() -> None:
    """Of relu(x) + relu(y) that of x and that of y at 0 are, beside exp(z) nobody knows."""
    names = ["x", "y", "z"]
    point = dict.fromkeys(names, Fraction(0))
    keys = [sliced(elements_of(names, "relu(x)*(relu(y) + 2)*0"), point, "x")[0].key for _ in range(2)]
    assert keys[0] == keys[1] is not None
    assert sliced(elements_of(names, "relu(x)*exp(z - 1)"), point, "x")[0].key is None


def test_a_derivative_in_a_slice_is_that_of_the_whole() -> None:
    """By x of x**2*exp(y) at (3, 0) it is 6, and by x and y too."""
    assert ["6", "6", "2"] == [
        number(found("x**2*exp(y) + z", *wrt, x=3, y=0, z=7).truth.value) for wrt in (["x"], ["x", "y"], ["x", "x"])
    ]


def test_what_is_given_is_as_precise_as_it_is_asked_for() -> None:
    """A kink at exp(1) beside a distance of 2**-2000 is no kink: quotients ask for thousands of bits."""
    near = "exp(y) - exp(y)*(1 - 2**(-2000))"
    truth = found(f"abs(x + {near})", "x", x=0, y=1).truth
    assert (Kind.VALUE, "1") == (truth.kind, number(truth.value))


def test_ties_with_what_is_given_are_settled() -> None:
    """No ball tells whether x/3 is y/3; exact numbers tell, also of what is given."""
    truth = found("Max(x/3, y/3) + exp(z)", "x", x=1, y=1, z=1).truth
    assert (Kind.ONE_SIDED, "0") == (truth.kind, number(truth.left))


def test_conditions_on_what_is_given_hold_or_not() -> None:
    """x/3 >= 1/3 is known exactly, and a condition that stays open makes the value unknown."""
    assert "2" == number(found("where(y/3 >= z/3, 2*x, x)", "x", x=5, y=1, z=1).truth.value)
    assert Kind.UNDECIDED is found("where(sin(y)**2 + cos(y)**2 >= 1, 2*x, x)", "x", x=5, y=1).truth.kind


def test_where_what_is_given_has_no_value_there_is_none() -> None:
    """Neither at log(-1), nor where an infinity arises on the way; in a branch that is not taken it does not matter."""
    assert Kind.UNDEFINED is found("x*log(y)", "x", x=1, y=-1).truth.kind
    assert Kind.UNDEFINED is found("x + 1/(1/y)", "x", x=1, y=0).truth.kind
    assert "1" == number(found("where(y > 0, log(y), x)", "x", x=1, y=-1).truth.value)


def test_infinities_that_are_given_are_as_in_the_whole() -> None:
    """At y = 0, z = 0: x + log(y) is infinite, Max(x, log(y), 1/z) too; 1/(1/z) is no value on the way to one."""
    for text in ("x + log(y)", "Max(x, log(y), 2)", "x + 1/(1/z) + 3", "where(x > 0, 1/(1/z), 2)"):
        truth = found(text, "x", x=0, y=0, z=0).truth
        whole = readings(text, frozenset("xyz"))
        point = dict.fromkeys(whole.expression.variables, Fraction(0))
        expected = TruthFinder(whole.balls, whole.formula_program, point).find(("x",)).truth
        assert (expected.kind, expected.left, expected.right) == (truth.kind, truth.left, truth.right), text


@pytest.mark.parametrize("text", ["x - where(pi < y, y, 1/3)", "xlogy(x - where(pi < y, y, 1/3), sign(-1))"])
def test_what_a_ball_decides_leaves_the_rest_exact(text: str) -> None:
    """pi < 2 is no matter of exact numbers, and the branch that is taken then is 1/3, not a ball around it."""
    part, _ = sliced(elements_of(["x", "y"], text), {"x": Fraction(1, 3), "y": Fraction(2)}, "x")
    assert {Fraction(1, 3)} == {number.literal for number in part.given.values()}


def test_variables_that_occur_as_several_nodes_all_move() -> None:
    """As in what the parser made, in which x*x has two nodes of x."""
    names = ("x", "y")
    tree = elements_of(names, "x*y")
    twice = Elements((*tree.nodes, tree.nodes[0], tree.nodes[2]), (2,), names)
    nodes = (*twice.nodes[:3], twice.nodes[0], type(twice.nodes[2])(twice.nodes[2].kind, "mul", (2, 3)))
    part, runs = sliced(Elements(nodes, (4,), names), {"x": Fraction(3), "y": Fraction(5)}, "x")
    truth = part.finder(runs, derivatives_of).find(("x",)).truth

    assert ("30", Evidence.PROVEN) == (number(truth.value), truth.evidence)
