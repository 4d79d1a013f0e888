"""The tree of an expression."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derivcheck.errors import NOWHERE
from derivcheck.language.parse import parse
from derivcheck.model.expression import Expression, Node, NodeKind


def test_nodes_stand_in_postorder_and_know_their_place() -> None:
    """Arguments stand before what is made of them, and the root is the last."""
    tree = parse("sin(x) + 2*x")
    root = tree.nodes[tree.root]
    assert ("add", len(tree) - 1) == (root.name, tree.root)
    assert all(arg < position for position, node in enumerate(tree) for arg in node.args)
    spans = [tree.span(position) for position in root.args]
    assert ["sin(x)", "2*x"] == [tree.source[span.start : span.end] for span in spans]


def test_a_tree_that_was_not_read_stands_nowhere() -> None:
    """As that of SymPy's derivative."""
    tree = Expression("", (Node(NodeKind.VARIABLE, "x"),), ("x",))
    assert NOWHERE is tree.span(0)


def test_functions_are_named_once_in_order() -> None:
    """Operators are functions as well."""
    assert ("sin", "add", "exp") == parse("sin(x) + sin(y) + exp(x)").calls


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("x + 1/2", "x+1/2", True),
        ("2.0*x", "2*x", True),
        ("x*2", "2*x", False),
        ("x + y", "x + z", False),
        ("sin(x)", "sin(x) + 0", False),
    ],
)
def test_two_trees_are_the_same_whatever_their_spelling(one: str, other: str, is_same: bool) -> None:
    """Spaces and the spelling of a literal do not count, the order of terms does."""
    first, second = parse(one), parse(other)
    assert is_same == (first == second)
    assert not is_same or hash(first) == hash(second)


def test_a_literal_is_no_variable_of_its_value() -> None:
    """Nodes are the same only where they are of one kind."""
    two, name = Node(NodeKind.NUMBER, "2", value=Fraction(2)), Node(NodeKind.VARIABLE, "2")
    assert two.same_as(Node(NodeKind.NUMBER, "2.0", value=Fraction(2)))
    assert not two.same_as(name)
    assert not name.same_as(two)


def test_what_varies_is_a_variable_or_above_one() -> None:
    """In `x*y + 2*3`, the numbers and their product are constant."""
    tree = parse("x*y + 2*3")
    constant = [position for position, varies in enumerate(tree.varying) if not varies]
    assert ["2", "3", "mul"] == [tree.nodes[position].name for position in constant]
