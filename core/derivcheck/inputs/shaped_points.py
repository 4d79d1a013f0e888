"""Reads points whose values have shapes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from derivcheck.errors import PointError
from derivcheck.inputs.array_texts import Source, read_array
from derivcheck.inputs.arrays import MOST_ELEMENTS, Array, index_of, too_many
from derivcheck.model import Coordinate
from derivcheck.model.shaped_values import ShapedPoint, ShapedValue, address
from derivcheck.numbers import DType

_LARGEST_INTEGER = 2**63 - 1
"""The largest int64, in which torch holds labels and indices."""


def read_shaped_point(
    texts: Mapping[str, str],
    dtype: DType,
    *,
    seed: int = 0,
    integers: Collection[str] = frozenset(),
    labels: Collection[str] = frozenset(),
    masks: Collection[str] = frozenset(),
    folder: Path | None = None,
) -> ShapedPoint:
    """Read the point whose values are numbers, lists, calls that make arrays, files, or formulas of one array.

    Args:
        texts: each variable's value: `0.1`, `[[1, 2], [3, pi/4]]`, `0.1*randn(2, 3)`, `@x.npy`.
        dtype: the format that will hold it.
        seed: the seed of random numbers. A variable's numbers depend on it and on the variable's name, so that they
            stay when another variable comes in.
        integers: the variables that must be integers, since they are labels or indices.
        labels: the variables that are integers where all of their elements are, and else are numbers.
        masks: the variables that stand in conditions alone. An array of zeros and ones is one of integers there.
        folder: the folder of the case file, in or below which files must lie, and from which their names go; None: the
            working directory, and they may lie anywhere. `named_files.folder_of` finds it.

    Returns:
        For each variable its shape and elements. Where the array's own type, or `integers`, says that they are
        integers, they are held as they are, whatever the format is.

    Raises:
        PointError: for a value that is none, an integer variable with another number, and too many elements.
        InfinitePointError: for an element that is infinite, nan, or beyond the largest of the format.
        InputFileError: for a file that cannot be read.
        CaseError: for a file outside of the folder.

    Example:
        >>> point = read_shaped_point({"x": "[[1, 2, 3], [4, 5, 6]]/10", "t": "1"}, DType.FLOAT64, integers={"t"})
        >>> point["x"].shape, point["x"].elements[1].text, point["t"].is_integer
        ((2, 3), '0.2', True)
    """
    source = Source(dtype, seed, folder)
    point: ShapedPoint = {}
    count = 0
    for name, text in texts.items():
        if not name.isidentifier():
            raise PointError(f"`{name}` is no name of a variable", hint="a point is written x=[1, 2]; y=1/3")
        array = read_array(name, text, source)
        is_whole = (name in labels and _is_whole(array)) or (name in masks and _is_mask(array))
        if array.is_integer or name in integers or is_whole:
            array = _as_integers(name, array)
        count += len(array.elements)
        if count > MOST_ELEMENTS:
            raise too_many("the point", count)
        point[name] = ShapedValue(text, array.shape, tuple(array.elements), array.is_integer)
    return point


def _is_whole(array: Array) -> bool:
    """Whether all elements are integers, as they were typed."""
    return all(element.typed is not None and element.typed.denominator == 1 for element in array.elements)


def _is_mask(array: Array) -> bool:
    return array.shape != () and all(element.typed in {0, 1} for element in array.elements)


def _as_integers(name: str, array: Array) -> Array:
    """The array with its integers as they were typed, whether the format holds them or not.

    Raises:
        PointError: for an element that is no integer, or too large for one.
    """
    elements = []
    for place, element in enumerate(array.elements):
        typed = element.typed
        if typed is None or typed.denominator != 1 or abs(typed) > _LARGEST_INTEGER:
            where = address(name, index_of(place, array.shape))
            what = "no integer" if typed is None or typed.denominator != 1 else "too large an integer"
            hint = f"`{name}` holds integers: it is an index or a label, or an array of integers"
            raise PointError(f"`{where}` = {element.text.strip()} is {what}", hint=hint)
        elements.append(element if element.exact == typed else Coordinate(element.text, typed, typed))
    return Array(array.shape, elements, is_integer=True)
