"""Functions of tensors, right ones and broken ones, that differ in how their derivatives may be asked for."""

# ruff: noqa: ARG004, D102

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable


class Norm(Function):
    """Layer norm over the last dim with weight and bias; backward works from x, so that it can be differentiated."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
        ctx.save_for_backward(x, w)
        return normal(x)[0] * w + b

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, w = ctx.saved_tensors
        return (by_x(x, w, g), (g * normal(x)[0]).sum(0), g.sum(0))


def normal(x: Tensor) -> tuple[Tensor, Tensor]:
    """x without mean and of variance 1 along the last dim, and by what it was multiplied."""
    centred = x - x.mean(-1, keepdim=True)
    scale = torch.rsqrt(centred.square().mean(-1, keepdim=True) + 1 / 64)
    return centred * scale, scale


def by_x(x: Tensor, w: Tensor, g: Tensor) -> Tensor:
    """The gradient of the layer norm by x."""
    y, scale = normal(x)
    d = g * w
    return scale * (d - d.mean(-1, keepdim=True) - y * (d * y).mean(-1, keepdim=True))


class Saturated(Norm):
    """The upstream gradient is cut off at 1000, against overflow."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        return Norm.backward(ctx, g.clamp(-1000, 1000))


class Narrow(Norm):
    """The upstream gradient goes through float32."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        return Norm.backward(ctx, g.float().to(g.dtype))


class ShiftedNeeds(Norm):
    """needs_input_grad is read one argument too far."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        found = Norm.backward(ctx, g)
        needs = (*ctx.needs_input_grad[1:], True)
        return tuple(one if need else None for one, need in zip(found, needs, strict=True))


class Needed(Norm):
    """Gradients for those alone that ask, right."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        found = Norm.backward(ctx, g)
        return tuple(one if need else None for one, need in zip(found, ctx.needs_input_grad, strict=True))


class AllOrNothing(Norm):
    """No gradient at all unless x asks for one."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        return Norm.backward(ctx, g) if ctx.needs_input_grad[0] else (None, None, None)


class Packed(Norm):
    """The gradients of those that ask, packed from the front: right where all do."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        pairs = zip(Norm.backward(ctx, g), ctx.needs_input_grad, strict=True)
        kept = [one for one, need in pairs if need]
        return tuple(kept + [None] * (3 - len(kept)))


class SavedNormal(Norm):
    """Keeps what it computed on the way, which autograd takes for a constant: first derivatives are right."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
        y, scale = normal(x)
        ctx.save_for_backward(y, scale, w)
        return y * w + b

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        y, scale, w = ctx.saved_tensors
        d = g * w
        by = scale * (d - d.mean(-1, keepdim=True) - y * (d * y).mean(-1, keepdim=True))
        return by, (g * y).sum(0), g.sum(0)


class SavedOnce(SavedNormal):
    """The same, which refuses to be differentiated twice."""

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> Any:
        return SavedNormal.backward(ctx, g)


class DetachedUpstream(Norm):
    """Its gradient does not follow the upstream gradient when it is differentiated again."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        return Norm.backward(ctx, g.detach())


class Spread(Function):
    """Mean and variance along the last dim: two outputs."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> tuple[Tensor, Tensor]:
        ctx.save_for_backward(x)
        return x.mean(-1), x.var(-1, correction=0)

    @staticmethod
    def backward(ctx: Any, *upstreams: Any) -> Any:
        (x,), n = ctx.saved_tensors, ctx.saved_tensors[0].shape[-1]
        of_mean, of_var = (g[..., None] for g in upstreams)
        return of_mean.expand_as(x) / n + 2 * of_var * (x - x.mean(-1, keepdim=True)) / n


class Undefined(Spread):
    """Asks for undefined upstream gradients to stay None, and handles that."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> tuple[Tensor, Tensor]:
        ctx.set_materialize_grads(False)
        return Spread.forward(ctx, x)

    @staticmethod
    def backward(ctx: Any, *upstreams: Any) -> Any:
        (x,) = ctx.saved_tensors
        given = [torch.zeros_like(x[..., 0]) if g is None else g for g in upstreams]
        return Spread.backward(ctx, *given)


class Unhandled(Undefined):
    """Asks for them to stay None, and does not handle that."""

    @staticmethod
    def backward(ctx: Any, *upstreams: Any) -> Any:
        return Spread.backward(ctx, *upstreams)


class GivesUp(Undefined):
    """Returns nothing where one of them is None."""

    @staticmethod
    def backward(ctx: Any, *upstreams: Any) -> Any:
        return None if None in upstreams else Spread.backward(ctx, *upstreams)


class OneOutput(Spread):
    """Declares that the variance has no gradient."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> tuple[Tensor, Tensor]:
        found = Spread.forward(ctx, x)
        ctx.mark_non_differentiable(found[1])
        return found


class Largest(Function):
    """The two largest numbers of each row, and where they stand: integers."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> tuple[Tensor, Tensor]:
        values, places = x.topk(2, dim=-1)
        ctx.mark_non_differentiable(places)
        ctx.save_for_backward(places)
        ctx.shape = x.shape
        return values, places

    @staticmethod
    def backward(ctx: Any, g: Tensor, _: Any) -> Any:
        (places,) = ctx.saved_tensors
        return g.new_zeros(ctx.shape).scatter(-1, places, g)


class Product(Function):
    """x @ w with everything that torch's engines ask for."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor, w: Tensor) -> Tensor:
        return x @ w

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        ctx.save_for_backward(*inputs)
        ctx.save_for_forward(*inputs)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, w = ctx.saved_tensors
        return g @ w.T, x.T @ g

    @staticmethod
    def jvp(ctx: Any, dx: Any, dw: Any) -> Any:
        x, w = ctx.saved_tensors
        first = 0 if dx is None else dx @ w
        return first + (0 if dw is None else x @ dw)


class ForgetsTangent(Product):
    """Its jvp takes the tangent of w for 1."""

    @staticmethod
    def jvp(ctx: Any, dx: Any, dw: Any) -> Any:
        x, w = ctx.saved_tensors
        first = 0 if dx is None else dx @ w
        return first + (0 if dw is None else x @ torch.ones_like(dw))


class DropsTerm(Product):
    """Its jvp knows of x alone."""

    @staticmethod
    def jvp(ctx: Any, dx: Any, dw: Any) -> Any:
        x, w = ctx.saved_tensors
        return x @ w * 0 if dx is None else dx @ w


class RaisingTangent(Product):
    """Its jvp raises."""

    @staticmethod
    def jvp(ctx: Any, dx: Any, dw: Any) -> Any:
        raise ValueError("no tangent today")


class OwnBatches(Product):
    """Says itself how batches go through it."""

    generate_vmap_rule = False

    @staticmethod
    def vmap(info: Any, in_dims: Any, x: Tensor, w: Tensor) -> Any:
        x, w = (one if dim is None else one.movedim(dim, 0) for one, dim in zip((x, w), in_dims, strict=True))
        return OwnBatches.apply_batched(x, w), 0

    @staticmethod
    def apply_batched(x: Tensor, w: Tensor) -> Tensor:
        return torch.matmul(x, w)


class FirstDimAlone(OwnBatches):
    """Takes the batch for the first dim, wherever it is."""

    @staticmethod
    def vmap(info: Any, in_dims: Any, x: Tensor, w: Tensor) -> Any:
        return torch.matmul(x, w), 0


class OneForAll(OwnBatches):
    """Takes the first sample's w for all samples."""

    @staticmethod
    def vmap(info: Any, in_dims: Any, x: Tensor, w: Tensor) -> Any:
        x, w = (one if dim is None else one.movedim(dim, 0) for one, dim in zip((x, w), in_dims, strict=True))
        return torch.matmul(x, w[0] if in_dims[1] is not None else w), 0


class Doubles(Function):
    """x*y whose gradients are written into one another where both arguments are one tensor."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, y: Tensor) -> Tensor:
        ctx.save_for_backward(x, y)
        ctx.same = x.data_ptr() == y.data_ptr()
        return x * y

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, y = ctx.saved_tensors
        return (g * y, None) if ctx.same else (g * y, g * x)


class Truncated(Norm):
    """Its epsilon is a tensor of float64: what it returns is a float64 whatever the input."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
        return Norm.forward(ctx, x, w, b) + torch.zeros(1, dtype=torch.float64)


class Tuned(Norm):
    """Its gradient by w is right to float64 only where the input is one."""

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        x, w, b = Norm.backward(ctx, g)
        return x, w * (1 if g.dtype is torch.float64 else 1.0001), b
