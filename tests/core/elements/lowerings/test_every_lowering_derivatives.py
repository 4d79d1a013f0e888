"""What every function of shapes is lowered to has the derivatives that torch returns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any
from warnings import catch_warnings, simplefilter

import pytest
import torch
from lowered import about, by_torch, call_of, shaped_row
from lowering_samples import SAMPLES
from torch import Tensor

from derivcheck.elements.lowering import lower
from derivcheck.model import Evidence
from derivcheck.model.shaped_values import addresses
from derivcheck.truth.partials_of_elements import ElementTruths

NO_DERIVATIVE = {
    "zeros_like": "it is constant",
    "ones_like": "it is constant",
    "full_like": "it is constant but for the number",
    "zeros": "it is constant",
    "ones": "it is constant",
    "full": "it is constant but for the number",
    "eye": "it is constant",
    "arange": "it is constant",
    "linspace": "it is constant",
    "one_hot": "it is constant",
    "size": "it is constant",
    "len": "it is constant",
    "numel": "it is constant",
    "ndim": "it is constant",
    "shape": "it is constant",
    "vander": "torch 2.13 fails: its own product is changed in place before it is needed",
}
"""Functions that are left out, and why."""

WRONG_IN_TORCH = {
    "var": ((), "torch 2.13 counts one element where the dim is ()"),
    "std": ((), "the same"),
    "cosine_similarity": (3.5, "a length below eps does not count, and torch differentiates it all the same"),
    "gaussian_nll_loss": (0.5, "a variance below eps does not count, and torch differentiates it all the same"),
}
"""Functions whose derivative is wrong in torch where this is among the arguments."""


def varying(argument: Any) -> list[Tensor]:
    """The tensors of an argument that are no integers."""
    if isinstance(argument, list):
        return [tensor for item in argument for tensor in varying(item)]
    return [argument] if isinstance(argument, Tensor) and argument.is_floating_point() else []


def replaced(argument: Any, by: Iterator[Tensor]) -> Any:
    """The argument with other tensors in their place."""
    if isinstance(argument, list):
        return [replaced(item, by) for item in argument]
    return next(by) if varying(argument) else argument


def sampled(name: str) -> list[tuple[Any, ...]]:
    """Two calls of a function, the smallest one and one of at most 24 numbers, that torch differentiates rightly."""
    calls = [
        call for call in SAMPLES[name] if not is_wrong_in_torch(name, call) and by_autograd(name, call) is not None
    ]
    calls.sort(key=size_of)
    small = [call for call in calls if size_of(call) <= 24]
    return [calls[0], *small[-1:]] if len(small) != 1 else calls[:1]


def is_wrong_in_torch(name: str, call: Sequence[Any]) -> bool:
    """Whether the plain values of a call are those of a defect."""
    return name in WRONG_IN_TORCH and WRONG_IN_TORCH[name][0] in [one for one in call if not isinstance(one, Tensor)]


def size_of(call: Sequence[Any]) -> int:
    """How many numbers a call is differentiated by."""
    return sum(tensor.numel() for argument in call for tensor in varying(argument))


def by_autograd(name: str, call: Sequence[Any]) -> list[float] | None:
    """Torch's derivatives of the weighted sum of all outputs; None where it has none, or one is no number."""
    inputs = [tensor.clone().requires_grad_() for argument in call for tensor in varying(argument)]
    if not any(tensor.numel() for tensor in inputs):
        return None
    by = iter(inputs)
    try:
        with catch_warnings():
            simplefilter("ignore")  # what torch says of a call is no part of this
            outputs = by_torch(shaped_row(name), *[replaced(argument, by) for argument in call])
        flat = torch.cat([output.reshape(-1) for output in outputs])
        weights = torch.tensor([float(weight) for weight in upstream(len(flat))], dtype=torch.float64)
        found = torch.autograd.grad((flat * weights).sum(), inputs, allow_unused=True)
    except RuntimeError:
        return None
    zeros = [torch.zeros_like(tensor) for tensor in inputs]
    whole = torch.cat([(zero if one is None else one).reshape(-1) for one, zero in zip(found, zeros, strict=True)])
    numbers: list[float] = whole.tolist()
    return numbers if whole.isfinite().all() else None


def upstream(count: int) -> list[Fraction]:
    """Return weights of the outputs, all of them different from 0."""
    return [Fraction(2 * (7 * at % 11) - 11, 8) for at in range(count)]


NAMES = [name for name in SAMPLES if name not in NO_DERIVATIVE]


def test_every_function_is_differentiated() -> None:
    """But for those that have a reason."""
    assert NO_DERIVATIVE.keys() < SAMPLES.keys()


@pytest.mark.parametrize("name", NAMES)
def test_derivatives_are_torchs(name: str) -> None:
    """Where the derivative is proven, by SymPy's rules and difference quotients, it is what torch returns."""
    calls = sampled(name)
    assert calls
    for call in calls:
        assert_torchs(name, call)


def assert_torchs(name: str, call: tuple[Any, ...]) -> None:
    """Assert it of one call."""
    expression, point = call_of(shaped_row(name), call)
    elements = lower(expression, point, about(point)).elements
    exact = {
        at: element.exact
        for variable, value in point.items()
        if not value.is_integer
        for at, element in zip(addresses(variable, value.shape), value.elements, strict=True)
    }
    expected = by_autograd(name, call)
    assert expected is not None
    truths = ElementTruths(elements, {at: exact[at] for at in elements.addresses}, [upstream(len(elements.roots))])
    for found, other in zip(truths.weighted(0, elements.addresses), expected, strict=True):
        if found.truth.evidence is Evidence.PROVEN:
            assert found.truth.value is not None
            assert abs(float(found.truth.value.decimal(17)) - other) <= 1e-9 * max(1, abs(other))
