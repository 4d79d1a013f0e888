"""The perturbed tape: under it torch runs with the result of every operation perturbed that is not exact.

Monte Carlo arithmetic (D. S. Parker, "Monte Carlo Arithmetic", UCLA CSD-970002, 1997) on torch's own tape: under a
dispatch mode every floating-point operation's result moves by one ulp up or down, each with probability 1/6. (Noise
that is uniform within the unit roundoff has the same size, but rounding it to the format would swallow it just above a
power of two.) The spread of the perturbed gradients says how far rounding can move this gradient, whatever code
computed it. How the samples lie in tensors, and how they are perturbed, is `Samples`' to say.
"""

from __future__ import annotations

import math
from typing import Any

from torch import Tensor

from derivcheck.rounding.combining import combines, in_steps, perturbed_arguments
from derivcheck.rounding.fused import COMPUTED_AS_THEY_ARE, KERNELS
from derivcheck.rounding.nominal import nominal, with_storage
from derivcheck.rounding.operations import described, kernel_of
from derivcheck.rounding.plain_numbers import with_moved_numbers
from derivcheck.rounding.samples import Samples
from derivcheck.rounding.watching import Watching


class PerturbedTape(Watching):
    """Perturbs the result of every floating-point operation that torch runs under it.

    Args:
        samples: the samples of the run.
    """

    def __init__(self, samples: Samples) -> None:
        super().__init__()
        self._samples = samples
        self._dtype = samples.dtype

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        samples, kwargs = self._samples, kwargs or {}
        name, scalar, mutable = described(func)
        if name in samples.moved_only and not self._is_narrowed(name, args):
            return kernel_of(func)(*args, **kwargs)
        if samples.moves and not samples.axes and combines(func):
            parts = in_steps(func, self._dtype)
            if parts is not None:
                with self:
                    return parts(*args, **kwargs)
            perturbed = perturbed_arguments(func, args, kwargs, samples)
            if perturbed is None:
                return kernel_of(func)(*args, **kwargs)
            args = perturbed
        if samples.constants is not None:
            args = tuple(map(samples.constants.samples_of, args))
        if scalar:
            args = tuple(map(with_storage, args))
        if mutable:
            return self._in_place(func, name, args, kwargs)
        result = kernel_of(func)(*args, **kwargs)
        if name in KERNELS and self._dtype in COMPUTED_AS_THEY_ARE:
            return self._unfused(name, args, kwargs, result)
        if isinstance(result, tuple):  # log_sigmoid_forward and the backward of prelu return two tensors
            return tuple(samples.rounded(name, args, part) if samples.holds(args, part) else part for part in result)
        if not samples.holds(args, result):
            return result
        if result.dtype is not self._dtype:  # float_power computes in float64, and so does what follows
            self._note_wider_overflow(name, args, result)
        elif samples.moves:
            result = with_moved_numbers(func, args, kwargs, result, samples)
        return samples.rounded(name, args, result)

    def _is_narrowed(self, name: str, args: tuple[Any, ...]) -> bool:
        """Whether a number of another format is moved into this one, as what float_power computes in float64 is."""
        return (
            name == "_to_copy"
            and isinstance(args[0], Tensor)
            and args[0].is_floating_point()
            and args[0].dtype is not self._dtype
        )

    def _in_place(self, func: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """An operation that overwrites its first argument, which is perturbed where it lies."""
        before = tuple(arg.clone() if isinstance(arg, Tensor) and not arg.is_meta else arg for arg in args)
        result = func(*args, **kwargs)
        if result is args[0] and self._samples.holds(before, result) and result.dim() >= self._samples.axes:
            result.copy_(self._samples.rounded(name.removesuffix("_"), before, result))
        return result

    def _note_wider_overflow(self, name: str, args: tuple[Any, ...], result: Tensor) -> None:
        """Note an overflow in a wider format than this one; what is complex has two numbers of this one."""
        outcome = None if result.is_complex() else nominal(result)
        if outcome is not None and math.isinf(outcome):
            self._samples.losses.note(name, args, outcome)

    def _unfused(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], fused: Tensor) -> Tensor:
        """The result of a kernel, each of its steps perturbed; what leaves the range inside is the kernel's."""
        samples = self._samples
        if not samples.moves:
            return samples.rounded(name, args, fused)
        with samples.losses.set_aside(), self:
            result: Tensor = KERNELS[name](*args, **kwargs)
        samples.losses.note(name, args, nominal(fused))
        return result
