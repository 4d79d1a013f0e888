"""What became of each element of a value, a derivative or a claim that has a shape."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from derivcheck.model.shaped_values import Index, Shape
from derivcheck.model.truth import Truth
from derivcheck.model.verdict import Status, Verdict
from derivcheck.numbers import Enclosure

PRODUCTS = 3
"""How many dense upstream gradients, or directions, stand for what has too many elements to be looked at one by one."""


@dataclass(frozen=True, slots=True)
class ElementResult:
    """One element of a row.

    Attributes:
        index: where it stands in the row's shape.
        verdict: the judgement.
        truth: what is true of it.
        gradient: the number that torch returned, nan and inf included; None where there is none, and for a claim.
        symbolic: what SymPy's formula gives, of a claim what the claimed formula gives; None where it gives no number.
    """

    index: Index
    verdict: Verdict
    truth: Truth
    gradient: float | None = None
    symbolic: Enclosure | None = None


@dataclass(frozen=True, slots=True, repr=False)
class ElementResults:
    """The elements of one row, of which the Result itself tells the worst.

    `result.elements[2, 0]` is the element at that index, and `for element in result.elements` goes through them.

    Attributes:
        shape: the shape of the row: of a value that of the value; of a derivative the shape of the output followed by
            that of the variable, or of the variable alone where the output is a number or was weighed.
        output: how many of the leading dimensions are the output's.
        elements: one for each index, in order.
        upstream: the number of the dense upstream gradient that the output was weighed with, from 1; None where the
            derivative is that of the output itself.
        direction: of a second derivative by variables with too many elements, the number of the dense direction that
            it is the product with, from 1: the row then has the shape of the last variable; None elsewhere.
    """

    shape: Shape
    output: int
    elements: tuple[ElementResult, ...]
    upstream: int | None = None
    direction: int | None = None

    def __getitem__(self, index: Index | int) -> ElementResult:
        """The element at an index, of which each number may be counted from the end; IndexError where there is none."""
        given = (index,) if isinstance(index, int) else index
        if len(given) != len(self.shape):
            raise IndexError(
                f"an element of a row of the shape {self.shape} has {len(self.shape)} numbers as its index"
            )
        position = 0
        for number, size in zip(given, self.shape, strict=True):
            if not -size <= number < size:
                raise IndexError(f"{given} is outside of the shape {self.shape}")
            position = position * size + number % size
        return self.elements[position]

    def __iter__(self) -> Iterator[ElementResult]:
        return iter(self.elements)

    def __len__(self) -> int:
        return len(self.elements)

    def __repr__(self) -> str:
        found = ", ".join(f"{count} {status}" for status, count in reversed(list(self.counts.items())))
        worst = self.worst
        ulps = None if worst is None else worst.verdict.ulps
        where = "" if worst is None else f", worst{'' if ulps is None else f' {ulps:.3g} ulp'} at {list(worst.index)}"
        return f"<elements of the shape {self.shape}: {found or 'none'}{where}>"

    @property
    def counts(self) -> Mapping[Status, int]:
        """How many elements have each status, the mildest first."""
        found = Counter(element.verdict.status for element in self.elements)
        return dict(sorted(found.items(), key=lambda item: item[0].rank))

    @property
    def worst(self) -> ElementResult | None:
        """The element with the worst status, of several the one with the largest error; None where there is none."""
        return max(self.elements, key=_badness, default=None)

    @property
    def farthest(self) -> ElementResult | None:
        """The element with the largest error in ulps, of equal ones the first; None where no error is known."""
        known = (element for element in self.elements if element.verdict.ulps is not None)
        return max(known, key=lambda element: _badness(element)[1], default=None)


def _badness(element: ElementResult) -> tuple[int, float]:
    ulps = element.verdict.ulps
    return element.verdict.status.rank, -1.0 if ulps is None or math.isnan(ulps) else ulps
