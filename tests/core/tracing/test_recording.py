"""Recorded torch code, beside what torch computes: values, and gradients beside the exact truth.

Covers also: traits, stored_nodes, calls, operation, elements.calling.
"""

# mypy: disable-error-code="no-untyped-call, no-any-return, call-overload"
# ruff: noqa: D103, PLW0108 (the name of each piece of torch code says what it does)

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import torch
from comparing import assert_read, partials, recorded
from torch import Tensor
from torch.autograd import forward_ad

from derivcheck.errors import UnsupportedError


def numbers(*values: float, dtype: torch.dtype = torch.float64) -> Tensor:
    """Numbers that ask for a gradient."""
    return torch.tensor(values or (0.7, -1.3, 2.1), dtype=dtype, requires_grad=True)


def constants(function: Callable[..., Any], *inputs: Tensor) -> tuple[str, ...]:
    """What was taken for a constant of the run."""
    return recorded(function, *(inputs or (numbers(),))).recorded.constants


# --- memory ----------------------------------------------------------------------------------------------------------


def view_of_a_view(x: Tensor) -> Tensor:
    y = x * 1
    y[1:][::1].view(-1).mul_(3)
    return y * y


def overlapping_memory(x: Tensor) -> Tensor:
    return (x * 2).as_strided((2, 2), (1, 1)).sin()


def write_through_a_view_into_zeros(x: Tensor) -> Tensor:
    buffer = torch.zeros(2, 3, dtype=x.dtype)
    row = buffer[1]
    row.copy_(x)
    return buffer * buffer + buffer.sum()


def write_through_two_views(x: Tensor) -> Tensor:
    buffer = torch.zeros(6, dtype=x.dtype) + x.sum()
    even, odd = buffer[::2], buffer[1::2]
    odd.copy_(even * 2)
    return buffer * x.sum()


def write_below_an_expanded_view(x: Tensor) -> Tensor:
    y = x.clone()
    wide = y.expand(2, 3)
    y.mul_(2)
    return wide.sin()


def shapes_changed_in_place(x: Tensor) -> Tensor:
    y = torch.outer(x, x)[:2].clone()
    y.t_()
    y.unsqueeze_(0)
    y.squeeze_()
    return y * y


def another_memory(x: Tensor) -> Tensor:
    y, z = x * x, torch.empty(0, dtype=x.dtype)
    with torch.no_grad():
        z.set_(y.detach())
    return z * x


def in_place_on_a_number(x: Tensor) -> Tensor:
    a = x[0].clone()
    a.mul_(2)
    return a * a


def lists(x: Tensor) -> Tensor:
    several = [x * 1, x * 2]
    torch._foreach_mul_(several, 3.0)
    torch._foreach_add_(several, [x, x])
    a, b = torch._foreach_mul(several, [2.0, 3.0])
    return a * b


def lazy_conjugate(x: Tensor) -> Tensor:
    c = torch.complex(x, x * x)
    return (c.conj() * c).real + c.conj().imag


def bits(x: Tensor) -> Tensor:
    return x * (x.view(torch.int64) & ~1).view(torch.float64)


def one_tensor_twice(x: Tensor) -> tuple[Tensor, ...]:
    y = x * x
    return y, y, x, x.view(-1)


def no_numbers(x: Tensor) -> tuple[Tensor, ...]:
    return x[:0].exp(), x[:0].sum() + x


def sparse_constant(x: Tensor) -> Tensor:
    return torch.sparse.mm(torch.eye(3, dtype=x.dtype).to_sparse(), x[:, None])


def subclass(x: Tensor) -> Tensor:
    class Plain(torch.Tensor):
        """A class of tensors that changes nothing."""

    return (x.as_subclass(Plain) * 2 + (x.detach().as_subclass(Plain) * x)).as_subclass(Tensor)


def of_several_formats(x: Tensor) -> Tensor:
    return torch.cat([x, torch.tensor([1, 2, 3]), x > 0])


def added_at_places(x: Tensor) -> Tensor:
    zeros, places = torch.zeros(3, dtype=x.dtype), torch.tensor([0, 0, 2])
    return zeros.index_put((places,), x, accumulate=True) * zeros.put(places, x, accumulate=True)


@pytest.mark.parametrize(
    "code",
    [
        view_of_a_view,
        overlapping_memory,
        write_through_a_view_into_zeros,
        write_through_two_views,
        write_below_an_expanded_view,
        shapes_changed_in_place,
        another_memory,
        in_place_on_a_number,
        lists,
        lazy_conjugate,
        bits,
        one_tensor_twice,
        no_numbers,
        sparse_constant,
        subclass,
        of_several_formats,
        added_at_places,
    ],
)
def test_what_lies_in_memory_is_read(code: Callable[..., Any]) -> None:
    """Views, and what is written through them, are what torch makes of them."""
    assert_read(code, numbers())


# --- masks, integers, infinities -------------------------------------------------------------------------------------


def masks_as_numbers(x: Tensor) -> Tensor:
    mask = x > 0
    return mask.double() * x + (mask & (x < 2)).to(x.dtype) * x * x + torch.where(mask, x, -x) * mask.sum()


def mask_as_index(x: Tensor) -> Tensor:
    y = x * x
    y[x > 0] = x[x > 0] * 3
    y[x < 0] = 0.5
    return y * (x[x > 0] ** 2).sum()


def mask_in_parts(x: Tensor) -> Tensor:
    mask = torch.zeros(3, dtype=torch.bool)
    mask[1:] = x[1:] > 0
    return torch.where(mask, x * x, x)


def masks_joined(x: Tensor) -> Tensor:
    mask = ((x > 0) | (x < -1)).logical_not()
    return torch.where(mask, x * x, x.sin()) * torch.stack([mask, ~mask]).sum()


def place_of_the_largest(x: Tensor) -> Tensor:
    return (x * (x == x.max())).sum() * x


def integers(x: Tensor) -> Tensor:
    return x[x.argmax()] * x + x.long() * x + x.argsort() * x


def bits_of_integers(x: Tensor) -> Tensor:
    whole = (x > 0).int()
    return x * ((whole & 1) + (whole << 2) + (whole ^ 1) + (whole * 3) // 2)


def hidden_by_minus_infinity(x: Tensor) -> Tensor:
    return torch.softmax(x.masked_fill(x < 0, -torch.inf), 0)


def hidden_by_infinity(x: Tensor) -> Tensor:
    return x.masked_fill(x < 0, torch.inf).amin() * x


def guarded_by_nan(x: Tensor) -> Tensor:
    return torch.where(x > 0, x, torch.full_like(x, torch.nan)).nan_to_num(0.5) * x


def guarded_twice(x: Tensor) -> Tensor:
    return torch.where(x > 0, torch.where(x > 0, x, torch.ones_like(x)).log(), x)


@pytest.mark.parametrize(
    "code",
    [
        masks_as_numbers,
        mask_as_index,
        mask_in_parts,
        masks_joined,
        place_of_the_largest,
        integers,
        bits_of_integers,
        hidden_by_minus_infinity,
        hidden_by_infinity,
        guarded_by_nan,
        guarded_twice,
    ],
)
def test_masks_and_what_they_hide_are_read(code: Callable[..., Any]) -> None:
    """Conditions are nodes; the places that they choose are constants of the run."""
    assert_read(code, numbers())


# --- formats ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_other_formats_are_read(dtype: torch.dtype) -> None:
    """The numbers are those that the format holds."""
    assert_read(lambda x: x.exp() * x, numbers(0.5, 1.5, -2.0, dtype=dtype), digits=1)
    assert_read(lambda x: x.double().exp() * x, numbers(0.5, 1.5, -2.0, dtype=dtype))


def test_autocast_is_read() -> None:
    """What it computes in bfloat16 has three digits."""

    def code(x: Tensor) -> Tensor:
        with torch.autocast("cpu", torch.bfloat16):
            y = torch.mm(x[None], x[:, None])
        return y.to(x.dtype) * x

    assert recorded(code, numbers(dtype=torch.float32)).count == 3


def test_a_number_in_a_coarser_format_is_the_one_that_the_run_holds() -> None:
    """float16 holds 0.7001953125 for 0.7: the square of that has the slope 2*0.7001953125."""
    assert partials(lambda x: x.half().double() ** 2, numbers(0.7)) == [2 * 0.7001953125]


# --- the program -----------------------------------------------------------------------------------------------------


def branches(x: Tensor) -> Tensor:
    if (x > 0).any():
        x = x * 2
    return x * x if x[0] > 1 and int(x[2]) > 2 else x


def number_taken_out(x: Tensor) -> Tensor:
    return torch.tensor(float(x[0]), dtype=x.dtype) * x / x.norm().item()


def numbers_taken_out(x: Tensor) -> Tensor:
    return torch.tensor(x.tolist(), dtype=x.dtype) * x


def dropped(x: Tensor) -> Tensor:
    torch.manual_seed(0)
    return torch.nn.functional.dropout(x, 0.5) * torch.rand_like(x) * torch.empty(3, dtype=x.dtype).normal_()


def overwritten_by_chance(x: Tensor) -> Tensor:
    torch.manual_seed(0)
    y = x * x
    total = y.sum()
    y.uniform_()
    return y * x + total


@pytest.mark.parametrize("code", [branches, number_taken_out, numbers_taken_out, dropped, overwritten_by_chance])
def test_what_the_program_decides_is_a_constant_of_the_run(code: Callable[..., Any]) -> None:
    """Branches, numbers that are taken out of tensors, and chance."""
    assert_read(code, numbers())


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (branches, "a number of the run that the code looks at (`aten::_local_scalar_dense`)"),
        (dropped, "random numbers (`aten::bernoulli_.float`)"),
        (mask_as_index, "the places that a mask of the inputs chooses"),
        (integers, "numbers that are made integers (`aten::_to_copy`)"),
        (integers, "the places that `aten::argmax` finds"),
        (hidden_by_infinity, "which numbers a mask of the inputs hides by an infinite one"),
    ],
)
def test_constants_of_the_run_are_told(code: Callable[..., Any], words: str) -> None:
    """In words that say what was taken for one."""
    assert words in constants(code)


# --- torch.func, TorchScript, layers ---------------------------------------------------------------------------------


def forward_mode(x: Tensor) -> Tensor:
    with forward_ad.dual_level():
        primal, tangent = forward_ad.unpack_dual(forward_ad.make_dual(x, x * x).sin())
        assert tangent is not None
        return primal + tangent


def saved_by_hooks(x: Tensor) -> Tensor:
    with torch.autograd.graph.saved_tensors_hooks(lambda t: t.detach().clone(), lambda t: t * 1):
        y = x * x
    (slope,) = torch.autograd.grad(y.sum(), x, create_graph=True)
    return y + slope.detach() * x


_TRACED = torch.jit.trace(lambda t: t * t + 1, torch.ones(3, dtype=torch.float64))


@pytest.mark.parametrize(
    "code",
    [
        lambda x: torch.func.vmap(lambda t: t.sin() * x)(x),
        lambda x: torch.func.vmap(lambda t: t * t.detach())(x),
        lambda x: torch.func.vmap(torch.func.grad(lambda t: t**3))(x),
        lambda x: torch.func.grad(lambda t: (t**3).sum())(x) * x,
        lambda x: torch.func.jvp(torch.sin, (x,), (x * x,))[1],
        lambda x: torch.func.jvp(lambda t: t * t.detach() * t.sin(), (x,), (x * x,))[1],
        lambda x: torch.func.vjp(torch.sin, x)[1](x * x)[0],
        lambda x: torch.func.jacrev(lambda t: t * t.sum())(x),
        lambda x: torch.func.jacfwd(lambda t: t * t.sum())(x),
        lambda x: torch.func.hessian(lambda t: (t**3).sum() * t[0])(x),
        lambda x: torch.autograd.grad((x**3).sum(), x, create_graph=True)[0] ** 2,
        lambda x: torch.func.functional_call(torch.nn.Linear(3, 3).double(), {"weight": x.outer(x), "bias": x}, (x,)),
        lambda x: _TRACED(x) * x,
        forward_mode,
        saved_by_hooks,
    ],
)
def test_derivatives_within_the_code_are_read(code: Callable[..., Any]) -> None:
    """torch.func, a backward pass inside of the code, and traced code are operations like any other."""
    assert_read(code, numbers())


def test_layers_are_read() -> None:
    """Running statistics that a layer writes down are constants; parametrized weights are computed."""
    norm = torch.nn.BatchNorm1d(3).double()
    linear = torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(3, 2).double())

    def code(x: Tensor) -> Tensor:
        rows = torch.stack([x, x * x])
        trained = norm.train()(rows)
        return trained + norm.eval()(rows) + linear(x).sum()

    norm.momentum = 0.0
    assert_read(code, numbers())


# --- what cannot be read ---------------------------------------------------------------------------------------------


def write_by_numpy(x: Tensor) -> Tensor:
    y = x * 1
    y.detach().numpy()[0] = 5.0
    return y * y


def write_as_bits(x: Tensor) -> Tensor:
    y = x * 1
    y.detach().view(torch.int64).add_(1 << 45)
    return y


def resized(x: Tensor) -> Tensor:
    y = (x * x).detach()
    y.resize_(2)
    return y.sum() * x


def made_sparse(x: Tensor) -> Tensor:
    return x.to_sparse().to_dense()


def too_large(x: Tensor) -> Tensor:
    return (x[:, None, None] * torch.ones(1, 300, 300, dtype=x.dtype)).exp().sum()


def in_another_thread(x: Tensor) -> Any:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: x * x).result()


@torch.library.custom_op("derivcheck_tests::sine", mutates_args=())
def _sine(x: Tensor) -> Tensor:
    return torch.from_numpy(np.sin(x.numpy()))


_sine.register_autograd(lambda _, g: g)


@torch.jit.script
def _scripted(x: Tensor) -> Tensor:
    return x.sin() * x


def scripted(x: Tensor) -> Tensor:
    for _ in range(4):  # torch compiles it with its backward pass when it has run a few times
        found = _scripted(x)
    return found


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (write_by_numpy, "written to by something that cannot be read"),
        (write_as_bits, "as the bits of another format"),
        (resized, "aten::resize_"),
        (made_sparse, "cannot be read"),
        (too_large, "needs more than 200,000 operations"),
        (scripted, "TorchScript"),
        (in_another_thread, "numbers that cannot be seen"),
        (_sine, "derivcheck_tests"),
    ],
)
def test_what_cannot_be_read_is_named(code: Callable[..., Any], words: str) -> None:
    """And never read as something else."""
    with pytest.raises(UnsupportedError, match=words):
        recorded(code, numbers()).recorded  # noqa: B018 (it is recorded when it is asked for)
