"""The item about second derivatives of functions of tensors: right, or refused loudly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from derivcheck.autograd.second_pass import find_refusal
from derivcheck.model import Kind, Status
from derivcheck.own_functions.checks.comparison import (
    Comparison,
    conclude,
    describe_error,
    describe_refusal,
    is_ours,
)
from derivcheck.own_functions.tensors.computed_numbers import Computed
from derivcheck.own_functions.tensors.explanations import joined
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.subject import TensorSubject
from derivcheck.own_functions.tensors.tangents import Pushed, along, direction_of, numbered, pushed_truths
from derivcheck.own_functions.tensors.upstreams import DENSE, Upstream
from derivcheck.own_functions.tensors.ways_of_asking import asked_places

_REFUSED = "refused loudly, as it should be"


def check_second_derivatives(subject: TensorSubject) -> Iterator[Comparison]:
    """Every second derivative through create_graph, by an argument and then by another, and by the upstream gradient.

    The gradient by the first argument is differentiated along a direction, which is the upstream gradient of its own
    backward pass: a backward pass of the backward pass that forgets it is right where it is 1.
    """
    if subject.formulas.detached is not None:
        yield conclude(Status.SKIPPED, "something is detached: that says nothing of second derivatives")
        return
    for place in asked_places(subject):
        place.pull_back(Upstream(DENSE[0]))  # what raises already here refuses no second derivative
        refused = _find_refusal(place)
        if refused is not None:
            yield conclude(Status.SKIPPED, f"{_REFUSED}: {refused}")
            return
        twice = Twice.at(place, Upstream(DENSE[-1] if place.how else DENSE[0]))
        try:
            found = Computed.at(place, "second", twice.compute)
        except Exception as error:  # torch's, where it has no formula; the user's, whose code refuses
            if is_ours(error):
                raise
            yield conclude(Status.SKIPPED, f"{_REFUSED}: {describe_error(error)}")
            return
        yield from twice.compare(found)


def _find_refusal(place: Place) -> str | None:
    """Why no backward pass goes through the whole graph of the gradients; None where one does."""
    names, args = place.names, place.subject.args
    tensors = dict(zip(args, place.tensors, strict=True))

    def function(leaves: tuple[Tensor, ...]) -> Tensor:
        given = {**tensors, **dict(zip(names, leaves, strict=True))}
        outputs = place.subject([given[name] for name in args])
        kept = [output.reshape(-1) for output in outputs if output.requires_grad]
        return torch.cat(kept) if kept else torch.zeros(())

    refused = find_refusal(function, tuple(tensors[name] for name in names)) if names else None
    return None if refused is None else describe_refusal(refused)


@dataclass(frozen=True, slots=True)
class Twice:
    """The first and second derivatives of one backward pass, which are computed together.

    The numbers are, in this order: the gradients by each argument; for each argument the derivatives of its gradient,
    weighed in a direction, by each argument; and for each that derivative by the upstream gradient: the gradient is
    linear in that, so it is the derivative of the outputs in the direction. A declared gradient need not be linear, as
    one that is clipped: how that depends on its upstream gradient is nobody's second derivative.

    Attributes:
        place: where.
        upstream: the upstream gradient of the first backward pass.
        pushed: what is true of the derivatives by the upstream gradient, by argument.
    """

    place: Place
    upstream: Upstream
    pushed: dict[str, Pushed]

    @classmethod
    def at(cls, place: Place, upstream: Upstream) -> Twice:
        """What is asked for at a place."""
        asked = numbered(place.names) if place.is_linear else {}
        pushed = {name: pushed_truths(place, {name: number}) for name, number in asked.items()}
        return cls(place, upstream, {name: one for name, one in pushed.items() if one is not None})

    def compute(self, inputs: tuple[Tensor, ...]) -> Tensor:
        """Compute them all."""
        place, subject = self.place, self.place.subject
        leaves = place.leaves(inputs)
        outputs = subject(leaves)
        upstreams = [weights.requires_grad_(weights.is_floating_point()) for weights in self.upstream.like(outputs)]
        found = dict(zip(subject.args, subject.gradients(outputs, leaves, upstreams, create_graph=True), strict=True))
        moving = [leaf for leaf in leaves if leaf.requires_grad]
        gradients = [found[name] for name in place.names]
        again = [
            self._differentiate(name, gradient, [*moving, *upstreams])
            for name, gradient in zip(place.names, gradients, strict=True)
        ]
        parts = [joined(moving, gradients)]
        parts += [joined(moving, each[: len(moving)]) for each in again]
        for name, each in zip(place.names, again, strict=True):
            if name in self.pushed:
                parts.append(self.pushed[name].weigh(joined(upstreams, each[len(moving) :])))
        return torch.cat([part.to(parts[0].dtype) for part in parts])

    def _differentiate(self, name: str, gradient: Tensor | None, leaves: Sequence[Tensor]) -> list[Tensor | None]:
        """The derivatives of a gradient that is weighed in the direction; None where there is none."""
        asking = [leaf for leaf in leaves if leaf.requires_grad]
        if gradient is None or not gradient.requires_grad:
            return [None] * len(leaves)
        weights = along(gradient, numbered(self.place.names)[name])
        found = iter(torch.autograd.grad(gradient, asking, weights, retain_graph=True, allow_unused=True))
        return [next(found) if leaf.requires_grad else None for leaf in leaves]

    def compare(self, found: Computed) -> Iterator[Comparison]:
        """Compare them all; a second derivative at a point of ours counts where all of it has a true number."""
        place, names = self.place, self.place.names
        shapes = {name: place.point[name].shape for name in names}
        first = 0
        for name in names:
            truths = place.gradient_truths(name, self.upstream)
            how = f"first derivative with create_graph, {self.upstream}"
            yield found.compare((name,), truths, shapes[name], first=first, how=how)
            first += len(truths)
        for name in names:
            weights = direction_of(place, name)
            for other in names:
                truths = place.second_truths(name, other, self.upstream, weights)
                how = f"the gradient by {name} along a direction, by {other}, {self.upstream}"
                if not place.how or all(truth.kind is Kind.VALUE for truth in truths):
                    yield found.compare((name, other), truths, shapes[other], first=first, how=how, only_numbers=True)
                first += len(truths)
        for name, pushed in self.pushed.items():
            how = "the gradient along a direction, by the upstream gradient"
            yield found.compare((name,), pushed.truths, pushed.shape, first=first, how=how, of_outputs=True)
            first += len(pushed.truths)
