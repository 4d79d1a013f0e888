"""Torch code beside what was recorded of it: its outputs, and its gradients beside the exact truth."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
import torch
from torch import Tensor

from derivcheck.gradchecking.posing import pose
from derivcheck.model import Status, Truth
from derivcheck.own_functions.tensors.comparison import compare_gradients
from derivcheck.own_functions.tensors.place import Place
from derivcheck.own_functions.tensors.upstreams import DENSE, Upstream


def drawn(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> Tensor:
    """Numbers that ask for a gradient, drawn from a seed."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype).requires_grad_()


def place_of(function: Callable[..., Any], *inputs: Any) -> Place:
    """A function at inputs; it is recorded when it is asked for what is true."""
    subject = pose(function, inputs)
    return Place(subject, subject.points[0])


def assert_read(function: Callable[..., Any], *inputs: Any, digits: int = 11) -> None:
    """What was recorded is what torch computes, and torch's gradient for a dense upstream gradient is that of it."""
    place = place_of(function, *inputs)
    near = 10.0**-digits
    computed = [number for output in place.run()[1] for number in output.reshape(-1).tolist()]
    assert [as_float(truth) for truth in place.value_truths] == pytest.approx(computed, rel=near, abs=near)
    for upstream in (Upstream(DENSE[0]), Upstream(DENSE[1])):
        for found in compare_gradients(place, place.pull_back(upstream), upstream):
            assert found.verdict.status is Status.MATCH, (found.place, found.verdict.reason)


def true_gradient(function: Callable[..., Any], *inputs: Any) -> list[float]:
    """What is true of the gradient of a function with one number for its result, by all inputs."""
    place = place_of(function, *inputs)
    return [as_float(truth) for name in place.names for truth in place.gradient_truths(name, Upstream(row=0))]


def as_float(truth: Truth) -> float:
    """The number that a truth is; nan where it is none."""
    if truth.value is None:
        return math.nan
    return float(Fraction(truth.value.mid.man) * Fraction(2) ** truth.value.mid.exp)
