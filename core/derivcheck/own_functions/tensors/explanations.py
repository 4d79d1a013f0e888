"""What rounding explains of numbers that are computed from a function: the computation itself runs on the tape.

A tape takes longer than all else. So all that one computation gives, such as the gradients by all arguments, is seen on
one tape, and what was seen there is kept with the place.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from dataclasses import replace

import torch
from torch import Tensor

from derivcheck.autograd.devices import TORCH_DTYPES
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
        _ = place.reads_leaves  # which cannot be found out under torch.vmap, where the computation asks for it
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


def explain_row(place: Place, name: str, row: int) -> Explained:
    """What rounding explains of the gradient of one element of the outputs; those of all elements share a tape."""
    sizes = [len(place.point[one].elements) for one in place.names]
    whole = explain_upstreams(place, [Upstream(row=each) for each in range(place.count)])
    return replace(whole, first=row * sum(sizes) + sum(sizes[: place.names.index(name)]))


def explain_upstreams(place: Place, upstreams: Sequence[Upstream]) -> Explained:
    """What rounding explains of the gradients for several upstream gradients, one after the other, on one tape."""
    return explain(place, ("upstreams", tuple(upstreams)), gradients_for(place, upstreams))


def gradients_for(place: Place, upstreams: Sequence[Upstream]) -> Computation:
    """Computes the gradients for several upstream gradients by all arguments, one after the other, in one pass.

    torch.vmap runs the backward pass for all of them at once; what it does not go through raises.
    """
    subject = place.subject
    moving = [at for at, name in enumerate(subject.args) if name in place.names]
    numbers = [[float(weight) for weight in upstream.weights(place.outputs)] for upstream in upstreams]
    every = torch.tensor(numbers, dtype=torch.float64).to(TORCH_DTYPES[subject.dtype]).to(subject.device.name)
    count = len(upstreams)

    def by_autograd(inputs: tuple[Tensor, ...]) -> Tensor:
        leaves = place.leaves(inputs)
        outputs = subject(leaves)
        asking = [leaves[at] for at in moving]
        pairs = [pair for pair in zip(outputs, _units(every, outputs), strict=True) if pair[0].requires_grad]
        results, weights = zip(*pairs, strict=True)
        return _joined_rows(asking, _gradients_of_rows(results, asking, weights, count), count)

    def by_transforms(inputs: tuple[Tensor, ...]) -> Tensor:
        units: list[Tensor] = []

        def of_moving(*moved: Tensor) -> tuple[Tensor, ...]:
            given = dict(zip(moving, moved, strict=True))
            outputs = subject([given.get(at, tensor) for at, tensor in enumerate(inputs)])
            pairs = [pair for pair in zip(outputs, _units(every, outputs), strict=True) if pair[0].is_floating_point()]
            units[:] = [unit for _, unit in pairs]
            return tuple(output for output, _ in pairs)

        leaves = [inputs[at] for at in moving]
        pull = torch.func.vjp(of_moving, *leaves)[1]
        return _joined_rows(leaves, torch.func.vmap(pull)(for_each_sample(units, inputs)), count)

    def compute(inputs: tuple[Tensor, ...]) -> Tensor:
        return by_transforms(inputs) if are_in_batch(place, inputs) else by_autograd(inputs)

    return compute


def are_in_batch(place: Place, inputs: Sequence[Tensor]) -> bool:
    """Whether tensors stand for many samples that run side by side.

    Raises:
        RuntimeError: where the function reads tensors of its own in their place, which stand for one.
    """
    found = any(torch._C._functorch.is_batchedtensor(tensor) for tensor in inputs)
    if found and place.reads_leaves:
        raise RuntimeError("the function reads its own tensors: its samples run one by one")
    return found


def is_watched(inputs: Sequence[Tensor]) -> bool:
    """Whether a computation runs on the tape, or for many samples at once.

    Elsewhere it has to go the way of the caller's own passes, one after the other: under torch.func some backward
    passes have other formulas, as that of cumprod, which round otherwise.
    """
    in_batch = any(torch._C._functorch.is_batchedtensor(tensor) for tensor in inputs)
    return in_batch or torch._C._len_torch_dispatch_stack() > 0


def _units(every: Tensor, outputs: Sequence[Tensor]) -> list[Tensor]:
    """For each output its part of the upstream gradients that are 1 for one element of all outputs alone."""
    parts = every.split([output.numel() for output in outputs], dim=1)
    pairs = zip(parts, outputs, strict=True)
    return [part.reshape(len(every), *output.shape).to(dtype=output.dtype) for part, output in pairs]


def _gradients_of_rows(
    results: Sequence[Tensor], leaves: Sequence[Tensor], weights: Sequence[Tensor], rows: int
) -> list[Tensor | None]:
    """The gradients for a row of upstream gradients each; one after the other off the tape, and where vmap raises.

    It does so in backward passes that look at numbers, as those of complex eigenvectors do.
    """
    if is_watched(results):
        with suppress(RuntimeError):
            return list(
                torch.autograd.grad(
                    results, leaves, weights, retain_graph=True, allow_unused=True, is_grads_batched=True
                )
            )
    found = [
        torch.autograd.grad(results, leaves, [weight[row] for weight in weights], retain_graph=True, allow_unused=True)
        for row in range(rows)
    ]
    return [
        None if any(one is None for one in each) else torch.stack([one for one in each if one is not None])
        for each in zip(*found, strict=True)
    ]


def _joined_rows(leaves: Sequence[Tensor], found: Sequence[Tensor | None], rows: int) -> Tensor:
    """What was found by some leaves for each row, joined row by row; 0 where there is none."""
    parts = [
        torch.zeros(rows, *leaf.shape, dtype=leaf.dtype, device=leaf.device) if one is None else one
        for leaf, one in zip(leaves, found, strict=True)
    ]
    return torch.cat([as_pairs(part).reshape(rows, -1) for part in parts], dim=1).reshape(-1)


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
        return joined(leaves, pull(for_each_sample(weights, inputs)))

    def compute(inputs: tuple[Tensor, ...]) -> Tensor:
        return by_transforms(inputs) if are_in_batch(place, inputs) else by_autograd(inputs)

    return compute


def for_each_sample(weights: Sequence[Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """The upstream gradients, a copy of them for each sample of the batch.

    The backward pass of a linear function depends on them alone: run once for all samples, it would be moved once.
    """
    batch = next((one for one in inputs if torch._C._functorch.is_batchedtensor(one)), None)
    if batch is None:
        return tuple(weights)
    return tuple([batch.new_empty(one.shape, dtype=one.dtype).copy_(one) for one in weights])


def joined(leaves: Sequence[Tensor], found: Sequence[Tensor | None]) -> Tensor:
    """What was found by some leaves, joined; 0 where there is none."""
    parts = [torch.zeros_like(leaf) if one is None else one for leaf, one in zip(leaves, found, strict=True)]
    return torch.cat([as_pairs(part).reshape(-1) for part in parts])


def as_pairs(tensor: Tensor) -> Tensor:
    """A tensor of real numbers, of which two are a complex one."""
    return torch.view_as_real(tensor.resolve_conj()) if tensor.is_complex() else tensor
