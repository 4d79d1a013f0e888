"""The torch kernels of matrices, of order, and of layers: as `tensor_kernels`, where they are looked up."""

from __future__ import annotations

import torch
from torch import Tensor

# --- linear algebra ---------------------------------------------------------------------------------------------------


def cross(x: Tensor, y: Tensor, dim: int | None) -> Tensor:
    """The cross product along a dim, else along the one whose size is 3 in both."""
    places = [at for at in range(x.dim()) if x.shape[at] == y.shape[at] == 3]
    found: Tensor = torch.linalg.cross(x, y, dim=places[-1] if dim is None else dim)
    return found


def cholesky(a: Tensor, upper: bool) -> Tensor:
    """The factor of the symmetric part: torch differentiates by that in reverse mode, by a triangle in forward mode."""
    found: Tensor = torch.linalg.cholesky((a + a.mT) / 2, upper=upper)
    return found


def vander(x: Tensor, n: int | None, increasing: bool | None) -> Tensor:
    """Rising powers by one function of torch's, falling ones by another."""
    found: Tensor = torch.linalg.vander(x, N=n) if increasing else torch.vander(x, n)
    return found


def lstsq(a: Tensor, b: Tensor) -> tuple[Tensor]:
    """The solution alone: torch gives residuals and a rank beside it."""
    return (torch.linalg.lstsq(a, b).solution,)


def solve_triangular(a: Tensor, b: Tensor, upper: bool, left: bool, unitriangular: bool) -> Tensor:
    """The solution of a triangular system; torch wants to know by keyword which triangle it is."""
    found: Tensor = torch.linalg.solve_triangular(a, b, upper=upper, left=left, unitriangular=unitriangular)
    return found


# --- order: torch gives indices beside the values --------------------------------------------------------------------


def sort(x: Tensor, dim: int, descending: bool, stable: bool) -> Tensor:
    """The elements in order."""
    return torch.sort(x, dim=dim, descending=descending, stable=stable).values


def topk(x: Tensor, k: int, dim: int, largest: bool, sorted: bool) -> Tensor:  # noqa: A002 (torch's name)
    """The largest or the smallest elements."""
    return torch.topk(x, k, dim, largest, sorted).values


def kthvalue(x: Tensor, k: int, dim: int, keepdim: bool) -> Tensor:
    """The k-th smallest element."""
    return torch.kthvalue(x, k, dim, keepdim).values


def median(x: Tensor, dim: int | None, keepdim: bool) -> Tensor:
    """The middle element."""
    return torch.median(x) if dim is None else torch.median(x, dim, keepdim).values


def quantile(x: Tensor, q: float | tuple[float, ...], dim: int | None, keepdim: bool, interpolation: str) -> Tensor:
    """One quantile, or several."""
    parts = torch.tensor(q, dtype=x.dtype, device=x.device) if isinstance(q, tuple) else q
    return torch.quantile(x, parts, dim, keepdim, interpolation=interpolation)


def cummax(x: Tensor, dim: int) -> Tensor:
    """The largest element so far."""
    return torch.cummax(x, dim).values


def cummin(x: Tensor, dim: int) -> Tensor:
    """The smallest element so far."""
    return torch.cummin(x, dim).values


# --- scattering ------------------------------------------------------------------------------------------------------


def masked_select(x: Tensor, mask: Tensor) -> Tensor:
    """The elements where a mask of integers is not 0."""
    return torch.masked_select(x, mask != 0)


def scatter(x: Tensor, dim: int, index: Tensor, src: Tensor | float) -> Tensor:
    """Elements put to their places; a number is put to each."""
    if not isinstance(src, Tensor):
        return torch.scatter(x, dim, index, src)
    return torch.scatter(x, dim, index, src if src.dim() else src.expand(index.shape))


# --- layers ----------------------------------------------------------------------------------------------------------


def avg_pool1d(
    x: Tensor,
    kernel_size: int,
    stride: int | None,
    padding: int,
    ceil_mode: bool,
    count_include_pad: bool,
) -> Tensor:
    """The mean of each window, which torch wants no stride of None for."""
    steps = kernel_size if stride is None else stride
    return torch.avg_pool1d(x, kernel_size, steps, padding, ceil_mode, count_include_pad)


# --- conditionals -----------------------------------------------------------------------------------------------------


def choose(condition: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """x where the condition holds, else y; for one condition on sizes, x or y as it is."""
    if condition.ndim or x.shape == y.shape:
        return torch.where(condition, x, y)
    return x if bool(condition) else y


# --- sparse probabilities ---------------------------------------------------------------------------------------------


def sparsemax(x: Tensor, dim: int) -> Tensor:
    """max(x - t, 0), where t is the largest of the limits by the first elements in falling order."""
    if not x.ndim or not x.numel():
        return torch.ones_like(x)
    ranked, counts = _ranked(x, dim)
    limits = (ranked.cumsum(0) - 1) / counts
    return (x - limits.amax(0).unsqueeze(dim)).clamp(min=0)


def entmax15(x: Tensor, dim: int) -> Tensor:
    """max(x/2 - t, 0)**2, where t is the limit by as many elements as are not below their own."""
    if not x.ndim or not x.numel():
        return torch.ones_like(x)
    halves = (x - x.amax(dim, keepdim=True).detach()) / 2
    ranked, counts = _ranked(halves, dim)
    mean = ranked.cumsum(0) / counts
    room = (1 - (ranked**2).cumsum(0)) / counts + mean**2
    count = ((mean - ranked) ** 2 <= room).sum(0, keepdim=True)
    limit = mean.gather(0, count - 1) - room.gather(0, count - 1).sqrt()
    return (halves - limit.squeeze(0).unsqueeze(dim)).clamp(min=0) ** 2


def _ranked(x: Tensor, dim: int) -> tuple[Tensor, Tensor]:
    """The elements in falling order along the first dim, and how many there are up to each."""
    ranked = x.sort(dim, descending=True).values.movedim(dim, 0)
    counts = torch.arange(1, len(ranked) + 1, dtype=x.dtype, device=x.device)
    return ranked, counts.reshape(-1, *[1] * (ranked.ndim - 1))
