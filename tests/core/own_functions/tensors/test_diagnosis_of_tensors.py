"""The diagnosis of functions of tensors: the broken layers get the name of what was broken, or none.

Covers also: alterations_of_shapes, mistakes, step_at, terms, value_mistakes, whole_gradient.
"""

# ruff: noqa: ARG005 (every backward pass takes what any of them may need)

from __future__ import annotations

import re
from typing import Any

import pytest
import tensor_functions_diagnosis as layers
import torch
from torch import Tensor

from derivcheck import check_function

BY_NAME = {family.name: family for family in layers.FAMILIES}


def diagnose(function: Any, formula: str, at: dict[str, Any], **options: Any) -> str | None:
    """The diagnosis of the first item that fails."""
    results = check_function(function, formula, at=at, args=list(at), **options)
    return next((result.diagnosis for result in results if result.diagnosis), None)


TRIED = (
    ("layer norm", "mean missing"),
    ("softmax", "diagonal"),
    ("cross entropy", "ignores and sum"),
    ("mse", "by batch"),
    ("dice", "eps of the numerator"),
    ("linear", "bias averaged"),
    ("embedding", "assigned"),
    ("cumsum", "forwards"),
    ("swiglu", "exchanged"),
    ("variance", "n"),
    ("bilinear form", "outer turned"),
    ("tanh layer", "float32"),
)
"""One mistake of each kind: the whole set takes minutes."""


@pytest.mark.parametrize(("family", "label"), TRIED)
def test_what_was_broken_has_its_name(family: str, label: str) -> None:
    """The diagnosis says what was broken."""
    layer = BY_NAME[family]
    words, backward = next((words, backward) for name, words, backward in layer.broken if name == label)
    function = layers.layer(layer.forward, backward, held=layer.held)
    told = diagnose(function, layer.formula, layer.at, only=["backward"])
    assert told is not None
    assert re.search(words, told)


def test_two_mistakes_have_no_name() -> None:
    """What no single mistake explains is not named after one that explains a part of it."""
    function = layers.layer(
        lambda x: torch.softmax(x, -1), lambda g, y, x: y * (g - 0.7 * (g * y).sum(-1, keepdim=True)) + 0.1 * x
    )
    assert diagnose(function, "softmax(x, dim=-1)", {"x": "randn(2, 3)"}, only=["backward"]) is None


def test_batch_size_is_told_from_two() -> None:
    """With a batch of 2, a factor 2 is one thing and a division by the batch size is another."""

    def loss(x: Tensor) -> Tensor:
        return (x**2).sum(1).mean()

    at = {"x": "[[0.3, 1.2, -0.7], [1.1, 0.4, 2]]"}
    twice = layers.layer(loss, lambda g, y, x: g * 4 * x / len(x))
    summed = layers.layer(loss, lambda g, y, x: g * 2 * x)
    formula = "mean(sum(x**2, dim=1))"
    assert diagnose(twice, formula, at, only=["backward"]) == "2× too large"
    told = diagnose(summed, formula, at, only=["backward"])
    assert told == "not divided by n = the batch size (dim 0 of `x`)"


def test_what_only_a_size_of_one_shows() -> None:
    """A squeeze is right but where a dim has size 1."""

    def unit(x: Tensor) -> Tensor:
        return x / (x**2).sum(-1, keepdim=True).add(1e-3).sqrt()

    def backward(g: Tensor, y: Tensor, x: Tensor) -> Tensor:
        n = (x**2).sum(-1, keepdim=True).add(1e-3).sqrt()
        x, g = x.squeeze(), g.squeeze()
        return g / n - x * (g * x).sum(-1, keepdim=True) / n**3

    formula = "x / sqrt(sum(x**2, dim=-1, keepdim=True) + 1e-3)"
    told = diagnose(layers.layer(unit, backward), formula, {"x": "randn(2, 3)"}, only=["backward", "shapes"])
    assert told is not None
    assert "dim of size 1" in told


def test_wrong_values_are_named() -> None:
    """The variance of a sample in the place of that of a population is told by the value."""
    told = diagnose(lambda x: x.var(-1), "var(x, dim=-1, correction=0)", {"x": "randn(2, 4)"}, only=["forward"])
    assert told is not None
    assert "n - 1" in told


def test_other_order_of_arguments_is_found() -> None:
    """A function that takes its arguments in another order is told so."""
    at = {"x": "randn(3)", "y": "randn(3)"}
    told = diagnose(lambda y, x: x - 2 * y, "x - 2*y", at, only=["forward"])
    assert told is not None
    assert "say args y,x" in told
