"""The item about the format of what a function of tensors returns: dtype, shape, device and layout."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from derivcheck.autograd.devices import TORCH_DTYPES
from derivcheck.model import Status
from derivcheck.model.constants import NamedType
from derivcheck.own_functions.checks.comparison import Comparison, conclude
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.points import given_places
from derivcheck.own_functions.tensors.subject import TensorSubject
from derivcheck.own_functions.tensors.upstreams import Upstream


def check_formats(subject: TensorSubject) -> Iterator[Comparison]:
    """Every output has the format of the arguments and the shape of its formula; every gradient that of its argument.

    An output may have another format where a constant names it.
    """
    for place in given_places(subject):
        inputs, outputs = place.run()
        yield from _compare_outputs(place, outputs)
        found = subject.gradients(outputs, inputs, Upstream().tensors(_shapes(outputs), subject.setting))
        for name, tensor, gradient in zip(subject.args, inputs, found, strict=True):
            if gradient is not None:
                due = (tensor.dtype, tuple(tensor.shape), tensor.device, tensor.layout)
                yield _compare(f"the gradient by {name}", gradient, due, frozenset(), "the argument")


def _shapes(outputs: tuple[Tensor, ...]) -> list[tuple[int, ...]]:
    return [tuple(output.shape) for output in outputs]


def _compare_outputs(place: Place, outputs: tuple[Tensor, ...]) -> Iterator[Comparison]:
    subject = place.subject
    named = frozenset(getattr(torch, one.name) for _, one in subject.constants if isinstance(one, NamedType))
    device = place.tensors[0].device if place.tensors else torch.device(subject.device.name)
    for number, (output, shape) in enumerate(zip(outputs, place.outputs, strict=False)):
        what = "the result" if len(outputs) == 1 else f"output {number}"
        due = (TORCH_DTYPES[subject.dtype], shape, device, torch.strided)
        yield _compare(what, output, due, named, "its formula, or the arguments,")


_ASPECTS = ("dtype", "shape", "device", "layout")


def _compare(
    what: str, found: Tensor, due: tuple[object, ...], named: frozenset[torch.dtype], whose: str
) -> Comparison:
    """Compare the aspects of a tensor with those that it should have."""
    for aspect, wanted in zip(_ASPECTS, due, strict=True):
        got = tuple(found.shape) if aspect == "shape" else getattr(found, aspect)
        if got != wanted and got not in named:
            return conclude(Status.MISMATCH, f"{what} has the {aspect} {got}, {whose} {wanted}")
    return conclude(Status.MATCH)
