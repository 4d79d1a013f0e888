"""The upstream gradient of a run with many outputs: that of the element, or of the sum, whose derivative is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from derivcheck.checking.tensors.shaped_requests import dense_weights
from derivcheck.model import Index, Result, Shape, What


@dataclass(frozen=True, slots=True)
class Weighing:
    """With what the elements of all outputs are weighed.

    Attributes:
        index: the only element that counts; None: all of them do.
        shape: the shape of the output in which it stands.
        number: the number of the dense upstream gradient, from 1; None: the first one, of more than a number.
        factor: the upstream gradient of a single number.

    Example:
        >>> Weighing((1,), (3,)).weights(3), len(Weighing().weights(3))
        ((0.0, 1.0, 0.0), 3)
    """

    index: Index | None = None
    shape: Shape = ()
    number: int | None = None
    factor: float = 1.0

    def weights(self, count: int) -> tuple[float, ...]:
        """The weight of each of so many elements."""
        if count == 1 and self.number is None:
            return (self.factor,)
        if self.index is None or count != prod(self.shape):
            return dense_weights(count, self.number or 1)
        place = 0
        for at, size in zip(self.index, self.shape, strict=True):
            place = place * size + at
        return tuple([float(at == place) for at in range(count)])

    def words(self, count: int) -> tuple[str, ...]:
        """What a reader must know of it; nothing of a single number's that is not weighed."""
        if count == 1:
            (factor,) = self.weights(1)
            return (f"the upstream gradient is {factor:g}",) if factor != 1.0 else ()
        if self.index is None or count != prod(self.shape):
            return ("the adjoints are those of a weighed sum of the output's elements",)
        return (f"the adjoints are those of the output's element [{', '.join(map(str, self.index))}]",)


_ASKING_FOR_OTHERS = frozenset({"upstream"})
"""The items of a check list of functions of numbers that run them with other upstream gradients than 1."""

_OTHER = 3.0
"""An upstream gradient that shows a backward pass which leaves it out, squares it or clamps it to 1."""


def weighing_of(row: Result | None) -> Weighing:
    """How the outputs are weighed so that the derivative of a row is the gradient of the run."""
    if row is not None and row.item in _ASKING_FOR_OTHERS and row.elements is None:
        return Weighing(factor=_OTHER)
    elements = None if row is None or row.what is What.VALUE else row.elements
    if row is not None and row.item is not None and elements is not None and elements.upstream is None:
        return Weighing(number=1)  # the items of functions of tensors send several dense upstream gradients
    worst = None if elements is None else elements.worst
    if elements is None or worst is None or (not elements.output and elements.upstream is None):
        return Weighing()
    if elements.upstream is not None:
        return Weighing(number=elements.upstream)
    return Weighing(worst.index[: elements.output], elements.shape[: elements.output])
