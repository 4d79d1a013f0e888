"""Arrays of Python programs as texts, and back."""

from __future__ import annotations

import time
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy
import torch

from derivcheck.errors import PointError
from derivcheck.inputs.python_arrays import array_text
from derivcheck.inputs.python_values import number_text
from derivcheck.inputs.shaped_points import read_shaped_point
from derivcheck.model.shaped_values import ShapedValue
from derivcheck.numbers import DType


def text(value: object) -> str:
    """The text of an array."""
    return array_text(value, "x", number_text)


def read(value: object, dtype: DType = DType.FLOAT64) -> ShapedValue:
    """An array by way of its text."""
    return read_shaped_point({"x": text(value)}, dtype)["x"]


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ([[1, 0.5], [Fraction(1, 3), "pi/4"]], "[[1, 0.5], [1/3, pi/4]]"),
        ((1, (2.0)), "[1, 2.0]"),
        ([torch.tensor([1.0, 2.0]), np.array([3.0, 4.0])], "[[1.0, 2.0], [3.0, 4.0]]"),
        (np.array([[1, 2]]), "tensor([[1, 2]], dtype=int64)"),
        (torch.tensor([3], dtype=torch.int32), "tensor([3], dtype=int64)"),
        (np.array([True, False]), "[True, False]"),
        ([True, False], "[True, False]"),
        (np.zeros((0, 3)), "zeros(0, 3)"),
        (torch.zeros(2, 0, dtype=torch.long), "zeros(2, 0, dtype=int64)"),
        (sympy.Matrix([[1, sympy.pi], [sympy.Rational(1, 3), 2]]), "[[1, pi], [1/3, 2]]"),
    ],
)
def test_an_array_is_a_nested_list(value: object, wanted: str) -> None:
    """Integers by their type say so."""
    assert wanted == text(value)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.float16, torch.bfloat16])
def test_every_number_survives(dtype: torch.dtype) -> None:
    """The number that is read is the one that the tensor holds, to the last bit."""
    generator = torch.Generator().manual_seed(0)
    drawn = torch.randn(40, generator=generator, dtype=torch.float64) * 10.0 ** torch.arange(-4.0, 4.0, 0.2)
    tensor = drawn.to(dtype).reshape(5, 8).requires_grad_()
    found = read(tensor)
    assert (5, 8) == found.shape
    assert [Fraction(number) for number in tensor.flatten().tolist()] == [e.exact for e in found.elements]
    own = DType.named(str(dtype).removeprefix("torch."))
    assert [e.exact for e in found.elements] == [e.exact for e in read(tensor, own).elements]


def test_the_ends_of_the_format_survive() -> None:
    """The smallest, the largest, and the neighbours of 1."""
    numbers = [5e-324, 2.2250738585072014e-308, 1 + 2**-52, 1 - 2**-53, 1.7976931348623157e308, -0.0, 0.1 + 0.2]
    assert [Fraction(number) for number in numbers] == [e.exact for e in read(np.array(numbers)).elements]


@pytest.mark.parametrize("dtype", [np.int64, np.uint8, bool])
def test_integers_come_back_as_integers(dtype: Any) -> None:
    """Of any width, in any format."""
    found = read(np.array([[1, 0]], dtype=dtype), DType.FLOAT16)
    assert (1, 2) == found.shape
    assert found.is_integer
    assert [1, 0] == [element.exact for element in found.elements]


def test_an_array_in_the_order_of_fortran_is_read_by_rows() -> None:
    """And so are a transposed one and a slice of one."""
    array = np.arange(6.0).reshape(2, 3)
    for value in (
        array,
        np.asfortranarray(array),
        torch.from_numpy(array.T.copy()).T,
        np.repeat(array, 2, axis=0)[::2],
    ):
        assert "[[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]" == text(value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.array([1j, 2]), "x is a complex, and no number"),
        ([None], "x is None, and no number"),
        (["1, 2"], "'1, 2' is no element of a list"),
        (["[1]"], "'[1]' is no element of a list"),
        (torch.ones(3, device="meta"), "x is an array whose numbers cannot be read"),
        (torch.ones(3).to_sparse(), "x is an array whose numbers cannot be read"),
        (torch.ones(1).expand(100_000, 100_000), "x has 10,000,000,000 elements; 200,000 are allowed"),
        ([0.5] * 200_001, "x has more than 200,000 elements"),
        (np.ones((1,) * 17), "x has 17 dimensions; 16 are allowed"),
    ],
)
def test_what_is_no_array_of_numbers_is_an_error(value: object, message: str) -> None:
    """Within a second."""
    start = time.process_time()
    with pytest.raises(PointError) as caught:
        text(value)
    assert caught.value.message.startswith(message)
    assert time.process_time() - start < 1


def test_a_list_within_itself_is_an_error() -> None:
    """It has no end."""
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(PointError, match="x is nested more than 16 deep"):
        text(endless)


def test_a_list_of_small_lists_may_have_as_many_elements() -> None:
    """What counts is the elements."""
    assert (150_000, 1) == read([[1]] * 150_000).shape


def test_a_table_of_pandas_is_an_array() -> None:
    """What has no list of its own, but an array of NumPy's."""

    class Frame:
        shape = (1, 2)

        def to_numpy(self) -> Any:
            return np.array([[1.0, 2.0]])

    assert "[[1.0, 2.0]]" == text(Frame())
