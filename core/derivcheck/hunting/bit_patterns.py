"""The numbers of a format in order: each has a place, and neighbours have neighbouring places.

The bits of a positive float, read as an integer, grow with the number. So 0 has the place 0, the smallest positive
number 1, and a negative number the place of its size with a minus. -0 has no place of its own.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from fractions import Fraction

import torch
from torch import Tensor

from derivcheck.autograd.devices import TORCH_DTYPES
from derivcheck.numbers import DType

_INTEGERS: dict[DType, torch.dtype] = {
    DType.FLOAT64: torch.int64,
    DType.FLOAT32: torch.int32,
    DType.FLOAT16: torch.int16,
    DType.BFLOAT16: torch.int16,
}
"""The integers that have as many bits as the format."""


def place_of(number: float, dtype: DType) -> int:
    """The place of a number that the format holds.

    Example:
        >>> place_of(1.0, DType.FLOAT32) - place_of(0.5, DType.FLOAT32) == 2**23
        True
    """
    size = abs(number)
    if dtype is DType.FLOAT64:
        place: int = struct.unpack("<q", struct.pack("<d", size))[0]
    else:
        held = torch.tensor(size, dtype=torch.float64).to(TORCH_DTYPES[dtype])
        place = int(held.view(_INTEGERS[dtype]).item())
    return -place if number < 0 else place


def number_at(place: int, dtype: DType) -> float:
    """The number at a place.

    Example:
        >>> number_at(place_of(0.1, DType.FLOAT64) + 1, DType.FLOAT64)
        0.10000000000000002
    """
    if dtype is DType.FLOAT64:
        size: float = struct.unpack("<d", struct.pack("<q", abs(place)))[0]
        return -size if place < 0 else size
    return numbers_at([place], dtype)[0]


def numbers_at(places: Sequence[int], dtype: DType) -> list[float]:
    """The numbers at some places."""
    found: list[float] = tensor_at(torch.tensor(places, dtype=torch.int64), dtype).double().tolist()
    return found


def tensor_at(places: Tensor, dtype: DType) -> Tensor:
    """The numbers at some places, given as int64, in the format itself."""
    size = places.abs().to(_INTEGERS[dtype]).view(TORCH_DTYPES[dtype])
    return torch.where(places < 0, -size, size)


def largest_place(dtype: DType) -> int:
    """The place of the largest number."""
    return place_of(float(dtype.largest), dtype)


def place_at_or_above(number: Fraction, dtype: DType) -> int:
    """The place of the first number of the format that is not below a rational number; the largest where none is."""
    nearest = dtype.nearest(number)
    if nearest is None:
        return largest_place(dtype) if number > 0 else -largest_place(dtype)
    place = place_of(float(nearest), dtype)
    return place + 1 if nearest < number and place < largest_place(dtype) else place


def place_at_or_below(number: Fraction, dtype: DType) -> int:
    """The place of the last number of the format that is not above a rational number; the lowest where none is."""
    return -place_at_or_above(-number, dtype)


def text_of(number: float, dtype: DType) -> str:
    """The shortest decimal that the format reads as this very number.

    Example:
        >>> text_of(0.1, DType.FLOAT64), text_of(0.0999755859375, DType.FLOAT16)
        ('0.1', '0.1')
    """
    if dtype is DType.FLOAT64:
        return _plain(repr(number))
    exact = Fraction(number)
    digits = next(
        digits for digits in range(1, 18) if dtype.nearest(Fraction(f"{number:.{digits}g}")) == exact or digits == 17
    )
    return _plain(repr(float(f"{number:.{digits}g}")))


def _plain(text: str) -> str:
    return text.removesuffix(".0")


def binade_of(place: int, dtype: DType) -> int:
    """The exponent e of the binade 2**e <= |x| < 2**(e + 1) of a place; subnormal numbers count as one binade."""
    return (abs(place) >> (dtype.precision - 1)) - dtype.max_exponent


def first_of_binade(exponent: int, dtype: DType) -> int:
    """The place of 2**exponent; of the least exponent, that of the smallest positive number."""
    return max(1, (exponent + dtype.max_exponent) << (dtype.precision - 1))
