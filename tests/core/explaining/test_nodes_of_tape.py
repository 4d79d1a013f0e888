"""Functions on the tape: as many as the code applies, whatever they apply themselves."""

from __future__ import annotations

from typing import Any

import torch
from taped_runs import taped
from torch import Tensor


class Inner(torch.autograd.Function):
    """2*x."""

    @staticmethod
    def forward(_: Any, x: Tensor) -> Tensor:
        """Twice."""
        return 2 * x

    @staticmethod
    def backward(_: Any, g: Tensor) -> Any:
        """Its derivative."""
        return 2 * g


class Outer(torch.autograd.Function):
    """4*x, by way of another Function, written into its own argument."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Any:
        """Four times."""
        ctx.mark_dirty(x)
        return x.copy_(inner(inner(x)))

    @staticmethod
    def backward(_: Any, g: Tensor) -> Any:
        """Its derivative."""
        return 4 * g


inner: Any = Inner.apply
outer: Any = Outer.apply


def test_a_function_within_a_function_is_a_part_of_it() -> None:
    """The tape has the outer one."""
    run = taped(lambda x: outer(x + 0), torch.tensor([1.0, 2.0]))
    assert [one.name for one in run.operations if one.is_own] == ["Outer"]
    (own,) = [one for one in run.operations if one.is_own]
    assert run.tensors[own.results[0]].numbers == (4.0, 8.0)


def test_a_function_runs_again_on_what_it_was_given_before_it_wrote() -> None:
    """Its arguments were copied."""
    run = taped(lambda x: outer(x + 0), torch.tensor([1.0, 2.0]))
    (own,) = [one for one in run.operations if one.is_own]
    assert own.run is not None
    assert [one.tolist() for one in own.tensors] == [[1.0, 2.0]]
    assert own.run(torch.tensor([3.0, 5.0]) + 0)[0].tolist() == [12.0, 20.0]
