"""Functions of somebody's own, right ones and broken ones, for the tests of the check list."""

# ruff: noqa: ARG004, D102

from __future__ import annotations

import ctypes
import os
import time
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable
from torch.utils.checkpoint import checkpoint


class SQ(Function):
    """The notebook's: its backward pass never multiplies by grad_output."""

    @staticmethod
    def forward(ctx: Any, i: Tensor) -> Tensor:
        ctx.save_for_backward(i)
        return i**2

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        (i,) = ctx.saved_tensors
        return 2 * i


class Mended(SQ):
    """SQ with the chain rule."""

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        (i,) = ctx.saved_tensors
        return grad_output * 2 * i


class Flipped(SQ):
    """The sign is wrong."""

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        return -grad_output * 2 * ctx.saved_tensors[0]


class Doubled(SQ):
    """Twice too much."""

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        return grad_output * 4 * ctx.saved_tensors[0]


class Thousandth(SQ):
    """Wrong by 0.1 %."""

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        return grad_output * 2.002 * ctx.saved_tensors[0]


class Trillionth(SQ):
    """Wrong in the 13th digit."""

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        return grad_output * (2 + 2e-12) * ctx.saved_tensors[0]


class Once(SQ):
    """Right, and no second derivative, as it says."""

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        return grad_output * 2 * ctx.saved_tensors[0]


class Detached(SQ):
    """Right, and its second derivative is 0 without a word."""

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        return grad_output.detach() * 2 * ctx.saved_tensors[0].detach()


class Greedy(SQ):
    """Right, and writes to its upstream gradient."""

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        return grad_output.mul_(2) * ctx.saved_tensors[0]


class Undefined(SQ):
    """Right, and fails where torch sends no upstream gradient."""

    @staticmethod
    def forward(ctx: Any, i: Tensor) -> Tensor:
        ctx.set_materialize_grads(False)
        return SQ.forward(ctx, i)

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        return grad_output * 2 * ctx.saved_tensors[0]


class Fickle(SQ):
    """Spoils what it saved, so that a second backward pass is wrong."""

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        (i,) = ctx.saved_tensors
        result = grad_output * 2 * i
        i.detach().data.mul_(3)
        return result


class SineChain(Function):
    """sin(x**2) without the inner factor."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return torch.sin(x * x)

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        (x,) = ctx.saved_tensors
        return grad_output * torch.cos(x * x)


class ThirdInSingle(Function):
    """x/3, its derivative's constant written with float32's digits."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x / 3

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        return grad_output * 0.3333333432674407958984375


class AtOutput(Function):
    """sin(x), with the derivative's formula fed with the output."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        y = torch.sin(x)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        return grad_output * torch.cos(ctx.saved_tensors[0])


class Swapped(Function):
    """a*b**2 with the gradients in the wrong order."""

    @staticmethod
    def forward(ctx: Any, a: Tensor, b: Tensor) -> Tensor:
        ctx.save_for_backward(a, b)
        return a * b**2

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        a, b = ctx.saved_tensors
        return grad_output * 2 * a * b, grad_output * b**2


class Product(Swapped):
    """a*b**2, right."""

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        a, b = ctx.saved_tensors
        return grad_output * b**2, grad_output * 2 * a * b


class Leaky(Function):
    """Right, and keeps its result on ctx: a cycle."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.y = torch.exp(x)
        return ctx.y  # type: ignore[no-any-return]

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        return grad_output * ctx.y


class NoTangent(Function):
    """Right backwards; its jvp forgets the tangent."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        ctx.save_for_forward(x)
        return x**3

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        return grad_output * 3 * ctx.saved_tensors[0] ** 2

    @staticmethod
    def jvp(ctx: Any, tangent: Tensor) -> Any:
        return 3 * ctx.saved_tensors[0] ** 2


class DetachedTangent(NoTangent):
    """Its jvp is right, and its derivative is not: x has no history there."""

    @staticmethod
    def jvp(ctx: Any, tangent: Tensor) -> Any:
        (x,) = ctx.saved_tensors
        return tangent * 3 * x.detach() ** 2


class TracedTangent(NoTangent):
    """The same with a jvp that is right in every respect."""

    @staticmethod
    def jvp(ctx: Any, tangent: Tensor) -> Any:
        (x,) = ctx.saved_tensors
        return tangent * 3 * x**2


class Traced(Function):
    """A cube that is right in every mode that torch gives it a chance in."""

    @staticmethod
    def forward(x: Tensor) -> Tensor:
        return x**3

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor], output: Tensor) -> None:
        ctx.save_for_backward(*inputs)
        ctx.save_for_forward(*inputs)

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        return grad_output * 3 * ctx.saved_tensors[0] ** 2

    @staticmethod
    def jvp(ctx: Any, tangent: Tensor) -> Any:
        return tangent * 3 * ctx.saved_tensors[0] ** 2


def determinant(t: Tensor) -> Tensor:
    """t² + t by torch's determinant, whose tangent has the matrix as a constant."""
    rows = [torch.stack([t, t]), torch.stack([-torch.ones_like(t), t])]
    found: Tensor = torch.linalg.det(torch.stack(rows).movedim((0, 1), (-2, -1)))
    return found


class StraightThrough(Function):
    """round(x), with the gradient of x."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return torch.round(x)

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        return grad_output


class Views(SQ):
    """Right, but for upstream gradients and inputs that cannot be viewed as one row."""

    @staticmethod
    def forward(ctx: Any, i: Tensor) -> Tensor:
        ctx.save_for_backward(i)
        return (i.view(-1) ** 2).view(i.shape)

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        return grad_output * 2 * ctx.saved_tensors[0]


class Reversal(torch.nn.Module):
    """A gradient reversal in a module."""

    class Reverse(Function):
        """The Function behind it."""

        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            return x.view_as(x)

        @staticmethod
        def backward(ctx: Any, grad_output: Tensor) -> Any:
            return -grad_output

    def forward(self, x: Tensor) -> Tensor:
        return self.Reverse.apply(x)  # type: ignore[no-any-return, no-untyped-call]


class NeverReversed(torch.nn.Module):
    """The same by a method that nobody calls."""

    def forward(self, x: Tensor) -> Tensor:
        return x.view_as(x)

    def backward(self, grad_output: Tensor) -> Tensor:
        return -grad_output


class SurrogateSpike(Function):
    """A step with the slope of sigmoid(25*x), written so that it overflows far on the left."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return (x > 0).to(x.dtype)

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        (x,) = ctx.saved_tensors
        return grad_output * 25 * torch.exp(-25 * x) / (torch.exp(-25 * x) + 1) ** 2


class LastInput(SQ):
    """Right, unless another call comes before the backward pass: it saves on the class."""

    last: Tensor

    @staticmethod
    def forward(ctx: Any, i: Tensor) -> Tensor:
        LastInput.last = i.detach()
        return i**2

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        return grad_output * 2 * LastInput.last


class Strided(SQ):
    """Right for upstream gradients that lie in memory as a new tensor does, or are expanded."""

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        plain = torch.empty(grad_output.shape).stride()
        taken = torch.as_strided(grad_output, grad_output.shape, plain) if all(grad_output.stride()) else grad_output
        return taken * 2 * ctx.saved_tensors[0]


class Blind(SQ):
    """Right but where only one argument asks for its gradient: it looks at the other one's need."""

    @staticmethod
    def forward(ctx: Any, a: Tensor, b: Tensor) -> Tensor:  # type: ignore[override]
        ctx.save_for_backward(a, b)
        return a * b

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        a, b = ctx.saved_tensors
        return grad_output * b if ctx.needs_input_grad[1] else None, grad_output * a


class Averaged(SQ):
    """Sends the mean of the upstream gradient to everyone."""

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        return grad_output.mean() * 2 * ctx.saved_tensors[0]


class WrongVmap(Function):
    """sin(x), with the cosine under vmap."""

    @staticmethod
    def forward(x: Tensor) -> Tensor:
        return torch.sin(x)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        return grad_output * torch.cos(ctx.saved_tensors[0])

    @staticmethod
    def vmap(info: Any, in_dims: Any, x: Tensor) -> Any:
        return torch.cos(x.movedim(in_dims[0], 0)), 0


class SameTwice(Product):
    """a*b**2, right unless both arguments are one tensor."""

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        a, b = ctx.saved_tensors
        by_b = grad_output * 2 * a * b
        return grad_output * b**2, by_b * 0 if a.data_ptr() == b.data_ptr() else by_b


class Scale(torch.nn.Module):
    """A module with a parameter."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.tensor(3.0))

    def forward(self, x: Tensor) -> Tensor:
        return self.weight * x


scale = Scale()


def make_scale() -> Scale:
    """Return a module that has to be made by a call."""
    return Scale()


def sine(x: Tensor) -> Tensor:
    """Return sin(x): right, and no class."""
    return torch.sin(x)


def raises(x: Tensor) -> Tensor:
    """Raise an error of the user's own."""
    raise ValueError("no sine today")


def prints(x: Tensor) -> Tensor:
    """Print a line, then return sin(x)."""
    print("hello from the function")  # noqa: T201
    return torch.sin(x)


def as_numpy(x: Tensor) -> object:
    """Return an array of NumPy, which is no tensor."""
    return x.detach().numpy()


def wrong_shape(x: Tensor) -> Tensor:
    """Return a tensor of another shape."""
    return torch.sin(x).expand(3, *x.shape)


def single(x: Tensor) -> Tensor:
    """Return a tensor of another dtype."""
    return torch.sin(x.float())


def pair(x: Tensor) -> tuple[Tensor, Tensor]:
    """Return two tensors."""
    return x, x


def exits(x: Tensor) -> Tensor:
    """End the process with sys.exit."""
    raise SystemExit(3)


def dies(x: Tensor) -> Tensor:
    """End the process at once."""
    os._exit(7)


def segfaults(x: Tensor) -> Tensor:
    """Make the process crash."""
    ctypes.string_at(0)
    return x


def eats(x: Tensor) -> Tensor:
    """Take more and more memory."""
    kept = []
    while True:
        kept.append(bytearray(30_000_000))


def interrupts(x: Tensor) -> Tensor:
    """Raise KeyboardInterrupt, as if somebody had pressed Ctrl-C."""
    raise KeyboardInterrupt


def spins(x: Tensor) -> Tensor:
    """Never return, in a loop of Python."""
    while True:
        pass


class InterruptsBackward(SQ):
    """Raises what Ctrl-C raises, in its backward pass."""

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        raise KeyboardInterrupt


class StopsBackward(SQ):
    """Raises what ends a generator, in its backward pass."""

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        raise GeneratorExit


def reentrant(a: Tensor, b: Tensor) -> Tensor:
    """a*sin(b), its backward pass run within a backward pass: .backward() can do that, torch.autograd.grad cannot."""
    return checkpoint(lambda a, b: a * torch.sin(b), a, b, use_reentrant=True)  # type: ignore[no-any-return]


def reentrant_chain(a: Tensor, b: Tensor) -> Tensor:
    """exp(a*sin(b)): what comes after the checkpoint has saved something that a failed sweep gives up."""
    return torch.exp(reentrant(a, b))


def reentrant_wrong(a: Tensor, b: Tensor) -> Tensor:
    """a*sin(b) without a's gradient."""
    return checkpoint(lambda a, b: a.detach() * torch.sin(b), a, b, use_reentrant=True)  # type: ignore[no-any-return]


def hangs(x: Tensor) -> Tensor:
    """Never return."""
    time.sleep(1000)
    return x


def hangs_on_none(x: Tensor) -> Tensor:
    """Never return for a tensor without elements."""
    if not x.numel():
        time.sleep(1000)
    return torch.sin(x)


class NeedsArguments:
    """Cannot be made without arguments."""

    def __init__(self, width: int) -> None:
        self.width = width


a_number = 3


class Threshold(SQ):
    """Right up to 20, and constant from there on."""

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        return grad_output * 2 * ctx.saved_tensors[0].clamp(max=20)


class ZeroDivided(SQ):
    """Right but at 0."""

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        (i,) = ctx.saved_tensors
        return grad_output * 2 * i * i / i


class Clipped(SQ):
    """Right for upstream gradients up to 10."""

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        return grad_output.clamp(-10, 10) * 2 * ctx.saved_tensors[0]


class Blocks(SQ):
    """Right in whole blocks of 64 numbers: what is left over gets no gradient."""

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        gradient = (grad_output * 2 * ctx.saved_tensors[0]).reshape(-1)
        whole = gradient.numel() - gradient.numel() % 64
        if whole:
            gradient[whole:] = 0
        return gradient.reshape(grad_output.shape)


class Planes(SQ):
    """Right up to two dimensions; of more, the first is the wrong way round."""

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        gradient = grad_output * 2 * ctx.saved_tensors[0]
        return gradient.flip(0) if gradient.dim() > 2 else gradient


class Channels(SQ):
    """Reads the numbers of four dimensions as they lie in memory."""

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        (i,) = ctx.saved_tensors
        if i.dim() == 4:
            i = torch.as_strided(i, (i.numel(),), (1,), i.storage_offset()).reshape(i.shape)
        return grad_output * 2 * i


class Storage(SQ):
    """Reads from the beginning of the storage, wherever the tensor begins."""

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        (i,) = ctx.saved_tensors
        return grad_output * 2 * torch.as_strided(i, i.shape, i.stride(), 0)


class Buffered(SQ):
    """Hands out one and the same buffer for every gradient of a shape."""

    buffers: dict[Any, Tensor] = {}  # noqa: RUF012

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        (i,) = ctx.saved_tensors
        buffer = Buffered.buffers.setdefault((i.shape, i.dtype), torch.zeros(i.shape, dtype=i.dtype))
        return torch.mul(grad_output * 2, i, out=buffer)


class KeptInput(SQ):
    """Keeps its argument on ctx, so that nobody notices when it is overwritten."""

    @staticmethod
    def forward(ctx: Any, i: Tensor) -> Tensor:
        ctx.i = i
        return i**2

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        return grad_output * 2 * ctx.i


class KeptResult(Function):
    """exp(i), which keeps its result on ctx, without a cycle and without a count of what is written to it."""

    @staticmethod
    def forward(ctx: Any, i: Tensor) -> Tensor:
        y = torch.exp(i)
        ctx.y = y.detach()
        return y

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        return grad_output * ctx.y


class OnceMore(SQ):
    """Adds 1 where a graph of the backward pass is asked for: the second derivative is right."""

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        gradient = grad_output * 2 * ctx.saved_tensors[0]
        return gradient + 1 if torch.is_grad_enabled() else gradient


class Slope(Function):
    """The backward pass of a square, whose own backward pass forgets its upstream gradient."""

    @staticmethod
    def forward(ctx: Any, grad_output: Tensor, i: Tensor) -> Tensor:
        ctx.save_for_backward(grad_output, i)
        return grad_output * 2 * i

    @staticmethod
    def backward(ctx: Any, again: Tensor) -> Any:
        grad_output, i = ctx.saved_tensors
        return again * 2 * i, 2 * grad_output


class ForgetsAgain(SQ):
    """Right, and right twice at an upstream gradient of 1 in the second backward pass."""

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        return Slope.apply(grad_output, ctx.saved_tensors[0])  # type: ignore[no-untyped-call]


class Slopes(Function):
    """The backward pass of i*j**2, whose own gives the mixed derivative in one order of the two only."""

    @staticmethod
    def forward(ctx: Any, grad_output: Tensor, i: Tensor, j: Tensor) -> Any:
        ctx.save_for_backward(grad_output, i, j)
        return grad_output * j**2, grad_output * 2 * i * j

    @staticmethod
    def backward(ctx: Any, by_i: Tensor, by_j: Tensor) -> Any:
        grad_output, i, j = ctx.saved_tensors
        return by_i * j**2 + by_j * 2 * i * j, None, 2 * grad_output * (by_i * j + by_j * i)


class Lopsided(Product):
    """Right, but the derivative by j and then by i is missing."""

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        return Slopes.apply(grad_output, *ctx.saved_tensors)  # type: ignore[no-untyped-call]


class MeanTangent(NoTangent):
    """Its jvp takes the mean of a batch's tangents."""

    @staticmethod
    def jvp(ctx: Any, tangent: Tensor) -> Any:
        return 3 * ctx.saved_tensors[0] ** 2 * tangent.mean()


class FirstTangent(Product):
    """Its jvp looks at the second tangent only where the first is missing."""

    @staticmethod
    def forward(ctx: Any, a: Tensor, b: Tensor) -> Tensor:
        ctx.save_for_forward(a, b)
        return Product.forward(ctx, a, b)

    @staticmethod
    def jvp(ctx: Any, by_a: Tensor, by_b: Tensor) -> Any:
        a, b = ctx.saved_tensors
        return by_a * b**2 if by_a.any() else by_b * 2 * a * b


class FirstDimension(WrongVmap):
    """sin(x), whose vmap takes the first dimension for that of the batch, whichever it is."""

    @staticmethod
    def vmap(info: Any, in_dims: Any, x: Tensor) -> Any:
        return torch.sin(x), 0


class OneForAll(Function):
    """a*b**2, whose vmap forgets the square where there is one b for all."""

    @staticmethod
    def forward(a: Tensor, b: Tensor) -> Tensor:
        return a * b**2

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        a, b = ctx.saved_tensors
        return grad_output * b**2, grad_output * 2 * a * b

    @staticmethod
    def vmap(info: Any, in_dims: Any, a: Tensor, b: Tensor) -> Any:
        if None in in_dims:
            return a * (b if in_dims[1] is None else b**2), 0
        return a.movedim(in_dims[0], 0) * b.movedim(in_dims[1], 0) ** 2, 0


class MeanOfTheExpanded(Product):
    """Gives an argument that is expanded the mean of its gradients."""

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        gradients = Product.backward(ctx, grad_output)
        return tuple(
            gradient if gradient.shape == tensor.shape else gradient.mean().expand(tensor.shape)
            for gradient, tensor in zip(gradients, ctx.saved_tensors, strict=True)
        )


class TwoOfThree(Function):
    """a*b + c, wrong where all but c ask for their gradients."""

    @staticmethod
    def forward(ctx: Any, a: Tensor, b: Tensor, c: Tensor) -> Tensor:
        ctx.save_for_backward(a, b)
        return a * b + c

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        a, b = ctx.saved_tensors
        by_b = b if ctx.needs_input_grad == (True, True, False) else a
        return grad_output * b, grad_output * by_b, grad_output


class Seeding(Mended):
    """Right, and seeds torch's generator."""

    @staticmethod
    def forward(ctx: Any, i: Tensor) -> Tensor:
        torch.manual_seed(0)
        return SQ.forward(ctx, i)


class Setting(Mended):
    """Right, and leaves another default dtype behind."""

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        torch.set_default_dtype(torch.float64)
        return Mended.backward(ctx, grad_output)


class Rescaled(Function):
    """Right once: each backward pass multiplies what is kept on ctx by its upstream gradient, and returns it."""

    @staticmethod
    def forward(ctx: Any, i: Tensor) -> Tensor:
        ctx.slope = 2 * i
        return i**2

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        ctx.slope *= grad_output
        return ctx.slope


class FirstUpstream(SQ):
    """Keeps its first gradient on ctx, and hands it out again, whatever the upstream gradient is."""

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        if not hasattr(ctx, "gradient"):
            ctx.gradient = grad_output * 2 * ctx.saved_tensors[0]
        return ctx.gradient


class CountsItsPasses(SQ):
    """Right, but each further backward pass over the same graph halves the gradient."""

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        ctx.passes = getattr(ctx, "passes", 0) + 1
        return grad_output * 2 * ctx.saved_tensors[0] / ctx.passes


class Saturating(Function):
    """sigmoid(25*i); the backward pass is inf/inf from -28.4 on."""

    @staticmethod
    def forward(ctx: Any, i: Tensor) -> Tensor:
        ctx.save_for_backward(i)
        return torch.sigmoid(25 * i)

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        power = torch.exp(-25 * ctx.saved_tensors[0])
        return grad_output * 25 * power / (1 + power) ** 2


class Saturated(Function):
    """tanh(20*i), its slope 0 from 17 on, and nan from 40 on."""

    @staticmethod
    def forward(ctx: Any, i: Tensor) -> Tensor:
        ctx.save_for_backward(i)
        return torch.tanh(20 * i)

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        (i,) = ctx.saved_tensors
        slope = 20 * (1 - torch.tanh(20 * i) ** 2)
        return grad_output * torch.where(i > 40, torch.nan, slope)


class BellLost(Function):
    """exp(-i**2), its backward pass inf*0 from 27 on."""

    @staticmethod
    def forward(ctx: Any, i: Tensor) -> Tensor:
        ctx.save_for_backward(i)
        return torch.exp(-(i**2))

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        (i,) = ctx.saved_tensors
        return grad_output * -2 * i * torch.exp(i**2) * torch.exp(-(i**2)) ** 2


class GuardedLog(Function):
    """log(i), its slope kept below 10: right from 0.1 on."""

    @staticmethod
    def forward(ctx: Any, i: Tensor) -> Tensor:
        ctx.save_for_backward(i)
        return torch.log(i)

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        return grad_output * (1 / ctx.saved_tensors[0]).clamp(max=10.0)


class GuardedArcsine(Function):
    """asin(i), guarded against the division by 0 at the ends of its domain: wrong in the last hundredth."""

    @staticmethod
    def forward(ctx: Any, i: Tensor) -> Tensor:
        ctx.save_for_backward(i)
        return torch.asin(i)

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        (i,) = ctx.saved_tensors
        return grad_output / torch.sqrt((1 - i * i).clamp(min=0.01))


class EpsilonBesidePole(Function):
    """1/(i - 2), with an eps in the slope's denominator."""

    @staticmethod
    def forward(ctx: Any, i: Tensor) -> Tensor:
        ctx.save_for_backward(i)
        return 1 / (i - 2)

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        (i,) = ctx.saved_tensors
        return -grad_output / ((i - 2) ** 2 + 1e-10)


class LateThreshold(Function):
    """min(max(i, -0.5), 2.75), its slope 1 up to 2.76."""

    @staticmethod
    def forward(ctx: Any, i: Tensor) -> Tensor:
        ctx.save_for_backward(i)
        return i.clamp(-0.5, 2.75)

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        (i,) = ctx.saved_tensors
        return torch.where((i > -0.5) & (i < 2.7625), grad_output, 0)


class BlindAtKink(Function):
    """relu(i), which forgets the upstream gradient at 0 only."""

    @staticmethod
    def forward(ctx: Any, i: Tensor) -> Tensor:
        ctx.save_for_backward(i)
        return i.clamp(min=0)

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        (i,) = ctx.saved_tensors
        return torch.where(i == 0, torch.full_like(i, 0.5), grad_output * (i > 0))


class BeyondItsSides(Function):
    """abs(i - 1.5), which returns 3 at 1.5."""

    @staticmethod
    def forward(ctx: Any, i: Tensor) -> Tensor:
        ctx.save_for_backward(i)
        return (i - 1.5).abs()

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        (i,) = ctx.saved_tensors
        return grad_output * torch.where(i == 1.5, 3.0, (i - 1.5).sign())


class SquaredAtKink(Function):
    """max(i, 2), which multiplies by the square of the upstream gradient at 2."""

    @staticmethod
    def forward(ctx: Any, i: Tensor) -> Tensor:
        ctx.save_for_backward(i)
        return i.clamp(min=2)

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        (i,) = ctx.saved_tensors
        return torch.where(i == 2, grad_output**2 / 4, grad_output * (i > 2))


class NegativeZero(SQ):
    """Right but at -0.0, where its slope is -inf."""

    @staticmethod
    def forward(ctx: Any, i: Tensor) -> Tensor:
        ctx.save_for_backward(i)
        return i**2 + i

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        (i,) = ctx.saved_tensors
        lost = torch.signbit(i) & (i == 0)
        return torch.where(lost, torch.full_like(i, -torch.inf), grad_output * (2 * i + 1))


class TakesTheReciprocal(SQ):
    """Right for positive numbers and for negative ones; at -0.0 the sign of 1/i decides, wrongly."""

    @staticmethod
    def forward(ctx: Any, i: Tensor) -> Tensor:
        ctx.save_for_backward(i)
        return torch.sin(i)

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        (i,) = ctx.saved_tensors
        return grad_output * torch.where(1 / i == -torch.inf, -torch.cos(i), torch.cos(i))


class MeanOfOne(Product):
    """Gives an argument of the shape (1,) beside a batch the mean of its gradients; of the shape () it gets the sum."""

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        gradients = Product.backward(ctx, grad_output)
        return tuple(
            gradient
            if gradient.shape == tensor.shape
            else gradient.mean().reshape(1)
            if tensor.shape == (1,)
            else gradient.sum_to_size(tensor.shape)
            for gradient, tensor in zip(gradients, ctx.saved_tensors, strict=True)
        )


class SettingForward(Mended):
    """Right, and leaves another default dtype behind when its value is computed."""

    @staticmethod
    def forward(ctx: Any, i: Tensor) -> Tensor:
        torch.set_default_dtype(torch.float64)
        return SQ.forward(ctx, i)


# --- functions that are not elementwise, and elementwise ones that are wrong in a batch -------------------------------


class MeanSquare(Function):
    """The mean of the squares, right; of one number it is that number's square."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return (x * x).mean()

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        (x,) = ctx.saved_tensors
        return grad_output * 2 * x / x.numel()


class LayerNorm(Function):
    """Normalized along the last dimension, right."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        centred = x - x.mean(-1, keepdim=True)
        scale = torch.sqrt((centred**2).mean(-1, keepdim=True) + 1e-5)
        ctx.save_for_backward(centred / scale, scale)
        return centred / scale

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        y, scale = ctx.saved_tensors
        mean = (grad_output * y).mean(-1, keepdim=True)
        return (grad_output - grad_output.mean(-1, keepdim=True) - y * mean) / scale


def softmax(x: Tensor) -> Tensor:
    """Return softmax, which is not elementwise."""
    return torch.softmax(x, -1)


def running_sum(x: Tensor) -> Tensor:
    """Return the running sum, which is not elementwise."""
    return torch.cumsum(x, -1)


def in_order(x: Tensor) -> Tensor:
    """Return the elements in order, which is not elementwise."""
    return torch.sort(x).values


def in_batches(x: Tensor) -> Tensor:
    """A batch normalization, which takes matrices only."""
    return torch.nn.functional.batch_norm(x, None, None, training=True)


def outer(x: Tensor) -> Tensor:
    """Return a product of each element with each other one, which has another shape."""
    return torch.outer(x, x) if x.dim() else x * x


def turned_round(x: Tensor) -> Tensor:
    """sin(x), the first dimension the wrong way round."""
    return torch.sin(x.flip(0)) if x.dim() else torch.sin(x)


def by_the_largest(x: Tensor) -> Tensor:
    """sin(x), wrong as soon as one number of the batch is 2 or more."""
    return torch.sin(x) if not x.numel() or float(x.detach().max()) < 2 else 1.5 * torch.sin(x)


def noisy(x: Tensor) -> Tensor:
    """sin(x) with noise, different each time."""
    return torch.sin(x) + 0.1 * torch.rand_like(x)


def first_only(x: Tensor) -> Tensor:
    """sin(x), of which only the first number comes back."""
    return torch.sin(x)[:1] if x.dim() else torch.sin(x)


# --- functions that refuse arguments, and shapes ----------------------------------------------------------------------


class Likelihood(Function):
    """-log(p) of a probability; any other number raises."""

    @staticmethod
    def forward(ctx: Any, p: Tensor) -> Tensor:
        if ((p < 0) | (p > 1)).any():
            raise ValueError("p has to be a probability")
        ctx.save_for_backward(p)
        return -torch.log(p)

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        return -grad_output / ctx.saved_tensors[0]


class WrongLikelihood(Likelihood):
    """The same with a wrong slope."""

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        return grad_output / ctx.saved_tensors[0]


def cross_entropy(p: Tensor, t: Tensor) -> Tensor:
    """torch's, which refuses targets that are no probabilities; its formula takes any."""
    p, t = torch.broadcast_tensors(p, t)
    return torch.nn.functional.binary_cross_entropy(p, t, reduction="none")


def beta_density(a: Tensor, b: Tensor, x: Tensor) -> Tensor:
    """The logarithm of Beta's density; torch validates a and b."""
    density: Tensor = torch.distributions.Beta(a, b).log_prob(x)
    return density


def matern(x: Tensor, y: Tensor, scale: Tensor) -> Tensor:
    """Matérn's covariance, whose scale has to be positive."""
    if (scale.detach() <= 0).any():
        raise ValueError("the scale has to be positive")
    distance = 3**0.5 * (x - y).abs() / scale
    return (1 + distance) * torch.exp(-distance)


def sparsemax(a: Tensor, b: Tensor) -> Tensor:
    """The first of the two entries of sparsemax: a kink lies where a - b is 1 or -1."""
    return ((a - b + 1) / 2).clamp(0, 1)


class ThroughNumpy(Function):
    """sin(x) by NumPy, which makes a scalar of a 0-d array, and that is none for torch."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return torch.from_numpy(np.sin(x.detach().numpy()))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        return torch.from_numpy(grad_output.numpy() * np.cos(ctx.saved_tensors[0].numpy()))


class SumToSize(Function):
    """a*b; `sum_to_size(*shape)` takes no empty shape."""

    @staticmethod
    def forward(ctx: Any, a: Tensor, b: Tensor) -> Tensor:
        ctx.save_for_backward(a, b)
        return a * b

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        a, b = ctx.saved_tensors
        return (grad_output * b).sum_to_size(*a.shape), (grad_output * a).sum_to_size(*b.shape)


def at_least_a_vector(x: Tensor) -> Tensor:
    """sin(x), never without a dimension."""
    return torch.sin(torch.atleast_1d(x))


def needs_a_dimension(x: Tensor) -> Tensor:
    """sin(x), which looks at the length of its argument."""
    return torch.sin(x) if len(x) else x


class Power(Function):
    """x**n for a plain number n, for which there is no gradient."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, n: int) -> Tensor:
        ctx.save_for_backward(x)
        ctx.n = n
        return x**n

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        (x,) = ctx.saved_tensors
        return grad_output * ctx.n * x ** (ctx.n - 1), None


def cube(x: Tensor) -> Tensor:
    """The same with its number bound."""
    result: Tensor = Power.apply(x, 3)  # type: ignore[no-untyped-call]
    return result


class Repeated(Power):
    """x multiplied n times, which cannot be called with a tensor n."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, n: int) -> Tensor:
        ctx.save_for_backward(x)
        ctx.n = n
        result = torch.ones_like(x)
        for _ in range(n):
            result = result * x
        return result


def cut_off(x: Tensor) -> Tensor:
    """Return the function with its graph cut off."""
    return torch.sin(x.detach())


class Misspelt(SQ):
    """Its backward pass raises an AttributeError."""

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        return grad_output.double_it() * ctx.saved_tensors[0]  # type: ignore[attr-defined]


class OfAnotherShape(SQ):
    """Right for one number; the gradient of a batch has no dimension."""

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        return (grad_output * 2 * ctx.saved_tensors[0]).sum()


class OneTooMany(SQ):
    """Its backward pass returns two gradients for its one argument."""

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        return grad_output, grad_output


class NoTensor(SQ):
    """Its backward pass returns a number in the place of a tensor."""

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        return float(grad_output * 2 * ctx.saved_tensors[0])


class DoublesInPlace(Function):
    """2*x, written into x, which torch is told of."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.mark_dirty(x)
        return x.mul_(2)

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        return 2 * grad_output


def not_yet(x: Tensor) -> Tensor:
    """Raise what an author writes where the code is still missing."""
    raise NotImplementedError


class PlusEpsilon(SQ):
    """Off by 1e-8 everywhere."""

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        return grad_output * (2 * ctx.saved_tensors[0] + 1e-8)


class TimesEpsilon(SQ):
    """Off by the factor 1 + 1e-8, which no constant of the formula explains."""

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        return grad_output * 2 * ctx.saved_tensors[0] * (1 + 1e-8)


class RightOfIt(SQ):
    """Right from 0.2 on."""

    @staticmethod
    def backward(ctx: Any, grad_output: Tensor) -> Any:
        (i,) = ctx.saved_tensors
        return grad_output * torch.where(i > 0.2, 2 * i, 5 * i)
