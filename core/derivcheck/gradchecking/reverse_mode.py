"""Values and first derivatives in reverse mode: what a call of gradcheck asks about the two passes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import partial

import numpy as np
import torch
from torch import Tensor

from derivcheck.gradchecking.blocks import Block, Floats, are_close, compare_blocks, numbers_of
from derivcheck.gradchecking.exact_derivatives import MOST_ROWS, ExactDerivatives
from derivcheck.model import Status, Verdict
from derivcheck.own_functions.checks.comparison import Comparison, conclude
from derivcheck.own_functions.tensors.comparison import compare_values
from derivcheck.own_functions.tensors.explanations import explain_upstreams
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.searching_passes import refuse_a_search
from derivcheck.own_functions.tensors.upstreams import DENSE, ONES, Upstream
from derivcheck.rounding.explanation_of_tensors import Explained


def dense_upstreams(count: int) -> list[Upstream]:
    """The dense upstream gradients that are sent: one beside those of each element alone, else several."""
    return [Upstream(DENSE[0])] if count <= MOST_ROWS else [Upstream(number) for number in (*DENSE, ONES)]


def dense_weights_of(place: Place) -> list[list[Fraction]]:
    """Their weights."""
    return [upstream.weights(place.outputs) for upstream in dense_upstreams(place.count)]


def check_backward(place: Place, exact: ExactDerivatives | None = None) -> Iterator[Comparison]:
    """The gradients of each element of a small result alone, and for dense upstream gradients.

    Args:
        place: the function at the caller's inputs.
        exact: what is true there, with the weights of `dense_weights_of`; None: it is looked for.

    Raises:
        UnsupportedError: where the forward pass searches: then its steps say nothing about its derivative.
    """
    if exact is None:
        exact = ExactDerivatives(place, dense_weights_of(place))
    if not exact.names:
        return
    rows = range(exact.count if exact.has_rows else 0)
    dense = dense_upstreams(exact.count)
    roots = {Upstream(row=row): row for row in rows}
    roots |= {upstream: exact.weighed(number) for number, upstream in enumerate(dense)}
    exact.prove(list(roots.values()))
    leaves, outputs = place.run()
    upstreams = list(roots)
    gradients = [pull_back(leaves, outputs, upstream) for upstream in upstreams]
    _refuse_a_search(exact, gradients[upstreams.index(dense[0])], dense[0])
    blocks = [
        block
        for number, (upstream, root) in enumerate(roots.items())
        for block in _blocks(exact, upstream, root, gradients[number], number)
    ]

    def explained(passes: Sequence[int]) -> Explained:
        return explain_upstreams(place, [upstreams[each] for each in passes])

    yield from compare_blocks(place, blocks, len(exact.addresses), explained, exact.seen, "gradients")


def look_for_search(exact: ExactDerivatives) -> None:
    """Raise UnsupportedError where the forward pass searches; the first of the weights are a dense upstream gradient's.

    Args:
        exact: what is true there, with the weights of `dense_weights_of`, and perhaps others.
    """
    if exact.names:
        leaves, outputs = exact.place.run()
        upstream = dense_upstreams(exact.count)[0]
        _refuse_a_search(exact, pull_back(leaves, outputs, upstream), upstream)


def _refuse_a_search(exact: ExactDerivatives, gradients: Sequence[Tensor | None], upstream: Upstream) -> None:
    refuse_a_search(exact.place, gradients, exact.row_floats(exact.weighed(0)).tolist(), upstream)


def find_chance(place: Place, before: Sequence[Tensor], tolerance: float) -> Comparison | None:
    """What is said of a function that returns other values in a second call; None where it does not.

    Args:
        place: the function at the caller's inputs.
        before: what it returned for them in another call.
        tolerance: how far the values of two calls may be apart.
    """
    _, outputs = place.run()
    return None if _are_alike(before, outputs, tolerance) else conclude(Status.MISMATCH, _CHANCE)


_CHANCE = (
    "the function is not deterministic: two calls with the same inputs return different values, so that no derivative "
    "can be checked; seed the generator within the function"
)


def check_values(place: Place, exact: ExactDerivatives) -> Iterator[Comparison]:
    """The outputs themselves; their shapes first."""
    _, outputs = place.run()
    is_due = [tuple(output.shape) for output in outputs] == list(place.outputs)
    if is_due and are_close(_joined(outputs), exact.value_floats(), place.subject.dtype):
        yield Comparison(Verdict(Status.MATCH), values=place.point)
    else:
        explained = exact.seen.explained("values", [_joined(outputs)], place.explained)
        yield from compare_values(place, outputs, truths=exact.values, explained=explained)


def _are_alike(one: Sequence[Tensor], other: Sequence[Tensor], tolerance: float) -> bool:
    """Whether two calls returned the same; nan is the same as nan.

    A kernel may add up in another order where its memory begins elsewhere, as LAPACK's do. So the last half of the
    digits may differ: chance changes the first ones, and whatever is returned is judged against the truth.
    """
    if [numbers_of(each, 0).size for each in one] != [numbers_of(each, 0).size for each in other]:
        return False
    first, second = _joined(one), _joined(other)
    finite = first[np.isfinite(first)]
    eps = max([torch.finfo(each.dtype).eps for each in one if each.is_floating_point() or each.is_complex()], default=0)
    allowed = max(tolerance, eps**0.5 * np.abs(finite).max(initial=0.0))
    with np.errstate(invalid="ignore"):  # inf less inf
        alike = (first == second) | (np.abs(first - second) <= allowed) | (np.isnan(first) & np.isnan(second))
    return bool(np.all(alike))


def _joined(outputs: Sequence[Tensor]) -> Floats:
    return np.concatenate([numbers_of(output, 0) for output in outputs])


def pull_back(leaves: Sequence[Tensor], outputs: Sequence[Tensor], upstream: Upstream) -> list[Tensor | None]:
    """The gradients for an upstream gradient; the graph stays, for others that follow."""
    pairs = [(one, g) for one, g in zip(outputs, upstream.like(outputs), strict=True) if one.requires_grad]
    results, weights = zip(*pairs, strict=True)
    found = torch.autograd.grad(results, leaves, weights, retain_graph=True, allow_unused=True)
    return [one.to_dense() if one is not None and one.layout is not torch.strided else one for one in found]


def _blocks(
    exact: ExactDerivatives, upstream: Upstream, root: int, found: Sequence[Tensor | None], number: int
) -> Iterator[Block]:
    floats = exact.row_floats(root)
    for name, gradient in zip(exact.names, found, strict=True):
        part = exact.parts[name]
        yield Block(
            (name,),
            str(upstream),
            exact.place.point[name].shape,
            numbers_of(gradient, part.stop - part.start),
            floats[part],
            partial(exact.row, root, name),
            number,
            part.start,
        )
