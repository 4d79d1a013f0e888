"""The torch kernels of functions of shapes; tests/core/elements/lowerings holds each of them against its lowering.

Covers also: layer_kernels.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from operator import attrgetter

import torch

from derivcheck.autograd import layer_kernels, tensor_kernels
from derivcheck.language.plain_values import Slice
from derivcheck.language.table import SHAPED_FUNCTIONS


def test_every_kernel_that_a_row_names_is_there() -> None:
    """Either torch has it, or the module."""
    for row in SHAPED_FUNCTIONS:
        if row.torch is not None:
            home: object = tensor_kernels if row.torch.startswith("kernels.") else torch
            assert callable(attrgetter(row.torch.removeprefix("kernels."))(home)), row.name


def test_makers_take_a_tensor_that_they_are_like() -> None:
    """And no other kernel does: nobody else would know the dtype."""
    kernels: list[Callable[..., object]] = [
        found for name, found in vars(tensor_kernels).items() if callable(found) and name.islower() and name[0] != "_"
    ]
    assert {kernel for kernel in kernels if "like" in signature(kernel).parameters} == tensor_kernels.MAKERS


def test_what_is_made_has_the_dtype_that_is_checked() -> None:
    """A float64 beside a float32 would make everything after it float64."""
    like = torch.zeros((), dtype=torch.float32)
    found = tensor_kernels.eye(2, None, like=like)
    assert torch.float32 is found.dtype
    assert torch.float32 is tensor_kernels.one_hot(torch.tensor([0, 1]), 2, like=like).dtype
    assert torch.int64 is tensor_kernels.arange(3, None, 1, like=like).dtype


def test_an_array_broadcasts_its_elements() -> None:
    """A number beside a vector is as long as that."""
    made = tensor_kernels.array(torch.tensor([1.0, 2.0]), torch.tensor(3.0))
    assert made.tolist() == [[1.0, 2.0], [3.0, 3.0]]


def test_a_triangular_system_is_told_by_position_what_torch_wants_by_keyword() -> None:
    """2*x = 4 and x + 2*y = 4, of which the upper triangle is not read."""
    a, b = torch.tensor([[2.0, 9.0], [1.0, 2.0]]), torch.tensor([[4.0], [4.0]])
    assert layer_kernels.solve_triangular(a, b, False, True, False).tolist() == [[2.0], [1.0]]


def test_an_index_is_pythons() -> None:
    """Slices, new dims and dots; of the results of a function one is chosen first."""
    y, t = torch.arange(24.0).reshape(2, 3, 4), torch.tensor([2, 0])
    assert torch.equal(y[-1, 1:3, None, t], tensor_kernels.index(y, -1, Slice(1, 3), None, t))
    x = torch.arange(6.0).reshape(2, 3)
    assert torch.equal(x[..., None, 1:], tensor_kernels.index(x, "...", None, Slice(1, None)))
    assert torch.equal(x[1, 0], tensor_kernels.index(x.unbind(), 1, 0))
    assert torch.equal(x[[1, 0]], tensor_kernels.index(x, torch.tensor([1.0, 0.0])))
