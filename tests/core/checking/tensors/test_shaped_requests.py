"""What is asked about values with shapes."""

from __future__ import annotations

from fractions import Fraction

from derivcheck.checking.tensors.shaped_requests import dense_weights, requests_for
from derivcheck.numbers import DType


def test_every_format_holds_the_weights() -> None:
    """They are odd eighths below 2, none of them 0, and differ from one upstream gradient to the next."""
    weights = dense_weights(1000, 1)
    assert all(0 < abs(weight) < 2 and weight * 8 % 2 == 1 for weight in weights)
    assert weights != dense_weights(1000, 2)
    assert all(DType.BFLOAT16.nearest(Fraction(weight)) == weight for weight in weights)


def test_second_derivatives_of_large_variables_go_along_directions() -> None:
    """A Hessian of 65 by 65 is too large; three products with it are asked for, of several outputs weighed ones."""
    assert [(None, 1), (None, 2), (None, 3)] == [
        (row.upstream, row.direction) for row in requests_for(("x", "x"), [()], [(65,), (65,)])
    ]
    assert [(1, 1), (2, 2), (3, 3)] == [
        (row.upstream, row.direction) for row in requests_for(("x", "x"), [(2,)], [(65,), (65,)])
    ]
    assert [((3, 3), None)] == [(row.shape, row.direction) for row in requests_for(("x", "x"), [()], [(3,), (3,)])]


def test_several_outputs_are_joined() -> None:
    """The row of a tuple has one dimension for all of its elements."""
    assert [(3, 2)] == [row.shape for row in requests_for(("x",), [(), (2,)], [(2,)])]
