"""First derivatives in forward mode: what a call of gradcheck asks about tangents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import torch
from torch import Tensor
from torch.autograd import forward_ad

from derivcheck.checking.tensors.shaped_requests import dense_weights
from derivcheck.gradchecking.blocks import Block, compare_blocks, numbers_of
from derivcheck.gradchecking.exact_derivatives import Along, ExactDerivatives
from derivcheck.model import Mode
from derivcheck.own_functions.checks.comparison import Comparison
from derivcheck.own_functions.tensors.explanations import Computation, as_pairs, explain, for_each_sample
from derivcheck.own_functions.tensors.forward_mode import tangent_of
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.upstreams import DENSE
from derivcheck.rounding.explanation_of_tensors import Explained

_ZERO, _ONE = Fraction(0), Fraction(1)

_FIRST = max(DENSE) + 1
"""The number of the first direction: none is that of an upstream gradient."""


def directions_of(exact: ExactDerivatives) -> list[tuple[str, list[Fraction]]]:
    """The directions that are taken, with what each is called: every element of small inputs, and dense ones."""
    count = len(exact.addresses)
    dense = [Fraction(weight) for weight in dense_weights(count, _FIRST)]
    every = [("all inputs", dense)] if count else []
    if exact.has_columns:
        units = [
            (address, [_ONE if place == at else _ZERO for place in range(count)])
            for at, address in enumerate(exact.addresses)
        ]
        return units if count == 1 else [*units, *every]
    alone = [
        (name, [weight if part.start <= place < part.stop else _ZERO for place, weight in enumerate(dense)])
        for name, part in exact.parts.items()
    ]
    return every if len(alone) == 1 else [*alone, *every]


def check_forward(place: Place, exact: ExactDerivatives) -> Iterator[Comparison]:
    """The tangents of the outputs along each direction; what torch or the function raises is raised."""
    directions = directions_of(exact)
    alongs = [exact.along(direction) for _, direction in directions]
    base = tuple(
        [as_pairs(tensor.detach()) for tensor in place.tensors]
    )  # their memory: as_strided reads beside a view
    blocks = [
        Block(
            (),
            f"the tangent along {words}",
            along.shape,
            numbers_of(along.weigh(tangent(place, base, direction)), len(along.floats)),
            along.floats,
            along.truths,
            number,
            mode=Mode.FORWARD,
            of_outputs=True,
        )
        for number, ((words, direction), along) in enumerate(zip(directions, alongs, strict=True))
    ]
    width = max((len(along.floats) for along in alongs), default=0)

    def explained(passes: Sequence[int]) -> Explained:
        asked = [(directions[each][1], alongs[each]) for each in passes]
        return explain(place, ("tangents", tuple(passes)), _tangents(place, asked))

    yield from compare_blocks(place, blocks, width, explained, exact.seen, "tangents")


def tangent(place: Place, tensors: Sequence[Tensor], direction: Sequence[Fraction]) -> Tensor:
    """The tangent of all outputs along a direction, joined."""
    with forward_ad.dual_level():
        duals = [
            forward_ad.make_dual(tensor, length)
            for tensor, length in zip(tensors, split(tensors, direction), strict=True)
        ]
        found = [tangent_of(output).reshape(-1) for output in place.subject(duals)]
        return torch.cat(found) if len(found) != 1 else found[0]


def split(tensors: Sequence[Tensor], direction: Sequence[Fraction]) -> list[Tensor]:
    """A direction of all elements as a tensor for each of the inputs."""
    lengths = torch.tensor([float(length) for length in direction], dtype=torch.float64)
    parts = lengths.split([tensor.numel() for tensor in tensors])
    return [part.reshape(tensor.shape).to(tensor) for part, tensor in zip(parts, tensors, strict=True)]


def _tangents(place: Place, asked: Sequence[tuple[Sequence[Fraction], Along]]) -> Computation:
    """Computes what is compared of some tangents, one after the other; at once where torch.vmap goes through."""

    def at_once(inputs: tuple[Tensor, ...]) -> list[Tensor]:
        lengths = for_each_sample(stacked([split(inputs, direction) for direction, _ in asked]), inputs)

        def function(*tensors: Tensor) -> Tensor:
            return torch.cat([output.reshape(-1) for output in place.subject(tensors)])

        def push(*tangents: Tensor) -> Tensor:
            found: Tensor = torch.func.jvp(function, inputs, tangents)[1]
            return found

        return list(torch.func.vmap(push, randomness="same")(*lengths))

    def compute(inputs: tuple[Tensor, ...]) -> Tensor:
        try:
            found = at_once(inputs)
        except Exception:  # torch.vmap refuses more than torch does
            found = [tangent(place, inputs, direction) for direction, _ in asked]
        return torch.cat([along.weigh(one) for (_, along), one in zip(asked, found, strict=True)])

    return compute


def stacked(rows: Sequence[Sequence[Tensor]]) -> list[Tensor]:
    """A tensor for each column, with a row's on top of the other's."""
    return [torch.stack(list(column)) for column in zip(*rows, strict=True)]
