"""Blocks of numbers that torch returned beside what they should be: most are told right at once, as floats.

A number matches within 4 ulps of the true one, whatever else is said of it. Whether it is within 4 ulps can be seen
from the true one rounded to a float: where it is within 2.5 ulps of that, no rounding hides another answer. What is
not goes the long way: truths, verdicts, and what rounding explains.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from derivcheck.autograd.requests import Request
from derivcheck.autograd.tensor_transforms import numbers_in
from derivcheck.model import Mode, Severity, Status, Truth, Verdict, Wrt
from derivcheck.model.shaped_values import Shape
from derivcheck.numbers import DType
from derivcheck.own_functions.checks.comparison import Comparison
from derivcheck.own_functions.tensors.comparison import compare_array
from derivcheck.own_functions.tensors.explanations import as_pairs
from derivcheck.own_functions.tensors.place import Place
from derivcheck.rounding.explanation_of_tensors import Explained

Floats = NDArray[np.float64]

_SURELY = 2.5
"""So many ulps from a true number that was rounded to a float are surely no more than 4 from itself."""

_MARGIN = 1 - 2.0**-50
"""A true number just below a power of 2 may have been rounded to it, above which ulps are twice as large."""


@dataclass(frozen=True, slots=True)
class Block:
    """Numbers that belong together: a gradient by one input, a tangent of the outputs.

    Attributes:
        wrt: what they are derivatives by.
        how: how they were asked for, in words.
        shape: their shape.
        numbers: what torch returned.
        exact: what is proven of them, rounded to floats; nan where nothing is.
        truths: finds what is true of each, the long way.
        made_in: the number of the pass of torch's that computed them.
        first: which of the numbers of that pass is the first of them.
        mode: the mode in which torch computed them.
        of_outputs: whether they are numbers of the outputs.
        only_numbers: whether those that have no true number are left out.
    """

    wrt: Wrt
    how: str
    shape: Shape
    numbers: Floats
    exact: Floats
    truths: Callable[[], Sequence[Truth]]
    made_in: int
    first: int = 0
    mode: Mode = Mode.REVERSE
    of_outputs: bool = False
    only_numbers: bool = False


def are_close(numbers: Floats, exact: Floats, dtype: DType) -> bool:
    """Whether each number is surely within 4 ulps of the true one."""
    size = np.abs(exact)
    _, exponents = np.frexp(size * _MARGIN)
    ulps = np.ldexp(1.0, np.maximum(exponents, dtype.min_exponent + 1) - dtype.precision)
    with np.errstate(invalid="ignore"):
        near = (np.abs(numbers - exact) <= _SURELY * ulps) & (size <= float(dtype.largest))
    ordinary = (size >= 2.0**dtype.min_exponent) & near
    return bool(np.all(ordinary | ((exact == 0) & (numbers == 0))))


def compare_blocks(
    place: Place, blocks: Sequence[Block], width: int, explained: Callable[[Sequence[int]], Explained]
) -> Iterator[Comparison]:
    """Compare the blocks of one item.

    Args:
        place: where.
        blocks: the blocks.
        width: how many numbers each pass computes.
        explained: what rounding explains of the numbers of some passes, by their numbers, one after the other.
    """
    dtype = place.subject.dtype
    left = [block for block in blocks if not are_close(block.numbers, block.exact, dtype)]
    needed = list(dict.fromkeys(block.made_in for block in left))
    around = explained(needed) if needed else None
    far = {id(block) for block in left}
    for block in blocks:
        if id(block) not in far:
            yield Comparison(Verdict(Status.MATCH), wrt=block.wrt, place=block.how, values=place.point)
            continue
        assert around is not None
        first = needed.index(block.made_in) * width + block.first
        made = _compare(place, block, replace(around, first=first))
        if made.verdict.status.severity is not Severity.PASS and made.verdict.status is not Status.UNSTABLE:
            made = _compare(place, block, replace(explained([block.made_in]), first=block.first))
        yield made


def _compare(place: Place, block: Block, explained: Explained) -> Comparison:
    return compare_array(
        place,
        block.wrt,
        Request(),
        block.truths(),
        block.numbers.tolist(),
        block.shape,
        how=block.how,
        explained=explained,
        mode=block.mode,
        of_outputs=block.of_outputs,
        only_numbers=block.only_numbers,
    )


def numbers_of(tensor: Tensor | None, count: int) -> Floats:
    """What torch returned as floats, pairs where it is complex; None counts as 0."""
    if tensor is None:
        return np.zeros(count)
    dense = tensor.detach()
    dense = dense.to_dense() if dense.layout is not torch.strided else dense
    numbers: Floats = numbers_in(as_pairs(dense).reshape(-1)).numpy()
    return numbers
