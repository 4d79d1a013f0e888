"""Operations that give one and the same float are told from those that do not."""

from __future__ import annotations

import pytest

from derivcheck.rounding.same_operations import Samples, occasion

X, Y = (0.1, 0.2), (3.0, -5.0)
MINUS_X, MINUS_Y = (-0.1, -0.2), (-3.0, 5.0)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("mul", X, Y), ("mul", Y, X)),
        (("mul", X, Y), ("mul", MINUS_X, Y)),
        (("div", X, Y), ("div", X, MINUS_Y)),
        (("add", X, Y), ("add", Y, X)),
        (("add", X, Y), ("add", MINUS_X, MINUS_Y)),
        (("sub", X, Y), ("sub", Y, X)),
        (("sub", X, Y), ("add", X, MINUS_Y)),
        (("rsub", X, Y), ("sub", Y, X)),
    ],
)
def test_operations_that_give_the_same_float(
    one: tuple[str, Samples, Samples], other: tuple[str, Samples, Samples]
) -> None:
    """The order of a sum and of a product does not matter, nor do both signs."""
    assert occasion(one[0], one[1:]) == occasion(other[0], other[1:])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("div", X, Y), ("div", Y, X)),
        (("sub", X, Y), ("add", X, Y)),
        (("mul", X, Y), ("div", X, Y)),
        (("atan2", X, Y), ("atan2", Y, X)),
    ],
)
def test_operations_that_do_not(one: tuple[str, Samples, Samples], other: tuple[str, Samples, Samples]) -> None:
    """A quotient upside down is another number."""
    assert occasion(one[0], one[1:]) != occasion(other[0], other[1:])
