"""The item about batches that torch makes: torch.vmap of the function and of its gradient, and batched gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from derivcheck.errors import DerivcheckError
from derivcheck.model import Status
from derivcheck.own_functions.checks.comparison import Comparison, conclude, is_ours, report_error, shorten_error
from derivcheck.own_functions.tensors.comparison import compare_gradients, compare_values
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.points import further_places, given_places, takes
from derivcheck.own_functions.tensors.subject import TensorSubject
from derivcheck.own_functions.tensors.upstreams import DENSE, ONES, Upstream

_MOST_SAMPLES = 3
"""So many places make a batch."""

_FEW_ARGUMENTS = 4
"""So many arguments at most are held the same for all samples, one after the other."""

_UPSTREAM = Upstream(DENSE[0])


def check_vmap(subject: TensorSubject) -> Iterator[Comparison]:
    """Values under torch.vmap, gradients for a batch of upstream gradients, and torch.vmap over torch.func.grad."""
    batch = _Batch(_samples(subject))
    ways: dict[str, Callable[[_Batch], Iterator[Comparison]]] = {
        "torch.vmap": _compare_values,
        "batched gradients": _compare_batched_gradients,
        "vmap over torch.func.grad": _compare_vmap_over_grad,
    }
    refusals: list[str] = []
    for name, compare in ways.items():
        try:
            yield from compare(batch)
        except Exception as error:  # torch's, where there is no way; the user's, whose code has none
            if is_ours(error):
                raise
            if _has_vmap(subject) and name == "torch.vmap" and not isinstance(error, NotImplementedError):
                yield report_error(Status.MISMATCH, error, "vmap ")
            else:
                refusals.append(f"{name}: {shorten_error(error)}")
    if refusals:
        yield conclude(Status.SKIPPED, f"cannot be batched: {'; '.join(refusals)}")


def _has_vmap(subject: TensorSubject) -> bool:
    """Whether it is a Function that says itself how batches go through it."""
    written = subject.function.written
    return written is not None and written.vmap is not torch.autograd.Function.vmap


def _samples(subject: TensorSubject) -> tuple[Place, ...]:
    """The places that make a batch: they have the same shapes. One alone stands twice."""
    first, *others = given_places(subject)
    shapes = _shapes(first)
    alike = [place for place in (*others, *further_places(subject)) if _shapes(place) == shapes]
    return (first, *(alike[: _MOST_SAMPLES - 1] or [first]))


def _shapes(place: Place) -> list[tuple[tuple[int, ...], bool]]:
    return [(value.shape, value.is_integer) for value in place.point.values()]


@dataclass(frozen=True, slots=True)
class _Batch:
    """Several places, side by side.

    Attributes:
        places: one for each sample; all of them are about the same function and have the same shapes.
    """

    places: tuple[Place, ...]

    @property
    def subject(self) -> TensorSubject:
        return self.places[0].subject

    def columns(self, dim: int = 0) -> tuple[Tensor, ...]:
        """A tensor for each argument, with the samples along a dimension."""
        return tuple(
            torch.stack(tensors, dim) for tensors in zip(*[place.tensors for place in self.places], strict=True)
        )

    def function(self, *tensors: Tensor) -> tuple[Tensor, ...]:
        """The function of one sample."""
        return self.subject(tensors)

    def compare_values(self, outputs: Sequence[Tensor], how: str, dim: int = 0) -> Iterator[Comparison]:
        """Compare the values of each sample, which lie along a dimension of the outputs."""
        for output in outputs:
            if not output.dim() or output.shape[dim] != len(self.places):
                reason = f"{how} gives the shape {tuple(output.shape)} for {len(self.places)} samples"
                yield conclude(Status.MISMATCH, reason)
                return
        for at, place in enumerate(self.places):
            yield from compare_values(place, [output.select(dim, at) for output in outputs], how=how)


# --- values ----------------------------------------------------------------------------------------------------------


def _compare_values(batch: _Batch) -> Iterator[Comparison]:
    """The values of a batch along the first dimension, along the last one, and with one argument for all samples."""
    how = "torch.vmap"
    yield from batch.compare_values(torch.vmap(batch.function)(*batch.columns()), how)
    last = torch.vmap(batch.function, in_dims=-1, out_dims=-1)(*batch.columns(-1))
    yield from batch.compare_values(last, f"{how} along the last dimension", -1)
    args = batch.subject.args
    for held in args[:_FEW_ARGUMENTS] if len(args) > 1 else ():
        mixed = _holding(batch, held)
        columns = list(mixed.columns())
        columns[args.index(held)] = mixed.places[0].tensors[args.index(held)]
        dims = tuple([None if name == held else 0 for name in args])
        yield from mixed.compare_values(torch.vmap(mixed.function, in_dims=dims)(*columns), f"{how} with one {held}")


def _holding(batch: _Batch, held: str) -> _Batch:
    """The first sample, and the second one with an argument as the first has it; the first one alone if there is none.

    The function may have no value there, or the formula none.
    """
    first, second, *_ = batch.places
    mixed = Place(
        batch.subject, {**second.point, held: first.point[held]}, second.how or "with arguments of two points"
    )
    return _Batch((first, mixed if takes(mixed) and _has_values(mixed) else first))


def _has_values(place: Place) -> bool:
    """Whether the formula can be read at a place and has a value there."""
    try:
        return all(truth.value is not None for truth in place.value_truths)
    except DerivcheckError:
        return False


# --- gradients -------------------------------------------------------------------------------------------------------


def _compare_batched_gradients(batch: _Batch) -> Iterator[Comparison]:
    """The gradients of one call for several upstream gradients at once."""
    place = batch.places[0]
    upstreams = [Upstream(number) for number in (*DENSE, ONES)]
    inputs, outputs = place.run()
    shapes = [tuple(output.shape) for output in outputs]
    weights = zip(*[upstream.tensors(shapes, batch.subject.setting) for upstream in upstreams], strict=True)
    pairs = [(output, torch.stack(each)) for output, each in zip(outputs, weights, strict=True) if output.requires_grad]
    asking = {name: leaf for name, leaf in zip(batch.subject.args, inputs, strict=True) if leaf.requires_grad}
    if not pairs or not asking:
        return
    results, stacked = zip(*pairs, strict=True)
    found = torch.autograd.grad(results, list(asking.values()), stacked, is_grads_batched=True, allow_unused=True)
    for at, upstream in enumerate(upstreams):
        gradients = {
            name: None if gradient is None else gradient[at] for name, gradient in zip(asking, found, strict=True)
        }
        yield from compare_gradients(place, gradients, upstream, how="batched gradients")


def _compare_vmap_over_grad(batch: _Batch) -> Iterator[Comparison]:
    """The gradients of each sample."""
    subject, names = batch.subject, batch.places[0].names
    if not names:
        return

    def weighed(*tensors: Tensor) -> Tensor:
        outputs = subject(tensors)
        weights = _UPSTREAM.tensors([tuple(output.shape) for output in outputs], subject.setting)
        sums = [(x * g).sum() for x, g in zip(outputs, weights, strict=True) if x.is_floating_point()]
        return torch.stack(sums).sum() if len(sums) > 1 else sums[0]

    moving = tuple(subject.args.index(name) for name in names)
    found = torch.vmap(torch.func.grad(weighed, argnums=moving))(*batch.columns())
    for at, place in enumerate(batch.places):
        gradients = {name: gradient[at] for name, gradient in zip(names, found, strict=True)}
        yield from compare_gradients(place, gradients, _UPSTREAM, how="torch.vmap over torch.func.grad")
