"""Second derivatives: what a call of gradgradcheck asks about the backward pass of the backward pass."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, partial
from typing import Any

import torch
from torch import Tensor
from torch.autograd import forward_ad

from derivcheck.errors import UnsupportedError
from derivcheck.gradchecking.blocks import Block, Floats, compare_blocks, numbers_of
from derivcheck.gradchecking.exact_derivatives import Along, ExactDerivatives
from derivcheck.gradchecking.forward_columns import directions_of, split, stacked
from derivcheck.gradchecking.reverse_mode import dense_weights_of
from derivcheck.model import Mode
from derivcheck.own_functions.checks.comparison import Comparison
from derivcheck.own_functions.tensors.explanations import (
    Computation,
    as_pairs,
    explain,
    for_each_sample,
    is_watched,
    joined,
)
from derivcheck.own_functions.tensors.forward_mode import tangent_of
from derivcheck.own_functions.tensors.place import Place
from derivcheck.rounding.explanation_of_tensors import Explained


@dataclass(frozen=True)  # without slots, which leave no place for a cached_property
class Twice:
    """The gradients of a place for one upstream gradient, as a function that is differentiated again.

    Attributes:
        place: the function at the caller's inputs.
        upstreams: the upstream gradient of each output.
        function: the caller's function.
    """

    place: Place
    upstreams: tuple[Tensor, ...]
    function: Callable[..., Any] | None = None

    @cached_property
    def weights(self) -> list[Fraction]:
        """The numbers of the upstream gradients.

        Raises:
            UnsupportedError: where one is inf or nan.
        """
        numbers = [number for one in self.upstreams for number in numbers_of(one, 0).tolist()]
        if not all(map(math.isfinite, numbers)):
            raise UnsupportedError("an upstream gradient holds inf or nan, for which nothing has a derivative")
        return [Fraction(number) for number in numbers]

    @cached_property
    def exact(self) -> ExactDerivatives:
        """What is true; the last of the weighed sums is that with the upstream gradient."""
        return ExactDerivatives(self.place, [*dense_weights_of(self.place), self.weights], self.function)

    @property
    def root(self) -> int:
        """The function whose gradient it is."""
        return self.exact.weighed(len(dense_weights_of(self.place)))

    def gradients(self, leaves: Sequence[Tensor], upstreams: Sequence[Tensor]) -> list[Tensor | None]:
        """The gradients by the inputs, with a graph."""
        outputs = self.place.subject(leaves)
        real = [as_pairs(one) for one in upstreams]
        pairs = [(one, g) for one, g in zip(outputs, real, strict=True) if one.requires_grad]
        results, weights = zip(*pairs, strict=True)
        return list(torch.autograd.grad(results, leaves, weights, create_graph=True, allow_unused=True))


# --- reverse over reverse --------------------------------------------------------------------------------------------


def check_twice(twice: Twice, *, only_once: bool = False) -> Iterator[tuple[str, Comparison]]:
    """The gradients themselves, and the derivatives of each element of small ones, and of weighed sums of all.

    They are differentiated by the inputs, and by the upstream gradients that ask for it. What torch or the function
    raises is raised.

    Args:
        twice: what is differentiated.
        only_once: whether the gradients themselves are all that is looked at.

    Yields:
        The item that a comparison belongs to, and the comparison.
    """
    exact, place = twice.exact, twice.place
    asked = [] if only_once else directions_of(exact)
    directions = [direction for _, direction in asked]
    alongs = [exact.along(direction) for direction in directions]
    leaves, upstreams = place.inputs(), twice.upstreams
    found = twice.gradients(leaves, upstreams)
    blocks = list(_gradients(twice, found))
    items = [_BACKWARD] * len(blocks)
    floats = exact.second_floats(twice.root, directions)
    for number, ((words, direction), along, row) in enumerate(zip(asked, alongs, floats, strict=True), 1):
        again = _differentiated(found, direction, leaves, upstreams)
        how = f"the gradient by {words}"
        for gradient, (name, part) in zip(again, exact.parts.items(), strict=False):
            blocks.append(
                Block(
                    (_input_of(words, name), name),
                    f"{how}, by {name}",
                    place.point[name].shape,
                    numbers_of(gradient, part.stop - part.start),
                    row[part],
                    partial(exact.second, twice.root, direction, name),
                    number,
                    part.start,
                    only_numbers=True,
                    item=1,
                )
            )
        if all(one.requires_grad for one in upstreams):
            numbers = along.weigh(joined(upstreams, again[len(leaves) :]).detach())
            blocks.append(
                _by_upstream(exact, along, numbers_of(numbers, 0), f"{how}, by the upstream gradient", number)
            )
    items += [_TWICE] * (len(blocks) - len(items))
    width = len(exact.addresses) + max((len(along.floats) for along in alongs), default=0)

    def explained(passes: Sequence[int]) -> Explained:
        chosen = [None if each == 0 else (directions[each - 1], alongs[each - 1]) for each in passes]
        return explain(place, ("twice", tuple(passes)), _second_passes(twice, chosen, width))

    yield from zip(
        items, compare_blocks(place, blocks, width, explained, exact.seen, ("twice", *twice.weights)), strict=True
    )


_BACKWARD, _TWICE = "backward", "double backward"


def _gradients(twice: Twice, found: Sequence[Tensor | None]) -> Iterator[Block]:
    exact = twice.exact
    floats = exact.row_floats(twice.root)
    for gradient, (name, part) in zip(found, exact.parts.items(), strict=True):
        yield Block(
            (name,),
            "the gradient",
            twice.place.point[name].shape,
            numbers_of(gradient, part.stop - part.start),
            floats[part],
            partial(exact.row, twice.root, name),
            0,
            part.start,
        )


def _input_of(words: str, name: str) -> str:
    """The input that a direction moves; of all inputs that by which the gradient is differentiated."""
    return name if words == "all inputs" else words.partition("[")[0]


def _by_upstream(exact: ExactDerivatives, along: Along, numbers: Floats, how: str, number: int) -> Block:
    return Block(
        (),
        how,
        along.shape,
        numbers,
        along.floats,
        along.truths,
        number,
        len(exact.addresses),
        of_outputs=True,
        only_numbers=True,
        item=1,
    )


def _differentiated(
    gradients: Sequence[Tensor | None],
    direction: Sequence[Fraction],
    leaves: Sequence[Tensor],
    upstreams: Sequence[Tensor],
) -> list[Tensor | None]:
    """The derivatives of the gradients, weighed with a direction, by the inputs and then by the upstream gradients."""
    asking = [one for one in (*leaves, *upstreams) if one.requires_grad]
    weights = split([as_pairs(leaf.detach()) for leaf in leaves], direction)
    pairs = [
        (as_pairs(one), weight)
        for one, weight in zip(gradients, weights, strict=True)
        if one is not None and one.requires_grad
    ]
    if not pairs:
        return [None] * (len(leaves) + len(upstreams))
    results, lengths = zip(*pairs, strict=True)
    found = iter(torch.autograd.grad(results, asking, lengths, retain_graph=True, allow_unused=True))
    return [next(found) if one.requires_grad else None for one in (*leaves, *upstreams)]


def _second_passes(twice: Twice, asked: Sequence[tuple[Sequence[Fraction], Along] | None], width: int) -> Computation:
    """Computes what is compared of some passes, one after the other; at once where torch.vmap goes through.

    Args:
        twice: what is differentiated.
        asked: the direction of each pass; None: the gradients themselves.
        width: how many numbers stand for each.
    """
    place = twice.place
    directions = [each[0] for each in asked if each is not None]

    def one_by_one(inputs: tuple[Tensor, ...]) -> Iterator[Tensor]:
        leaves = place.leaves(inputs)
        upstreams = [as_pairs(one.detach()).clone().requires_grad_() for one in twice.upstreams]
        found = twice.gradients(leaves, upstreams)
        yield joined(leaves, found)
        for direction in directions:
            yield joined([*leaves, *upstreams], _differentiated(found, direction, leaves, upstreams))

    def at_once(inputs: tuple[Tensor, ...]) -> Iterator[Tensor]:
        if place.reads_leaves:
            raise RuntimeError("the function reads its own tensors: torch.func gives it others")
        upstreams = for_each_sample([as_pairs(one.detach()) for one in twice.upstreams], inputs)
        known = len(inputs)

        def gradients(*moved: Tensor) -> tuple[Tensor, ...]:
            pull = torch.func.vjp(lambda *leaves: tuple(place.subject(leaves)), *moved[:known])[1]
            found: tuple[Tensor, ...] = pull(tuple(moved[known:]))
            return found

        if not directions:
            yield _flat(gradients(*inputs, *upstreams))
            return
        lengths = for_each_sample(stacked([split(inputs, direction) for direction in directions]), inputs)
        first, pull, *_ = torch.func.vjp(gradients, *inputs, *upstreams)
        yield _flat(first)
        found = torch.func.vmap(lambda *weights: pull(tuple(weights)))(*lengths)
        for row in range(len(directions)):
            yield _flat([each[row] for each in found])

    def compute(inputs: tuple[Tensor, ...]) -> Tensor:
        if is_watched(inputs):
            try:
                gradient, *products = list(at_once(inputs))
            except Exception:  # torch.vmap refuses more than torch does
                gradient, *products = list(one_by_one(inputs))
        else:
            gradient, *products = list(one_by_one(inputs))
        count = len(twice.exact.addresses)
        left = iter(products)
        parts = []
        for each in asked:
            found = gradient if each is None else next(left)
            rest = found[count:] if each is None else each[1].weigh(found[count:])
            parts += [found[:count], rest, found.new_zeros(width - count - len(rest))]
        return torch.cat(parts)

    return compute


def _flat(tensors: Sequence[Tensor]) -> Tensor:
    return torch.cat([tensor.reshape(-1) for tensor in tensors])


# --- forward over reverse --------------------------------------------------------------------------------------------


def check_tangents_of_gradients(twice: Twice) -> Iterator[Comparison]:
    """The tangents of the gradients along each direction of the inputs, and along one of the upstream gradients.

    What torch or the function raises is raised.
    """
    exact, place = twice.exact, twice.place
    asked = [(f"the tangent of the gradient along {words}", direction) for words, direction in directions_of(exact)]
    if not asked:
        return
    floats = exact.second_floats(twice.root, [direction for _, direction in asked])
    base = tuple([as_pairs(tensor.detach()) for tensor in place.tensors])
    blocks: list[Block] = []
    for number, ((words, direction), row) in enumerate(zip(asked, floats, strict=True)):
        found = _tangent_of_gradients(twice, base, direction)
        for name, part in exact.parts.items():
            truths = partial(exact.second, twice.root, direction, name)
            blocks.append(
                Block(
                    (name,),
                    words,
                    place.point[name].shape,
                    numbers_of(found[part], 0),
                    row[part],
                    truths,
                    number,
                    part.start,
                    mode=Mode.FORWARD_OVER_REVERSE,
                    only_numbers=True,
                )
            )
    root = exact.weighed(0)
    found = _tangent_of_gradients(twice, base, None)
    for name, part in exact.parts.items():
        blocks.append(
            Block(
                (name,),
                "the tangent of the gradient along the upstream gradient",
                place.point[name].shape,
                numbers_of(found[part], 0),
                exact.row_floats(root)[part],
                partial(exact.row, root, name),
                len(asked),
                part.start,
                mode=Mode.FORWARD_OVER_REVERSE,
                only_numbers=True,
            )
        )
    directions: list[Sequence[Fraction] | None] = [*[direction for _, direction in asked], None]

    def explained(passes: Sequence[int]) -> Explained:
        chosen = [directions[each] for each in passes]

        def compute(inputs: tuple[Tensor, ...]) -> Tensor:
            return torch.cat([_tangent_of_gradients(twice, inputs, direction) for direction in chosen])

        return explain(place, ("tangents of gradients", tuple(passes)), compute)

    yield from compare_blocks(
        place, blocks, len(exact.addresses), explained, exact.seen, ("tangents of gradients", *twice.weights)
    )


def _tangent_of_gradients(twice: Twice, tensors: Sequence[Tensor], direction: Sequence[Fraction] | None) -> Tensor:
    """The tangents of all gradients along a direction of the inputs, joined; None: along the upstream gradients."""
    place = twice.place
    with forward_ad.dual_level():
        leaves = place.leaves(tensors)
        upstreams = [as_pairs(one.detach()) for one in twice.upstreams]
        if direction is None:
            (weights, *_) = dense_weights_of(place)
            upstreams = [
                forward_ad.make_dual(one, length)
                for one, length in zip(upstreams, split(upstreams, weights), strict=True)
            ]
        else:
            lengths = split([as_pairs(leaf.detach()) for leaf in leaves], direction)
            leaves = tuple(
                [
                    forward_ad.make_dual(leaf, torch.view_as_complex(length) if leaf.is_complex() else length)
                    for leaf, length in zip(leaves, lengths, strict=True)
                ]
            )
        found = twice.gradients(leaves, upstreams)
        tangents = [None if one is None else tangent_of(as_pairs(one)) for one in found]
        return torch.cat(
            [
                torch.zeros(as_pairs(leaf.detach()).numel(), dtype=torch.float64) if one is None else one.reshape(-1)
                for leaf, one in zip(leaves, tangents, strict=True)
            ]
        )
