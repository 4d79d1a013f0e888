"""Points of ours for functions of tensors: what is wrong at special points only is found, and nobody else is accused.

Covers also: conventions, drawn_numbers, far_points, kinks, kinks_nearby, leniency, near_points, other_points, points,
shared_elements, special_numbers, ties.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import tensor_functions_points as own
import torch
from torch import Tensor

from derivcheck import check_function
from derivcheck.model import Severity

ROWS = [[0.375, -1.25, 0.875], [1.5, -0.5, 0.25]]
LONGER = [[0.375, -1.25, 0.875, 2.25], [1.5, -0.5, 0.25, -0.125], [0.75, 0.5, -2, 1]]
POSITIVE = [[2, 0.5, 0.25], [0.5, 3, 1], [0.25, 1, 4]]
POINTS = ("forward", "points", "ties", "far", "near", "kinks")


def failing(function: Callable[..., Tensor], formula: str, at: dict[str, Any], **options: Any) -> set[str]:
    """The items about points that do not pass."""
    results = check_function(function, formula, at=at, only=POINTS, **options)
    return {str(result.item) for result in results if result.status.severity is not Severity.PASS}


@pytest.mark.parametrize(
    ("function", "formula", "items"),
    [
        (own.dividing_cumprod, "cumprod(x, -1)", {"points"}),
        (own.greedy_amax, "amax(x, dim=-1)", {"ties"}),
        (own.late_hardtanh, "clamp(x, -1, 1)", {"points"}),
        (own.guarded_norm, "norm(x, dim=-1)", {"near"}),
        (own.halved_at_zero, "abs(x)", {"kinks"}),
        (own.infinite_at_minus_zero, "sum(x**2, dim=-1)", {"points"}),
    ],
)
def test_what_is_wrong_at_special_points_is_found(
    function: Callable[..., Tensor], formula: str, items: set[str]
) -> None:
    """Zeros, equal elements, numbers far out, tiny rows, kinks, and -0.0."""
    assert items <= failing(function, formula, {"x": ROWS})


@pytest.mark.parametrize(
    ("function", "formula", "at"),
    [
        (own.first_amax, "amax(x, dim=-1)", {"x": ROWS}),
        (lambda x: torch.amax(x, -1), "amax(x, dim=-1)", {"x": ROWS}),
        (lambda x: x.amax(-1) - x.amin(-1), "amax(x, dim=-1) - amin(x, dim=-1)", {"x": ROWS}),
        (lambda x: torch.sort(x, -1).values, "sort(x, dim=-1)", {"x": LONGER}),
        (lambda x: x.median(-1).values, "(sort(x, dim=-1))[:, 1]", {"x": ROWS}),
        (lambda x: torch.nn.functional.max_pool1d(x[None], 2)[0], "max_pool1d(x, 2)", {"x": LONGER}),
        (torch.nn.functional.leaky_relu, "leaky_relu(x)", {"x": ROWS}),
        (lambda x: torch.linalg.vector_norm(x, dim=-1), "norm(x, dim=-1)", {"x": ROWS}),
        (lambda x: torch.softmax(x, -1), "softmax(x, dim=-1)", {"x": ROWS}),
        (torch.linalg.cholesky, "cholesky(A)", {"A": POSITIVE}),
        (torch.logdet, "logdet(A)", {"A": POSITIVE}),
        (own.picky_log, "sum(log(p), dim=-1)", {"p": [[0.5, 1.5], [0.25, 1]]}),
    ],
)
def test_right_functions_are_not_accused(function: Callable[..., Tensor], formula: str, at: dict[str, Any]) -> None:
    """Conventions at kinks differ; a matrix stays symmetric and positive definite; some arguments are refused."""
    assert failing(function, formula, at) == set()


def test_layer_norm_loses_digits_honestly() -> None:
    """An almost constant row has a variance of a few digits, and rows far out are large."""
    formula = "(x - mean(x, dim=-1, keepdim=True)) / sqrt(var(x, dim=-1, correction=0, keepdim=True) + 1/100000)"
    assert failing(lambda x: torch.nn.functional.layer_norm(x, (4,)), formula, {"x": LONGER}) == set()


def test_the_first_point_that_is_refused_is_told() -> None:
    """A function that refuses a point where its formula has a value is not accused; how to declare a domain is told."""
    (found,) = check_function(own.picky_log, "sum(log(p), dim=-1)", at={"p": [0.5, 1.5]}, only=["points"])
    assert str(found.status) == "match"
    assert any("refuses its arguments" in note and "--domain" in note for note in found.notes)


def test_a_declared_domain_is_kept() -> None:
    """nan where the formula has a value is no refusal, unless the domain says so."""
    at = {"x": [0.5, 1.5, 3]}
    assert failing(own.log_of_magnitude, "log(abs(x))", at)
    assert failing(own.log_of_magnitude, "log(abs(x))", at, domain="x > 0") == set()


def test_probabilities_keep_their_sum() -> None:
    """softmax(z) - p is the gradient of a cross entropy where p adds up to 1, and the given p does."""
    at = {"z": ROWS, "p": [[0.25, 0.5, 0.25], [0.125, 0.75, 0.125]]}
    formula = "-sum(p*log_softmax(z, dim=-1), dim=-1)"
    assert failing(own.soft_cross_entropy, formula, at, args=["z", "p"], held=["p"]) == set()


def test_bounds_keep_their_order() -> None:
    """Nobody calls a clamp with its low bound above its high one."""
    at = {"x": ROWS, "lo": [-0.5, -1, -0.75], "hi": [1, 1.25, 0.5]}
    assert failing(own.ordered_clamp, "minimum(maximum(x, lo), hi)", at) == set()
