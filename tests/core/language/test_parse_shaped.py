"""Texts about values with shapes: what they are read as, node by node.

Covers also: brackets, frames, infinities, keywords, plain_texts, prefixes, shaped_builder, shunting, squares,
statements.
"""

from __future__ import annotations

import pytest

from derivcheck.language.parse import parse
from derivcheck.model.expression import Expression, NodeKind


def written(tree: Expression) -> str:
    """A tree with every call written out; a setting stands in angle brackets."""
    texts: list[str] = []
    for node in tree:
        if node.kind is NodeKind.CALL:
            texts.append(f"{node.name}({', '.join(texts[arg] for arg in node.args)})")
        else:
            texts.append(f"<{node.name}>" if node.kind is NodeKind.SETTING else node.name)
    return texts[-1]


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("x[0]", "index(x, <0>)"),
        ("-x[-1]**2", "neg(pow(index(x, <-1>), 2))"),
        ("x[:]", "index(x, <:>)"),
        ("x[1:]", "index(x, <1:>)"),
        ("x[:-1, ::2]", "index(x, <:-1>, <::2>)"),
        ("x[0, 1:3, None, ..., t]", "index(x, <0>, <1:3>, <None>, <...>, t)"),
        ("x[t + 1][0]", "index(index(x, add(t, 1)), <0>)"),
        ("x[[0, 2], :]", "index(x, array(0, 2), <:>)"),
        ("x[labels[0], ]", "index(x, index(labels, <0>))"),
        ("(x + 1)[0]", "index(add(x, 1), <0>)"),
    ],
)
def test_an_index(text: str, tree: str) -> None:
    """Integers and slices that are written out are settings; what is to be computed is an operand."""
    assert tree == written(parse(text))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("[x, 1, y**2]", "array(x, 1, pow(y, 2))"),
        ("[[1, 2], [3, x]]*y", "mul(array(array(1, 2), array(3, x)), y)"),
        ("x, y", "tuple(x, y)"),
        ("(x + 1, 2*y)", "tuple(add(x, 1), mul(2, y))"),
        ("(x,)", "tuple(x)"),
    ],
)
def test_lists_and_tuples(text: str, tree: str) -> None:
    """A list is an array, a tuple at the root is several outputs."""
    assert tree == written(parse(text))


def test_a_transpose_is_an_attribute() -> None:
    """It binds tighter than any operator."""
    assert "pow(mT(A), 2)" == written(parse("A.mT**2"))
    assert "mT(A)" == written(parse("mT(A)"))
    assert "neg(mT(add(A, B)))" == written(parse("-(A + B).mT"))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("torch.sin(x)", "sin(x)"),
        ("torch.nn.functional.silu(x)", "silu(x)"),
        ("F.relu(x) + np.pi", "add(relu(x), pi)"),
        ("(-x).exp()", "exp(neg(x))"),
        ("x.pow(2).sigmoid()", "sigmoid(pow(x, 2))"),
        ("F.mT", "mT(F)"),
    ],
)
def test_prefixes_and_methods(text: str, tree: str) -> None:
    """A function is the same wherever it is from, and however it is called."""
    assert tree == written(parse(text))


def test_a_variable_is_no_prefix() -> None:
    """A point that gives F a value makes `F.exp()` a method."""
    assert "exp(F)" == written(parse("F.exp()", ["F"]))


def test_statements_share_nodes() -> None:
    """What has a name is computed once, however often it is used; what is used once is no different from the text."""
    tree = parse("h = tanh(x); h*h + h")
    assert ("x",) == tree.variables
    assert ["x", "tanh", "mul", "add"] == [node.name for node in tree]
    assert parse("h = tanh(x); h**2") == parse("tanh(x)**2")


def test_a_name_may_be_used_again() -> None:
    """As in Python, the last value counts."""
    assert "exp(add(1, exp(x)))" == written(parse("h = exp(x); h = 1 + h; exp(h)"))


def test_lines_are_statements() -> None:
    """A new line ends a statement where it cannot go on."""
    assert parse("h = x*2; y = h + 1; h*y") == parse("h = x*2\ny = (h\n  + 1)\nh*y")
    assert parse("x**2 + 2*y + 1") == parse("x**2\n  + 2*y\n  + 1")


def test_arguments_of_numpys_names() -> None:
    """A list within `np.array` is the list."""
    assert parse("[1, x]") == parse("[1, (x)]")
