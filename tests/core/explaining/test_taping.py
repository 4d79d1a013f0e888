"""Taping: each operation of a run has a graph of its own."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from taped_runs import taped
from torch import Tensor

from derivcheck.explaining.taped_run import TapedRun


def operations(run: TapedRun) -> list[tuple[str, tuple[int, ...], tuple[int, ...]]]:
    """The operations with their arguments and results, but for autograd's own copies of what it saves."""
    return [(one.name, one.arguments, one.results) for one in run.operations if one.name != "detach"]


def test_operations_name_their_arguments_in_order() -> None:
    """A subtraction the other way round has its arguments the other way round."""
    run = taped(lambda x, y: (y - x) * x, torch.tensor(1.0), torch.tensor(2.0))
    assert operations(run) == [("sub", (1, 0), (2,)), ("mul", (2, 0), (3,))]
    assert [type(run.tensors[at].node).__name__ for at in (2, 3)] == ["SubBackward0", "MulBackward0"]


def test_each_graph_ends_at_the_numbers_of_the_arguments() -> None:
    """The graph of the second sine does not reach the first one."""
    run = taped(lambda x: x.sin().sin(), torch.tensor(1.0))
    sines = [one for one in run.operations if one.name == "sin"]
    assert [[run.graph.calls[at][0] for at in run.graph.below(*one.nodes[0])] for one in sines] == [
        [run.graph.calls[run.tensors[0].leaves[0]][0], "sin"],
        [run.graph.calls[run.tensors[sines[0].results[0]].leaves[0]][0], "sin"],
    ]


def test_a_view_is_a_tensor_of_its_own() -> None:
    """What uses the view has the view for its argument, and not what that is a view of."""
    run = taped(lambda x: (x.t() + 1).sum(), torch.ones(2, 3))
    assert [(name, arguments) for name, arguments, _ in operations(run)] == [("t", (0,)), ("add", (1,)), ("sum", (2,))]


def test_what_is_written_into_is_a_new_tensor() -> None:
    """After y.mul_(2), y is another tensor of the tape."""

    def write(x: Tensor) -> Tensor:
        y = x.exp()
        y.mul_(2)
        return y.sin()

    run = taped(write, torch.tensor(1.0))
    assert [name for name, _, _ in operations(run)] == ["exp", "mul", "sin"]
    assert operations(run)[2][1] == operations(run)[1][2]
    (product,) = [one for one in run.operations if one.name == "mul"]
    assert run.tensors[product.results[0]].numbers == pytest.approx((2 * 2.718281828,))


def test_what_is_written_through_a_view_is_written_into_what_it_is_a_view_of() -> None:
    """So it is to autograd, whose node is called CopySlices."""

    def write(x: Tensor) -> Tensor:
        y = x.clone()
        y[0].mul_(3)
        return y.sum()

    run = taped(write, torch.tensor([1.0, 2.0]))
    (product,) = [one for one in run.operations if one.name == "mul"]
    written = run.tensors[product.results[0]]
    assert (written.numbers, type(written.node).__name__) == ((3.0, 2.0), "CopySlices")
    (total,) = [one for one in run.operations if one.name == "sum"]
    assert total.arguments == (written.position,)


def test_several_results_are_those_of_one_operation() -> None:
    """A sort gives numbers and places; the places are integers, and no tensors of the tape."""
    run = taped(lambda x: x.sort().values, torch.tensor([3.0, 1.0]))
    assert [run.tensors[at].numbers for _, _, results in operations(run) for at in results] == [(1.0, 3.0)]
    run = taped(lambda x: torch.std_mean(x, correction=0), torch.tensor([3.0, 1.0]))
    assert [len(results) for _, _, results in operations(run)] == [2]


class Cube(torch.autograd.Function):
    """x**3, in two operations."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        """The cube."""
        ctx.save_for_backward(x)
        return x * x * x

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        """Its derivative."""
        return 3 * g * ctx.saved_tensors[0] ** 2


cube: Any = Cube.apply


def test_a_function_is_one_operation() -> None:
    """What its forward pass runs is its graph."""
    run = taped(lambda x: cube(x).exp(), torch.tensor(2.0))
    assert [name for name, _, _ in operations(run)] == ["Cube", "exp"]
    assert run.operations[0].is_own
    assert type(run.tensors[1].node).__name__ == "CubeBackward"


def test_an_operation_that_is_read_by_its_parts_is_one() -> None:
    """Autograd has one node for it."""
    run = taped(lambda x: torch.nn.functional.huber_loss(x, torch.zeros(2)), torch.tensor([0.5, 3.0]))
    assert [name for name, _, _ in operations(run)] == ["huber_loss"]


def test_a_copy_that_resolves_a_lazy_conjugate_stands_for_it() -> None:
    """torch makes it below autograd, to compute with it."""
    run = taped(lambda x: (torch.view_as_complex(x) * torch.view_as_complex(x).conj()).real, torch.ones(2, 2))
    (product,) = [one for one in run.operations if one.name == "mul"]
    assert [type(run.tensors[at].node).__name__ for at in product.arguments] == [
        "ViewAsComplexBackward0",
        "ConjBackward0",
    ]
