"""The item about one tensor as several arguments: its gradient is the sum of theirs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

import torch
from torch import Tensor

from derivcheck.errors import DerivcheckError
from derivcheck.model import Status, Truth
from derivcheck.own_functions.checks.comparison import Comparison, conclude
from derivcheck.own_functions.checks.exact_truths import add_up
from derivcheck.own_functions.tensors.computed_numbers import Computed
from derivcheck.own_functions.tensors.explanations import Computation
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.points import takes
from derivcheck.own_functions.tensors.subject import TensorSubject
from derivcheck.own_functions.tensors.upstreams import DENSE, Upstream
from derivcheck.own_functions.tensors.ways_of_asking import asked_places

_MOST_GROUPS = 8
"""So many pairs of arguments at most are looked at."""


def check_same_tensor(subject: TensorSubject) -> Iterator[Comparison]:
    """One tensor as two arguments of the same shape, and as all of them: its gradient is the sum of theirs."""
    compared, has_groups = False, False
    for place in asked_places(subject):
        for group in _groups(place):
            has_groups = True
            there = _diagonal(place, group)
            truths = None if there is None else _sums(there, group)
            if there is not None and truths is not None:
                compared = True
                yield _compare(there, group, truths)
    if not has_groups:
        yield conclude(Status.SKIPPED, "no two arguments have the same shape")
    elif not compared:
        yield conclude(Status.SKIPPED, "the formula is smooth at no point with equal arguments")


def _groups(place: Place) -> list[tuple[str, ...]]:
    """The pairs of arguments that have the same shape, and all that have it."""
    alike = defaultdict[tuple[int, ...], list[str]](list)
    for name in place.names:
        alike[place.point[name].shape].append(name)
    found: list[tuple[str, ...]] = []
    for names in alike.values():
        found += list(combinations(names, 2))[:_MOST_GROUPS]
        found += [tuple(names)] if len(names) > 2 else []
    return found


def _diagonal(place: Place, group: Sequence[str]) -> Place | None:
    """The place where some arguments are equal to the first of them; None where there is no value."""
    point = {**place.point, **dict.fromkeys(group, place.point[group[0]])}
    there = Place(place.subject, point, f"{' = '.join(group)}, one tensor")
    return there if takes(there) else None


def _sums(place: Place, group: Sequence[str]) -> list[Truth] | None:
    """What is true of each element of the tensor's gradient; None where the formula is not smooth there."""
    try:
        partials = [place.gradient_truths(name, _UPSTREAM) for name in group]
    except DerivcheckError:
        return None
    sums = [add_up(each) for each in zip(*partials, strict=True)]
    known = [truth for truth in sums if truth is not None]
    return known if len(known) == len(sums) else None


def _compare(place: Place, group: Sequence[str], truths: Sequence[Truth]) -> Comparison:
    found = Computed.at(place, "the gradient of one tensor", _gradient_of_one_tensor(place, group))
    return found.compare((group[0],), truths, place.point[group[0]].shape, first=0, how=str(_UPSTREAM))


def _gradient_of_one_tensor(place: Place, group: Sequence[str]) -> Computation:
    """Computes the gradient by one tensor that stands in the places of several arguments."""
    subject = place.subject
    places = [subject.args.index(name) for name in group]

    def compute(inputs: tuple[Tensor, ...]) -> Tensor:
        leaf = inputs[places[0]].detach().clone().requires_grad_()
        given = [leaf if at in places else tensor for at, tensor in enumerate(inputs)]
        outputs = subject(given)
        (gradient,) = subject.gradients(outputs, (leaf,), _UPSTREAM.like(outputs))
        return torch.zeros_like(leaf) if gradient is None else gradient

    return compute


_UPSTREAM = Upstream(DENSE[0])
