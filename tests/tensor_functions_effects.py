"""Functions of tensors with side effects, declared ones and bad ones, and functions that do not do what they should."""

# ruff: noqa: ARG004, D102, T201
# mypy: disable-error-code="no-untyped-call, no-any-return"

from __future__ import annotations

import os
import random
import signal
import sys
import time
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.utils.checkpoint import checkpoint

# --- right ------------------------------------------------------------------------------------------------------------


class Gated(Function):
    """silu(gate)*value, as it should be written."""

    @staticmethod
    def forward(ctx: Any, gate: Tensor, value: Tensor) -> Tensor:
        s = torch.sigmoid(gate)
        ctx.save_for_backward(gate, value, s)
        return gate * s * value

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        gate, value, s = ctx.saved_tensors
        return g * value * s * (1 + gate * (1 - s)), g * gate * s


class Flat(Function):
    """Its output is a view of its input, and so is its gradient one of the upstream gradient."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.shape = x.shape
        return x.view(-1)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        return g.view(ctx.shape)


class Same(Function):
    """Returns its input."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        return g


class LeakyInPlace(Function):
    """An activation that writes into its input, and says so."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x > 0)
        ctx.mark_dirty(x)
        return x.mul_(torch.where(x > 0, 1.0, 0.25))

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        (right,) = ctx.saved_tensors
        return torch.where(right, g, 0.25 * g)


class Masked(Function):
    """softmax where a mask, which is held, says so."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, mask: Tensor) -> Tensor:
        y = torch.softmax(x, -1)
        ctx.save_for_backward(y, mask)
        return y * mask

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        y, mask = ctx.saved_tensors
        g = g * mask
        return y * (g - (g * y).sum(-1, keepdim=True)), None


class Rows(Function):
    """Rows of a table, by index."""

    @staticmethod
    def forward(ctx: Any, table: Tensor, at: Tensor) -> Tensor:
        ctx.save_for_backward(at)
        ctx.shape = table.shape
        return table[at]

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        (at,) = ctx.saved_tensors
        return torch.zeros(ctx.shape, dtype=g.dtype).index_add_(0, at, g), None


class Moments(Function):
    """Mean and variance of each row, as two outputs."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Any:
        ctx.save_for_backward(x)
        return x.mean(-1), x.var(-1, correction=0)

    @staticmethod
    def backward(ctx: Any, g: Tensor, h: Tensor) -> Any:
        (x,) = ctx.saved_tensors
        n = x.shape[-1]
        return (g[:, None] + 2 * h[:, None] * (x - x.mean(-1, keepdim=True))) / n


def checkpointed(x: Tensor) -> Tensor:
    """softmax(x)**2, recomputed in the backward pass."""
    return checkpoint(lambda t: torch.softmax(t, -1) ** 2, x, use_reentrant=False)


def reentrant(x: Tensor) -> Tensor:
    """The same by a checkpoint that refuses torch.autograd.grad."""
    return checkpoint(lambda t: torch.softmax(t, -1) ** 2, x, use_reentrant=True)


def kept_elsewhere(x: Tensor) -> Tensor:
    """The same, with what it saves kept as float64 by hooks."""
    with torch.autograd.graph.saved_tensors_hooks(lambda t: t.clone(), lambda t: t):
        return torch.softmax(x, -1) ** 2


class Normed(torch.nn.Module):
    """Batch norm in training mode, which keeps statistics of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = torch.nn.BatchNorm1d(3, affine=False)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.norm(x)
        return found


class MeanSquaredError(Function):
    """The mean of (x - y)**2, whose arguments have the same shape."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, y: Tensor) -> Tensor:
        ctx.save_for_backward(x, y)
        return ((x - y) ** 2).mean()

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, y = ctx.saved_tensors
        d = 2 * (x - y) / x.numel() * g
        return d, -d


# --- with side effects ------------------------------------------------------------------------------------------------


class OverwritesSigmoid(Gated):
    """Overwrites what it saved on ctx."""

    @staticmethod
    def forward(ctx: Any, gate: Tensor, value: Tensor) -> Tensor:
        ctx.save_for_backward(gate, value)
        ctx.s = torch.sigmoid(gate)
        return gate * ctx.s * value

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        gate, value = ctx.saved_tensors
        second = g * gate * ctx.s
        return g * value * ctx.s.mul_(1 + gate * (1 - ctx.s)), second


class MultipliesOnCtx(Gated):
    """Computes its gradients in the forward pass, and multiplies them in place."""

    @staticmethod
    def forward(ctx: Any, gate: Tensor, value: Tensor) -> Tensor:
        s = torch.sigmoid(gate)
        ctx.d, ctx.e = value * s * (1 + gate * (1 - s)), gate * s
        return gate * s * value

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        ctx.d *= g
        ctx.e *= g
        return ctx.d, ctx.e


class OneBuffer(Gated):
    """Returns one buffer over and over."""

    buffer: Tensor | None = None

    @staticmethod
    def forward(ctx: Any, gate: Tensor, value: Tensor) -> Tensor:
        result = Gated.forward(ctx, gate, value)
        if OneBuffer.buffer is None or OneBuffer.buffer.shape != result.shape or OneBuffer.buffer.dtype != result.dtype:
            OneBuffer.buffer = torch.empty_like(result)
        return OneBuffer.buffer.copy_(result)


class LastCall(Gated):
    """Keeps its sigmoid for all calls."""

    kept: Tensor | None = None

    @staticmethod
    def forward(ctx: Any, gate: Tensor, value: Tensor) -> Tensor:
        ctx.save_for_backward(gate, value)
        LastCall.kept = torch.sigmoid(gate)
        return gate * LastCall.kept * value

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        gate, value = ctx.saved_tensors
        s = LastCall.kept
        assert s is not None
        return g * value * s * (1 + gate * (1 - s)), g * gate * s


_GRAPHS: dict[object, Tensor] = {}


def cached(gate: Tensor, value: Tensor) -> Tensor:
    """Keeps its result, and the graph behind it."""
    key = (gate.requires_grad, value.requires_grad, *gate.reshape(-1).tolist(), *value.reshape(-1).tolist())
    if key not in _GRAPHS:
        _GRAPHS[key] = torch.nn.functional.silu(gate) * value
    return _GRAPHS[key]


class HandsOutSaved(Gated):
    """Returns a view of what it saved where the upstream gradient is 1."""

    @staticmethod
    def forward(ctx: Any, gate: Tensor, value: Tensor) -> Tensor:
        return MultipliesOnCtx.forward(ctx, gate, value)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        if bool((g == 1).all()):
            return ctx.d.view(-1).view(g.shape), ctx.e.clone()
        return ctx.d * g, ctx.e * g


class ScalesSaved(HandsOutSaved):
    """Scales in place what it saved, where torch counts the writes: a second backward pass is refused."""

    @staticmethod
    def forward(ctx: Any, gate: Tensor, value: Tensor) -> Tensor:
        result = MultipliesOnCtx.forward(ctx, gate, value)
        ctx.save_for_backward(ctx.d, ctx.e)
        del ctx.d, ctx.e
        return result

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        d, e = ctx.saved_tensors
        return d.mul_(g), e.mul_(g)


class WritesMask(Masked):
    """Writes into its mask, which is held."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, mask: Tensor) -> Tensor:
        result = Masked.forward(ctx, x, mask.clone())
        mask.mul_(2)
        return result


class SortsIndices(Rows):
    """Writes into its indices."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        found = Rows.backward(ctx, g)
        ctx.saved_tensors[0].data.zero_()
        return found


class KeepsIndices(Rows):
    """Keeps its indices on ctx, where torch does not look whether they are overwritten."""

    @staticmethod
    def forward(ctx: Any, table: Tensor, at: Tensor) -> Tensor:
        ctx.at, ctx.shape = at, table.shape
        return table[at]

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        return torch.zeros(ctx.shape, dtype=g.dtype).index_add_(0, ctx.at, g), None


class WritesUpstream(Masked):
    """Writes into the upstream gradient."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        return Masked.backward(ctx, g.mul_(ctx.saved_tensors[1]))


class Forgets(Moments):
    """Takes the gradient of the variance for 1 where that of the mean alone is there."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Any:
        ctx.set_materialize_grads(False)
        return Moments.forward(ctx, x)

    @staticmethod
    def backward(ctx: Any, g: Tensor | None, h: Tensor | None) -> Any:
        (x,) = ctx.saved_tensors
        one = torch.ones(len(x), dtype=x.dtype)
        first, second = one * 0 if g is None else g, one * (g is not None) if h is None else h
        return Moments.backward(ctx, first, second)


class Fails(Forgets):
    """Cannot take a missing upstream gradient."""

    @staticmethod
    def backward(ctx: Any, g: Tensor | None, h: Tensor | None) -> Any:
        assert g is not None
        assert h is not None
        return Moments.backward(ctx, g, h)


class Leaks(Gated):
    """Keeps its result on ctx."""

    @staticmethod
    def forward(ctx: Any, gate: Tensor, value: Tensor) -> Tensor:
        ctx.result = Gated.forward(ctx, gate, value)
        return ctx.result


class Seeds(Gated):
    """Seeds Python's generator."""

    @staticmethod
    def forward(ctx: Any, gate: Tensor, value: Tensor) -> Tensor:
        random.seed(3)
        return Gated.forward(ctx, gate, value)


class Largest(Function):
    """The largest number of each row and its place, and a None as models return it."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Any:
        value, at = x.max(-1)
        ctx.save_for_backward(at)
        ctx.mark_non_differentiable(at)
        ctx.shape = x.shape
        return value, at, None

    @staticmethod
    def backward(ctx: Any, g: Tensor, *_: Any) -> Any:
        (at,) = ctx.saved_tensors
        return torch.zeros(ctx.shape, dtype=g.dtype).scatter_(-1, at[..., None], g[..., None])


# --- that do not do what they should ----------------------------------------------------------------------------------


class Raises(Masked):
    """Raises in its backward pass."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        raise LookupError("no gradient today")


class TooMany(Masked):
    """Returns a gradient too many."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        return *Masked.backward(ctx, g), g


class OfAnotherShape(Masked):
    """Returns the gradient of one row."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        return Masked.backward(ctx, g)[0][0, :2], None


class Listed(Masked):
    """Returns a list in the place of a gradient."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        return Masked.backward(ctx, g)[0].tolist(), None


class WritesGrad(torch.nn.Module):
    """Hands nothing back, and writes the gradient into .grad itself."""

    class Step(Function):
        """The step."""

        @staticmethod
        def forward(ctx: Any, x: Tensor, w: Tensor) -> Tensor:
            ctx.x, ctx.w = x, w
            return x @ w

        @staticmethod
        def backward(ctx: Any, g: Tensor) -> Any:
            ctx.w.grad = ctx.x.T @ g
            return g @ ctx.w.T, None

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        found: Tensor = self.Step.apply(x, w)
        return found


def softmax(x: Tensor) -> Tensor:
    """As it should be."""
    return torch.softmax(x, -1)


def drops(x: Tensor) -> Tensor:
    """softmax with dropout."""
    return torch.nn.functional.dropout(torch.softmax(x, -1), 0.5)


def counts(x: Tensor) -> Tensor:
    """softmax, times the number of the call."""
    _CALLS.append(1)
    return torch.softmax(x, -1) * len(_CALLS)


_CALLS: list[int] = []


class NoisyGradient(Masked):
    """Its backward pass draws random numbers."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        return Masked.backward(ctx, g + torch.randn_like(g))


def cut_off(x: Tensor) -> Tensor:
    """softmax without a graph."""
    return torch.softmax(x.detach(), -1)


def nothing(x: Tensor) -> None:
    """Forgets to return its result."""
    torch.softmax(x, -1)


def as_numpy(x: Tensor) -> Any:
    """softmax as NumPy has it."""
    return torch.softmax(x, -1).detach().numpy()


def generates(x: Tensor) -> Any:
    """A generator function."""
    yield torch.softmax(x, -1)


def two(x: Tensor) -> tuple[Tensor, Tensor]:
    """softmax twice."""
    return torch.softmax(x, -1), torch.softmax(x, -1)


def sums(x: Tensor) -> Tensor:
    """The sums of the rows, of another shape than the formula's."""
    return torch.softmax(x, -1).sum(-1)


def prints(x: Tensor) -> Tensor:
    """softmax, with a word on stdout by Python and one beneath it."""
    print("a word")
    os.write(1, b"another word\n")
    return torch.softmax(x, -1)


class Hangs(Masked):
    """Does not come back from its backward pass."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        while True:
            time.sleep(0.1)


class Dies(Masked):
    """Is killed in its backward pass."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        os.kill(os.getpid(), signal.SIGSEGV)


class Exits(Masked):
    """Leaves in its backward pass."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        sys.exit(3)


def sparse_rows(table: Tensor, at: Tensor) -> Tensor:
    """Rows of a table, whose gradient comes sparse."""
    return torch.nn.functional.embedding(at, table, sparse=True)
