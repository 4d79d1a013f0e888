"""The perturbed tape for one sample, on tensors of whatever shape: every number of each is perturbed by itself."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

import torch
from torch import Tensor

from derivcheck.autograd.engines import derivatives
from derivcheck.autograd.sweeps import TensorFunction
from derivcheck.autograd.tensors import Setting
from derivcheck.model import Wrt
from derivcheck.rounding.draws import any_steps
from derivcheck.rounding.operations import COMPUTED_AS_THEY_ARE, MOVES, NEVER_ROUNDS, ULPS, is_exact, significant_bits
from derivcheck.rounding.tape import PerturbedTape

_DRAWS = 1024
"""How many steps are drawn at a time."""


class Asked(NamedTuple):
    """What is asked: the arguments of `differentiate`.

    Attributes:
        function: what to differentiate.
        variables: the names of its arguments, in order.
        inputs: a 0-d tensor for each.
        wrts: the derivatives; the empty one is the value.
        setting: device, format and mode.
    """

    function: TensorFunction
    variables: Sequence[str]
    inputs: tuple[Tensor, ...]
    wrts: Sequence[Wrt]
    setting: Setting


@contextmanager
def uncompiled() -> Iterator[None]:
    """What the function compiles runs as it is written: torch would compile the tape along with it, warning of that.

    Where nothing has loaded torch's compiler, which takes seconds, there is nothing to hold off.
    """
    if "torch._dynamo" not in sys.modules:
        yield
        return
    with torch.compiler.set_stance("force_eager"):
        yield


_SELECTIONS = frozenset(
    {
        "_conj", "aminmax", "complex", "constant_pad_nd", "cummax", "cummin", "diag_embed", "diagonal_scatter", "imag",
        "index_fill", "kthvalue", "median", "mode", "nanmedian", "real", "rot90", "select_scatter", "slice_scatter",
        "sort", "topk", "tril", "triu", "unfold", "view_as_complex", "view_as_real",
    }
)  # fmt: skip
"""Operations on vectors and matrices that move numbers and compute none."""


class SampleTape(PerturbedTape):
    """The perturbed tape for one sample, in which every number of every tensor is perturbed by itself.

    An operation that combines numbers, a norm or a softmax, goes step by step where torch says how. Where it does not,
    of a sum or a convolution, the arguments are perturbed as well: what it rounds within is at least that. Of what
    linear algebra computes the error is that of a matrix off by an ulp of its largest number (J. H. Wilkinson,
    "Rounding Errors in Algebraic Processes", 1963).

    Attributes:
        perturbs: whether it does; the first sample is left as it is.
    """

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.draws = torch.Generator().manual_seed(self.seed)
        self.perturbs = False
        self.left = torch.empty(0)

    def run(self, asked: Asked) -> list[float | None]:
        """One sample of the value and of each derivative; None where torch raised."""

        def marked(xs: tuple[Tensor, ...]) -> Tensor:
            with self.forward():
                return asked.function(xs)

        copies = tuple(tensor.clone() for tensor in asked.inputs)
        with uncompiled(), self:
            outcomes = derivatives(marked, asked.variables, copies, asked.wrts, asked.setting.mode)
        return [
            float(outcome.detach()) if isinstance(outcome, Tensor) and outcome.numel() == 1 else None
            for outcome in outcomes
        ]

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if func.overloadpacket.__name__ in _SELECTIONS:
            return func(*args, **(kwargs or {}))
        if self.perturbs and _combines(func):
            steps = _in_steps(func) if self.dtype in COMPUTED_AS_THEY_ARE else None
            if steps is not None:
                with self:
                    return steps(*args, **(kwargs or {}))
            if not _is_linear_algebra(func):
                args = tuple(self.perturb(arg) if self.is_inexact(arg) else arg for arg in args)
            else:
                exact = func(*args, **(kwargs or {}))
                if not self.rounds_within(args, exact):
                    return exact
                args = tuple(self.perturb_matrix(arg) if self.is_matrix(arg) else arg for arg in args)
        return super().__torch_dispatch__(func, types, args, kwargs)

    def is_inexact(self, value: Any) -> bool:
        """Whether an argument has numbers of many digits: those of few, 0, 1 and 3/4, are combined exactly."""
        if not self.is_sampled((), value) or not value.dim() or value.is_complex() or torch._is_zerotensor(value):
            return False
        few = self.format.precision // 2 + 1
        numbers = value.detach().reshape(-1)[:_FEW].tolist()
        return any(math.isfinite(number) and significant_bits(number) > few for number in numbers)

    def rounds_within(self, args: tuple[Any, ...], result: Any) -> bool:
        """Whether linear algebra rounded anything: numbers of few digits have factors and solutions of many, as 2/3."""
        parts = result if isinstance(result, tuple) else (result,)
        return any(map(self.is_inexact, (*args, *parts)))

    def is_matrix(self, value: Any) -> bool:
        """Whether an argument has several real numbers."""
        is_real = self.is_sampled((), value) and not value.is_complex() and not torch._is_zerotensor(value)
        return is_real and value.numel() > 1

    def perturb_matrix(self, tensor: Tensor) -> Tensor:
        """The tensor with its numbers moved by an ulp of the largest in their matrix; zeros stay.

        That is what a factorization answers for: R is the exact factor of a matrix whose small numbers are off by as
        much as its large ones are (N. J. Higham, "Accuracy and Stability of Numerical Algorithms", 2002, 19.3).
        """
        largest = tensor.abs().amax(dim=(-2, -1) if tensor.dim() > 1 else -1, keepdim=True)
        ulp = torch.nextafter(largest, torch.full_like(largest, math.inf)) - largest
        return torch.where(torch.isfinite(ulp) & (tensor != 0), tensor + self.steps(tensor) * ulp, tensor)

    def samples(self, tensor: Tensor) -> Tensor:
        """The tensor itself: there is one sample."""
        return tensor

    def once(self, number: Fraction | str | float, steps: Tensor) -> Tensor:  # noqa: ARG002 (as for `is_sampled`)
        """As they were drawn: they are of the shape of what the constant meets."""
        return steps

    def constant(self, value: Any) -> Any:
        """As it is: an argument of the function's cannot be told from a constant."""
        return value

    def is_sampled(self, args: tuple[Any, ...], result: Any) -> bool:  # noqa: ARG002 (of the tape with an axis)
        """Whether a result is of the format, or a complex number of two of it; a sparse one is its numbers', beside."""
        if not isinstance(result, Tensor) or result.layout is not torch.strided:
            return False
        return result.dtype.to_real() is self.dtype and not result.is_meta

    def note_wider_overflow(self, name: str, args: tuple[Any, ...], result: Tensor) -> None:
        """Nothing: what is of another format here is a complex number of two of this one."""

    def steps(self, like: Tensor) -> Tensor:
        """A step of -1, 0 or 1 for every number, of those that are drawn many at a time."""
        size = like.numel()
        if self.left.numel() < size:
            self.left = any_steps(self.draws, (max(_DRAWS, size),), self.dtype)
        steps, self.left = self.left[:size], self.left[size:]
        return steps.reshape(like.shape).to(like.device)

    def nudge_scalars(self, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any], result: Tensor) -> Tensor:
        """The result with its plain Python numbers moved by an ulp, where they are rounded ones."""
        return super().nudge_scalars(func, args, kwargs, result) if self.perturbs else result

    def unfused(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], fused: Tensor) -> Tensor:
        """The result, each step of its kernel perturbed."""
        return super().unfused(name, args, kwargs, fused) if self.perturbs else self.rounded(name, args, fused)

    def in_place(self, func: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """An operation that overwrites its first argument, which is perturbed where it lies."""
        before = tuple(arg.clone() if isinstance(arg, Tensor) and not arg.is_meta else arg for arg in args)
        result = func(*args, **kwargs)
        if result is args[0] and self.is_sampled((), result):
            result.copy_(self.rounded(name.removesuffix("_"), before, result))
        return result

    def rounded(self, name: str, args: tuple[Any, ...], result: Tensor) -> Tensor:
        """A result with its numbers perturbed, but those that are exact; where one left the range is noted."""
        if not self.perturbs:
            self.note_ranges(name, args, result)
            return result
        if name in NEVER_ROUNDS:
            return result
        if result.is_complex():
            return torch.view_as_complex(self.perturb(torch.view_as_real(result.resolve_conj())))
        steps = ULPS.get(name, 1) * self.steps(result)
        rows = _numbers_of_each(args, result)
        if rows is None:
            return self.moved(torch.where((result == 0) & (steps > 0), -result, result), steps)
        outcomes = [row[-1] for row in rows]
        if 0.0 in outcomes:
            result = torch.where((result == 0) & (steps > 0), -result, result)
        exact = [is_exact(name, row[:-1], row[-1]) for row in rows]
        if any(exact):
            steps = steps.masked_fill(torch.tensor(exact).reshape(result.shape).to(result.device), 0)
        return self.moved(result, steps, plain=0.0 not in outcomes and math.isfinite(sum(outcomes)))

    def note_ranges(self, name: str, args: tuple[Any, ...], result: Tensor) -> None:
        """Remember where a number left the range, by itself or among others."""
        rows = _numbers_of_each(args, result)
        if rows is None:
            if result.isinf().any():
                numbers = [
                    arg for arg in args if isinstance(arg, Tensor) and arg.numel() and arg.dtype is not torch.bool
                ]
                sizes = [float(arg.abs().max()) for arg in numbers]
                self.note_range(name, tuple(sizes), math.inf)
            return
        for *operands, outcome in rows:
            if not math.isfinite(outcome) or abs(outcome) < self.smallest:
                self.note_range(name, tuple(operands), outcome)


@cache
def _combines(func: Any) -> bool:
    """Whether an operation may combine several numbers of its arguments into one."""
    name = func.overloadpacket.__name__
    if torch.Tag.pointwise in func.tags or func._schema.is_mutable:
        return False
    return name not in MOVES and name not in NEVER_ROUNDS


@cache
def _is_linear_algebra(func: Any) -> bool:
    """Whether an operation factors a matrix, or solves an equation with one."""
    name = func.overloadpacket.__name__
    return (name.removeprefix("_").startswith("linalg_") and name not in _FACTOR_NOTHING) or name in _FACTORIZATIONS


_FACTORIZATIONS = frozenset(
    {"cholesky", "cholesky_inverse", "cholesky_solve", "geqrf", "lu_solve", "ormqr", "orgqr", "triangular_solve"}
)
"""Operations of linear algebra that are not called so."""

_FACTOR_NOTHING = frozenset({"linalg_vector_norm", "linalg_cross", "linalg_matrix_exp"})
"""Operations that are called so and are sums and products."""


@cache
def _in_steps(func: Any) -> Callable[..., Any] | None:
    """What an operation is made of, as torch tells its compilers; None where it does not."""
    if torch.Tag.nondeterministic_seeded in func.tags:
        return None
    decompositions: dict[Any, Callable[..., Any]] = torch._decomp.decomposition_table
    return decompositions.get(func)


_FEW = 64


def _numbers_of_each(args: tuple[Any, ...], result: Tensor) -> list[list[float]] | None:
    """The operands and the outcome of each number of a result; None where they are combined, or many, or complex."""
    columns: list[list[float]] = []
    for arg in (*args, result):
        if isinstance(arg, Tensor) and not torch._is_zerotensor(arg) and arg.dtype is not torch.bool:
            if result.numel() > _FEW or arg.is_complex() or arg.is_meta or arg.dim() > result.dim():
                return None
            try:
                columns.append([float(number) for number in arg.detach().expand_as(result).reshape(-1).tolist()])
            except RuntimeError:  # of another shape: it is combined
                return None
        elif isinstance(arg, int | float) and not isinstance(arg, bool):
            columns.append([float(arg)] * result.numel())
    return [list(row) for row in zip(*columns, strict=True)]
