"""What rounding explains of a function that mixes its samples: the perturbed tape, run for one sample at a time.

The tape's samples lie along an axis, so it needs a function that works element by element. One that stacks its
arguments, takes a norm, a product or a softmax of them, or solves an equation, mixes the samples or hides them in
tensors of another shape. It runs once for each sample instead, on the 0-d tensors that it was written for.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from derivcheck.autograd.gradients import Setting, TensorFunction, derivatives, differentiate
from derivcheck.model import DType, Spread, Wrt
from derivcheck.rounding.tape import (
    BITS,
    COMPUTED_AS_THEY_ARE,
    FLIP,
    MOVES,
    NEVER_ROUNDS,
    ULPS,
    PerturbedTape,
    function_spreads,
    is_exact,
    significant_bits,
    with_wide,
)
from derivcheck.verdict.criterion import CRITERION

SAMPLES = 16
"""So many samples are run: a quarter of those that an axis carries, for each takes as long as all of those."""

_CALLS = 8
"""How often a function is called to see whether it returns the same: half of the calls may meet the same half."""

_DRAWS = 1024
"""How many steps are drawn at a time."""


def any_function_spreads(
    function: TensorFunction,
    variables: Sequence[str],
    inputs: tuple[Tensor, ...],
    wrts: Sequence[Wrt],
    setting: Setting,
) -> list[Spread | None]:
    """The spread of the value (for the empty wrt) and of each derivative of any function of 0-d tensors.

    Args:
        function: what to differentiate.
        variables: the names of its arguments, in order.
        inputs: a 0-d tensor for each.
        wrts: what is asked for.
        setting: device, format and mode.

    Returns:
        A Spread for each of `wrts`, None where torch raised, or where the function returns something else each time.
    """
    if _is_elementwise(function, variables, inputs, wrts, setting):
        with _uncompiled():
            return function_spreads(function, variables, inputs, wrts, setting)
    return _one_at_a_time(function, variables, inputs, wrts, setting)


@contextmanager
def _uncompiled() -> Iterator[None]:
    """What the function compiles runs as it is written: torch would compile the tape along with it, warning of that.

    Where nothing has loaded torch's compiler, which takes seconds, there is nothing to hold off.
    """
    if "torch._dynamo" not in sys.modules:
        yield
        return
    with torch.compiler.set_stance("force_eager"):
        yield


def _one_at_a_time(
    function: TensorFunction,
    variables: Sequence[str],
    inputs: tuple[Tensor, ...],
    wrts: Sequence[Wrt],
    setting: Setting,
) -> list[Spread | None]:
    tape = _SampleTape(setting)
    runs = [tape.run(function, variables, inputs, wrts, setting)]
    tape.perturbs = True
    runs += [tape.run(function, variables, inputs, wrts, setting) for _ in range(SAMPLES)]
    alone, *again = (differentiate(function, variables, inputs, wrts, setting) for _ in range(_CALLS))
    if any(repr(one.value) != repr(other.value) for more in again for one, other in zip(alone, more, strict=True)):
        return [None] * len(wrts)  # a dropout: what differs by itself is not for rounding to explain
    if any(gradient.value != number for gradient, number in zip(alone, runs[0], strict=True)):
        runs[1:] += _beside(function, variables, inputs, wrts, setting)
        runs[0] = [gradient.value for gradient in alone]
    tape.count = len(runs)
    found = [None if samples[0] is None else tape.spread(_column(samples)) for samples in zip(*runs, strict=True)]
    if setting.dtype is DType.FLOAT64 or not tape.losses:
        return found
    wide = Setting("cpu", DType.FLOAT64, setting.mode)
    widened = tuple(tensor.cpu().double() for tensor in inputs)
    numbers = differentiate(function, variables, widened, wrts, wide)
    around = _one_at_a_time(function, variables, widened, wrts, wide)
    return with_wide(found, numbers, around, in_forward=True)


def _beside(
    function: TensorFunction,
    variables: Sequence[str],
    inputs: tuple[Tensor, ...],
    wrts: Sequence[Wrt],
    setting: Setting,
) -> list[list[float | None]]:
    """The same numbers off the tape, beside the point: each argument in turn an ulp down and an ulp up.

    Some functions go another way where somebody watches, as prod does, and then the tape has not seen what torch does.
    """
    found = []
    for index, tensor in enumerate(inputs):
        for end in (-math.inf, math.inf) if tensor != 0 else ():
            moved = torch.nextafter(tensor, torch.full_like(tensor, end))
            beside = (*inputs[:index], moved, *inputs[index + 1 :])
            gradients = differentiate(function, variables, beside, wrts, setting)
            found.append([gradient.value for gradient in gradients])
    return found


def _column(samples: Sequence[float | None]) -> Tensor:
    return torch.tensor([math.nan if sample is None else sample for sample in samples], dtype=torch.float64)


def _is_elementwise(
    function: TensorFunction,
    variables: Sequence[str],
    inputs: tuple[Tensor, ...],
    wrts: Sequence[Wrt],
    setting: Setting,
) -> bool:
    """Whether a batch of one and the same point, as long as the tape's, passes through in one piece.

    It has to give one number, to half of its digits: vector kernels differ from scalar ones in the last of them, more
    so where they cancel.
    """
    count = CRITERION.samples + 1
    watch = _Shapes(count)
    with _uncompiled(), watch:
        outcomes = derivatives(
            function, variables, tuple(tensor.expand(count).clone() for tensor in inputs), wrts, setting.mode
        )
    if watch.mixed:
        return False
    alone = differentiate(function, variables, inputs, wrts, setting)
    for outcome, gradient in zip(outcomes, alone, strict=True):
        if gradient.value is None:
            continue
        if not isinstance(outcome, Tensor) or outcome.shape != (count,):
            return False
        numbers = outcome.detach().double().tolist()
        if not math.isfinite(gradient.value):
            if any(map(math.isfinite, numbers)):
                return False
            continue
        allowed = abs(gradient.value) * 10.0 ** (-setting.dtype.digits / 2) + float(setting.dtype.smallest_subnormal)
        if not all(abs(number - gradient.value) <= allowed for number in numbers):
            return False
    return True


class _Shapes(TorchDispatchMode):
    """Notes whether anything is computed on tensors that are no batch of numbers.

    Attributes:
        mixed: whether it is.
    """

    def __init__(self, count: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.count = count
        self.mixed = False

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Torch's own hook: see the tape's."""
        return False

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        if func.overloadpacket.__name__ not in MOVES:
            for part in result if isinstance(result, tuple) else (result,):
                if not isinstance(part, Tensor) or not part.dim():
                    continue
                mixed = part.is_complex() or (part.is_floating_point() and part.shape != (self.count,))
                self.mixed = self.mixed or mixed
        return result


_SELECTIONS = frozenset(
    {
        "_conj", "aminmax", "complex", "constant_pad_nd", "cummax", "cummin", "diag_embed", "diagonal_scatter", "imag",
        "index_fill", "kthvalue", "median", "mode", "nanmedian", "real", "rot90", "select_scatter", "slice_scatter",
        "sort", "topk", "tril", "triu", "unfold", "view_as_complex", "view_as_real",
    }
)  # fmt: skip
"""Operations on vectors and matrices that move numbers and compute none."""


class _SampleTape(PerturbedTape):
    """The perturbed tape for one sample, in which every number of every tensor is perturbed by itself.

    An operation that combines numbers, a norm or a softmax, goes step by step where torch says how. Where it does not,
    of a sum or a factorization, the arguments are perturbed as well: what it rounds within is at least that, and of
    what linear algebra computes it is the error (J. H. Wilkinson, "Rounding Errors in Algebraic Processes", 1963).

    Attributes:
        perturbs: whether it does; the first sample is left as it is.
    """

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.generator = torch.Generator().manual_seed(self.seed)
        self.perturbs = False
        self.left = torch.empty(0)

    def run(
        self,
        function: TensorFunction,
        variables: Sequence[str],
        inputs: tuple[Tensor, ...],
        wrts: Sequence[Wrt],
        setting: Setting,
    ) -> list[float | None]:
        """One sample of the value and of each derivative; None where torch raised."""

        def marked(xs: tuple[Tensor, ...]) -> Tensor:
            with self.forward():
                return function(xs)

        with _uncompiled(), self:
            outcomes = derivatives(marked, variables, tuple(tensor.clone() for tensor in inputs), wrts, setting.mode)
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
            args = tuple(self.perturb(arg) if self.is_inexact(arg) else arg for arg in args)
        return super().__torch_dispatch__(func, types, args, kwargs)

    def is_inexact(self, value: Any) -> bool:
        """Whether an argument has numbers of many digits: those of few, 0, 1 and 3/4, are combined exactly."""
        if not self.is_sampled((), value) or not value.dim() or value.is_complex() or torch._is_zerotensor(value):
            return False
        few = self.format.precision // 2 + 1
        numbers = value.detach().reshape(-1)[:_FEW].tolist()
        return any(math.isfinite(number) and significant_bits(number) > few for number in numbers)

    def samples(self, tensor: Tensor) -> Tensor:
        """The tensor itself: there is one sample."""
        return tensor

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
            draw = torch.rand(max(_DRAWS, size), generator=self.generator)
            self.left = (draw > 1 - FLIP).to(BITS[self.dtype]) - (draw < FLIP).to(BITS[self.dtype])
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
