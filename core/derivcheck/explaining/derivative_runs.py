"""Runs of a derivative: the tape of a higher derivative is that of the one before it, its backward pass included."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction

import torch
from torch import Tensor

from derivcheck.checking.tensors.shaped_requests import dense_weights
from derivcheck.errors import UnsupportedError
from derivcheck.explaining.tape_of_run import Subject
from derivcheck.system.harmless import one_line

Literal = Callable[["Fraction | str"], Tensor]


def derivative_of(subject: Subject, name: str) -> Subject:
    """What computes the derivative of a subject by one of its inputs, in torch's reverse mode.

    Of several outputs, or one with a shape, it is that of a weighed sum of all elements. Its run raises
    UnsupportedError where torch has no backward pass.

    Example:
        >>> import torch
        >>> from derivcheck.autograd.tensors import TorchSetting
        >>> from derivcheck.model import Mode
        >>> from derivcheck.numbers import DType
        >>> setting = TorchSetting("cpu", DType.FLOAT64, Mode.REVERSE)
        >>> x = torch.tensor(2.0, dtype=torch.float64)
        >>> cube = Subject({"x": x}, {"x": (Fraction(2),)}, lambda given, _: (given[0] ** 3,), setting, lambda: None)
        >>> leaf = x.clone().requires_grad_()
        >>> derivative_of(cube, "x").run([leaf], setting.literal)[0].item()
        12.0
    """
    at = list(subject.inputs).index(name)

    def run(tensors: Sequence[Tensor], literal: Literal) -> tuple[Tensor, ...]:
        outputs = [one for one in subject.run(tensors, literal) if one.requires_grad]
        if not outputs:
            return (torch.zeros_like(tensors[at]),)
        try:
            return tuple(
                torch.autograd.grad(
                    outputs, [tensors[at]], _upstreams(outputs), create_graph=True, materialize_grads=True
                )
            )
        except RuntimeError as error:
            raise UnsupportedError(f"torch has no backward pass here: {one_line(str(error))}") from error

    return replace(subject, run=run)


def _upstreams(outputs: Sequence[Tensor]) -> list[Tensor] | None:
    """The weights of all elements; None where there is one."""
    count = sum(output.numel() for output in outputs)
    if count == 1:
        return None
    weights = torch.tensor(dense_weights(count, 1), dtype=torch.float64)
    return [
        part.reshape(output.shape).to(output.dtype).to(output.device)
        for part, output in zip(weights.split([output.numel() for output in outputs]), outputs, strict=True)
    ]
