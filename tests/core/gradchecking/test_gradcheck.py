"""Gradcheck with torch's signature and answer.

Covers also: reports.
"""

from __future__ import annotations

import inspect
from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor

import derivcheck
from derivcheck.errors import UnsupportedError
from derivcheck.gradchecking.gradcheck import examine, examine_twice
from derivcheck.gradchecking.torchs_checks import TORCHS
from derivcheck.model import Status

DOUBLE = torch.float64


def leaf(*numbers: float, dtype: torch.dtype = DOUBLE) -> Tensor:
    """A tensor that asks for a gradient."""
    return torch.tensor(numbers, dtype=dtype, requires_grad=True)


@pytest.mark.parametrize("name", ["gradcheck", "gradgradcheck"])
def test_the_signatures_are_torchs(name: str) -> None:
    """Names, order, defaults and kinds of the arguments."""
    ours = inspect.signature(getattr(derivcheck, name)).parameters.values()
    torchs = inspect.signature(getattr(TORCHS, name)).parameters.values()
    assert [(one.name, one.default, one.kind) for one in torchs] == [(one.name, one.default, one.kind) for one in ours]


def test_a_right_function_passes() -> None:
    """In reverse and in forward mode, once and twice."""
    x = leaf(0.5, -2.0)
    assert derivcheck.gradcheck(torch.tanh, x, check_forward_ad=True)
    assert derivcheck.gradgradcheck(torch.tanh, x)


class OffByABillionth(torch.autograd.Function):
    """Its gradient is wrong by 1e-9 of itself in one element."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        """sin(x)."""
        ctx.save_for_backward(x)
        return torch.sin(x)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        """g*cos(x), but for the first element."""
        (x,) = ctx.saved_tensors
        made: Tensor = g * x.cos() * torch.tensor([1 + 1e-9, 1.0], dtype=g.dtype)
        return made


def test_a_gradient_that_is_wrong_by_a_billionth_fails() -> None:
    """Which torch's tolerances let pass; the error is torch's, with the element, its truth and what was returned."""
    x = leaf(0.5, -2.0)
    assert torch.autograd.gradcheck(OffByABillionth.apply, (x,))
    assert not derivcheck.gradcheck(OffByABillionth.apply, (x,), raise_exception=False)
    with pytest.raises(TORCHS.GradcheckError, match=r"input\[0\] +0\.8775825618903728"):
        derivcheck.gradcheck(OffByABillionth.apply, (x,))
    assert not derivcheck.gradgradcheck(OffByABillionth.apply, (x,), raise_exception=False)


def test_the_error_begins_as_torchs_does() -> None:
    """Suites look for torch's words; the table follows, and names the Function."""
    x, y = leaf(0.5, -2.0), leaf(1.0, 3.0)

    def one(a: Tensor, b: Tensor) -> Tensor:
        made: Tensor = a * OffByABillionth.apply(b)  # type: ignore[no-untyped-call]
        return made

    def two(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
        return one(a, b), a * b

    for function, words in (
        (one, "Jacobian mismatch for output 0 with respect to input 1,\ngradcheck of one "),
        (two, "Jacobian mismatch with respect to input 1,\ngradcheck of two "),
    ):
        with pytest.raises(TORCHS.GradcheckError, match=words):
            derivcheck.gradcheck(function, (x, y))
    with pytest.raises(TORCHS.GradcheckError, match=r"Jacobian mismatch.*\ngradgradcheck of OffByABillionth "):
        derivcheck.gradgradcheck(partial(OffByABillionth.apply), (x,))


def test_what_cannot_be_read_is_an_error_of_ours() -> None:
    """Never an answer."""
    with pytest.raises(UnsupportedError, match="cannot be read"):
        derivcheck.gradcheck(lambda x: torch.special.airy_ai(x) * x, leaf(0.5))


def test_nested_inputs_are_differentiated_by_as_well() -> None:
    """Tensors in lists among the inputs."""
    report = examine(lambda xs, y: xs[0] * xs[1][0] + y, ([leaf(1.0), [leaf(2.0)]], leaf(3.0)))
    assert Status.MATCH is report.status
    assert {"values", "backward", "upstream 0", "repetition", "undefined gradients"} == {
        result.item for result in report.results
    }


def test_the_reports_of_second_derivatives_name_the_element() -> None:
    """As those of first ones do."""
    report = examine_twice(OffByABillionth.apply, leaf(0.5, -2.0))
    assert report.is_wrong
    assert "the gradient" in report.text
