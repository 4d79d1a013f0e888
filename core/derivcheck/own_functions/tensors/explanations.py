"""What rounding explains of numbers that are computed from a function: the computation itself runs on the tape.

A tape takes longer than all else. So all that one computation gives, such as the gradients by all arguments, is seen on
one tape, and what was seen there is kept with the place.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from derivcheck.autograd.shaped_program import ShapedProgram, ShapedStep
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.upstreams import Upstream
from derivcheck.rounding.explanation_of_tensors import Explained

Computation = Callable[[tuple[Tensor, ...]], Tensor]
"""Computes numbers of any shape from a tensor for each argument; it makes leaves of its own."""


def explain(place: Place, key: Hashable, compute: Computation) -> Explained:
    """What rounding explains of numbers that are computed at a place.

    Args:
        place: where.
        key: what is computed: whatever has the same key at the same place is seen once.
        compute: computes them.
    """
    if key not in place.computations:
        args = place.subject.args
        step = ShapedStep(lambda *tensors: compute(tensors), place.subject.function.name, tuple(range(len(args))))
        program = ShapedProgram(args, (step,), (2 * len(args),), own=True)
        place.computations[key] = replace(place.explained, program=program, forward=place.program, tapes={})
    return place.computations[key]


def explain_gradient(place: Place, name: str, upstream: Upstream, *, factor: float = 1.0) -> Explained:
    """What rounding explains of a gradient.

    Args:
        place: where.
        name: the argument.
        upstream: the upstream gradient that is seen on the tape.
        factor: how many times that the upstream gradient of the numbers is.
    """
    sizes = [len(place.point[one].elements) for one in place.names[: place.names.index(name)]]
    whole = explain(place, ("gradients", upstream), all_gradients(place, upstream))
    return replace(whole, first=sum(sizes), factor=factor)


def all_gradients(place: Place, upstream: Upstream) -> Computation:
    """Computes the gradients by all arguments, joined."""
    subject = place.subject
    moving = [at for at, name in enumerate(subject.args) if name in place.names]

    def by_autograd(inputs: tuple[Tensor, ...]) -> Tensor:
        leaves = place.leaves(inputs)
        outputs = subject(leaves)
        found = subject.gradients(outputs, leaves, upstream.like(outputs))
        return joined([leaves[at] for at in moving], [found[at] for at in moving])

    def by_transforms(inputs: tuple[Tensor, ...]) -> Tensor:
        weights: list[Tensor] = []

        def of_moving(*moved: Tensor) -> tuple[Tensor, ...]:
            given = dict(zip(moving, moved, strict=True))
            outputs = subject([given.get(at, tensor) for at, tensor in enumerate(inputs)])
            pairs = [pair for pair in zip(outputs, upstream.like(outputs), strict=True) if pair[0].is_floating_point()]
            weights[:] = [weight for _, weight in pairs]
            return tuple(output for output, _ in pairs)

        leaves = [inputs[at] for at in moving]
        pull = torch.func.vjp(of_moving, *leaves)[1]
        return joined(leaves, pull(tuple(weights)))

    def compute(inputs: tuple[Tensor, ...]) -> Tensor:
        in_batch = any(torch._C._functorch.is_batchedtensor(tensor) for tensor in inputs)
        return by_transforms(inputs) if in_batch else by_autograd(inputs)

    return compute


def joined(leaves: Sequence[Tensor], found: Sequence[Tensor | None]) -> Tensor:
    """What was found by some leaves, joined; 0 where there is none."""
    parts = [torch.zeros_like(leaf) if one is None else one for leaf, one in zip(leaves, found, strict=True)]
    return torch.cat([part.reshape(-1) for part in parts])
