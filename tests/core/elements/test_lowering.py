"""Expressions on values with shapes become graphs of numbers."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from derivcheck.elements.lowering import lower
from derivcheck.errors import ShapeError
from derivcheck.graph.building import Graph
from derivcheck.graph.folding import rational_value
from derivcheck.language.parse import parse
from derivcheck.model import Coordinate, Shape, ShapedValue
from derivcheck.model.expression import CALL, NUMBER, SETTING, VARIABLE, Expression, Node, NodeKind


def value(shape: Shape, *numbers: int) -> ShapedValue:
    """Return a value of some integers."""
    return ShapedValue("", shape, tuple(Coordinate(str(x), Fraction(x), Fraction(x)) for x in numbers))


def nothing(graph: Graph, nodes: object) -> list[float]:
    """Estimate nothing."""
    del graph, nodes
    return pytest.fail("no pivot is needed")


def test_elementwise_functions_broadcast() -> None:
    """A vector beside a matrix is one of its rows; equal elements are one node."""
    point = {"A": value((2, 2), 1, 2, 3, 4), "x": value((2,), 5, 6)}
    lowered = lower(parse("A*x + 1", ["A", "x"]), point, nothing)

    assert ((2, 2),) == lowered.outputs
    assert ("A[0, 0]", "A[0, 1]", "A[1, 0]", "A[1, 1]", "x[0]", "x[1]") == lowered.elements.addresses
    assert ["add(mul(A[1, 0], x[0]), 1)"] == [str_of(lowered.elements.expression(2).nodes)]


def str_of(nodes: object) -> str:
    """Return the root of some nodes as text."""
    texts: list[str] = []
    for node in nodes:  # type: ignore[attr-defined]  # a test looks at what it made
        texts.append(f"{node.name}({', '.join(texts[at] for at in node.args)})" if node.args else node.name)
    return texts[-1]


def test_shapes_that_do_not_broadcast_are_an_error_at_the_operation() -> None:
    """The message says both shapes, and the caret stands under the operation."""
    with pytest.raises(ShapeError) as caught:
        lower(parse("1 + sin(x*y)", ["x", "y"]), {"x": value((2,), 1, 2), "y": value((3,), 1, 2, 3)}, nothing)

    assert "`mul` cannot broadcast the shapes (2,) and (3,)" == caught.value.message
    assert "x*y" == caught.value.text[caught.value.span.start : caught.value.span.end]


def test_what_is_too_large_is_an_error_before_anything_is_made() -> None:
    """The bound is on operations."""
    with pytest.raises(ShapeError, match="more than 10 operations"):
        lower(parse("x + y", ["x", "y"]), {"x": value((4, 1), 1, 2, 3, 4), "y": value((4,), 1, 2, 3, 4)}, nothing, 10)


# --- calls as the parser makes them -----------------------------------------------------------------------------------


def tree(*nodes: tuple[NodeKind, str, tuple[int, ...]], variables: tuple[str, ...] = ("x", "t")) -> Expression:
    """Return a tree of nodes; the text of each is its name."""
    made = tuple([Node(kind, name, args, Fraction(name) if kind is NUMBER else None) for kind, name, args in nodes])
    text = " ".join([node.name for node in made])
    starts = [len(" ".join([node.name for node in made[:index]])) + bool(index) for index in range(len(made))]
    extents = tuple([(start, start + len(node.name)) for start, node in zip(starts, made, strict=True)])
    present = tuple([name for name in variables if any(node.name == name for node in made)])
    return Expression(text, made, present, extents)


X, T = (VARIABLE, "x", ()), (VARIABLE, "t", ())
POINT = {"x": value((3,), 5, 6, 7), "t": replace(value((2,), 0, 1), is_integer=True)}


def roots_of(expression: Expression) -> list[str]:
    """What each output element is, as text."""
    elements = lower(expression, POINT, nothing).elements
    return [str_of(elements.expression(index).nodes) for index in range(len(elements.roots))]


def values_of(expression: Expression) -> list[str]:
    """What each output element is, a number whatever the point."""
    elements = lower(expression, POINT, nothing).elements
    return [str(rational_value(elements.expression(index))) for index in range(len(elements.roots))]


def test_arithmetic_of_integers_is_an_index() -> None:
    """x[2 - t] is x[2], x[1]; the labels are no variables of the graph."""
    two, index = (NUMBER, "2", ()), (CALL, "index", (0, 3))
    expression = tree(X, two, T, (CALL, "sub", (1, 2)), index)
    assert ["x[2]", "x[1]"] == roots_of(expression)
    assert ("x[0]", "x[1]", "x[2]") == lower(expression, POINT, nothing).elements.addresses


def test_integers_are_numbers_where_numbers_are_due() -> None:
    """2*t counts as 0, 2 in a sum with x[:2]."""
    nodes = (X, (SETTING, ":2", ()), (CALL, "index", (0, 1)), (NUMBER, "2", ()), T, (CALL, "mul", (3, 4)))
    assert ["add(x[0], 0)", "add(x[1], 2)"] == roots_of(tree(*nodes, (CALL, "add", (2, 5))))


def test_integers_that_no_index_has() -> None:
    """A power of integers beyond them is a number; labels beyond them are an error."""
    power = ((NUMBER, "70", ()), (NUMBER, "2", ()), (CALL, "pow", (2, 1)), T, (CALL, "mul", (3, 4)))
    assert ["0", "1180591620717411303424"] == values_of(tree(X, *power))
    point = {"x": POINT["x"], "t": replace(value((1,), 2**70), is_integer=True)}
    with pytest.raises(ShapeError, match="too large for a label or an index"):
        lower(tree(X, T, (CALL, "index", (0, 1))), point, nothing)


def test_a_quotient_of_integers_is_no_index() -> None:
    """Not even t/1, which torch makes a float as well; t//1 is one, and so is any exact function that is whole."""
    one = ((NUMBER, "1", ()), T)
    with pytest.raises(ShapeError, match="an index must be integers"):
        roots_of(tree(X, *one, (CALL, "div", (2, 1)), (CALL, "index", (0, 3))))
    for name, found in (("floor_divide", [0, 1]), ("remainder", [0, 0]), ("Max", [1, 1])):
        indexed = tree(X, *one, (CALL, name, (2, 1)), (CALL, "index", (0, 3)))
        assert [f"x[{index}]" for index in found] == roots_of(indexed)


def test_conditions_are_taken_element_by_element() -> None:
    """where(x > 6, x, 0)."""
    nodes = (X, (NUMBER, "6", ()), (CALL, "gt", (0, 1)), (NUMBER, "0", ()), (CALL, "where", (2, 0, 3)))
    found = lower(tree(*nodes), POINT, nothing)
    assert ((3,),) == found.outputs
    kinds = [node.name for node in found.elements.nodes if node.kind is CALL]
    assert ["gt", "gt", "gt", "where", "where", "where"] == sorted(kinds)


def test_several_outputs_come_one_after_the_other() -> None:
    """The parts of a split are outputs of their own."""
    nodes = (X, (NUMBER, "2", ()), (CALL, "pow", (0, 1)), (SETTING, "2", ()), (SETTING, "0", ()))
    split, none, keep = (CALL, "split", (0, 3, 4)), (SETTING, "None", ()), (SETTING, "False", ())
    whole = (*nodes, split, none, keep, (CALL, "sum", (2, 6, 7)), (CALL, "tuple", (5, 8)))
    found = lower(tree(*whole), POINT, nothing)
    assert ((2,), (1,), ()) == found.outputs
    assert 4 == len(found.elements.roots)


def test_one_of_several_values_must_be_chosen() -> None:
    """The caret stands under the function that takes them."""
    split = (X, (SETTING, "2", ()), (SETTING, "0", ()), (CALL, "split", (0, 1, 2)))
    with pytest.raises(ShapeError, match="takes one value, and this gives 2") as caught:
        roots_of(tree(*split, (CALL, "exp", (3,))))
    assert "exp" == caught.value.text[caught.value.span.start : caught.value.span.end]
    assert ["x[2]"] == roots_of(tree(*split, (SETTING, "1", ()), (CALL, "index", (3, 4))))


def test_a_loss_that_is_a_function_of_numbers_too_is_that_of_shapes() -> None:
    """mse_loss(x, y) is the mean, as in torch; so are options that are left out."""
    (root,) = roots_of(tree(X, (NUMBER, "1", ()), (CALL, "mse_loss", (0, 1))))
    assert root.startswith("div(add(add(")
    (root,) = roots_of(tree(X, (NUMBER, "1", ()), (CALL, "huber_loss", (0, 1))))
    assert root.endswith(", 3)")


def test_an_option_that_is_a_number_must_be_constant() -> None:
    """torch takes a plain number there."""
    with pytest.raises(ShapeError, match="`delta` of `reduced_huber_loss` must be a constant number"):
        roots_of(tree(X, (NUMBER, "1", ()), (CALL, "huber_loss", (0, 1, 0))))


def test_the_caret_stands_under_the_operation_whose_shapes_do_not_go_together() -> None:
    """And the message says both of them."""
    nodes = (X, (SETTING, "2", ()), (SETTING, "0", ()), (CALL, "split", (0, 1, 2)), (SETTING, "0", ()))
    with pytest.raises(ShapeError) as caught:
        roots_of(tree(*nodes, (CALL, "index", (3, 4)), (CALL, "add", (0, 5))))
    assert "`add` cannot broadcast the shapes (3,) and (2,)" == caught.value.message
    assert "add" == caught.value.text[caught.value.span.start : caught.value.span.end]


def test_outputs_are_bounded_too() -> None:
    """Expanding takes no memory, outputs do."""
    nodes = (X, (SETTING, "(3, 50, 3)", ()), (CALL, "expand", (0, 1)))
    with pytest.raises(ShapeError, match="more than 400 elements"):
        lower(tree(*nodes), POINT, nothing, 400)
