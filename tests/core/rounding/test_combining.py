"""Operations that combine numbers round within."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from derivcheck import gradcheck
from derivcheck.numbers import DType
from derivcheck.rounding.combining import about, combines, in_steps, perturbed_arguments
from derivcheck.rounding.one_sample import OneSample, number_draws
from derivcheck.rounding.operations import kernel_of
from derivcheck.rounding.range_losses import RangeLosses

ATEN = torch.ops.aten


def samples() -> OneSample:
    """A perturbed run in float64."""
    return OneSample(RangeLosses(DType.FLOAT64), number_draws(DType.FLOAT64))


@pytest.mark.parametrize("func", [ATEN.sum.default, ATEN.mm.default, ATEN._softmax.default, ATEN.linalg_qr.default])
def test_an_operation_that_combines_numbers(func: object) -> None:
    """A sum, a product of matrices, a softmax and a factorization."""
    assert combines(func)


@pytest.mark.parametrize("func", [ATEN.mul.Tensor, ATEN.exp.default, ATEN.stack.default, ATEN.amax.default])
def test_an_operation_that_does_not(func: object) -> None:
    """What works number by number, moves numbers or chooses among them."""
    assert not combines(func)


def test_a_softmax_goes_step_by_step_where_it_is_computed_so() -> None:
    """torch tells its compilers what it is made of; in bfloat16 the kernel computes in float32 and rounds once."""
    assert in_steps(ATEN._softmax.default, torch.float64) is not None
    assert in_steps(ATEN._softmax.default, torch.bfloat16) is None


def moved_arguments(func: object, *args: Tensor) -> tuple[Tensor, ...] | None:
    """The arguments of an operation as they are perturbed."""
    return perturbed_arguments(func, args, {}, samples())


def test_numbers_of_few_digits_are_combined_exactly() -> None:
    """1 + 2 + 3 is 6, and nothing was rounded; 0.1 + 0.2 + 0.3 is off by about an ulp of each."""
    few, many = torch.tensor([1.0, 2.0, 3.0] * 9).double(), torch.tensor([0.1, 0.2, 0.3] * 9, dtype=torch.float64)
    kept, moved = moved_arguments(ATEN.sum.default, few), moved_arguments(ATEN.sum.default, many)
    assert kept is not None
    assert moved is not None
    assert torch.equal(few, kept[0])
    assert not torch.equal(many, moved[0])
    assert ((many - moved[0]).abs() <= 2.0**-53).all()


def test_linear_algebra_rounds_where_its_result_has_many_digits() -> None:
    """The inverse of 2*I is exact, that of 3*I is not, and is off by an ulp of the largest number of the matrix."""
    identity = torch.eye(2, dtype=torch.float64)
    assert moved_arguments(ATEN.linalg_inv_ex.default, 2 * identity) is None
    matrix = 3 * identity + torch.tensor([[0.0, 1e-9], [0.0, 0.0]], dtype=torch.float64)
    distances = {
        float(distance)
        for _ in range(20)
        for (moved,) in [moved_arguments(ATEN.linalg_inv_ex.default, matrix) or (matrix,)]
        for distance in (moved - matrix).abs().flatten()
    }
    assert max(distances) <= 2.0**-51
    assert len(distances) > 1


def test_a_primitive_is_run_by_what_it_wraps() -> None:
    """The variance of one of torch's primitives is torch's; of other operations nothing changes."""
    x = torch.tensor([[1.0, 2.0, 4.0], [0.0, 3.0, 9.0]])
    run = kernel_of(torch.ops.prims.var.default)
    assert run is not torch.ops.prims.var.default
    torch.testing.assert_close(run(x, [1], correction=0), x.var(1, correction=0))
    assert kernel_of(ATEN.var.correction) is ATEN.var.correction


def test_steps_round_about_what_the_kernel_returns() -> None:
    """A kernel may compute something else than its steps: what is between them is no rounding."""
    kernel, steps = torch.tensor([1.0, 2.0, 3.0]).double(), torch.tensor([1.5, float("inf"), 3.0]).double()
    found = torch.tensor([1.75, 4.0, float("nan")]).double()
    assert about(kernel, found, steps).tolist()[:2] == [1.25, 4.0]
    parts = about((kernel, None, kernel[:0]), (found, None, found), (steps, None, steps))
    assert parts[0][0].item() == 1.25
    assert parts[1] is None
    assert parts[2] is found
    named = torch.var_mean(kernel)
    assert about(named, named, named) == tuple(named)


def test_a_named_tuple_of_torchs_is_a_tuple() -> None:
    """var_mean returns one, which no list makes."""
    x = torch.tensor([1.0, 2.0, 4.0]).double()
    both = torch.return_types.max((x, x.long()))
    assert len(about(both, both, both)) == 2
    parts = in_steps(ATEN.var_mean.dim, torch.float64)
    assert parts is not None
    found = parts(x, [0])
    assert [one.item() for one in about(ATEN.var_mean.dim(x, [0]), found, found)] == [one.item() for one in found]


def test_a_constant_of_a_kernel_is_no_rounding() -> None:
    """The backward pass of hardsigmoid has 1/6 as a float32, that of its steps as a float64."""
    x = torch.tensor([1.0, 0.5], dtype=torch.float64, requires_grad=True)
    assert not gradcheck(torch.nn.functional.hardsigmoid, x, raise_exception=False)
