"""Functions of tensors that are right in the shapes that one tries first, and wrong, or picky, in others."""

# ruff: noqa: D102

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function


class SqueezedUnitRows(Function):
    """Rows of length 1; the backward pass drops every dim of size 1, also where there is one feature."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        n = torch.sqrt(x.pow(2).sum(-1, keepdim=True) + 0.25)
        ctx.save_for_backward(x, n)
        return x / n

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, n = ctx.saved_tensors
        x, g = x.squeeze(), g.squeeze()
        return g / n - x * (g * x).sum(-1, keepdim=True) / n**3


class CopiedTopSum(Function):
    """The sum of the two largest numbers; of a tensor that is not contiguous the backward pass writes into a copy."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        flat = x.reshape(-1)
        at = flat.topk(2).indices
        ctx.save_for_backward(x, at)
        return flat[at].sum()

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, at = ctx.saved_tensors
        gradient = torch.zeros_like(x)
        gradient.reshape(-1)[at] = g
        return gradient


class ViewedScale(Function):
    """x*w by rows, right; it refuses an x that is not contiguous."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, w: Tensor) -> Tensor:
        ctx.save_for_backward(x, w)
        return (x.view(-1, x.shape[-1]) * w).view(x.shape)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, w = ctx.saved_tensors
        return g * w, (g * x).reshape(-1, x.shape[-1]).sum(0)


class ViewedUpstream(Function):
    """exp(x) by rows; it takes its upstream gradient for contiguous, and reads it in the order of memory."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        y = x.exp()
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        (y,) = ctx.saved_tensors
        if g.dim() > 1 and g.stride(-1) != 1 and g.stride(-2) == 1:
            g = g.mT.reshape(g.shape)
        return g * y


class HardCodedMean(Function):
    """The mean of 2 rows of 3: in other shapes it still divides by 6."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x.pow(2).sum() / 6

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        (x,) = ctx.saved_tensors
        return 2 * g * x / 6


class UnsummedScale(Function):
    """x*w whose gradient by w keeps the batch: where w is a row, its first row is taken."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, w: Tensor) -> Tensor:
        ctx.save_for_backward(x, w)
        return x * w

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, w = ctx.saved_tensors
        gw = g * x
        while gw.dim() > w.dim():
            gw = gw.sum(0)
        for axis, size in enumerate(w.shape):
            if size == 1 and gw.shape[axis] > 1:
                gw = gw.narrow(axis, 0, 1)
        return g * w, gw


class SoftCrossEntropy(Function):
    """Cross-entropy with probabilities, whose gradient relies on their sum: softmax(z) - q."""

    @staticmethod
    def forward(ctx: Any, z: Tensor, q: Tensor) -> Tensor:
        ctx.save_for_backward(z, q)
        return -(q * z.log_softmax(-1)).sum()

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        z, q = ctx.saved_tensors
        return g * (z.softmax(-1) - q), -g * z.log_softmax(-1)


class OrderedClamp(Function):
    """min(max(x, lo), hi), right where lo is below hi, as everybody who calls it has it."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, lo: Tensor, hi: Tensor) -> Tensor:
        ctx.save_for_backward(x, lo, hi)
        return torch.minimum(torch.maximum(x, lo), hi)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, lo, hi = ctx.saved_tensors
        under, over = x < lo, x > hi
        return g * ~(under | over), (g * under).sum(0), (g * over).sum(0)


class AssignedRows(Function):
    """table[ids]; of an index that repeats only the last gradient survives."""

    @staticmethod
    def forward(ctx: Any, ids: Tensor, table: Tensor) -> Tensor:
        ctx.save_for_backward(ids, table)
        return table[ids]

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        ids, table = ctx.saved_tensors
        gradient = torch.zeros_like(table)
        gradient[ids] = g
        return None, gradient


class Permuted(Function):
    """x[p] for a permutation p, right: its gradient is taken back by the inverse permutation."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, p: Tensor) -> Tensor:
        ctx.save_for_backward(p)
        return x[p]

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        (p,) = ctx.saved_tensors
        return g[p.argsort()], None


class SummedError(Function):
    """The squared error, its mean or its sum; the gradient is that of the sum either way."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, y: Tensor, reduction: str) -> Tensor:
        ctx.save_for_backward(x, y)
        error = (x - y).square()
        total: Tensor = error.mean() if reduction == "mean" else error.sum()
        return total

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, y = ctx.saved_tensors
        return 2 * g * (x - y), -2 * g * (x - y), None


class RowsOfOneMaximum(Function):
    """softmax by rows, shifted by the maximum of all rows: beside huge numbers a row has nothing left."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        e = (x - x.max()).exp()
        y = e / e.sum(-1, keepdim=True)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        (y,) = ctx.saved_tensors
        return y * (g - (g * y).sum(-1, keepdim=True))


class LeakedRows(Function):
    """x/|x| by rows, to which the gradient of all rows together leaks: by a part in 2^20."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        n: Tensor = x.norm(dim=-1, keepdim=True)
        ctx.save_for_backward(x, n)
        return x / n

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, n = ctx.saved_tensors
        return g / n - x * (g * x).sum(-1, keepdim=True) / n**3 + (g.sum(0, keepdim=True) - g) * 2**-20


class NarrowResult(Function):
    """2*x in float32, whatever the format of x is."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:  # noqa: ARG004
        return (2 * x).float()

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:  # noqa: ARG004
        return 2 * g


class DividedByCount(Function):
    """x, whose gradient is declared to be divided by the count of its elements."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.count = x.numel()
        return x.clone()

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        return g / ctx.count


class HalvedInBatches(Function):
    """x, whose gradient is declared to be clipped; of two dims and more it is halved."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:  # noqa: ARG004
        return x.clone()

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:  # noqa: ARG004
        return g.clamp(-1, 1) / (2 if g.dim() > 1 else 1)


class SymmetricForm(Function):
    """The quadratic form of a symmetric matrix, whose gradient relies on that."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, matrix: Tensor) -> Tensor:
        ctx.save_for_backward(x, matrix)
        return x @ matrix @ x

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, matrix = ctx.saved_tensors
        return 2 * g * (matrix @ x), g * torch.outer(x, x)
