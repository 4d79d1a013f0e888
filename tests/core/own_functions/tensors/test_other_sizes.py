"""Other sizes: which shapes an argument could have as well, and numbers for these."""

from __future__ import annotations

from math import prod

from hypothesis import given
from hypothesis import strategies as st

from derivcheck.inputs.shaped_points import read_shaped_point
from derivcheck.numbers import DType
from derivcheck.own_functions.tensors.other_sizes import resized, shapes_of_one_size, shapes_of_other_sizes

POINT = read_shaped_point(
    {"x": "randn(2, 3)", "w": "randn(3, 4)", "n": "randint(0, 3, (2,))", "t": "1/2"}, DType.FLOAT64
)
SIZES = st.integers(1, 5)


def test_a_size_that_is_shared_changes_together() -> None:
    """The inner dim of a product is one size: both matrices get another one."""
    found = list(shapes_of_other_sizes(POINT))
    assert {"x": (5, 3), "w": (3, 4), "n": (5,), "t": ()} in found
    assert {"x": (2, 5), "w": (5, 4), "n": (2,), "t": ()} in found
    assert {"x": (2, 3), "w": (3, 5), "n": (2,), "t": ()} in found


def test_one_dim_alone() -> None:
    """No other argument follows."""
    found = list(shapes_of_one_size(POINT))
    assert len(found) == 5
    assert {"x": (2, 5), "w": (3, 4), "n": (2,), "t": ()} in found


@given(SIZES, SIZES, SIZES)
def test_numbers_stay_close_and_integers_stay_those_that_they_are(n: int, m: int, k: int) -> None:
    """A label that nobody gave would be no label; a number of another order might lie outside of the domain."""
    shapes = {"x": (n, m), "w": (m, k), "n": (n,), "t": ()}
    found = resized(POINT, shapes)
    assert shapes == {name: value.shape for name, value in found.items()}
    assert resized(POINT, shapes) == found
    labels = {element.exact for element in POINT["n"].elements}
    assert {element.exact for element in found["n"].elements} <= labels
    given_numbers = [element.exact for element in POINT["x"].elements]
    for at, element in enumerate(found["x"].elements):
        number = given_numbers[at % len(given_numbers)]
        assert abs(element.exact - number) <= abs(number) / 4
    assert len(found["w"].elements) == prod(shapes["w"])
