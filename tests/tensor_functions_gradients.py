"""Functions whose backward pass is meant to be no derivative of the forward pass, right ones and broken ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function

from derivcheck.model import Case, Checklist, OwnFunction, Result
from derivcheck.own_functions.checking import check_list

Forward = Callable[..., Tensor]
Backward = Callable[..., Any]


def function(forward: Forward, backward: Backward) -> Callable[..., Tensor]:
    """A Function of a forward pass and a backward pass, which gets the upstream gradient and the arguments."""

    class Made(Function):
        @staticmethod
        def forward(ctx: Any, *args: Any) -> Tensor:
            ctx.save_for_backward(*args)
            return forward(*args)

        @staticmethod
        def backward(ctx: Any, g: Tensor) -> Any:
            return backward(g, *ctx.saved_tensors)

    Made.__name__ = Made.__qualname__ = "made"
    return Made.apply


def check(
    code: Callable[..., Any],
    formula: str,
    at: Mapping[str, str],
    gradients: Mapping[str, str] | None = None,
    *,
    only: tuple[str, ...] = (),
    const: tuple[str, ...] = (),
    **declared: Any,
) -> list[Result]:
    """The Results of the check list of a function with declared gradients."""
    own = OwnFunction("f", tuple(at), formula, code, gradients=tuple((gradients or {}).items()), **declared)
    case = Case(formula, (dict(at),), functions=(own,), const=const, checklist=Checklist(only=only))
    return list(check_list(case))


def failing(results: list[Result]) -> dict[str, str]:
    """The items that neither pass nor are skipped, with their reasons."""
    return {
        result.item or "": f"{result.status}: {result.verdict.reason}"
        for result in results
        if str(result.status) not in {"match", "skipped", "convention"}
    }


def sign_ste(mask: Callable[[Tensor], Tensor]) -> Callable[..., Tensor]:
    """The sign of a binarised activation, through which the gradient goes where a mask lets it."""
    return function(torch.sign, lambda g, x: g * mask(x))


def within_one(x: Tensor) -> Tensor:
    """1 where |x| <= 1, else 0."""
    return (x.abs() <= 1).to(x.dtype)


def outside_one(x: Tensor) -> Tensor:
    """The mask of the other side."""
    return (x.abs() > 1).to(x.dtype)


def above_minus_one(x: Tensor) -> Tensor:
    """A mask without the upper bound."""
    return (x >= -1).to(x.dtype)
