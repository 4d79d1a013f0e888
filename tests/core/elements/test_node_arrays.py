"""Arrays of nodes: broadcasting, chains, dims, and the bounds on what is made."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derivcheck.elements.node_arrays import NodeArrays, Nodes
from derivcheck.errors import ShapeError
from derivcheck.language.printing import to_text
from derivcheck.model.expression import Node, NodeKind

SIZES = st.lists(st.sampled_from([0, 1, 2, 3]), max_size=3).map(tuple)


def maker(limit: int = 1000) -> NodeArrays:
    """Return a maker that needs no estimate."""
    return NodeArrays("", lambda *_: [], limit)


def variables(make: NodeArrays, name: str, *shape: int) -> Nodes:
    """Return an array of variables."""
    places = np.ndindex(*shape)
    leaves = [make.graph.leaf(Node(NodeKind.VARIABLE, name + "".join(map(str, place)))) for place in places]
    return np.array(leaves, dtype=np.int64).reshape(shape)


def texts(make: NodeArrays, nodes: Nodes) -> list[str]:
    """What each element is, as text."""
    return [to_text(make.graph.expression(at)) for at in nodes.ravel().tolist()]


@given(SIZES, SIZES)
def test_shapes_broadcast_as_numpys(first: tuple[int, ...], second: tuple[int, ...]) -> None:
    """Which are torch's; those that do not go together are both in the message."""
    make = maker()
    try:
        expected = np.broadcast_shapes(first, second)
    except ValueError:
        with pytest.raises(ShapeError) as caught:
            make.call("add", make.full(first, 1), make.full(second, 2))
        assert f"`add` cannot broadcast the shapes {first} and {second}" == caught.value.message
    else:
        assert expected == make.call("add", make.full(first, 1), make.full(second, 2)).shape


def test_formulas_are_mathematics() -> None:
    """They are written in the expression language, and taken element by element."""
    make = maker()
    found = make.formula("(x - y)**2/2", x=variables(make, "x", 2), y=variables(make, "y"))
    assert ["(x0 - y)**2/2", "(x1 - y)**2/2"] == texts(make, found)


def test_chains_run_from_the_left_in_the_order_of_memory() -> None:
    """Of all axes, of some of them, and of one that is kept."""
    make = maker()
    x = variables(make, "x", 2, 2)
    assert ["x00 + x01 + x10 + x11"] == texts(make, make.sum(x))
    assert ["x00*x10", "x01*x11"] == texts(make, make.product(x, (0,)))
    assert (2, 1) == make.chain("Max", x, (1,), keepdim=True).shape
    assert ["(x00 + x01 + x10 + x11)/4"] == texts(make, make.mean(x))
    assert ["x00", "x01", "x00 + x10", "x01 + x11"] == texts(make, make.running("add", x, 0))


def test_number_0_is_the_number_0() -> None:
    """So that NumPy's zeros are zeros."""
    make = maker()
    assert ["0", "0"] == texts(make, np.zeros(2, dtype=np.int64))


def test_numbers_are_exact_and_known() -> None:
    """A float is the decimal number that it is written as; integers come back as such."""
    make = maker()
    assert Fraction(1, 10) == make.known(make.number(0.1))
    assert make.known(variables(make, "x")) is None
    assert make.known(make.full((1,), 2)) is None
    found = make.integers(make.numbers(np.array([[-1, 2]])))
    assert found is not None
    assert [[-1, 2]] == found.values.tolist()
    assert make.integers(make.number(Fraction(1, 2))) is None
    assert make.integers(variables(make, "x", 2)) is None


def test_a_number_has_one_dim_to_torch() -> None:
    """0 or -1; a value of three dims has -3 to 2."""
    make = maker()
    assert [0, 0] == [make.axis(0, ()), make.axis(-1, ())]
    assert [0, 2] == [make.axis(-3, (4, 5, 6)), make.axis(2, (4, 5, 6))]
    assert (0, 2) == make.axes((0, -1), (4, 5, 6))
    assert (0, 1, 2) == make.axes(None, (4, 5, 6)) == make.axes((), (4, 5, 6))
    for wrong in (True, 1.0, "x", 3, -4):
        with pytest.raises(ShapeError):
            make.axis(wrong, (4, 5, 6))


def test_nothing_large_is_made() -> None:
    """The bounds are asked before memory is taken: of nodes, and of arrays that share theirs."""
    make = maker(100)
    x, y = variables(make, "x", 20, 1), variables(make, "y", 20)
    with pytest.raises(ShapeError, match="more than 100 operations on numbers"):
        make.call("mul", x, y)
    with pytest.raises(ShapeError, match=r"the shape \(1000, 1000, 1000\) has more than 100 elements"):
        make.full((1000, 1000, 1000), 0)
    assert len(make.graph) < 100
    with pytest.raises(ShapeError, match="has more than 100 elements"):
        make.allow((0, 10**30))
    with pytest.raises(ShapeError, match="more than 32 dims"):
        make.allow((1,) * 33)


def test_many_variables_take_little_memory() -> None:
    """Of 20,000 variables a node does not say which it depends on: that would be 2,500 bytes a node."""
    make = NodeArrays("", lambda *_: [])
    total = make.sum(variables(make, "x", 20_000))
    assert 1 == make.graph.depends[int(total)]
    assert ("x0", "x1") == make.graph.expression(int(make.sum(variables(make, "x", 2)))).variables
