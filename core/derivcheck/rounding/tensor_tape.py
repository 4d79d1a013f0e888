"""The perturbed tape for functions of tensors: each operation that torch runs is moved by what it may round within."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from derivcheck.rounding.accumulations import ACCUMULATIONS, off_by
from derivcheck.rounding.combining import about, combines, in_steps, perturbed_arguments
from derivcheck.rounding.fused import COMPUTED_AS_THEY_ARE, KERNELS, NARROW_KERNELS, SOFTMAX_KERNELS
from derivcheck.rounding.nominal import with_storage
from derivcheck.rounding.operations import SCALED, described, kernel_of
from derivcheck.rounding.plain_numbers import with_moved_numbers
from derivcheck.rounding.samples_in_batch import SamplesInBatch
from derivcheck.rounding.watching import Watching


class TensorTape(Watching):
    """Perturbs the results of all operations that torch runs under it, whatever their shapes.

    Args:
        samples: the samples of the run.
    """

    def __init__(self, samples: SamplesInBatch) -> None:
        super().__init__()
        self._samples = samples

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        samples, kwargs = self._samples, kwargs or {}
        samples.operations += 1
        name, scalar, mutable = described(func)
        if scalar:
            args = tuple(map(with_storage, args))
        if name in samples.moved_only and not self._rounds_nevertheless(name, args):
            return kernel_of(func)(*args, **kwargs)
        if mutable:
            return self._in_place(func, name, args, kwargs)
        if not samples.moves:
            return self._each(name, args, kernel_of(func)(*args, **kwargs))
        if name in ACCUMULATIONS:
            return self._accumulated(func, name, args, kwargs)
        kernels = KERNELS if samples.dtype in COMPUTED_AS_THEY_ARE else NARROW_KERNELS
        steps = SOFTMAX_KERNELS.get(name) or kernels.get(name)
        if steps is not None:
            with self._taken_apart():
                return steps(*args, **kwargs)
        if combines(func) and name not in SCALED:
            return self._combined(func, name, args, kwargs)
        result = kernel_of(func)(*args, **kwargs)
        if isinstance(result, Tensor) and samples.holds(args, result) and not result.is_complex():
            result = with_moved_numbers(func, args, kwargs, result, samples)
        return self._each(name, args, result)

    @contextmanager
    def _taken_apart(self) -> Iterator[None]:
        """Watch the steps of one operation, which count for one."""
        before = self._samples.operations
        with self:
            yield
        self._samples.operations = before

    def _rounds_nevertheless(self, name: str, args: tuple[Any, ...]) -> bool:
        """Whether an operation that moves numbers rounds them: into another format, or because it adds them up."""
        if name in {"_to_copy", "to"}:
            is_tensor = isinstance(args[0], Tensor)  # torch.vmap makes tensors of plain numbers so
            return is_tensor and args[0].is_floating_point() and args[0].dtype is not self._samples.dtype
        return name.startswith("index_put") and len(args) > 3 and bool(args[3])

    def _each(self, name: str, args: tuple[Any, ...], result: Any) -> Any:
        """A result, or several, as the samples want them."""
        if isinstance(result, tuple):
            return tuple(self._each(name, args, part) for part in result)
        return self._samples.rounded(name, args, result) if self._samples.holds(args, result) else result

    def _accumulated(self, func: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A sum of many terms, off by a part of what it may be off."""
        result = kernel_of(func)(*args, **kwargs)
        parts = result if isinstance(result, tuple) else (result,)
        if not any(self._samples.holds(args, part) for part in parts):
            return result
        bounds = off_by(name, func, args, kwargs, parts)
        found = tuple(
            self._off(name, part, bound) if bound is not None and self._samples.holds(args, part) else part
            for part, bound in zip(parts, bounds, strict=True)
        )
        return found if isinstance(result, tuple) else found[0]

    def _off(self, name: str, part: Tensor, bound: Tensor) -> Tensor:
        if part.is_complex():
            parts = torch.view_as_real(part)
            found = torch.view_as_complex(parts + self._samples.steps(parts) * bound.unsqueeze(-1))
            return self._samples.rounded(name, (), found)
        steps = self._samples.steps(part)
        wide = part.float() if part.dtype not in COMPUTED_AS_THEY_ARE else part
        return self._samples.rounded(name, (), (wide + steps * bound).to(part.dtype))

    def _combined(self, func: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What combines numbers otherwise: step by step where torch tells how, else of arguments that are moved."""
        parts = in_steps(func, self._samples.dtype)
        if parts is not None:
            with self._taken_apart():
                found = parts(*args, **kwargs)
            return about(kernel_of(func)(*args, **kwargs), found, parts(*args, **kwargs))
        perturbed = perturbed_arguments(func, args, kwargs, self._samples)
        if perturbed is None:
            return kernel_of(func)(*args, **kwargs)
        return self._each(name, perturbed, kernel_of(func)(*perturbed, **kwargs))

    def _in_place(self, func: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """An operation that overwrites its first argument, which is perturbed where it lies."""
        before = tuple(arg.clone() if isinstance(arg, Tensor) and not arg.is_meta else arg for arg in args)
        result = func(*args, **kwargs)
        if result is args[0] and self._samples.holds(before, result):
            result.copy_(self._samples.rounded(name.removesuffix("_"), before, result))
        return result
