"""What a hunt searches: its case, the numbers of its ranges, and the derivatives that it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import nan, prod
from typing import NamedTuple

from derivcheck.autograd.devices import choose_dtype, resolve
from derivcheck.checking.prepare import Prepared, asked_for, case_readings, prepare
from derivcheck.errors import CaseError
from derivcheck.hunting.bit_patterns import number_at, place_at_or_above, place_at_or_below, text_of
from derivcheck.hunting.searched_elements import SearchedElements, read_elements
from derivcheck.inputs.coordinates import read_number
from derivcheck.inputs.shape_texts import is_shaped_point
from derivcheck.model import Mode, Status, Wrt
from derivcheck.model.hunt import HuntRequest, SearchRange
from derivcheck.model.shaped_values import variable_of
from derivcheck.numbers import DType
from derivcheck.readings import Readings

Place = tuple[int, ...]
"""A point of the search: the place of the number of each range, see `bit_patterns`."""

Column = tuple[Wrt, Mode | None]
"""What an error or a status is about: a derivative in a mode; the value is `((), None)`."""

VALUE: Column = ((), None)


class Look(NamedTuple):
    """What is known of one number of torch's.

    Attributes:
        ulps: how far it is from the exact one; inf where it is none and should be one, nan where that is not known.
        status: the status where it is certain, else None.
    """

    ulps: float
    status: Status | None


UNKNOWN = Look(nan, None)


@dataclass(frozen=True, slots=True)
class Searched:
    """A request that is read.

    Attributes:
        request: the request.
        prepared: its case, with device and format settled.
        names: the variables that are searched.
        lows, highs: the places of the first and of the last number of each one's range.
        held: the variables that are held, as they were typed.
        elements: the tensors of which elements are searched.
        readings: those of the expression.
        columns: what errors and statuses are about: the value, then each derivative in each mode.
    """

    request: HuntRequest
    prepared: Prepared
    names: tuple[str, ...]
    lows: Place
    highs: Place
    held: Mapping[str, str]
    elements: SearchedElements
    readings: Readings
    columns: tuple[Column, ...]

    @property
    def dtype(self) -> DType:
        """The format of the numbers."""
        return self.prepared.dtype

    @property
    def wrts(self) -> tuple[Wrt, ...]:
        """The derivatives that are asked for."""
        return tuple(dict.fromkeys(wrt for wrt, _ in self.columns if wrt))

    @property
    def numbers(self) -> int:
        """How many points of the format lie in the ranges."""
        return prod(high - low + 1 for low, high in zip(self.lows, self.highs, strict=True))

    def texts(self, place: Place) -> dict[str, str]:
        """A point of the search as it is typed."""
        found = {
            name: text_of(number_at(number, self.dtype), self.dtype)
            for name, number in zip(self.names, place, strict=True)
        }
        return {**self.elements.texts(found), **self.held}

    @property
    def has_shapes(self) -> bool:
        """Whether a value has a shape: then each point goes the ordinary way."""
        return bool(self.elements.tensors) or self.readings.is_shaped or is_shaped_point(self.held)

    def holds(self, place: Place) -> bool:
        """Whether a point lies within the ranges."""
        return all(low <= at <= high for low, at, high in zip(self.lows, place, self.highs, strict=True))


_MOST_PRECISE = DType.FLOAT16.precision
"""Formats of more precision hold too many numbers to look at all of them."""


def read_request(request: HuntRequest) -> Searched:
    """Read what is hunted for.

    Raises:
        DerivcheckError: for a case that cannot be read, and for a range that is none.
    """
    case = request.case
    if not request.ranges:
        raise CaseError("the hunt has no range", hint="give one: --in x=-10..10")
    if len({one.name for one in request.ranges}) < len(request.ranges):
        raise CaseError("a variable has two ranges", hint="give one range for each variable")
    held = dict(case.at[0]) if case.at else {}
    dtype = choose_dtype(resolve(case.device), case.dtype)
    elements, ranges = read_elements(request.ranges, held, case, dtype)
    held = {name: text for name, text in held.items() if name not in {variable_of(one.name) for one in ranges}}
    ends = {searched.name: searched.low for searched in ranges}
    point = {**elements.texts(dict.fromkeys(ends, "0")), **held}
    prepared = prepare(replace(case, at=(point,)))
    has_shapes = is_shaped_point(point)
    readings = case_readings(prepared.case, point, has_shapes=has_shapes)
    unknown = [name for name in ends if variable_of(name) not in readings.written.variables]
    if unknown:
        listed = ", ".join(f"`{name}`" for name in readings.written.variables)
        hint = f"the variables are {listed}" if listed else "the expression has none"
        raise CaseError(f"there is no variable `{unknown[0]}` to search", hint=hint)
    if request.exhaustive and (prepared.dtype.precision > _MOST_PRECISE or len(ends) > 1):
        hint = "ask for float16 or bfloat16, and give one range"
        raise CaseError("only the numbers of one variable in a format of 16 bits can all be looked at", hint=hint)
    limits = [_places(searched, prepared.dtype) for searched in ranges]
    modes = prepared.case.modes
    wrts = asked_for(prepared.case, readings)
    columns: list[Column] = [VALUE, *((wrt, mode) for wrt in wrts for mode in modes)]
    return Searched(
        request,
        prepared,
        tuple(ends),
        tuple(low for low, _ in limits),
        tuple(high for _, high in limits),
        held,
        elements,
        readings,
        tuple(columns),
    )


def _places(searched: SearchRange, dtype: DType) -> tuple[int, int]:
    """The places of the first and of the last number of a range.

    Raises:
        CaseError: for a range that holds no number of the format.
        PointError: for an end that is no number.
    """
    low, high = (_end(searched.name, text, dtype) for text in (searched.low, searched.high))
    first, last = place_at_or_above(low, dtype), place_at_or_below(high, dtype)
    if low > high or first > last:
        written = f"{searched.name}={searched.low}..{searched.high}"
        hint = "write the smaller end first" if low > high else f"no number of {dtype} lies between its ends"
        raise CaseError(f"the range {written} is empty", hint=hint)
    return first, last


_INFINITE = {"inf": 1, "+inf": 1, "oo": 1, "-inf": -1, "-oo": -1}


def _end(name: str, text: str, dtype: DType) -> Fraction:
    """An end of a range as an exact number; that of an irrational one as the format holds it."""
    if text.strip() in _INFINITE:
        return _INFINITE[text.strip()] * dtype.largest
    coordinate = read_number(name, text, dtype)
    return coordinate.exact if coordinate.typed is None else coordinate.typed
