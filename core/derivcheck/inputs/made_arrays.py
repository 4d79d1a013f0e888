"""Makes the arrays that a value names by a call: `zeros(2, 3)`, `linspace(0, pi, 5)`, `randn(4)`.

Random numbers come from Python's own generator, whose sequence for a seed is the same in every version, and normal ones
from these by the inverse of the normal distribution: neither torch nor NumPy has a part in them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, ldexp, prod
from statistics import NormalDist
from types import MappingProxyType

from derivcheck.errors import InfinitePointError
from derivcheck.inputs.array_calls import SIZE, Call, is_bracketed
from derivcheck.inputs.arrays import Array, check_size
from derivcheck.inputs.coordinates import read_number
from derivcheck.model import Coordinate
from derivcheck.model.shaped_values import Shape


def exactly(value: Fraction) -> Coordinate:
    """The Coordinate of a number that a float64 holds."""
    return Coordinate(str(value) if value.denominator == 1 else repr(float(value)), value, value)


_ZERO, _ONE = exactly(Fraction(0)), exactly(Fraction(1))


def _filled(element: Coordinate) -> Callable[[Call], Array]:
    """The maker of an array whose elements all are one number."""
    return lambda call: _alike(element, call.shape())


def _alike(element: Coordinate, shape: Shape) -> Array:
    return Array(shape, (element,) * prod(shape))


def _full(call: Call) -> Array:
    return _alike(call.number("value"), call.shape())


def _eye(call: Call) -> Array:
    rows = call.size("n")
    columns = call.size("m") if "m" in call.given else rows
    check_size((rows, columns), f"`{call.whole.name}`")
    return Array(
        (rows, columns), [_ONE if row == column else _ZERO for row in range(rows) for column in range(columns)]
    )


def _linspace(call: Call) -> Array:
    count = call.size("steps")
    check_size((count,), f"`{call.whole.name}`")
    first, last = call.number("start"), call.number("end")
    gaps = max(count - 1, 1)
    if first.typed is not None and last.typed is not None:
        step = (last.typed - first.typed) / gaps
        return Array((count,), [_rounded(call, first.typed + place * step) for place in range(count)])
    start, way = f"{first.text} + ", f"({last.text} - ({first.text}))"
    start, way = ("", last.text) if first.typed == 0 else (start, way)
    texts = (f"{start}{place}/{gaps}*{way}" for place in range(count))
    return Array((count,), [read_number(call.whole.name, text, call.dtype) for text in texts])


def _arange(call: Call) -> Array:
    has_end = "end" in call.given
    first = call.rational("start") if has_end else Fraction(0)
    last = call.rational("end" if has_end else "start")
    step = call.rational("step") if "step" in call.given else Fraction(1)
    if not step:
        raise call.piece("step").error("the step is 0")
    count = max(ceil((last - first) / step), 0)
    check_size((count,), f"`{call.whole.name}`")
    return Array((count,), [_rounded(call, first + place * step) for place in range(count)])


def _rounded(call: Call, value: Fraction) -> Coordinate:
    exact = call.dtype.nearest(value)
    if exact is None:
        raise InfinitePointError(f"`{call.whole.name}` holds {value}, which is beyond the largest {call.dtype}")
    return Coordinate(str(value), value, exact)


# --- random numbers --------------------------------------------------------------------------------------------------

_DRAWN_BITS = 40
"""Bits after the point of a normal number. A logarithm takes part in it, which machines may round differently; the last
12 bits of a float64 are left out, so that all machines have the same numbers."""

_SMALLEST = ldexp(0.5, -53)
"""What stands for a uniform number of 0, where the inverse is infinite: half the gap between two such numbers."""


def _randn(call: Call) -> Array:
    draw, normal = call.random().random, NormalDist().inv_cdf
    return _drawn(call, lambda: ldexp(round(ldexp(normal(draw() or _SMALLEST), _DRAWN_BITS)), -_DRAWN_BITS))


def _rand(call: Call) -> Array:
    return _drawn(call, call.random().random)


def _drawn(call: Call, draw: Callable[[], float]) -> Array:
    """An array of random numbers, which the format holds exactly."""
    shape = call.shape()
    return Array(shape, [exactly(call.dtype.nearest(Fraction(draw())) or _ZERO.exact) for _ in range(prod(shape))])


_LARGEST_INTEGER = 2**53


def _randint(call: Call) -> Array:
    """As torch has it: low, high and the size; of two arguments the second may be the size, and low is 0."""
    has_high = "high" in call.given and not is_bracketed(call.piece("high"))
    shape = call.shape("size" if has_high or "size" in call.given else "high")
    low = call.integer("low") if has_high else 0
    high = call.integer("high" if has_high else "low")
    if not low < high:
        raise call.whole.error(f"there is no integer from {low} to below {high}", hint=call.hint)
    if max(abs(low), abs(high)) > _LARGEST_INTEGER:
        raise call.whole.error("the integers are beyond 2**53")
    draw = call.random().random
    drawn = [exactly(Fraction(low + floor(draw() * (high - low)))) for _ in range(prod(shape))]
    return Array(shape, drawn, is_integer=True)


@dataclass(frozen=True, slots=True)
class Maker:
    """A function that makes an array.

    Attributes:
        make: how.
        params: its parameters in order.
        example: a call.
    """

    make: Callable[[Call], Array]
    params: tuple[str, ...]
    example: str


MAKERS: Mapping[str, Maker] = MappingProxyType(
    {
        "randn": Maker(_randn, (SIZE,), "randn(2, 3)"),
        "rand": Maker(_rand, (SIZE,), "rand(3)"),
        "randint": Maker(_randint, ("low", "high", "size"), "randint(0, 5, (2, 3))"),
        "zeros": Maker(_filled(_ZERO), (SIZE,), "zeros(2, 3)"),
        "ones": Maker(_filled(_ONE), (SIZE,), "ones(3)"),
        "full": Maker(_full, ("size", "value"), "full((2, 3), 0.5)"),
        "eye": Maker(_eye, ("n", "m"), "eye(3)"),
        "linspace": Maker(_linspace, ("start", "end", "steps"), "linspace(0, pi, 5)"),
        "arange": Maker(_arange, ("start", "end", "step"), "arange(0, 1, 0.25)"),
    }
)
"""The makers by name. Names and parameters are torch's."""
