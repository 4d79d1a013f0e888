"""Expressions on values with shapes become graphs of numbers. Covers also: node_arrays."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derivcheck.elements.lowering import lower
from derivcheck.errors import ShapeError
from derivcheck.graph.building import Graph
from derivcheck.language.parse import parse
from derivcheck.model import Coordinate, Shape, ShapedValue


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
