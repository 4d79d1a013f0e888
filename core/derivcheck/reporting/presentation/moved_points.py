"""Which numbers of a point the format could not hold as they were typed, and what it holds instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from derivcheck.model import Coordinate, Result
from derivcheck.model.shaped_values import address, indices
from derivcheck.reporting.presentation.numerals import rounded_text

MOST_NUMBERS = 4
"""How many numbers of a variable with a shape are shown."""


def rounded_texts(result: Result, shown: Callable[[str], str] = str) -> Iterator[str]:
    """Say of each number of the point that was rounded what it was and what it is: `x[0] = 0.1 → 0.10000000000000001`.

    Args:
        result: a row at the point.
        shown: how the name of a variable is written.
    """
    for name, value in (result.point or {}).items():
        if value.is_rounded:
            yield _text(shown(name), value)
    for name, values in (result.values or {}).items():
        if not values.elements:  # a record left out those of a large value
            continue
        pairs = zip(indices(values.shape), values.elements, strict=True)
        rounded = [(index, value) for index, value in pairs if value.is_rounded]
        for index, value in islice(rounded, MOST_NUMBERS):
            yield _text(address(shown(name), index), value)
        if len(rounded) > MOST_NUMBERS:
            yield f"and {len(rounded) - MOST_NUMBERS:,} more of {shown(name)}"


def _text(name: str, value: Coordinate) -> str:
    return f"{name} = {value.text} → {rounded_text(value)}"
