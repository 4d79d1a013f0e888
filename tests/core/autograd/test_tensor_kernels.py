"""What torch runs for functions of shapes that it has as operators and attributes."""

from __future__ import annotations

import torch

from derivcheck.autograd import tensor_kernels
from derivcheck.language.plain_values import ELLIPSIS, Slice


def test_an_index_takes_integers_slices_new_dimensions_the_rest_and_tensors() -> None:
    """Each item means what it means in torch's square brackets."""
    x = torch.arange(24.0).reshape(2, 3, 4)
    t = torch.tensor([2, 0])
    assert torch.equal(tensor_kernels.index(x, -1, Slice(1, 3), None, t), x[-1, 1:3, None, t])
    assert torch.equal(tensor_kernels.index(x, ELLIPSIS, Slice(None, None, 2)), x[..., ::2])


def test_an_array_broadcasts_its_elements() -> None:
    """A number beside a vector is as long as that."""
    made = tensor_kernels.array(torch.tensor([1.0, 2.0]), torch.tensor(3.0))
    assert made.tolist() == [[1.0, 2.0], [3.0, 3.0]]


def test_the_two_transposes() -> None:
    """One reverses all dimensions, the other exchanges the last two."""
    x = torch.zeros(2, 3, 4)
    assert tensor_kernels.T(x).shape == (4, 3, 2)
    assert tensor_kernels.mT(x).shape == (2, 4, 3)


def test_a_triangular_system_is_told_by_position_what_torch_wants_by_keyword() -> None:
    """2*x = 4 and x + 2*y = 4, of which the upper triangle is not read."""
    a, b = torch.tensor([[2.0, 9.0], [1.0, 2.0]]), torch.tensor([[4.0], [4.0]])
    assert tensor_kernels.solve_triangular(a, b, False, True, False).tolist() == [[2.0], [1.0]]
