"""Sums of many terms: how far an accumulation may be off, in whatever order torch adds.

torch adds in lanes of a vector, block by block, as the processor and the shape suggest. Whatever the order, a sum of n
terms is off by at most n*u times the sum of the terms' sizes (J. H. Wilkinson, "Rounding Errors in Algebraic
Processes", 1963), and of equal terms, whose roundings all go in one direction, it is off by nearly as much. The sum of
the sizes is what the same operation gives for the sizes of its arguments.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from derivcheck.rounding.operations import kernel_of

_DEPTH = 64
"""So many terms at most torch adds one after another in a sum: it adds blocks, then sums of blocks (aten/src/ATen/
native/cpu/SumKernel.cpp, cascade_sum)."""

_SCATTERED = 16
"""So many terms are taken to meet in one place where indices say which."""


def _of_reduction(args: tuple[Any, ...], result: Tensor) -> int:
    return min(_DEPTH, int(args[0].numel()) // max(1, result.numel()))


def _of_last(args: tuple[Any, ...], result: Tensor) -> int:  # noqa: ARG001 (as the others have it)
    return int(args[0].shape[-1])


def _of_added_product(args: tuple[Any, ...], result: Tensor) -> int:  # noqa: ARG001 (as the others have it)
    return int(args[1].shape[-1]) + 1


def _of_running_sum(args: tuple[Any, ...], result: Tensor) -> int:  # noqa: ARG001 (as the others have it)
    return int(args[0].shape[args[1]]) if args[0].dim() else 1


def _of_convolution(args: tuple[Any, ...], result: Tensor) -> int:  # noqa: ARG001 (as the others have it)
    weight = args[1]
    return int(weight.numel() // min(weight.shape[:2])) + 1


def _of_convolution_backward(args: tuple[Any, ...], result: Tensor) -> int:  # noqa: ARG001 (as the others have it)
    gradient, weight = args[0], args[2]
    return int(max(weight.numel() // min(weight.shape[:2]), gradient.numel() // gradient.shape[1]))


def _of_labels(args: tuple[Any, ...], result: Tensor) -> int:  # noqa: ARG001 (as the others have it)
    return int(args[1].numel())


def _of_rows(args: tuple[Any, ...], result: Tensor) -> int:  # noqa: ARG001 (as the others have it)
    return int(args[1].shape[-1])


def _scattered(args: tuple[Any, ...], result: Tensor) -> int:  # noqa: ARG001 (as the others have it)
    return _SCATTERED


def _of_resizing(factor: int, args: tuple[Any, ...], result: Tensor) -> int:
    """Twice the larger picture's longest side: where a pixel lies is rounded, and its weights are off by as much.

    In the backward pass so many pixels meet in one as the picture was made larger.
    """
    meeting = max(1, -(-int(args[0].numel()) // max(1, result.numel())))
    return 2 * factor * int(max(*args[0].shape[2:], *result.shape[2:])) * meeting


def _of_samples(args: tuple[Any, ...], result: Tensor) -> int:
    """Twice the longest side of the picture, and as many numbers as may meet at its border.

    Where a sample lies is rounded, and its weights are off by as much.
    """
    picture, mode = (args[1], args[3]) if len(args) > 5 else (args[0], args[2])
    places = result.numel() // max(1, int(picture.numel()))
    return (2 * int(max(picture.shape[2:])) + _SCATTERED * max(1, places)) * (_CUBIC if mode == 2 else 1)


_CUBIC = 3
"""So many times as much cubic weights are off as linear ones: they are sums of four products."""


def _each_dim(sizes: Sequence[int], dims: int) -> Sequence[int]:
    """The sizes of a window, of which one may stand for all."""
    return sizes if len(sizes) == dims else list(sizes) * dims


def _of_average(dims: int, args: tuple[Any, ...], result: Tensor) -> int:  # noqa: ARG001 (as the others have it)
    """The numbers of a window."""
    return math.prod(_each_dim(args[1], dims))


def _of_average_backward(dims: int, args: tuple[Any, ...], result: Tensor) -> int:  # noqa: ARG001 (likewise)
    """The windows in which a number lies, at most."""
    kernel, stride = _each_dim(args[2], dims), _each_dim(args[3] or args[2], dims)
    return math.prod(-(-size // step) for size, step in zip(kernel, stride, strict=True))


def _of_adaptive(dims: int, args: tuple[Any, ...], result: Tensor) -> int:
    """The same of windows that are as large as the two sizes make them: they overlap by one number at most."""
    into = zip(args[0].shape[-dims:], result.shape[-dims:], strict=True)
    return math.prod(-(-one // max(1, other)) + 1 for one, other in into)


def _of_transform(args: tuple[Any, ...], result: Tensor) -> int:
    """The steps of a fast Fourier transform, each of which adds two terms; and the product with a root."""
    return 2 + math.ceil(math.log2(max(2, math.prod([result.shape[dim] for dim in args[1]]))))


def _of_exponential(args: tuple[Any, ...], result: Tensor) -> int:
    """The products of a polynomial, five at most, and a squaring for each doubling of the matrix: of n terms each."""
    norm = float(torch.linalg.matrix_norm(args[0].detach(), 1).max()) if args[0].numel() else 1.0
    squarings = max(0, math.ceil(math.log2(norm))) if 1 < norm < math.inf else 0
    return int(result.shape[-1]) * (5 + squarings)


_EXPONENTIAL = "linalg_matrix_exp"

_TRANSFORMS = ("_fft_r2c", "_fft_c2r", "_fft_c2c")

_RESIZINGS = tuple(
    f"upsample_{kind}{backward}"
    for kind in ("linear1d", "bilinear2d", "bicubic2d", "trilinear3d")
    for backward in ("", "_backward")
) + tuple(
    f"_upsample_{kind}2d_aa{backward}" for kind in ("bilinear", "bicubic", "lanczos") for backward in ("", "_backward")
)

_AVERAGES: Mapping[str, Callable[[tuple[Any, ...], Tensor], int]] = {
    name: partial(terms, dims)
    for dims in (2, 3)
    for name, terms in (
        (f"avg_pool{dims}d", _of_average),
        (f"avg_pool{dims}d_backward", _of_average_backward),
        (f"_adaptive_avg_pool{dims}d", _of_adaptive),
        (f"_adaptive_avg_pool{dims}d_backward", _of_adaptive),
    )
}

_SAMPLINGS = ("grid_sampler_2d", "grid_sampler_3d")
_SAMPLINGS_BACKWARD = ("grid_sampler_2d_backward", "grid_sampler_3d_backward")

_BAGS = ("_embedding_bag", "_embedding_bag_backward", "_embedding_bag_dense_backward")

_SCATTERINGS = (
    *("scatter_add", "index_add", "embedding_dense_backward", "col2im", "unfold_backward"),
    *(f"{kind}_pad{dims}d_backward" for kind in ("reflection", "replication") for dims in (1, 2, 3)),
    *(f"upsample_nearest{dims}d_backward" for dims in (1, 2, 3)),
    *(f"_upsample_nearest_exact{dims}d_backward" for dims in (1, 2, 3)),
    *(f"adaptive_max_pool{dims}d_backward" for dims in (2, 3)),
    *(f"fractional_max_pool{dims}d_backward" for dims in (2, 3)),
)
"""Operations that add up numbers which meet in one place."""

ACCUMULATIONS: Mapping[str, Callable[[tuple[Any, ...], Tensor], int]] = {
    **dict.fromkeys(("sum", "mean", "nansum"), _of_reduction),
    **dict.fromkeys(("mm", "bmm", "mv", "dot", "vdot"), _of_last),
    **dict.fromkeys(("addmm", "baddbmm", "addmv", "addbmm"), _of_added_product),
    **dict.fromkeys(("cumsum", "cumprod", "logcumsumexp", "_logcumsumexp"), _of_running_sum),
    "nll_loss_forward": _of_labels,
    "convolution": _of_convolution,
    "convolution_backward": _of_convolution_backward,
    **_AVERAGES,
    **{name: partial(_of_resizing, _CUBIC if "bicubic" in name else 1) for name in _RESIZINGS},
    **dict.fromkeys(_SCATTERINGS, _scattered),
    **dict.fromkeys(_TRANSFORMS, _of_transform),
    _EXPONENTIAL: _of_exponential,
    **dict.fromkeys((*_SAMPLINGS, *_SAMPLINGS_BACKWARD), _of_samples),
    **dict.fromkeys(_BAGS, _of_labels),
    **{f"max_pool{dims}d_with_indices_backward": partial(_of_average_backward, dims) for dims in (2, 3)},
    "_embedding_bag_per_sample_weights_backward": _of_rows,
}
"""How many terms an operation adds up at most: from its arguments and a result."""

_ADDED_IN = {torch.float16: torch.float32, torch.bfloat16: torch.float32}
"""The format in which kernels add up what they round to a narrower one."""

_NEVER_EXACT = frozenset(
    {
        *("mean", "nll_loss_forward", "cumprod", "logcumsumexp", "_logcumsumexp", _EXPONENTIAL),
        *(*_AVERAGES, *_RESIZINGS, *_TRANSFORMS, *_SAMPLINGS, *_SAMPLINGS_BACKWARD, *_BAGS),
    }
)
"""The operations that round whole numbers as well: they divide, or multiply by weights."""

_ADDED_AS_THEY_ARE = frozenset({"convolution", "convolution_backward", *_SCATTERINGS, *_RESIZINGS})
"""The operations that add up numbers of a narrow format in it: a convolution's columns are added to its image so (aten/
src/ATen/native/im2col.h, col2im)."""


def off_by(
    name: str, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any], parts: tuple[Any, ...]
) -> list[Tensor | None]:
    """How far each number of an accumulation may be off: a third of the largest distance.

    Args:
        name: the operation, one of `ACCUMULATIONS`.
        func: the same as torch has it.
        args: its arguments by position.
        kwargs: those by name.
        parts: the tensors that it returned.

    Returns:
        A tensor for each of them; None where it is exact.
    """
    measure = _MEASURES.get(name)
    sizes = measure(args, parts) if measure is not None else kernel_of(func)(*map(_size, args), **kwargs)
    bounds = sizes if isinstance(sizes, tuple) else (sizes,)
    return [
        None
        if not isinstance(part, Tensor)
        or not (part.is_floating_point() or part.is_complex())
        or (name not in _NEVER_EXACT and _has_exact_sums(args, size))
        else _bound(ACCUMULATIONS[name](args, part), size.abs(), _added_in(name, part.dtype.to_real()))
        for part, size in zip(parts, bounds, strict=True)
    ]


def _largest(args: tuple[Any, ...], parts: tuple[Any, ...]) -> Tensor:
    """The size of the largest number: a weight of 0.025 is off by as much as one of 0.975."""
    largest: Tensor = args[0].abs().amax()
    return largest.expand(parts[0].shape)


def _in_transform(args: tuple[Any, ...], parts: tuple[Any, ...]) -> Tensor:
    """The sum of the sizes of what is transformed, normalized as the transform is."""
    dims = list(args[1])
    count = math.prod([max(args[0].shape[dim], parts[0].shape[dim]) for dim in dims])
    total: Tensor = args[0].abs().sum(dims, keepdim=True) * (1.0, count**-0.5, 1 / count)[args[2]]
    is_half = not parts[0].is_complex()
    return (2 * total if is_half else total).expand(parts[0].shape)


def _largest_sampled(args: tuple[Any, ...], parts: tuple[Any, ...]) -> tuple[Tensor | None, ...]:
    """Of the gradient by a picture as above; that by the places grows with the picture's numbers and its sides."""
    gradient, picture = args[0].abs(), args[1]
    by_places = gradient.sum(1).amax() * picture.abs().amax() * max(picture.shape[2:])
    bounds = (gradient.amax(), by_places)
    return tuple(None if part is None else bound.expand(part.shape) for part, bound in zip(parts, bounds, strict=True))


def _in_logarithms(args: tuple[Any, ...], parts: tuple[Any, ...]) -> Tensor:  # noqa: ARG001 (as the other has it)
    """The size of each logarithm of a sum, of a small one 1: each step adds the logarithm of 1 and a part of it."""
    found: Tensor = parts[0].abs().nan_to_num(0, 0, 0).clamp_min(1)
    return found


def _largest_of_matrix(args: tuple[Any, ...], parts: tuple[Any, ...]) -> Tensor:  # noqa: ARG001 (as the others have it)
    """The largest number of each matrix of the result: products of matrices are right up to that."""
    found: Tensor = parts[0].abs()
    return found.amax(dim=(-2, -1), keepdim=True).expand(found.shape) if found.numel() else found


_MEASURES: Mapping[str, Callable[[tuple[Any, ...], tuple[Any, ...]], Tensor | tuple[Tensor | None, ...]]] = {
    **dict.fromkeys((*_RESIZINGS, *_SAMPLINGS), _largest),
    **dict.fromkeys(_SAMPLINGS_BACKWARD, _largest_sampled),
    **dict.fromkeys(_TRANSFORMS, _in_transform),
    **dict.fromkeys(("logcumsumexp", "_logcumsumexp"), _in_logarithms),
    _EXPONENTIAL: _largest_of_matrix,
}
"""How large what an operation adds up is, where the operation on the sizes of its arguments does not tell it."""


def _added_in(name: str, dtype: torch.dtype) -> torch.dtype:
    """The format in which an operation adds up the numbers of a format."""
    return dtype if name in _ADDED_AS_THEY_ARE else _ADDED_IN.get(dtype, dtype)


def _size(value: Any) -> Any:
    is_number = isinstance(value, Tensor) and (value.is_floating_point() or value.is_complex())
    return value.abs() if is_number or isinstance(value, complex) else value


def _bound(terms: int, size: Tensor, dtype: torch.dtype) -> Tensor:
    """A third of the bound for so many terms whose sizes have this sum, and that are added up in a format."""
    eps = torch.finfo(dtype).eps
    return size * (eps * max(1.0, terms / 3)) if terms > 1 else torch.zeros_like(size)


_FIRST_LOOK = 64
"""So many numbers are looked at first: most sums show by these that they are not exact."""


def _has_exact_sums(args: tuple[Any, ...], size: Tensor) -> bool:
    """Whether every sum on the way is a multiple of a unit that the format holds.

    Args:
        args: the operation's arguments.
        size: the sums of its terms' sizes.
    """
    numbers = [
        (torch.view_as_real(arg.detach().resolve_conj()) if arg.is_complex() else arg.detach()).reshape(-1)
        for arg in args
        if isinstance(arg, Tensor) and (arg.is_floating_point() or arg.is_complex()) and not torch._is_zerotensor(arg)
    ]
    least = torch.finfo(size.dtype).eps * float(size.max()) if size.numel() else 0.0
    return all(_common_unit(some) > least for some in ([each[:_FIRST_LOOK] for each in numbers], numbers))


def _common_unit(tensors: Sequence[Tensor]) -> float:
    """A power of two of which the tensors' numbers, and their products, are multiples; 0 where there is none."""
    unit = 1.0
    for tensor in tensors:
        numbers = tensor.double()
        if not bool(numbers.isfinite().all()):
            return 0.0
        mantissas, exponents = torch.frexp(numbers[numbers != 0])
        if mantissas.numel():
            whole = (mantissas * 2.0**53).long()
            lowest = (whole & -whole).double().log2() - 53 + exponents
            unit *= 2.0 ** min(0.0, float(lowest.min()))
    return unit
