"""The exact derivatives of the recorded forward pass at the caller's inputs, as one call of gradcheck asks for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from derivcheck.gradchecking.blocks import Floats
from derivcheck.gradchecking.lately_proven import Asked, keep, take
from derivcheck.gradchecking.lately_seen import Seen
from derivcheck.model import Kind, Truth
from derivcheck.model.shaped_values import Shape, addresses
from derivcheck.own_functions.checks.exact_truths import add_up
from derivcheck.own_functions.tensors.place import Place

MOST_ROWS = 64
"""So many elements of the outputs, or of the inputs, are looked at one by one; of more, dense sums of them are."""

MOST_PARTIALS = 16_384
"""So many derivatives of single outputs by single inputs are proven; of more, those of weighted sums are."""


@dataclass(frozen=True, slots=True)
class Along:
    """What is true of the derivative of the outputs along a direction.

    Attributes:
        floats: what is proven of each of the numbers that are compared.
        truths: finds what is true of those at some places.
        shape: their shape.
        weights: of many outputs the weights of the sums that are compared, a row for each; None: each output is.
    """

    floats: Floats
    truths: Callable[[Sequence[int]], list[Truth]]
    shape: Shape
    weights: Tensor | None

    def weigh(self, found: Tensor) -> Tensor:
        """The numbers that are compared, from those of all outputs."""
        return found if self.weights is None else self.weights.to(found) @ found


_NOT_SMOOTH = Truth(Kind.UNDECIDED, reason="the function is not smooth here, and this is a sum of many derivatives")


class ExactDerivatives:
    """What is true of the outputs of a place, of weighted sums of them, and of their derivatives.

    Args:
        place: the place.
        weights: the weights of such sums, exact dyadic numbers.
        function: the caller's function, of which what the tape shows is kept along with what is proven.

    Attributes:
        names: the inputs that are differentiated by.
        count: the elements of all outputs.
        addresses: the elements of all inputs.
        parts: for each input where its elements stand among all.
        seen: what the tape has shown of the function here.
    """

    def __init__(
        self,
        place: Place,
        weights: Sequence[Sequence[Fraction]] = (),
        function: Callable[..., Any] | None = None,
    ) -> None:
        self.place = place
        self.names = place.names
        self.count = place.count
        self._by_name = {name: addresses(name, place.point[name].shape) for name in self.names}
        self.addresses = [at for of in self._by_name.values() for at in of]
        self.parts: dict[str, slice] = {}
        first = 0
        for name, of in self._by_name.items():
            self.parts[name] = slice(first, first + len(of))
            first += len(of)
        self._weights = list(dict.fromkeys(map(tuple, weights)))
        self._sum_of = [self._weights.index(tuple(each)) for each in weights]
        self.seen = Seen(function)
        self._asked = Asked(place.value.elements, self._weights, place.exact, self.seen)
        self._truths = take(self._asked)

    def keep(self) -> None:
        """Keep what was proven for another call; nothing is asked afterwards."""
        self.seen.let_go()
        keep(self._asked, self._truths)

    @property
    def has_rows(self) -> bool:
        """Whether each element of the outputs is differentiated by itself."""
        return self.count <= MOST_ROWS

    @property
    def has_columns(self) -> bool:
        """Whether the derivatives by each element of the inputs are looked at by themselves."""
        return len(self.addresses) <= MOST_ROWS and self.has_all

    @property
    def has_all(self) -> bool:
        """Whether the derivative of each element of the outputs by each of the inputs is known."""
        return self.count * len(self.addresses) <= MOST_PARTIALS

    # --- values --------------------------------------------------------------------------------------------------

    def value_floats(self) -> Floats:
        """The values of all outputs."""
        return np.array(self._truths.value_floats(range(self.count)))

    def values(self) -> list[Truth]:
        """What is true of each."""
        return [self._truths.value(root) for root in range(self.count)]

    # --- first derivatives ---------------------------------------------------------------------------------------

    def weighed(self, upstream: int) -> int:
        """The root that is the sum with these weights."""
        return self.count + self._sum_of[upstream]

    def prove(self, roots: Sequence[int]) -> None:
        """Look at the derivatives of some roots together, which takes less time."""
        self._truths.prove(roots)

    def row_floats(self, root: int) -> Floats:
        """The derivatives of a root by all addresses."""
        if root not in self._rows:
            self._rows[root] = np.array(self._truths.floats(root, self.addresses))
        return self._rows[root]

    @cached_property
    def _rows(self) -> dict[int, Floats]:
        return {}

    @cached_property
    def jacobian(self) -> Floats:
        """The derivatives of each output by each address."""
        roots = range(self.count)
        self.prove(roots)
        return np.array([self.row_floats(root) for root in roots]).reshape(self.count, len(self.addresses))

    def row(self, root: int, name: str, places: Sequence[int]) -> list[Truth]:
        """What is true of the derivatives of a root by one input, by those of its elements at some places."""
        of = self._by_name[name]
        return [found.truth for found in self._truths.partial(root, [of[place] for place in places])]

    # --- along directions ----------------------------------------------------------------------------------------

    def along(self, direction: Sequence[Fraction]) -> Along:
        """The derivative of the outputs along a direction of all addresses."""
        lengths = self._lengths(direction)
        is_unit = self.has_all and set(lengths.values()) == {1} and len(lengths) == 1
        roots = range(self.count) if self.has_all else range(self.count, self.count + len(self._weights))
        self.prove(roots)
        if is_unit:
            floats = self.jacobian[:, self.addresses.index(next(iter(lengths)))]
        else:
            floats = np.array([self._truths.float_along(root, lengths) for root in roots])
        weights = None if self.has_all else torch.tensor([[float(one) for one in row] for row in self._weights])
        outputs = self.place.outputs
        shape = outputs[0] if len(outputs) == 1 and self.has_all else (len(roots),)
        return Along(floats, partial(self._sums, roots, lengths), shape, weights)

    def _sums(self, roots: Sequence[int], lengths: Mapping[str, Fraction], places: Sequence[int]) -> list[Truth]:
        rows = self._truths.jacobian([roots[place] for place in places], list(lengths))
        sums = [add_up([found.truth for found in row], lengths.values()) for row in rows]
        return [_NOT_SMOOTH if total is None else total for total in sums]

    def _lengths(self, direction: Sequence[Fraction]) -> dict[str, Fraction]:
        return {name: length for name, length in zip(self.addresses, direction, strict=True) if length}

    # --- second derivatives --------------------------------------------------------------------------------------

    def second_floats(self, root: int, directions: Sequence[Sequence[Fraction]]) -> Floats:
        """The derivatives by all addresses of the derivatives of a root along directions: a row for each."""
        found = self._truths.second_floats(root, [self._lengths(each) for each in directions], self.addresses)
        return np.array(found).reshape(len(directions), len(self.addresses))

    def second(self, root: int, direction: Sequence[Fraction], name: str, places: Sequence[int]) -> list[Truth]:
        """What is true of those by one input, by those of its elements at some places."""
        of = self._by_name[name]
        (row,) = self._truths.hessian_along(root, [self._lengths(direction)], [of[place] for place in places])
        return [found.truth for found in row]
