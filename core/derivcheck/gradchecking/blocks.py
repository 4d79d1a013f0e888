"""Blocks of numbers that torch returned beside what they should be: most are told right at once, as floats.

A number matches within 4 ulps of the true one, whatever else is said of it. Whether it is within 4 ulps can be seen
from the true one rounded to a float: where it is within 2.5 ulps of that, no rounding hides another answer. What is
not goes the long way: truths, verdicts, and what rounding explains.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from derivcheck.autograd.requests import Request
from derivcheck.autograd.tensor_transforms import numbers_in
from derivcheck.gradchecking.lately_seen import Seen
from derivcheck.model import Gradient, Kind, Mode, Severity, Status, Truth, Verdict, Wrt
from derivcheck.model.shaped_values import Shape
from derivcheck.numbers import DType
from derivcheck.own_functions.checks.comparison import Comparison
from derivcheck.own_functions.tensors.comparison import compare_array
from derivcheck.own_functions.tensors.explanations import as_pairs
from derivcheck.own_functions.tensors.place import Place
from derivcheck.rounding.explanation_of_tensors import Explained, judge_elements

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
        truths: finds what is true of those at some places, the long way.
        made_in: the number of the pass of torch's that computed them.
        first: which of the numbers of that pass is the first of them.
        mode: the mode in which torch computed them.
        of_outputs: whether they are numbers of the outputs.
        only_numbers: whether those that have no true number are left out.
        item: the number of the item that they are judged in.
    """

    wrt: Wrt
    how: str
    shape: Shape
    numbers: Floats
    exact: Floats
    truths: Callable[[Sequence[int]], Sequence[Truth]]
    made_in: int
    first: int = 0
    mode: Mode = Mode.REVERSE
    of_outputs: bool = False
    only_numbers: bool = False
    item: int = 0


def are_close(numbers: Floats, exact: Floats, dtype: DType) -> bool:
    """Whether each number is surely within 4 ulps of the true one."""
    return not far_from(numbers, exact, dtype)


def far_from(numbers: Floats, exact: Floats, dtype: DType) -> list[int]:
    """The places of the numbers that are not surely within 4 ulps of the true ones."""
    size = np.abs(exact)
    _, exponents = np.frexp(size * _MARGIN)
    ulps = np.ldexp(1.0, np.maximum(exponents, dtype.min_exponent + 1) - dtype.precision)
    with np.errstate(invalid="ignore"):
        near = (np.abs(numbers - exact) <= _SURELY * ulps) & (size <= float(dtype.largest))
    ordinary = (size >= 2.0**dtype.min_exponent) & near
    found: list[int] = np.flatnonzero(~(ordinary | ((exact == 0) & (numbers == 0)))).tolist()
    return found


Explaining = Callable[[Sequence[int]], Explained]
"""Finds what rounding explains of the numbers of some passes, by their numbers, one after the other."""


def compare_blocks(
    place: Place, blocks: Sequence[Block], width: int, explaining: Explaining, seen: Seen, what: Hashable
) -> Iterator[Comparison]:
    """Compare the blocks of one item, or of several.

    Args:
        place: where.
        blocks: the blocks.
        width: how many numbers each pass computes.
        explaining: finds what rounding explains of some passes.
        seen: what the tape has shown of the function before.
        what: what the passes compute: all that it depends on but the function and the point.
    """

    def explained(passes: Sequence[int]) -> Explained:
        numbers = [block.numbers for block in blocks if block.made_in in passes]
        return seen.explained((what, tuple(passes)), numbers, explaining(passes))

    dtype = place.subject.dtype
    far = {at: places for at, block in enumerate(blocks) if (places := far_from(block.numbers, block.exact, dtype))}
    needed = list(dict.fromkeys(blocks[at].made_in for at in far))
    found: dict[int, Comparison] = {}
    if needed:
        around = explained(needed)
        for at, places in far.items():
            first = needed.index(blocks[at].made_in) * width + blocks[at].first
            found[at] = _compare(place, blocks[at], places, replace(around, first=first))
        _look_again(place, blocks, far, found, explained)
    for at, block in enumerate(blocks):
        if at in found:
            yield found[at]
        else:
            yield Comparison(Verdict(Status.MATCH), wrt=block.wrt, place=block.how, values=place.point)


def _look_again(
    place: Place,
    blocks: Sequence[Block],
    far: Mapping[int, Sequence[int]],
    found: dict[int, Comparison],
    explained: Explaining,
) -> None:
    """Look at what does not pass by itself, the worst of each item first, until the worst stays what it is.

    A pass by itself gets more samples than among others. What is milder than the worst of its item changes nothing.
    """
    for item in {blocks[at].item for at in found}:
        places = [at for at in found if blocks[at].item == item]
        left = {at for at in places if _may_change(found[at])}
        while left:
            at = max(places, key=lambda place: badness(found[place]))
            if at not in left:
                break
            left.remove(at)
            around = replace(explained([blocks[at].made_in]), first=blocks[at].first)
            found[at] = _compare(place, blocks[at], far[at], around)


def _may_change(comparison: Comparison) -> bool:
    """Whether more samples may change what is said."""
    status = comparison.verdict.status
    return status.severity is not Severity.PASS and status not in {Status.UNSTABLE, Status.UNDECIDED}


def badness(comparison: Comparison) -> tuple[int, int, float]:
    """What tells which of some comparisons is the worst: the greatest."""
    verdict = comparison.verdict
    return verdict.status.severity.rank, verdict.status.rank, verdict.ulps or 0.0


def _compare(place: Place, block: Block, far: Sequence[int], explained: Explained) -> Comparison:
    """Compare a block the long way: those numbers alone that are not surely right, unless they fail to match."""
    if len(far) < block.numbers.size and (matching := _match(place, block, far, explained)) is not None:
        return matching
    return compare_array(
        place,
        block.wrt,
        Request(),
        block.truths(range(block.numbers.size)),
        block.numbers.tolist(),
        block.shape,
        how=block.how,
        explained=explained,
        mode=block.mode,
        of_outputs=block.of_outputs,
        only_numbers=block.only_numbers,
    )


def _match(place: Place, block: Block, far: Sequence[int], explained: Explained) -> Comparison | None:
    """What is said of a block of which all but some numbers surely match, where those do so as well; else None."""
    truths, numbers = block.truths(far), block.numbers.tolist()
    if any(truth.kind is not Kind.VALUE for truth in truths):
        return None
    verdicts = judge_elements(explained, Request(), truths, numbers, tolerance=place.subject.case.tolerance, only=far)
    if any(verdict.status is not Status.MATCH for verdict in verdicts):
        return None
    worst = max(range(len(far)), key=lambda each: verdicts[each].ulps or 0.0)
    gradient = Gradient(block.mode, place.subject.device.name, place.subject.dtype, value=numbers[far[worst]])
    return Comparison(
        verdicts[worst],
        wrt=block.wrt,
        truth=truths[worst],
        gradient=gradient,
        place=", ".join(filter(None, [place.how, block.how])),
        values=place.point,
    )


def numbers_of(tensor: Tensor | None, count: int) -> Floats:
    """What torch returned as floats, pairs where it is complex; None counts as 0."""
    if tensor is None:
        return np.zeros(count)
    dense = tensor.detach()
    dense = dense.to_dense() if dense.layout is not torch.strided else dense
    numbers: Floats = numbers_in(as_pairs(dense).reshape(-1)).numpy()
    return numbers
