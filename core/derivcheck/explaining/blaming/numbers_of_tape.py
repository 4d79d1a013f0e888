"""The tape, as blame reads it: who uses a tensor, how wrong its numbers are, and which of them belong together."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from derivcheck.explaining.blaming.operation_traits import ADDING, SELECTING
from derivcheck.model.explanation import BesideExact, Place, ReturnedGradient, TapeTensor
from derivcheck.model.shaped_values import Index, Shape, indices
from derivcheck.numbers import DType, Enclosure

LARGEST_ERROR = 1e30
"""The relative error of a number that is not finite, and of one that should be 0: more than any other."""


@dataclass(frozen=True, slots=True)
class Use:
    """That an operation reads a tensor.

    Attributes:
        user: the position of the operation's result on the tape.
        argument: as which of its arguments it reads the tensor, from 0.
        returned: what its backward pass returned for that argument; None where it returned nothing.
    """

    user: int
    argument: int
    returned: ReturnedGradient | None


@dataclass(frozen=True, slots=True)
class Tape:
    """The tensors of a run, with those that use each of them.

    Attributes:
        tensors: the tensors, in the order in which they were made.
        uses: for each tensor, who reads it.
        places: how many operations are written at each place.
    """

    tensors: tuple[TapeTensor, ...]
    uses: tuple[tuple[Use, ...], ...] = field(init=False)
    places: Counter[Place | None] = field(init=False)

    def __post_init__(self) -> None:
        found: list[list[Use]] = [[] for _ in self.tensors]
        for position, tensor in enumerate(self.tensors):
            returned = {one.argument: one for one in tensor.returned}
            for argument, source in enumerate(tensor.arguments):
                found[source].append(Use(position, argument, returned.get(argument)))
        object.__setattr__(self, "uses", tuple(map(tuple, found)))
        object.__setattr__(self, "places", Counter(tensor.place for _, tensor in self.operations))

    def __getitem__(self, position: int) -> TapeTensor:
        return self.tensors[position]

    def __len__(self) -> int:
        return len(self.tensors)

    @property
    def operations(self) -> Iterator[tuple[int, TapeTensor]]:
        """The tensors that operations made, in order, each with its position."""
        return ((position, tensor) for position, tensor in enumerate(self.tensors) if tensor.operation is not None)

    def values_read(self, position: int) -> Iterator[BesideExact]:
        """The values that an operation read."""
        return (self[source].value for source in self[position].arguments)

    def stands_alone(self, position: int) -> bool:
        """Whether no other operation is written where a tensor's is; a line of code may hold any number."""
        place = self[position].place
        return place is not None and place.line is None and self.places[place] == 1

    def takes_in_infinity(self, position: int, place: int) -> bool:
        """Whether an element is infinite because a constant is that was added or filled in: the -inf of a mask."""
        tensor = self[position]
        if tensor.operation not in ADDING | SELECTING or not math.isinf(tensor.value.computed[place]):
            return False
        if item(tensor.value.due, place) is not None:
            return False
        return all(
            math.isfinite(self[source].value.computed[other])
            for source in tensor.arguments
            for other in places_like(place, tensor.shape, self[source].shape)
        )

    def depends_on_inputs(self) -> frozenset[int]:
        """The tensors whose numbers depend on those of an input that asks for a gradient."""
        found: set[int] = set()
        for position, tensor in enumerate(self.tensors):
            is_input = tensor.operation is None and tensor.requires_grad
            if is_input or not found.isdisjoint(tensor.arguments):
                found.add(position)
        return frozenset(found)


def relative_error(computed: float, exact: Enclosure | None) -> float | None:
    """How far a number is from an exact one, relatively; None where nothing is known of that.

    Example:
        >>> from derivcheck.numbers import Dyadic
        >>> relative_error(5.0, Enclosure(Dyadic(4, 0), Dyadic(0, 0)))
        0.25
    """
    if exact is None:
        return None
    if not math.isfinite(computed):
        return LARGEST_ERROR
    if not exact.mid.is_moderate or not exact.rad.is_moderate:
        return LARGEST_ERROR if exact.mid.magnitude > 0 or computed else 1.0
    if exact.contains_zero() and not exact.is_exact_zero:
        return None  # it is enclosed too widely to say anything of its size
    due = exact.mid.fraction()
    distance = max(Fraction(0), abs(Fraction(computed) - due) - exact.rad.fraction())
    if not distance:
        return 0.0
    return min(LARGEST_ERROR, _as_float(distance / abs(due))) if due else LARGEST_ERROR


def _as_float(value: Fraction) -> float:
    try:
        return value.numerator / value.denominator
    except OverflowError:
        return math.inf


def is_beyond(exact: Enclosure, dtype: DType) -> bool:
    """Whether a number is too large for a format."""
    size = exact.mid.magnitude
    return size > dtype.max_exponent + 1 or (
        size == dtype.max_exponent + 1 and abs(exact.mid.fraction()) > dtype.largest
    )


def is_below(exact: Enclosure, dtype: DType) -> bool:
    """Whether a number, other than 0, is below the smallest normal one of a format."""
    return exact.mid.man != 0 and exact.mid.magnitude <= dtype.min_exponent and not exact.contains_zero()


def item(sequence: Sequence[object], place: int) -> object | None:
    """The item at a place; None where nobody asked for these numbers."""
    return sequence[place] if sequence else None


def index_at(shape: Shape, place: int) -> Index:
    """The index of the element at a place.

    Example:
        >>> index_at((2, 3), 5)
        (1, 2)
    """
    return next(index for number, index in enumerate(indices(shape)) if number == place)


def places_like(place: int, shape: Shape, other: Shape) -> Sequence[int]:
    """The places, in a tensor of another shape, whose numbers may belong to the one at a place.

    Those of the same shape, and those that are broadcast to it, belong together element by element. Of others, such as
    what is summed, all may.

    Example:
        >>> places_like(4, (2, 3), (2, 3)), places_like(4, (2, 3), (3,)), places_like(0, (), (2,))
        ((4,), (1,), range(0, 2))
    """
    if shape == other:
        return (place,)
    if 0 not in shape and len(other) <= len(shape):
        aligned = shape[len(shape) - len(other) :]
        if all(size in {1, full} for size, full in zip(other, aligned, strict=True)):
            index = index_at(shape, place)[len(shape) - len(other) :]
            found = 0
            for at, size in zip(index, other, strict=True):
                found = found * size + (at if size != 1 else 0)
            return (found,)
    return range(math.prod(other))
