"""The torch kernels of functions of shapes that are more than a name: what a torch user would write for them.

A kernel is called on all arguments of the call, in the order of the row's signature: tensors; plain values for
settings; Python numbers for other options that are constants; None for a tensor that is left out. A row that names a
function of torch itself is called on its required arguments in order, and on every option by its name.

Those of matrices, order and layers stand in a module of their own, and are found here.

A kernel in `MAKERS` makes a tensor of plain values alone. It takes `like`, a tensor whose dtype and device the result
has.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from derivcheck.autograd.layer_kernels import (  # noqa: F401 (rows of the table name them)
    avg_pool1d,
    cholesky,
    choose,
    cross,
    cummax,
    cummin,
    entmax15,
    kthvalue,
    lstsq,
    masked_select,
    median,
    quantile,
    scatter,
    solve_triangular,
    sort,
    sparsemax,
    topk,
    vander,
)
from derivcheck.language.plain_values import ELLIPSIS, Slice

Number = int | float


# --- dims in another order -------------------------------------------------------------------------------------------


def mT(x: Tensor) -> Tensor:  # noqa: N802 (torch's name)
    """The last two dims exchanged."""
    return x.mT


def permute(x: Tensor, *dims: Any) -> Tensor:
    """All dims in another order."""
    return x.permute(*dims)


def flip(x: Tensor, *dims: Any) -> Tensor:
    """Some dims reversed."""
    return x.flip(*dims)


def roll(x: Tensor, shifts: Any, dims: Any) -> Tensor:
    """The elements moved on in a circle."""
    return torch.roll(x, shifts) if dims is None else torch.roll(x, shifts, dims)


# --- another shape ---------------------------------------------------------------------------------------------------


def reshape(x: Tensor, *shape: Any) -> Tensor:
    """The same elements in another shape."""
    return x.reshape(*shape)


def reshape_as(x: Tensor, other: Tensor) -> Tensor:
    """In the shape of another value."""
    return x.reshape_as(other)


def unflatten(x: Tensor, dim: int, sizes: Any) -> Tensor:
    """One dim as several."""
    return torch.unflatten(x, dim, sizes if isinstance(sizes, tuple) else (sizes,))


def squeeze(x: Tensor, dim: Any) -> Tensor:
    """Without dims of size 1."""
    return x.squeeze() if dim is None else x.squeeze(dim)


def expand(x: Tensor, *shape: Any) -> Tensor:
    """Dims of size 1 repeated."""
    return x.expand(*shape)


def expand_as(x: Tensor, other: Tensor) -> Tensor:
    """Expanded to the shape of another value."""
    return x.expand_as(other)


def repeat(x: Tensor, *sizes: Any) -> Tensor:
    """The whole value repeated along each dim."""
    return x.repeat(*sizes)


def tile(x: Tensor, *dims: Any) -> Tensor:
    """The whole value repeated along the last dims."""
    return x.tile(*dims)


# --- some of the elements --------------------------------------------------------------------------------------------


def index(x: Any, *items: Any) -> Any:
    """x[items]; of the several results of a function the one that is chosen."""
    if isinstance(x, tuple | list):
        first, *others = items
        return x[first][tuple(map(_item, others))] if others else x[first]
    return x[tuple(map(_item, items))]


def _item(item: Any) -> Any:
    """An item of an index as Python has it; integers that were literals are numbers like any other."""
    if isinstance(item, Tensor):
        return item.long()
    if isinstance(item, Slice):
        return slice(item.start, item.stop, item.step)
    return ... if isinstance(item, str) and item == ELLIPSIS else item


def select(x: Tensor, dim: int, index: Tensor | int) -> Tensor:
    """What stands at one index along a dim."""
    return x.select(dim, int(index))


# --- several values as one -------------------------------------------------------------------------------------------


def array(*items: Tensor) -> Tensor:
    """[a, b, c]: the items along a dim of their own, of one shape as torch broadcasts them."""
    return torch.stack(torch.broadcast_tensors(*items))


# --- of a given shape ------------------------------------------------------------------------------------------------


def full_like(x: Tensor, fill_value: Tensor | Number) -> Tensor:
    """One number, which may vary, in the shape of x."""
    return torch.as_tensor(fill_value, dtype=x.dtype, device=x.device).expand(x.shape)


def zeros(*size: Any, like: Tensor) -> Tensor:
    """Zeros."""
    return like.new_zeros(*size)


def ones(*size: Any, like: Tensor) -> Tensor:
    """Ones."""
    return like.new_ones(*size)


def full(size: Any, fill_value: Tensor | Number, *, like: Tensor) -> Tensor:
    """One number, which may vary."""
    sizes = size if isinstance(size, tuple) else (size,)
    return torch.as_tensor(fill_value, dtype=like.dtype, device=like.device).expand(sizes)


def eye(n: int, m: int | None, *, like: Tensor) -> Tensor:
    """The identity matrix."""
    return torch.eye(n, n if m is None else m, dtype=like.dtype, device=like.device)


def arange(start: Number, end: Number | None, step: Number, *, like: Tensor) -> Tensor:
    """The numbers from start to below end, which stay integers where all of them are."""
    first, last = (0, start) if end is None else (start, end)
    whole = all(isinstance(value, int) for value in (first, last, step))
    return torch.arange(first, last, step, dtype=torch.int64 if whole else like.dtype, device=like.device)


def size(x: Tensor, dim: int) -> Tensor:
    """How many elements stand along a dim."""
    return torch.tensor(x.shape[dim], device=x.device)


def length(x: Tensor) -> Tensor:
    """How many elements stand along the first dim."""
    return torch.tensor(x.shape[0], device=x.device)


def numel(x: Tensor) -> Tensor:
    """How many elements there are."""
    return torch.tensor(x.numel(), device=x.device)


def ndim(x: Tensor) -> Tensor:
    """How many dims there are."""
    return torch.tensor(x.ndim, device=x.device)


def shape(x: Tensor) -> Tensor:
    """The sizes of all dims."""
    return torch.tensor(x.shape, dtype=torch.int64, device=x.device)


def unpacked(x: Any, place: int, count: int) -> Any:
    """One of so many values, as `a, b = x` gives them."""
    if len(x) != count:
        raise ValueError(f"{count} names stand before the `=`, and {len(x)} values behind it")
    return x[place]


def linspace(start: Number, end: Number, steps: int, *, like: Tensor) -> Tensor:
    """Numbers at equal distances."""
    return torch.linspace(start, end, steps, dtype=like.dtype, device=like.device)


def one_hot(labels: Tensor, num_classes: int, *, like: Tensor) -> Tensor:
    """1 at the label and 0 elsewhere."""
    return functional.one_hot(labels, num_classes).to(like.dtype)


# --- reductions ------------------------------------------------------------------------------------------------------


def prod(x: Tensor, dim: int | None, keepdim: bool) -> Tensor:
    """The product along one dim, or of all elements."""
    return torch.prod(x) if dim is None else torch.prod(x, dim, keepdim)


def logsumexp(x: Tensor, dim: Any, keepdim: bool) -> Tensor:
    """log(sum(exp(x))), along all dims where none is named."""
    return torch.logsumexp(x, (tuple(range(x.ndim)) or 0) if dim is None else dim, keepdim)


def amax(x: Tensor, dim: Any, keepdim: bool) -> Tensor:
    """The largest element."""
    return torch.amax(x, () if dim is None else dim, keepdim)


def amin(x: Tensor, dim: Any, keepdim: bool) -> Tensor:
    """The smallest element."""
    return torch.amin(x, () if dim is None else dim, keepdim)


def _only_dim(dim: int | None) -> int:
    """The dim; the only one where none is named."""
    return 0 if dim is None else dim


def cumsum(x: Tensor, dim: int | None) -> Tensor:
    """The sums of the first elements."""
    return torch.cumsum(x, _only_dim(dim))


def cumprod(x: Tensor, dim: int | None) -> Tensor:
    """The products of the first elements."""
    return torch.cumprod(x, _only_dim(dim))


def logcumsumexp(x: Tensor, dim: int | None) -> Tensor:
    """logsumexp of the first elements."""
    return torch.logcumsumexp(x, _only_dim(dim))


def trapezoid(y: Tensor, x: Tensor | None, dx: Number, dim: int) -> Tensor:
    """The integral by trapezoids."""
    return torch.trapezoid(y, dx=dx, dim=dim) if x is None else torch.trapezoid(y, x, dim=dim)


def cumulative_trapezoid(y: Tensor, x: Tensor | None, dx: Number, dim: int) -> Tensor:
    """The integrals by the first trapezoids."""
    return torch.cumulative_trapezoid(y, dx=dx, dim=dim) if x is None else torch.cumulative_trapezoid(y, x, dim=dim)


# --- normalizations --------------------------------------------------------------------------------------------------


def softmax(x: Tensor, dim: int | None) -> Tensor:
    """exp(x)/sum(exp(x)) along a dim."""
    return torch.softmax(x, _only_dim(dim))


def softmin(x: Tensor, dim: int | None) -> Tensor:
    """softmax(-x)."""
    return functional.softmin(x, _only_dim(dim))


def log_softmax(x: Tensor, dim: int | None) -> Tensor:
    """log(softmax(x))."""
    return torch.log_softmax(x, _only_dim(dim))


def _sizes(shape: Any) -> list[int]:
    """The sizes of the last dims, of which one may stand alone."""
    return list(shape) if isinstance(shape, tuple) else [shape]


def rms_norm(x: Tensor, normalized_shape: Any, weight: Tensor | None, eps: float | None) -> Tensor:
    """x divided by its root mean square over the last dims."""
    return functional.rms_norm(x, _sizes(normalized_shape), weight, eps)


def layer_norm(x: Tensor, normalized_shape: Any, weight: Tensor | None, bias: Tensor | None, eps: float) -> Tensor:
    """Mean 0 and variance 1 over the last dims."""
    return functional.layer_norm(x, _sizes(normalized_shape), weight, bias, eps)


def batch_norm(
    x: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None,
    bias: Tensor | None,
    training: bool,
    momentum: float,
    eps: float,
) -> Tensor:
    """Each channel with the statistics of the batch, or with the running ones, which training would change."""
    running = (None, None) if training else (running_mean, running_var)
    return functional.batch_norm(x, *running, weight, bias, training, momentum, eps)


def instance_norm(
    x: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None,
    bias: Tensor | None,
    use_input_stats: bool,
    momentum: float,
    eps: float,
) -> Tensor:
    """Each channel of each element with its own statistics, or with the running ones."""
    running = (None, None) if use_input_stats else (running_mean, running_var)
    return functional.instance_norm(x, *running, weight, bias, use_input_stats, momentum, eps)


# --- losses ----------------------------------------------------------------------------------------------------------


def gaussian_nll_loss(
    x: Tensor, target: Tensor, var: Tensor | Number, full: bool, eps: float, reduction: str
) -> Tensor:
    """The negative logarithm of the normal distribution, the variance a number or one for each element."""
    variance = torch.as_tensor(var, dtype=x.dtype, device=x.device)
    wide = variance if variance.ndim else variance.expand(x.shape)
    return functional.gaussian_nll_loss(x, target, wide, full, eps, reduction)


def cross_entropy(
    x: Tensor,
    target: Tensor,
    weight: Tensor | None,
    ignore_index: int,
    reduction: str,
    label_smoothing: float,
) -> Tensor:
    """The cross entropy by labels or by probabilities, which are 0 and 1 where they are integers."""
    due = target.to(x.dtype) if target.shape == x.shape else target.long()
    return functional.cross_entropy(
        x, due, weight, ignore_index=ignore_index, reduction=reduction, label_smoothing=label_smoothing
    )


MAKERS = frozenset({zeros, ones, full, eye, arange, linspace, one_hot})
"""The kernels that take `like`."""
