"""What a row of schema 2 holds of values with shapes and of their elements, written and read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from math import prod
from typing import Any

from derivcheck.model import (
    Coordinate,
    ElementResult,
    ElementResults,
    Kind,
    Result,
    Shape,
    ShapedPoint,
    ShapedValue,
    Status,
    Truth,
    Verdict,
)
from derivcheck.model.shaped_values import indices
from derivcheck.numbers import Enclosure
from derivcheck.reporting.serialization.read_decimals import read_enclosing, read_rounded

Data = Mapping[str, Any]

MOST_NUMBERS = 10_000
"""How many numbers of a value stand in a row. A larger value is known by its text, and by the seed if it is random."""


MOST_DIMENSIONS = 128
"""The dimensions that a row may have: twice as many as torch's tensors, since a derivative has those of two values."""

_LARGEST_SIZE = 2**63


def number(value: float | None) -> float | str | None:
    """Return a number as strict JSON can hold it: its name, such as "nan", where it is not finite."""
    return value if value is None or math.isfinite(value) else str(value)


def read_number(value: float | str | None) -> float | None:
    """Read a number from JSON, in which one that is not finite is its name."""
    return None if value is None else float(value)


def in_hexadecimal(coordinate: Coordinate) -> str:
    """The number as C99 and Python write it in hexadecimal, without the trailing zeros: 0x1.8p+1 is 3."""
    return hexadecimal(float(coordinate.exact))


def hexadecimal(number: float) -> str:
    """The same of a float."""
    mantissa, _, exponent = number.hex().partition("p")
    whole, _, figures = mantissa.partition(".")
    return f"{whole}.{figures.rstrip('0') or '0'}p{exponent}"


def value_data(value: ShapedValue) -> str | dict[str, Any]:
    """The exact numbers of a variable: those of a tensor in a table, a number in hexadecimal.

    The table holds `typed`, the texts of numbers that the format rounded, only where there are such numbers.
    """
    if not value.shape and not value.is_integer:
        return in_hexadecimal(value.elements[0])
    table: dict[str, Any] = {"shape": list(value.shape), "integers": value.is_integer, "numbers": None}
    if not 0 < len(value.elements) <= MOST_NUMBERS:
        return table if prod(value.shape) else {**table, "numbers": []}
    written = (
        map(int, (each.exact for each in value.elements)) if value.is_integer else map(in_hexadecimal, value.elements)
    )
    table["numbers"] = list(written)
    typed = [each.text if each.is_rounded else None for each in value.elements]
    return {**table, "typed": typed} if any(text is not None for text in typed) else table


def are_recorded(values: ShapedPoint) -> bool:
    """Whether a row holds the numbers of all variables, so that its reader knows the point."""
    return all(len(value.elements) <= MOST_NUMBERS for value in values.values())


def read_value(text: str, data: str | Data, number_of: Mapping[str, Fraction | None]) -> ShapedValue:
    """Read what `value_data` wrote of a variable.

    Args:
        text: the value as it was typed.
        data: the data.
        number_of: for each text of a number in it the number itself, None where it is irrational.
    """
    if isinstance(data, str):
        return ShapedValue(text, (), (Coordinate(text, number_of[text], Fraction(float.fromhex(data))),))
    shape = _read_shape(data["shape"])
    return ShapedValue(text, shape, tuple(_read_numbers(data, number_of)), data["integers"])


def _read_numbers(data: Data, number_of: Mapping[str, Fraction | None]) -> Iterator[Coordinate]:
    written = data["numbers"] or []
    exact = [Fraction(each) if isinstance(each, int) else Fraction(float.fromhex(each)) for each in written]
    for each, typed in zip(exact, data.get("typed") or [None] * len(exact), strict=True):
        yield Coordinate(str(float(each)), each, each) if typed is None else Coordinate(typed, number_of[typed], each)


def texts_of_numbers(text: str, data: str | Data) -> Iterator[str]:
    """The texts of numbers that `read_value` has to know."""
    if isinstance(data, str):
        yield text
    else:
        yield from filter(None, data.get("typed") or ())


def elements_data(result: Result) -> dict[str, Any]:
    """The keys of a row about its elements; none for a row without."""
    elements = result.elements
    if elements is None:
        return {}
    worst = elements.worst
    true = [_truth_text(each.truth) for each in elements]
    return {
        "shape": list(elements.shape),
        "output_dimensions": elements.output,
        "upstream": elements.upstream,
        "direction": elements.direction,
        "counts": {status.label: count for status, count in elements.counts.items()},
        "worst": worst and {"index": list(worst.index), "address": result.element_name(worst.index)},
        "elements": {
            "truth": true,
            "symbolic": _or_none([_symbolic_text(each, text) for each, text in zip(elements, true, strict=True)]),
            "autograd": _or_none([number(each.gradient) for each in elements]),
            "ulps": [number(each.verdict.ulps) for each in elements],
            "status": [each.verdict.status.label for each in elements],
        },
    }


def read_elements(data: Data, worst: ElementResult) -> ElementResults:
    """Read what `elements_data` wrote of a row with elements.

    Of the elements but the worst, the reasons are lost, and of a truth that is no number all but what is known.

    Args:
        data: the row.
        worst: the element that the row itself tells of, with an index that need not be right.
    """
    shape, told = _read_shape(data["shape"]), data["elements"]
    count = prod(shape)
    columns = [told[key] for key in ("truth", "symbolic", "autograd", "ulps", "status")]
    if any(column is not None and len(column) != count for column in columns):
        raise ValueError(f"not every list of `elements` has the {count} elements of the shape {shape}")
    elements = [
        ElementResult(
            index,
            Verdict(Status.named(status), ulps=read_number(ulps)),
            _read_truth(truth),
            read_number(autograd),
            None if symbolic is None else _read(symbolic),
        )
        for index, truth, symbolic, autograd, ulps, status in zip(
            indices(shape), *(column if column is not None else [None] * count for column in columns), strict=True
        )
    ]
    if data["worst"] is not None:
        index = tuple(data["worst"]["index"])
        at = list(indices(shape)).index(index)
        elements[at] = replace(worst, index=index)
    return ElementResults(shape, data["output_dimensions"], tuple(elements), data["upstream"], data["direction"])


def enclosing(elements: ElementResults, data: Data) -> ElementResults:
    """Return the elements with truths that enclose what is true: a row holds so many digits of it, and no more."""
    told = zip(elements, data["elements"]["truth"], strict=True)
    return replace(
        elements,
        elements=tuple(
            replace(each, truth=each.truth if text in _KINDS else Truth(Kind.VALUE, read_enclosing(text)))
            for each, text in told
        ),
    )


def _read_shape(sizes: Sequence[Any]) -> Shape:
    if len(sizes) > MOST_DIMENSIONS or not all(isinstance(size, int) and 0 <= size < _LARGEST_SIZE for size in sizes):
        raise ValueError(f"{str(sizes)[:60]} is no shape")
    return tuple(sizes)


def _or_none(column: Sequence[Any]) -> Sequence[Any] | None:
    return column if any(each is not None for each in column) else None


def _truth_text(truth: Truth) -> str:
    """The number, or the kind where there is none."""
    return truth.value.exact_decimal() if truth.value else truth.kind.value


def _symbolic_text(element: ElementResult, true: str) -> str | None:
    """What the formula gives; mostly it is what is true, whose text is there already."""
    enclosure = element.symbolic
    if enclosure is None:
        return None
    return true if enclosure == element.truth.value else enclosure.exact_decimal()


_KINDS = {kind.value: kind for kind in Kind if kind is not Kind.VALUE}


def _read_truth(text: str) -> Truth:
    kind = _KINDS.get(text)
    return Truth(Kind.VALUE, _read(text)) if kind is None else Truth(kind)


@lru_cache(maxsize=4096)
def _read(text: str) -> Enclosure:
    """Read a number; mostly what the formula gives is what is true, and many elements are equal."""
    return read_rounded(text)
