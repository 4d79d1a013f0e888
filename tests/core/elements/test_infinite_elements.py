"""Minus infinity in a mask: a softmax makes zeros of it, and nothing takes it for a number.

Covers also: known_conditions, elements.lowerings.masks.
"""

from __future__ import annotations

from fractions import Fraction

import pytest
import torch
from lowered import about, numbers_of, value_of
from lowering_samples.draws import draw

from derivcheck.elements.infinite_elements import MINUS_INFINITY, PLUS_INFINITY, at_infinity
from derivcheck.elements.known_conditions import known_condition
from derivcheck.elements.lowering import lower
from derivcheck.errors import ShapeError
from derivcheck.graph.building import Graph
from derivcheck.language import table
from derivcheck.language.parse import parse
from derivcheck.model import ShapedPoint
from derivcheck.model.expression import Node, NodeKind

_SCORES = draw(3, 3)
_MASK = torch.tensor([[1, 0, 1], [1, 1, 1], [0, 0, 1]])
_POINT = {"x": value_of(_SCORES), "m": value_of(_MASK)}
_HIDDEN = _SCORES.masked_fill(_MASK == 0, -torch.inf)


def value(text: str, point: ShapedPoint) -> torch.Tensor:
    """Return what a text is at a point."""
    (found,) = numbers_of(lower(parse(text, list(point)), point, about(point)), point)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("softmax(masked_fill(x, m == 0, -inf), dim=-1)", torch.softmax(_HIDDEN, -1)),
        ("x.masked_fill(m == 0, float('-inf')).softmax(dim=0)", torch.softmax(_HIDDEN, 0)),
        ("softmax(masked_fill(x, m == 0, -inf)/2 + x - 1, -1)", torch.softmax(_HIDDEN / 2 + _SCORES - 1, -1)),
        ("softmax(3*masked_fill(x, m == 0, -inf), -1) @ x", torch.softmax(3 * _HIDDEN, -1) @ _SCORES),
        ("logsumexp(masked_fill(x, m == 0, -inf), dim=1)", torch.logsumexp(_HIDDEN, 1)),
        ("log_softmax(masked_fill(x, m == 0, -inf), dim=1)[1]", torch.log_softmax(_HIDDEN, 1)[1]),
        ("amax(masked_fill(x, m == 0, -inf), dim=1)", _HIDDEN.amax(1)),
        ("relu(masked_fill(x, m == 0, -inf))", torch.relu(_HIDDEN)),
        ("sigmoid(masked_fill(x, m == 0, -inf))", torch.sigmoid(_HIDDEN)),
        ("where(m == 1, masked_fill(x, m == 0, -inf), 7)", torch.where(_MASK == 1, _HIDDEN, 7.0)),
    ],
)
def test_a_mask_of_infinities_is_torchs(text: str, expected: torch.Tensor) -> None:
    """What is hidden takes no part, and what is left is as torch has it."""
    torch.testing.assert_close(value(text, _POINT), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("masked_fill(x, m == 0, -inf)", "the value has an infinite number in it"),
        ("log_softmax(masked_fill(x, m == 0, -inf), dim=1)", "the value has an infinite number in it"),
        ("masked_fill(x, m == 0, -inf) @ x", "the value has an infinite number in it"),
        ("sort(masked_fill(x, m == 0, -inf))", "the value has an infinite number in it"),
        ("det(masked_fill(x, m == 0, -inf))", "the value has an infinite number in it"),
        ("-masked_fill(x, m == 0, -inf)", "the value has an infinite number in it"),
        ("1 - masked_fill(x, m == 0, -inf)", "the value has an infinite number in it"),
        ("masked_fill(x, m == 0, -inf)*x", "what `mul` makes of an infinite number"),
        ("sin(masked_fill(x, m == 0, -inf))", "what `sin` makes of an infinite number"),
        ("softmax(masked_fill(x, x > 0, -inf), dim=1)", "what `where` makes of an infinite number"),
        ("masked_fill(x, m == 0, inf)", "fills in one number or -inf, not inf"),
    ],
)
def test_what_is_no_number_is_an_error(text: str, message: str) -> None:
    """And not a number that happens to stand somewhere else in the graph."""
    with pytest.raises(ShapeError, match=message):
        value(text, _POINT)


def test_every_rule_of_the_table_is_there() -> None:
    """With one infinity among the arguments, each of them answers."""
    for row in table.FUNCTIONS:
        if row.at_infinity is not None:
            for infinity in (MINUS_INFINITY, PLUS_INFINITY):
                graph = Graph()
                x = graph.leaf(Node(NodeKind.VARIABLE, "x"))
                at_infinity(graph, row.name, (infinity, *[x] * (len(row.params) - 1)))


@pytest.mark.parametrize(
    ("name", "args", "expected"),
    [
        ("neg", (MINUS_INFINITY,), PLUS_INFINITY),
        ("add", (PLUS_INFINITY, 0), PLUS_INFINITY),
        ("add", (PLUS_INFINITY, MINUS_INFINITY), None),
        ("sub", (0, PLUS_INFINITY), MINUS_INFINITY),
        ("sub", (PLUS_INFINITY, PLUS_INFINITY), None),
        ("mul", (PLUS_INFINITY, 1), MINUS_INFINITY),
        ("mul", (PLUS_INFINITY, MINUS_INFINITY), MINUS_INFINITY),
        ("mul", (PLUS_INFINITY, 0), None),
        ("div", (MINUS_INFINITY, 1), PLUS_INFINITY),
        ("exp", (PLUS_INFINITY,), None),
        ("abs", (MINUS_INFINITY,), PLUS_INFINITY),
        ("logaddexp", (MINUS_INFINITY, 0), 0),
        ("logaddexp", (PLUS_INFINITY, 0), PLUS_INFINITY),
        ("Min", (PLUS_INFINITY, 0), 0),
        ("Min", (MINUS_INFINITY, 0), MINUS_INFINITY),
        ("Max", (PLUS_INFINITY, 0), PLUS_INFINITY),
        ("Min", (PLUS_INFINITY, PLUS_INFINITY), PLUS_INFINITY),
    ],
)
def test_what_becomes_of_infinity(name: str, args: tuple[int, ...], expected: int | None) -> None:
    """Node 0 is the number 0, node 1 is -1; None is what is no number."""
    graph = Graph()
    graph.number(Fraction(0))
    minus_one = graph.number(Fraction(-1))
    found = at_infinity(graph, name, tuple([minus_one if arg == 1 else arg for arg in args]))
    assert expected == found


@pytest.mark.parametrize(
    ("name", "args", "holds"),
    [
        ("lt", (0, PLUS_INFINITY), True),
        ("eq", (0, MINUS_INFINITY), False),
        ("eq", (MINUS_INFINITY, MINUS_INFINITY), True),
        ("ge", (MINUS_INFINITY, PLUS_INFINITY), False),
    ],
)
def test_comparisons_with_infinity_are_known(name: str, args: tuple[int, ...], holds: bool) -> None:
    """Any number is less than inf."""
    graph = Graph()
    graph.number(Fraction(0))
    found = at_infinity(graph, name, args)
    assert found is not None
    assert holds == known_condition(graph, found)


def test_a_function_without_a_rule_knows_nothing_of_infinity() -> None:
    """sin(-inf) is no number."""
    assert at_infinity(Graph(), "sin", (MINUS_INFINITY,)) is None
