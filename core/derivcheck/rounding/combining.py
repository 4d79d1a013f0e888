"""What an operation rounds that combines several numbers into one: a norm, a softmax, a product of matrices."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import torch
from torch import Tensor

from derivcheck.rounding.fused import COMPUTED_AS_THEY_ARE
from derivcheck.rounding.moving import moved, moved_parts
from derivcheck.rounding.nominal import FEW, significant_bits
from derivcheck.rounding.operations import FACTOR_NOTHING, FACTORIZATIONS, ITERATIONS, MOVES, NEVER_ROUNDS
from derivcheck.rounding.samples import Samples


@cache
def combines(func: Any) -> bool:
    """Whether an operation may combine several numbers of its arguments into one."""
    name = func.overloadpacket.__name__
    if torch.Tag.pointwise in func.tags or func._schema.is_mutable:
        return False
    return name not in MOVES and name not in NEVER_ROUNDS


def in_steps(func: Any, dtype: torch.dtype) -> Callable[..., Any] | None:
    """What an operation is made of, as torch tells its compilers; None where it does not.

    In the narrow formats kernels compute in float32 and round once.
    """
    return _decomposition(func) if dtype in COMPUTED_AS_THEY_ARE else None


@cache
def _decomposition(func: Any) -> Callable[..., Any] | None:
    if torch.Tag.nondeterministic_seeded in func.tags:
        return None
    decompositions: dict[Any, Callable[..., Any]] = torch._decomp.decomposition_table
    return decompositions.get(func)


def about(kernel: Any, found: Any, steps: Any) -> Any:
    """What the steps of an operation round, about what its kernel returns.

    A kernel may compute something else than the steps: that of hardsigmoid's backward pass has 1/6 as a float32. Then
    the difference is no rounding.

    Args:
        kernel: what the kernel returns.
        found: what the steps return where each is moved.
        steps: what they return unmoved.
    """
    if isinstance(found, tuple | list):
        return tuple([about(*each) for each in zip(kernel, found, steps, strict=True)])
    if not isinstance(found, Tensor) or not isinstance(kernel, Tensor) or kernel.shape != found.shape:
        return found
    if not found.is_floating_point() or kernel.dtype is not found.dtype:
        return found
    apart = found - steps
    return torch.where(apart.isfinite() & kernel.isfinite(), kernel + apart, found)


def perturbed_arguments(
    func: Any, args: tuple[Any, ...], kwargs: dict[str, Any], samples: Samples
) -> tuple[Any, ...] | None:
    """The arguments, perturbed by as much as the operation rounds within; None where it rounds nothing.

    What a sum or a convolution rounds within is at least an ulp of each argument. Of what linear algebra computes the
    error is that of a matrix off by an ulp of its largest number (J. H. Wilkinson, "Rounding Errors in Algebraic
    Processes", 1963).
    """
    if not _is_linear_algebra(func):
        return tuple(_moved(arg, samples) if _is_inexact(arg, samples) else arg for arg in args)
    exact = func(*args, **kwargs)
    parts = exact if isinstance(exact, tuple) else (exact,)
    # Numbers of few digits have factors and solutions of many, as 2/3.
    if not any(_is_inexact(value, samples) for value in (*args, *parts)):
        return None
    ulps = _ULPS_OF_ITERATIONS if func.overloadpacket.__name__ in ITERATIONS else 1.0
    return tuple(_perturbed_matrix(arg, samples, ulps) if _is_matrix(arg, samples) else arg for arg in args)


def _moved(arg: Tensor, samples: Samples) -> Tensor:
    if arg.is_complex():
        return moved_parts(arg, samples.steps(torch.view_as_real(arg.resolve_conj().resolve_neg())))
    return moved(arg, samples.steps(arg))


def _is_inexact(value: Any, samples: Samples) -> bool:
    """Whether an argument has numbers of many digits: those of few, 0, 1 and 3/4, are combined exactly."""
    if not samples.holds((), value) or not value.dim() or torch._is_zerotensor(value):
        return False
    few = samples.format.precision // 2 + 1
    value = torch.view_as_real(value.detach().resolve_conj().resolve_neg()) if value.is_complex() else value
    numbers = value.detach().reshape(-1)[:FEW].tolist()
    return any(math.isfinite(number) and significant_bits(number) > few for number in numbers)


@cache
def _is_linear_algebra(func: Any) -> bool:
    """Whether an operation factors a matrix, or solves an equation with one."""
    name = func.overloadpacket.__name__
    return (name.removeprefix("_").startswith("linalg_") and name not in FACTOR_NOTHING) or name in FACTORIZATIONS


def _is_matrix(value: Any, samples: Samples) -> bool:
    """Whether an argument has several numbers."""
    is_number = samples.holds((), value) and not torch._is_zerotensor(value)
    return is_number and value.numel() > 1


_ULPS_OF_ITERATIONS = 16.0
"""How many ulps of a matrix its eigenvalues and vectors answer for, which are found by rotations again and again.

LAPACK's own tests allow 30 n ulps (LAPACK Working Note 41, 7.1); of matrices of 2 to 5 rows the worst vectors were
those of one that is 10 to 20 off.
"""


def _perturbed_matrix(tensor: Tensor, samples: Samples, ulps: float) -> Tensor:
    """The tensor with its numbers moved by ulps of the largest in their matrix, or more in a large one; zeros stay.

    That is what a factorization answers for: R is the exact factor of a matrix whose small numbers are off by as
    much as its large ones are, and by more the more rows it has (N. J. Higham, "Accuracy and Stability of Numerical
    Algorithms", 2002, 9.3 and 19.3).
    """
    largest = tensor.abs().amax(dim=(-2, -1) if tensor.dim() > 1 else -1, keepdim=True)
    ulp = (torch.nextafter(largest, torch.full_like(largest, math.inf)) - largest) * (
        ulps * max(1.0, tensor.shape[-1] / 3)
    )
    if tensor.is_complex():
        parts = torch.view_as_real(tensor.resolve_conj().resolve_neg())
        off = torch.where(parts != 0, parts + samples.steps(parts) * ulp.unsqueeze(-1), parts)
        return torch.where(torch.isfinite(ulp), torch.view_as_complex(off), tensor)
    return torch.where(torch.isfinite(ulp) & (tensor != 0), tensor + samples.steps(tensor) * ulp, tensor)
