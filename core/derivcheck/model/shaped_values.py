"""Values with shapes: what a variable holds at a point, and the addresses of its elements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod

from derivcheck.model.point import Coordinate

Shape = tuple[int, ...]
"""The sizes of a value, one for each dimension; () is that of a number."""

Index = tuple[int, ...]
"""Where an element stands in a value: a number for each dimension."""


@dataclass(frozen=True, slots=True)
class ShapedValue:
    """What a variable holds at a point.

    Attributes:
        text: the value as it was typed: `[1, 2, 3]`, `randn(4, 3)`.
        shape: its shape.
        elements: its elements, the last dimension first as in C. A record of Results leaves out those of a large value;
            then there are none.
        is_integer: whether they are integers that stay integers, such as class labels: nothing is differentiated by
            them.
    """

    text: str
    shape: Shape
    elements: tuple[Coordinate, ...]
    is_integer: bool = False

    def __post_init__(self) -> None:
        if len(self.elements) not in {0, prod(self.shape)}:
            raise ValueError(f"{len(self.elements)} elements do not have the shape {self.shape}")


ShapedPoint = dict[str, ShapedValue]
"""A point whose variables have shapes: the value of each, in the order given."""


def indices(shape: Shape) -> Iterator[Index]:
    """The indices of a value's elements, in order.

    Example:
        >>> list(indices((2, 1)))
        [(0, 0), (1, 0)]
    """
    # `product` keeps every range as a tuple: of an empty value with a huge dimension, (10**12, 0), it would keep it all
    return product(*map(range, shape)) if 0 not in shape else iter(())


def address(name: str, index: Sequence[int]) -> str:
    """The address of an element: `W[0, 2]`; of a number its name alone.

    Example:
        >>> address("W", (0, 2)), address("x", ())
        ('W[0, 2]', 'x')
    """
    return f"{name}[{', '.join(map(str, index))}]" if index else name


def addresses(name: str, shape: Shape) -> tuple[str, ...]:
    """The addresses of a variable's elements, in order."""
    return tuple([address(name, index) for index in indices(shape)])


def variable_of(address: str) -> str:
    """The variable to which an address belongs.

    Example:
        >>> variable_of("W[0, 2]"), variable_of("x")
        ('W', 'x')
    """
    return address.partition("[")[0]


def elements_by_address(point: ShapedPoint) -> Iterator[tuple[str, Coordinate]]:
    """The elements of a point, each with its address; integers have none, for nothing is differentiated by them."""
    for name, value in point.items():
        if not value.is_integer:
            yield from zip(addresses(name, value.shape), value.elements, strict=True)


def exact_elements(point: ShapedPoint) -> dict[str, Fraction]:
    """The exact value of each address."""
    return {at: element.exact for at, element in elements_by_address(point)}
