"""The items about forward mode: tangents, and second derivatives of which one is taken in forward mode."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

import torch
from torch import Tensor
from torch.autograd import forward_ad

from derivcheck.model import Mode, Status, Truth
from derivcheck.own_functions.checks.comparison import (
    Comparison,
    conclude,
    describe_error,
    is_ours,
    report_error,
    shorten_error,
)
from derivcheck.own_functions.checks.exact_truths import add_up
from derivcheck.own_functions.tensors.computed_numbers import Computed
from derivcheck.own_functions.tensors.explanations import Computation, joined
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.subject import TensorSubject
from derivcheck.own_functions.tensors.tangents import Directions, Pushed, along, direction_of, numbered, pushed_truths
from derivcheck.own_functions.tensors.upstreams import DENSE, Upstream
from derivcheck.own_functions.tensors.ways_of_asking import asked_places

_UPSTREAM = Upstream(DENSE[0])


def _reason_to_skip(subject: TensorSubject) -> str | None:
    """Why a function is not asked for tangents; None where it is.

    What is declared of a gradient that is not linear tells nothing of tangents.

    A Function without a jvp refuses every tangent. It is not asked: for the first tangent torch compiles its own
    decompositions, which takes longer than all other items together.
    """
    if subject.function.written is not None and not subject.function.has_jvp:
        return "there is no forward mode: the Function has no jvp"
    if subject.formulas.gradients and not subject.formulas.is_linear:
        return "the declared gradient is not linear: it belongs to no tangent"
    return None


# --- tangents --------------------------------------------------------------------------------------------------------


def check_forward_mode(subject: TensorSubject) -> Iterator[Comparison]:
    """The tangents of the outputs where one argument has a dense tangent, and where all of them have one."""
    reason = _reason_to_skip(subject)
    if reason is not None:
        yield conclude(Status.SKIPPED, reason)
        return
    for place in asked_places(subject):
        asked = {tuple(moving): pushed_truths(place, moving) for moving in directions(place.names)}
        pushed = {names: truths for names, truths in asked.items() if truths is not None}
        if not pushed:
            continue
        try:
            found = Computed.at(place, "tangents", tangents(place, pushed))
        except Exception as error:  # torch's, where there is no jvp; the user's, where there is one
            yield _refused(place, error)
            return
        first = 0
        for names, truths in pushed.items():
            wrt, how = (names, "its tangent") if len(names) == 1 else ((), "tangents of all arguments at once")
            yield found.compare(
                wrt, truths.truths, truths.shape, first=first, how=how, mode=Mode.FORWARD, of_outputs=True
            )
            first += len(truths.truths)


def _refused(place: Place, error: Exception) -> Comparison:
    if is_ours(error):
        raise error
    if place.subject.function.has_jvp and not isinstance(error, NotImplementedError):
        return report_error(Status.MISMATCH, error, "jvp ", place=place.how)
    return conclude(Status.SKIPPED, f"there is no forward mode: {shorten_error(error)}")


def directions(names: Sequence[str]) -> Iterator[Directions]:
    """The tangents: of each argument alone, and of all at once."""
    every = numbered(names)
    for name, number in every.items():
        yield {name: number}
    if len(names) > 1:
        yield every


def tangents(place: Place, pushed: Mapping[tuple[str, ...], Pushed]) -> Computation:
    """Computes the tangents of all outputs for each combination of arguments that have one."""
    args, numbers = place.subject.args, numbered(place.names)

    def compute_one(inputs: tuple[Tensor, ...], moving: Collection[str]) -> Tensor:
        with forward_ad.dual_level():
            duals = [
                forward_ad.make_dual(x, along(x, numbers[name])) if name in moving else x
                for name, x in zip(args, inputs, strict=True)
            ]
            return torch.cat([tangent_of(output).reshape(-1) for output in place.subject(duals)])

    def compute(inputs: tuple[Tensor, ...]) -> Tensor:
        return torch.cat([truths.weigh(compute_one(inputs, moving)) for moving, truths in pushed.items()])

    return compute


def tangent_of(output: Tensor) -> Tensor:
    """The tangent of an output; 0 where it has none."""
    tangent: Tensor | None = forward_ad.unpack_dual(output).tangent
    if tangent is None:
        return torch.zeros_like(output, dtype=torch.get_default_dtype() if not output.is_floating_point() else None)
    return tangent.clone()


# --- mixed modes -----------------------------------------------------------------------------------------------------


def check_mixed_modes(subject: TensorSubject) -> Iterator[Comparison]:
    """Second derivatives in forward over reverse mode, and in reverse over forward mode.

    Each of them has formulas of its own: the tangent of a backward pass, and the backward pass of a tangent. Forward
    over forward mode is left out: there torch makes 0 of whatever a Function's jvp returns, however right it is.
    """
    reason = _reason_to_skip(subject)
    if reason is not None:
        yield conclude(Status.SKIPPED, reason)
        return
    if subject.formulas.detached is not None:
        yield conclude(Status.SKIPPED, "something is detached: that says nothing of second derivatives")
        return
    if subject.formulas.gradients:
        yield conclude(Status.SKIPPED, "the gradient is declared: no second derivative in forward mode follows from it")
        return
    for mode, (how, computation) in _WAYS.items():
        yield from _compare_in_mode(subject, mode, how, computation)


def _compare_in_mode(
    subject: TensorSubject, mode: Mode, how: str, computation: Callable[[Place], Computation]
) -> Iterator[Comparison]:
    """The product with the Hessian along a direction of all arguments, up to the first place where it is refused."""
    for place in asked_places(subject):
        if not place.names:
            return
        try:
            found = Computed.at(place, how, computation(place))
        except Exception as error:  # torch's, where it has no formula; the user's, whose code refuses
            if is_ours(error):
                raise
            yield conclude(Status.SKIPPED, f"{how} is refused loudly, as it should be: {describe_error(error)}")
            return
        first = 0
        for other in place.names:
            truths = _products(place, other)
            if truths is not None:
                shape, words = place.point[other].shape, f"{how}, all arguments along a direction, {_UPSTREAM}"
                yield found.compare((other,), truths, shape, first=first, how=words, mode=mode)
            first += len(place.point[other].elements)


def _products(place: Place, other: str) -> list[Truth] | None:
    """What is true of the derivative by an argument, and along the direction of all; None where it does not exist."""
    terms = [place.second_truths(name, other, _UPSTREAM, direction_of(place, name)) for name in place.names]
    sums = [add_up(each) for each in zip(*terms, strict=True)]
    known = [truth for truth in sums if truth is not None]
    return known if len(known) == len(sums) else None


def _forward_over_reverse(place: Place) -> Computation:
    """Computes the tangents of all gradients."""
    subject = place.subject

    def compute(inputs: tuple[Tensor, ...]) -> Tensor:
        with forward_ad.dual_level():
            leaves = place.leaves(inputs)
            duals = _with_tangents(place, leaves)
            outputs = subject(duals)
            gradients = subject.gradients(outputs, duals, _UPSTREAM.like(outputs), create_graph=True)
            return _joined(place, leaves, [None if one is None else tangent_of(one) for one in gradients])

    return compute


def _reverse_over_forward(place: Place) -> Computation:
    """Computes the gradients of the weighed tangents."""
    subject = place.subject

    def compute(inputs: tuple[Tensor, ...]) -> Tensor:
        with forward_ad.dual_level():
            leaves = place.leaves(inputs)
            outputs = subject(_with_tangents(place, leaves))
            found = subject.gradients([tangent_of(output) for output in outputs], leaves, _UPSTREAM.like(outputs))
            return _joined(place, leaves, found)

    return compute


def _with_tangents(place: Place, leaves: Sequence[Tensor]) -> tuple[Tensor, ...]:
    numbers = numbered(place.names)
    return tuple(
        forward_ad.make_dual(leaf, along(leaf, numbers[name])) if name in numbers else leaf
        for name, leaf in zip(place.subject.args, leaves, strict=True)
    )


def _joined(place: Place, leaves: Sequence[Tensor], found: Sequence[Tensor | None]) -> Tensor:
    """What was found by the arguments that are differentiated by."""
    moving = [at for at, name in enumerate(place.subject.args) if name in place.names]
    return joined([leaves[at] for at in moving], [found[at] for at in moving])


_WAYS: dict[Mode, tuple[str, Callable[[Place], Computation]]] = {
    Mode.FORWARD_OVER_REVERSE: ("forward over reverse mode", _forward_over_reverse),
    Mode.REVERSE_OVER_FORWARD: ("reverse over forward mode", _reverse_over_forward),
}
