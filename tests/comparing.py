"""Torch code beside what was recorded of it: its outputs, and its gradients beside the exact truth."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import torch

from derivcheck.gradchecking.posing import pose
from derivcheck.gradchecking.reverse_mode import check_backward
from derivcheck.model import Status, Truth
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.upstreams import DENSE, Upstream


def recorded(function: Callable[..., Any], *inputs: Any) -> Place:
    """The place of a function at inputs; it is recorded when it is asked for what is true."""
    subject = pose(function, inputs)
    return Place(subject, subject.points[0])


def assert_read(function: Callable[..., Any], *inputs: Any, digits: int = 11) -> None:
    """The outputs are what torch computes, and its gradients match the truth."""
    place = recorded(function, *inputs)
    assert _values(place) == _approximately([one for out in place.run()[1] for one in out.reshape(-1).tolist()], digits)
    for found in check_backward(place):
        assert found.verdict.status is Status.MATCH, (found.place, found.verdict.reason)


def assert_near(function: Callable[..., Any], *inputs: Any, digits: int = 11) -> None:
    """The same to so many digits of the largest number, without a look at what rounding explains, which takes long."""
    place = recorded(function, *inputs)
    assert _values(place) == _approximately([one for out in place.run()[1] for one in out.reshape(-1).tolist()], digits)
    upstream = Upstream(DENSE[0])
    for name, gradient in place.pull_back(upstream).items():
        found = torch.zeros(place.point[name].shape) if gradient is None else gradient
        true = [_number(truth) for truth in place.gradient_truths(name, upstream)]
        assert all(map(math.isfinite, true)), name
        assert found.reshape(-1).tolist() == _approximately(true, digits), name


def partials(function: Callable[..., Any], *inputs: Any) -> list[float]:
    """What is true of the gradient of the sum of the outputs, by all inputs."""
    place = recorded(function, *inputs)
    upstream = place.fixed[0]
    return [_number(truth) for name in place.names for truth in place.gradient_truths(name, upstream)]


def _values(place: Place) -> list[float]:
    return [_number(truth) for truth in place.value_truths]


def _number(truth: Truth) -> float:
    if truth.value is None:
        return math.nan
    return float(Fraction(truth.value.mid.man) * Fraction(2) ** truth.value.mid.exp)


def _approximately(numbers: list[float], digits: int) -> Any:
    import pytest

    return pytest.approx(numbers, rel=10.0**-digits, abs=10.0**-digits, nan_ok=True)


def drawn(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    """Numbers that ask for a gradient, drawn from a seed."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=dtype).requires_grad_()
