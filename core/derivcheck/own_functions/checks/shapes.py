"""The items about batches: their shapes, also empty ones, how they lie in memory, and the format of the results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import TypeVar

import torch
from torch import Tensor

from derivcheck.model import Point, Status
from derivcheck.own_functions.checks.comparison import (
    Comparison,
    compare_number,
    conclude,
    describe_error,
    report_error,
)
from derivcheck.own_functions.checks.subject import Subject
from derivcheck.own_functions.checks.ways_of_asking import UPSTREAMS

_Layout = Callable[[Tensor], Tensor]

LAYOUTS: dict[str, tuple[int, _Layout]] = {
    "0-d": (1, lambda x: x.reshape(())),
    "1-d": (6, lambda x: x),
    "2-d": (6, lambda x: x.reshape(2, 3)),
    "3-d": (8, lambda x: x.reshape(2, 2, 2)),
    "4-d, the channels last in memory": (16, lambda x: x.reshape(2, 2, 2, 2).to(memory_format=torch.channels_last)),
    "the end of a longer tensor": (6, lambda x: torch.cat([x[:1], x])[1:]),
    "4099 numbers": (4099, lambda x: x),  # a prime: no block of a kernel's fits in without a rest
    "empty": (0, lambda x: x),
    "empty 2-d": (0, lambda x: x.reshape(0, 3)),
    "non-contiguous": (6, lambda x: x.repeat_interleave(2)[::2]),
    "transposed": (6, lambda x: x.reshape(3, 2).t().contiguous().t()),
    "expanded": (1, lambda x: x.reshape(1).expand(4)),
}
"""The shapes of a batch: how many numbers it takes, and how they are laid out."""


def check_shapes(subject: Subject) -> Iterator[Comparison]:
    """Values and gradients of a batch in every layout; the sum's backward pass sends an expanded upstream."""
    if not subject.smooth:
        yield conclude(Status.SKIPPED, "the formula is smooth at no point to make a batch of")
        return
    for name, (count, layout) in LAYOUTS.items():
        try:
            yield from _compare_layout(subject, name, count, layout)
        except (Exception, SystemExit) as error:
            yield report_error(Status.MISMATCH, error, f"{name}: ")


def _compare_layout(subject: Subject, name: str, count: int, layout: _Layout) -> Iterator[Comparison]:
    columns = subject.batch(count) if count else tuple(x[:0] for x in subject.batch(1))
    inputs = tuple(layout(column).detach().requires_grad_() for column in columns)
    result = subject(inputs)
    gradients: tuple[Tensor | None, ...] = (None,) * len(inputs)
    if result.requires_grad:
        gradients = subject.gradients(result.sum(), inputs)
    smooth = subject.smooth
    numbers = [index % len(smooth) for index in range(max(count, 1))]
    for wrt, tensor, found in [((), None, result), *zip(subject.firsts, inputs, gradients, strict=True)]:
        got = torch.zeros_like(inputs[0] if tensor is None else tensor) if found is None else found
        if got.shape != inputs[0].shape:
            yield conclude(Status.MISMATCH, f"{name}: the shape is {tuple(got.shape)}, not {tuple(inputs[0].shape)}")
            continue
        flat = got.detach().reshape(-1)
        points = numbers if len(numbers) == len(flat) else numbers[:1] * len(flat)
        for index, entry in _drop_repeats(points, flat):
            yield compare_number(subject, smooth[index], wrt, entry, place=name)
    if not count:
        yield conclude(Status.MATCH)
    elif count > 1 and result.requires_grad:
        yield from _compare_upstream_layouts(subject, name, inputs, numbers)


_Key = TypeVar("_Key")


def _drop_repeats(keys: Iterable[_Key], numbers: Tensor) -> Iterator[tuple[_Key, Tensor]]:
    """Each number once for each key: a batch of thousands repeats a few points."""
    seen: set[tuple[_Key, str]] = set()
    for key, entry, value in zip(keys, numbers, numbers.tolist(), strict=True):
        if (key, str(value)) not in seen:
            seen.add((key, str(value)))
            yield key, entry


def _compare_upstream_layouts(
    subject: Subject, name: str, inputs: tuple[Tensor, ...], points: Sequence[int]
) -> Iterator[Comparison]:
    """Gradients for upstream gradients, all different, that lie in memory as no contiguous tensor does."""
    factors = [UPSTREAMS[index % len(UPSTREAMS)] for index in range(len(points))]
    each = torch.stack([subject.setting.tensor(factor) for factor in UPSTREAMS])
    straight = each[torch.arange(len(points)) % len(UPSTREAMS)].reshape(inputs[0].shape)
    for how, layout in (("transposed", _transpose), ("every second number", _spread_out)):
        result = subject(inputs)
        gradients = subject.gradients(result, inputs, layout(straight))
        for wrt, tensor, found in zip(subject.firsts, inputs, gradients, strict=True):
            flat = (torch.zeros_like(tensor) if found is None else found.detach()).reshape(-1)
            if len(flat) != len(points):
                yield conclude(Status.MISMATCH, f"{name}: the shape is not that of the input")
                continue
            place = f"{name}, an upstream gradient that is laid out otherwise ({how})"
            for (index, factor), entry in _drop_repeats(zip(points, factors, strict=True), flat):
                yield compare_number(subject, subject.smooth[index], wrt, entry, upstream=factor, place=place)


def _transpose(tensor: Tensor) -> Tensor:
    """The same numbers, the last dimension outermost in memory."""
    return tensor if tensor.dim() < 2 else tensor.mT.contiguous().mT


def _spread_out(tensor: Tensor) -> Tensor:
    """The same numbers, each with a hole after it."""
    return tensor.repeat_interleave(2, dim=-1)[..., ::2]


def check_broadcasting(subject: Subject) -> Iterator[Comparison]:
    """Arguments of different shapes: one that is expanded gets a sum as its gradient, or the function raises."""
    if len(subject.args) == 1:
        yield conclude(Status.SKIPPED, "there is one argument")
        return
    if not subject.smooth:
        yield conclude(Status.SKIPPED, "the formula is smooth at no point to make a batch of")
        return
    for one in range(len(subject.args)):
        for small, large in (((), (3,)), ((1,), (3,)), ((1,), (2, 3)), ((2, 1), (1, 3))):
            shapes = [small if index == one else large for index in range(len(subject.args))]
            yield from _compare_expanded(subject, shapes)


def _compare_expanded(subject: Subject, shapes: Sequence[tuple[int, ...]]) -> Iterator[Comparison]:
    """The value and the gradients where each argument has a shape of its own, the same number everywhere."""
    point = subject.smooth[0]
    numbers = zip(subject.inputs(point), shapes, strict=True)
    inputs = tuple(torch.full(shape, float(x), dtype=x.dtype, device=x.device).requires_grad_() for x, shape in numbers)
    place = "shapes " + " and ".join(map(str, shapes))
    try:
        result = subject(inputs)
        powers = 2.0 ** torch.arange(result.numel())
        upstream = powers.to(result).reshape(result.shape)
        gradients: tuple[Tensor | None, ...] = (None,) * len(inputs)
        if result.requires_grad:
            gradients = subject.gradients(result, inputs, upstream)
    except Exception as error:  # whatever it raises: nobody gets a wrong number
        yield conclude(Status.SKIPPED, f"{place}: refused loudly: {describe_error(error)}")
        return
    for _, entry in _drop_repeats([0] * result.numel(), result.detach().reshape(-1)):
        yield compare_number(subject, point, (), entry, place=place)
    for wrt, tensor, found in zip(subject.firsts, inputs, gradients, strict=True):
        got = torch.zeros_like(tensor) if found is None else found.detach()
        sums = upstream.sum_to_size(tensor.shape)
        for factor, entry in zip(sums.reshape(-1).tolist(), got.reshape(-1), strict=True):
            yield compare_number(subject, point, wrt, entry, upstream=Fraction(factor), place=place)


def check_formats(subject: Subject) -> Iterator[Comparison]:
    """Result and gradients have the dtype, the shape and the device of the inputs."""
    for point in subject.points:
        inputs = tuple(tensor.requires_grad_() for tensor in subject.inputs(point))
        result = subject(inputs)
        yield _compare_format("the result", result, inputs[0], point=point)
        if not result.requires_grad:
            continue
        found = subject.gradients(result, inputs)
        for name, tensor, gradient in zip(subject.args, inputs, found, strict=True):
            if gradient is not None:
                yield _compare_format(f"the gradient by {name}", gradient, tensor, point=point)


def _compare_format(what: str, found: Tensor, wanted: Tensor, *, point: Point) -> Comparison:
    for aspect in ("dtype", "shape", "device", "layout"):
        got, due = getattr(found, aspect), getattr(wanted, aspect)
        if got != due:
            return conclude(
                Status.MISMATCH, f"{what} has the {aspect} {_show(got)}, the input {_show(due)}", point=point
            )
    return conclude(Status.MATCH)


def _show(value: object) -> str:
    return str(tuple(value)) if isinstance(value, torch.Size) else str(value)
