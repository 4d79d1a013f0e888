"""Forward passes that search have no formula in their steps, and are not called wrong; what is wrong stays wrong.

Covers also: own_functions.on_tensors.
"""

# ruff: noqa: D102

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.autograd import Function

from derivcheck.api import check_function
from derivcheck.explain_api import explain
from derivcheck.model import Status
from derivcheck.own_functions.searches import HINT, REFUSAL, is_refusal
from derivcheck.reporting.results import Results

Pass = Callable[[Tensor], Tensor]


def function(forward: Pass, slope: Pass) -> type[Function]:
    """A Function that computes x for a, whose backward pass takes the derivative of x by a, told by x."""

    class Made(Function):
        @staticmethod
        def forward(ctx: Any, a: Tensor) -> Tensor:
            x = forward(a)
            ctx.save_for_backward(x)
            return x

        @staticmethod
        def backward(ctx: Any, g: Tensor) -> Tensor:
            return g * slope(ctx.saved_tensors[0])

    return Made


def value(x: Tensor) -> Tensor:
    """What is solved for: where it is a."""
    return x**3 + x


def implicit(x: Tensor) -> Tensor:
    """The derivative of its root by a, by the implicit function theorem."""
    return 1 / (3 * x**2 + 1)


def bisected(steps: int) -> Pass:
    """The root, by a bisection."""

    def forward(a: Tensor) -> Tensor:
        low, high = torch.zeros_like(a) - 10, torch.zeros_like(a) + 10
        for _ in range(steps):
            middle = (low + high) / 2
            is_high = value(middle) > a
            low, high = torch.where(is_high, low, middle), torch.where(is_high, middle, high)
        return (low + high) / 2

    return forward


def by_signs(a: Tensor) -> Tensor:
    """The root, by steps to the left or to the right, each half as long as the one before."""
    x = torch.zeros_like(a)
    for step in range(50):
        x = x + 5 * 0.5**step * torch.sign(a - value(x))
    return x


def golden(a: Tensor) -> Tensor:
    """Where (x - a)**2 + x**4 is least, by a golden-section search: to half the digits."""
    ratio = (5**0.5 - 1) / 2
    low, high = torch.zeros_like(a) - 5, torch.zeros_like(a) + 5
    for _ in range(48):
        one, other = high - ratio * (high - low), low + ratio * (high - low)
        is_left = (one - a) ** 2 + one**4 < (other - a) ** 2 + other**4
        low, high = torch.where(is_left, low, one), torch.where(is_left, other, high)
    return (low + high) / 2


def newton(steps: int) -> Pass:
    """The root, by Newton's method."""

    def forward(a: Tensor) -> Tensor:
        x = a
        for _ in range(steps):
            x = x - (value(x) - a) / (3 * x**2 + 1)
        return x

    return forward


def fixed_point(a: Tensor) -> Tensor:
    """Where x = sin(x)/4 + a."""
    x = a
    for _ in range(40):
        x = torch.sin(x) / 4 + a
    return x


def network(x: Tensor) -> Tensor:
    """Three numbers in order, by a network of minima and maxima."""
    a, b, c = x.unbind()
    a, b = torch.minimum(a, b), torch.maximum(a, b)
    b, c = torch.minimum(b, c), torch.maximum(b, c)
    a, b = torch.minimum(a, b), torch.maximum(a, b)
    return torch.stack([a, b, c])


class Network(Function):
    """Sorts; its backward pass puts each gradient in its place."""

    @staticmethod
    def forward(ctx: Any, a: Tensor) -> Tensor:
        ctx.save_for_backward(a)
        return network(a)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        return torch.zeros_like(g).scatter(0, ctx.saved_tensors[0].argsort(), g)


class Interpolated(Function):
    """A table of squares, interpolated: searchsorted finds the interval, and the slope in it is right."""

    @staticmethod
    def forward(ctx: Any, a: Tensor) -> Tensor:
        knots = torch.linspace(0, 4, 9, dtype=a.dtype)
        place = torch.searchsorted(knots, a).clamp(1, 8)
        left, right = knots[place - 1], knots[place]
        slope = (right**2 - left**2) / (right - left)
        ctx.save_for_backward(slope)
        return left**2 + slope * (a - left)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        (slope,) = ctx.saved_tensors
        return g * slope


class OfTwo(Function):
    """The root of x**3 + b*x = a."""

    @staticmethod
    def forward(ctx: Any, a: Tensor, b: Tensor) -> Tensor:
        low, high = torch.zeros_like(a) - 10, torch.zeros_like(a) + 10
        for _ in range(50):
            middle = (low + high) / 2
            is_high = middle**3 + b * middle > a
            low, high = torch.where(is_high, low, middle), torch.where(is_high, middle, high)
        ctx.save_for_backward(low, b)
        return low

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, b = ctx.saved_tensors
        return g / (3 * x**2 + b), -g * x / (3 * x**2 + b)


ROOT = function(bisected(50), implicit)
MANY = [2.3, 1.1]


def checked(code: Any, *, items: tuple[str, ...] = ("forward", "backward"), **at: Any) -> Results:
    """The first items of the check list without a formula."""
    return check_function(code, at=at, only=items)


@pytest.mark.parametrize(
    ("code", "a"),
    [
        (ROOT, 2.3),
        (ROOT, 2),  # the root is one of the numbers that it tries
        (function(bisected(22), implicit), [2.3, 1.1]),  # the pieces of its last step are seen
        (function(by_signs, implicit), 2.3),
        (function(golden, lambda x: 1 / (1 + 6 * x**2)), 2.3),
    ],
    ids=["bisection", "tie", "tolerance", "signs", "golden section"],
)
def test_a_search_is_not_called_wrong(code: Any, a: Any) -> None:
    """Of numbers and of tensors, exact to the last bit, to a tolerance, and to half of the digits."""
    results = checked(code, a=a)
    assert [Status.MATCH, Status.ERROR] == [result.status for result in results]
    assert f"{REFUSAL}; {HINT}" == results[1].verdict.reason
    assert results[1].diagnosis is None
    assert is_refusal(results)


def test_a_search_with_two_arguments() -> None:
    """Each of them moves the root."""
    assert is_refusal(checked(OfTwo, a=2.3, b=1.5))


def test_the_items_that_are_left_say_nothing() -> None:
    """Whichever is the first to see a derivative."""
    results = checked(ROOT, items=("second", "repeat"), a=2.3)
    assert [Status.ERROR, Status.SKIPPED] == [result.status for result in results]
    assert is_refusal(results)


def test_an_explanation_blames_no_search() -> None:
    """It says why there is none."""
    (found,) = [result.explanation for result in explain(ROOT, at={"a": 2.3}) if result.explanation]
    assert found.blame is None
    assert (f"{REFUSAL}; {HINT}",) == found.notes


@pytest.mark.parametrize(
    ("code", "a"),
    [
        (function(newton(12), implicit), MANY),
        (function(newton(12), implicit), 2.3),
        (function(fixed_point, lambda x: 1 / (1 - torch.cos(x) / 4)), MANY),
        (Network, [3.0, 1.0, 2.0]),
        (Interpolated, [3.1, 1.2]),
        (Interpolated, 1.3),
    ],
    ids=["newton", "newton of a number", "fixed point", "network", "interpolation", "interpolation of a number"],
)
def test_steps_that_have_the_derivative_are_read(code: Any, a: Any) -> None:
    """Newton's steps and a fixed point's take on the implicit derivative with the value; others are smooth between."""
    assert [Status.MATCH, Status.MATCH] == [result.status for result in checked(code, a=a)]


@pytest.mark.parametrize(
    ("code", "a"),
    [
        (function(newton(12), lambda x: 2 * implicit(x)), MANY),
        (function(bisected(30), lambda x: -implicit(x)), 0.3),
        (function(lambda x: torch.round(127 * x) / 127, torch.ones_like), MANY),
        (function(lambda x: torch.round(127 * x) / 127, torch.ones_like), 0.3),
        (function(lambda x: torch.round(2.0**20 * x) / 2.0**20, torch.ones_like), MANY),
        (function(lambda x: torch.where(x > 0.25, 1.0, 0.0), torch.ones_like), 0.3),
        (function(torch.sin, torch.cos), MANY),  # of the output, and not of the input
    ],
    ids=["newton", "bisection", "8 bits", "8 bits of a number", "20 bits", "step", "output"],
)
def test_what_is_wrong_stays_wrong(code: Any, a: Any) -> None:
    """Also a backward pass that is not that of the root, and that of a number rounded on purpose."""
    assert [Status.MATCH, Status.MISMATCH] == [result.status for result in checked(code, a=a)]
