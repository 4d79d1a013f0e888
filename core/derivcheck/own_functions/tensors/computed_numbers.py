"""Numbers that an item computes from a function in a way of its own, beside what they should be.

The same computation runs on the perturbed tape: what rounding explains is measured on the very operations that made the
numbers, whatever they are: a tangent, the gradient of a gradient, the gradient by a tensor that stands in two places.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

from derivcheck.autograd.requests import Request
from derivcheck.autograd.tensor_transforms import numbers_in
from derivcheck.model import Mode, Truth, Wrt
from derivcheck.model.shaped_values import Shape
from derivcheck.own_functions.checks.comparison import Comparison
from derivcheck.own_functions.tensors.comparison import compare_array
from derivcheck.own_functions.tensors.explanations import Computation, explain
from derivcheck.own_functions.tensors.place import Place
from derivcheck.rounding.explanation_of_tensors import Explained


@dataclass(frozen=True, slots=True)
class Computed:
    """Numbers that are computed together, as blocks one after the other.

    Attributes:
        place: where.
        explained: what rounding explains of them.
        numbers: all of them.
    """

    place: Place
    explained: Explained
    numbers: tuple[float, ...]

    @classmethod
    def at(cls, place: Place, key: Hashable, compute: Computation) -> Computed:
        """Compute numbers at a place; what the function raises is raised.

        Args:
            place: where.
            key: what is computed, among all that is computed there.
            compute: computes them.
        """
        found = compute(tuple([tensor.clone() for tensor in place.tensors]))
        return cls(place, explain(place, key, compute), tuple(numbers_in(found.reshape(-1)).tolist()))

    def compare(
        self,
        wrt: Wrt,
        truths: Sequence[Truth],
        shape: Shape,
        *,
        first: int,
        how: str,
        mode: Mode = Mode.REVERSE,
        of_outputs: bool = False,
        only_numbers: bool = False,
    ) -> Comparison:
        """Compare one block.

        Args:
            wrt: what its numbers are derivatives by.
            truths: what is true of each.
            shape: its shape.
            first: which of all numbers is the first of it.
            how: how they were computed, in words.
            mode: the mode in which torch computed them.
            of_outputs: whether they are numbers of the outputs, although they are derivatives.
            only_numbers: whether those that have no true number are left out.
        """
        return compare_array(
            self.place,
            wrt,
            Request(),
            truths,
            self.numbers[first : first + math.prod(shape)],
            shape,
            how=how,
            explained=replace(self.explained, first=first),
            mode=mode,
            of_outputs=of_outputs or not wrt,
            only_numbers=only_numbers,
        )
