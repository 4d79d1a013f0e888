"""Functions on the tape: as many as the code applies, whatever they apply themselves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from taped_runs import taped
from torch import Tensor

from derivcheck.errors import UnsupportedError
from derivcheck.explaining.explained_code import explain_call


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


class Unseen(torch.autograd.Function):
    """exp by way of NumPy, which nothing records."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        """The exponential."""
        ctx.save_for_backward(x)
        return torch.from_numpy(np.exp(x.detach().numpy()))

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        """Its derivative."""
        return g * ctx.saved_tensors[0].exp()


class Partly(Unseen):
    """x*exp(x), of which a factor is recorded."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        """The product."""
        ctx.save_for_backward(x)
        return x * torch.from_numpy(np.exp(x.detach().numpy()))


@pytest.mark.parametrize("function", [Unseen, Partly])
def test_a_forward_pass_that_nobody_saw_is_an_error(function: Any) -> None:
    """No operation is blamed for what the tape does not know."""
    with pytest.raises(UnsupportedError, match=r"recorded|cannot be seen"):
        explain_call(lambda x: function.apply(x).sum(), [torch.tensor([1.0, 2.0], requires_grad=True)])


def test_a_gradient_that_a_function_does_not_return_is_zero() -> None:
    """And what is due stands beside it."""

    class Forgets(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor, y: Tensor) -> Tensor:
            """The product."""
            ctx.save_for_backward(y)
            return x * y

        @staticmethod
        def backward(ctx: Any, g: Tensor) -> Any:
            """A gradient of the first factor alone."""
            return g * ctx.saved_tensors[0], None

    forgets: Any = Forgets.apply
    two = [torch.tensor([number], dtype=torch.float64, requires_grad=True) for number in (2.0, 3.0)]
    tape = explain_call(lambda x, y: forgets(x, y).sum(), two).tape
    (own,) = [one for one in tape if one.is_own]
    first, second = own.returned
    assert (first.numbers.local, second.numbers.computed) == ((0.0,), (0.0,))
    assert [due and due.decimal(3) for due in second.numbers.due] == ["2"]
