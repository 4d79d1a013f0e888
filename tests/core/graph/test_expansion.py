"""Expansion: a composite is what its definition says, in whatever a reader makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pytest

from derivcheck.graph.expansion import expand, walk
from derivcheck.graph.folding import arithmetic
from derivcheck.language import table
from derivcheck.language.parse import parse
from derivcheck.model.expression import Expression, Node


def as_text(expression: Expression, variables: Mapping[str, str]) -> str:
    """The text of an Expression, each call in front of its arguments."""

    def append(node: Node, args: list[str]) -> str:
        return f"{node.name}({', '.join(args)})" if args else node.name

    return walk(expression, variables, append)[-1]


@pytest.mark.parametrize(
    ("name", "args", "expected"),
    [
        ("sec", ["u"], "div(1, cos(u))"),
        ("leaky_relu", ["u"], "where(gt(u, 0), u, mul(0.01, u))"),
        ("leaky_relu", ["u", "a"], "where(gt(u, 0), u, mul(a, u))"),
    ],
)
def test_a_composite_is_its_definition(name: str, args: list[str], expected: str) -> None:
    """1/cos(u); torch's slope of 0.01 where no other one is given."""
    row = table.function(name)
    assert row is not None
    assert expected == expand(row, args, as_text)


def test_a_walk_gives_what_each_node_becomes() -> None:
    """The values of 2, x, 3, x + 3 and 2*(x + 3) at x = 5, from left to right."""

    def append(node: Node, args: list[Fraction | None]) -> Fraction | None:
        return arithmetic(node.name, args) if args else node.value

    variables: dict[str, Fraction | None] = {"x": Fraction(5)}
    assert [2, 5, 3, 8, 16] == walk(parse("2*(x + 3)"), variables, append)
