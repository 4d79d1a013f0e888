"""Writes the arrays of a Python program as texts: nested lists, NumPy's arrays, torch's tensors and their like."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from derivcheck.errors import PointError
from derivcheck.inputs.arrays import MOST_DIMENSIONS, MOST_ELEMENTS, check_size, too_many
from derivcheck.inputs.assignments import check_element
from derivcheck.model.shaped_values import Shape

Element = Callable[[object, str], str]
"""What writes an element; the text says what the array is, for messages."""


def shape_of(value: Any) -> Shape:
    """The shape that an array says it has; () for anything else, also for a list, whose elements say more."""
    shape = getattr(value, "shape", None)
    return tuple(map(int, shape)) if isinstance(shape, tuple) and not isinstance(value, type) else ()


def is_array(value: object) -> bool:
    """Whether a value is a list, or an array or a tensor of dimensions of other than one element.

    An array of one element, such as `torch.tensor([2.0])`, may be meant as the number.

    Example:
        >>> import numpy as np
        >>> [is_array(value) for value in ([2], np.ones(3), np.ones(1), np.float64(2), 2.0, "2")]
        [True, True, False, False, False, False]
    """
    return isinstance(value, list | tuple) or (shape_of(value) != () and prod(shape_of(value)) != 1)


def has_dimensions(value: object) -> bool:
    """Whether a value is a list, an array or a tensor, and no number."""
    return isinstance(value, list | tuple) or shape_of(value) != ()


def array_text(value: Any, what: str, element: Element) -> str:
    """The text of an array, which says exactly what its elements are, and whether they are integers by their type.

    Args:
        value: a list, an array or a tensor.
        what: what it is, for messages.
        element: what writes a number.

    Raises:
        PointError: for too many elements, and for what is no number.

    Example:
        >>> import numpy as np
        >>> array_text(np.array([[1, 2]]), "x", lambda number, what: str(number))
        'tensor([[1, 2]], dtype=int64)'
    """
    shape = shape_of(value)
    is_integer = dtype_of(value).startswith(("int", "uint"))
    if 0 in shape:
        check_size(shape, what)
        return f"zeros({', '.join(map(str, shape))}{', dtype=int64' if is_integer else ''})"
    text = nested_text(value, what, element)
    return f"tensor({text}, dtype=int64)" if is_integer else text


def dtype_of(value: object) -> str:
    """The name of the format of an array's elements; "" where it has none."""
    return str(getattr(value, "dtype", "")).removeprefix("torch.")


def nested_text(value: Any, what: str, element: Element) -> str:
    """The text of an array as a nested list; arguments and errors as in `array_text`."""
    if shape := shape_of(value):
        check_size(shape, what)
    writer = _Writer(what, element)
    writer.write(value, 0)
    return "".join(writer.parts)


class _Writer:
    """Writes an array, piece by piece."""

    def __init__(self, what: str, element: Element) -> None:
        self.parts: list[str] = []
        self._what = what
        self._element = element
        self._count = 0

    def write(self, value: Any, depth: int) -> None:
        """Append the text of an array, or of an element, that stands so deep."""
        items = _items(value, self._what)
        if items is None:
            self._write_element(value)
            return
        if len(items) > MOST_ELEMENTS:
            raise too_many(self._what)
        if depth == MOST_DIMENSIONS:
            raise PointError(f"{self._what} is nested more than {MOST_DIMENSIONS} deep")
        separator = "["
        for item in items:
            self.parts.append(separator)
            self.write(item, depth + 1)
            separator = ", "
        self.parts.append("]" if items else "[]")

    def _write_element(self, value: object) -> None:
        self._count += 1
        if self._count > MOST_ELEMENTS:
            raise too_many(self._what)
        if isinstance(value, str):
            check_element(value)
        self.parts.append(str(value) if isinstance(value, bool) else self._element(value, self._what))


def _items(value: Any, what: str) -> list[Any] | tuple[Any, ...] | None:
    """The items of a list or an array; None for a number."""
    if isinstance(value, list | tuple):
        return value
    if shape_of(value) == ():
        return None
    try:
        if not hasattr(value, "tolist"):
            value = value.to_numpy()  # as a table of pandas has it
        items = value.tolist()
    except Exception as error:  # of a sparse tensor, of one on the device `meta`: each library has errors of its own
        raise PointError(f"{what} is an array whose numbers cannot be read: {error}") from None
    return items if isinstance(items, list) else [items]
