"""The same numbers, laid out otherwise in memory: arguments and upstream gradients that are no contiguous tensors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import prod

import torch
from torch import Tensor

from derivcheck.model.shaped_values import ShapedPoint
from derivcheck.own_functions.checks.comparison import describe_error
from derivcheck.own_functions.tensors.comparison import compare_gradients
from derivcheck.own_functions.tensors.dims import shapes_of, small_shapes
from derivcheck.own_functions.tensors.elsewhere import (
    NO_EXCUSE,
    REFUSED,
    Excused,
    Outcome,
    compare_elsewhere,
    excuse_of_shapes,
)
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.points import given_places, is_smooth, value_of
from derivcheck.own_functions.tensors.resized import Tried, describe_shapes, tried, try_shapes
from derivcheck.own_functions.tensors.structures import structure_of
from derivcheck.own_functions.tensors.subject import TensorSubject
from derivcheck.own_functions.tensors.upstreams import DENSE, UPSTREAMS, Upstream


@dataclass(frozen=True, slots=True)
class Layout:
    """How a tensor lies in memory.

    Attributes:
        words: what it is called.
        dims: so many dims a tensor needs for it.
        lay: gives a tensor's numbers so.
    """

    words: str
    dims: int
    lay: Callable[[Tensor], Tensor]


def _spread(x: Tensor) -> Tensor:
    """The same numbers, each with a hole after it."""
    return x.repeat_interleave(2, dim=-1)[..., ::2]


def _turned(x: Tensor) -> Tensor:
    return x.permute(*range(x.dim() - 1, -1, -1))


LAYOUTS: Mapping[str, Layout] = {
    "transposed": Layout("transposed in memory", 2, lambda x: x.mT.contiguous().mT),
    "spread": Layout("every second number of a longer tensor", 1, _spread),
    "slice": Layout("a slice of a longer tensor", 1, lambda x: torch.cat([x[:1], x])[1:]),
    "backwards": Layout("its dims the other way round in memory", 3, lambda x: _turned(_turned(x).contiguous())),
    "channels": Layout(
        "the channels last in memory",
        4,
        lambda x: x.contiguous(memory_format=torch.channels_last) if x.dim() == _IMAGES else x,
    ),
}
"""The layouts of an argument."""

_IMAGES = 4

_LARGE = 128
"""So many elements of an argument take their time."""

_OF_UPSTREAMS = ("transposed", "spread", "backwards")
"""The layouts of an upstream gradient; that of a sum, which is expanded, is sent everywhere."""


def compare_layouts(subject: TensorSubject) -> Iterator[Outcome]:
    """Values and gradients for arguments and upstream gradients in each layout, at a place of the shapes given."""
    found = _base(subject)
    if found is None:
        return
    for name, tensor in zip(subject.args, found.place.tensors, strict=True):
        for layout in LAYOUTS.values():
            if tensor.dim() >= layout.dims and tensor.numel() > 1:
                inputs = [layout.lay(one) if at == name else one for at, one in _named(found.place)]
                yield from compare_elsewhere(found, lambda: None, inputs=inputs, how=f"{name} {layout.words}")
        yield from _compare_expanded(subject, found.place, name)
    if found.error is None:
        yield from _compare_upstreams(found.place)


def _base(subject: TensorSubject) -> Tried | None:
    """The first point, where the formula is smooth there; else other numbers in its shapes.

    Of a large one it is a smaller one: a layout that is read wrongly is so with fewer numbers as well.
    """
    shapes, small = shapes_of(subject.points[0]), small_shapes(subject)
    is_large = max(map(prod, shapes.values())) > _LARGE and small != shapes
    if is_large and excuse_of_shapes(subject, small) == NO_EXCUSE:
        found = try_shapes(subject, small, describe_shapes(subject, small))
        if found is not None:
            return found
    for place in given_places(subject):
        if is_smooth(place):
            return tried(place)
    return try_shapes(subject, shapes, "at a further point")


def _named(place: Place) -> Iterator[tuple[str, Tensor]]:
    return zip(place.subject.args, place.tensors, strict=True)


def _compare_expanded(subject: TensorSubject, place: Place, name: str) -> Iterator[Outcome]:
    """An argument that is one row, expanded: all of its rows are the same numbers in memory."""
    value = place.point[name]
    if value.is_integer or not value.shape or value.shape[0] <= 1 or len(value.elements) <= 1:
        return  # of integers this would be a repeated index
    if structure_of(value) is not None:
        return  # a symmetric matrix of one row is none
    each = len(value.elements) // value.shape[0]
    row = [element.exact for element in value.elements[:each]]
    point: ShapedPoint = {
        **place.point,
        name: value_of(row * value.shape[0], value.shape, is_integer=value.is_integer),
    }
    same = Place(subject, point, place.how)
    if not is_smooth(same, upstreams=UPSTREAMS):
        return
    found = tried(same)
    inputs = [one[:1].expand(one.shape) if at == name else one for at, one in _named(same)]
    yield from compare_elsewhere(found, lambda: None, inputs=inputs, how=f"{name} expanded from one row")


def _compare_upstreams(place: Place) -> Iterator[Outcome]:
    """Gradients for upstream gradients that lie in memory as no contiguous tensor does."""
    upstream = Upstream(DENSE[0])
    for kind in _OF_UPSTREAMS:
        layout = LAYOUTS[kind]
        how = f"an upstream gradient that is {layout.words}"
        inputs, outputs = place.run()
        weights = upstream.tensors([tuple(output.shape) for output in outputs], place.subject.setting)
        if not any(weight.dim() >= layout.dims and weight.numel() > 1 for weight in weights):
            continue
        laid = [layout.lay(weight) if weight.dim() >= layout.dims else weight for weight in weights]
        try:
            found = place.subject.gradients(outputs, inputs, laid)
        except (Exception, SystemExit, GeneratorExit) as error:
            yield Excused(REFUSED, how, f"{how}: {REFUSED}: {describe_error(error)}")
            continue
        named = {
            name: gradient
            for name, tensor, gradient in zip(place.subject.args, inputs, found, strict=True)
            if tensor.requires_grad
        }
        yield from compare_gradients(place, named, upstream, how=how, lenient=True)
