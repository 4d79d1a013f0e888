"""What a callable takes, as its author wrote it."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import torch
from torch import Tensor

from derivcheck.autograd.signatures import is_required, name_of, signature_of


def scaled(x: Tensor, /, alpha: float, n: int = 3, *rest: Tensor, bias: Tensor | None = None, **more: Any) -> Tensor:
    """A function with parameters of every kind."""
    return torch.stack([x * alpha**n, *rest]).sum() + (0 if bias is None else bias) + len(more)


def test_parameters_of_every_kind() -> None:
    """By place go those before the star, names have all but the starred ones, and numbers are told by their types."""
    signature = signature_of(scaled)
    assert ["x", "alpha", "n"] == [one.name for one in signature.placed]
    assert ["x", "alpha", "n", "bias"] == list(signature.named)
    assert (True, True, True) == (signature.is_known, signature.takes_any_number, signature.takes_any_keyword)
    assert {"alpha": "float", "n": "int"} == signature.plain
    assert ["x", "alpha"] == [one.name for one in signature.placed if is_required(one)]


def test_what_nobody_passes_is_left_out() -> None:
    """The `ctx` of a forward method, and what a partial has bound already."""

    def forward(ctx: object, x: Tensor) -> Tensor:
        return x if ctx is None else -x

    assert ["x"] == list(signature_of(forward, leave_out=1).named)
    assert ["n", "bias"] == list(signature_of(partial(scaled, torch.ones(1), 2.0)).named)


def test_a_function_of_c_may_have_no_signature() -> None:
    """Then nothing is known of it, rather than that it takes nothing."""
    signature = signature_of(torch.add)
    assert (False, ()) == (signature.is_known, signature.parameters)
    assert signature_of(math.sqrt).is_known


def test_names_are_read_as_the_parser_reads_them() -> None:
    """A parameter in mathematical letters has the name that an expression finds it by."""
    code = eval("lambda 𝑥, ℓ: 𝑥 * ℓ")
    assert ["x", "l"] == [name_of(one) for one in signature_of(code).parameters]
