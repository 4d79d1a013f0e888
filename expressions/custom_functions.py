"""The functions of custom_functions.toml: backward passes as people write them, right and wrong."""

import math

import torch
from torch.autograd import Function
from torch.autograd.function import once_differentiable


class SQ(Function):
    """The notebook's."""

    @staticmethod
    def forward(ctx, i):
        ctx.save_for_backward(i)
        return i**2

    @staticmethod
    def backward(ctx, grad_output):
        (i,) = ctx.saved_tensors
        return 2 * i


class Mended(SQ):
    @staticmethod
    def backward(ctx, grad_output):
        (i,) = ctx.saved_tensors
        return grad_output * 2 * i


class Swish(Function):
    """x*sigmoid(x) with the memory of one tensor, as many networks have it."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * torch.sigmoid(x)

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        s = torch.sigmoid(x)
        return grad_output * (s + x * s * (1 - s))


class SwishWithoutTerm(Swish):
    """The product rule's second term is missing."""

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return grad_output * torch.sigmoid(x)


class Exp(Function):
    """PyTorch's own example of a Function: it saves its result."""

    @staticmethod
    def forward(ctx, x):
        result = x.exp()
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx, grad_output):
        (result,) = ctx.saved_tensors
        return grad_output * result


class LeakyExp(Function):
    """Keeps its result on ctx, which keeps it: a cycle that only the garbage collector breaks."""

    @staticmethod
    def forward(ctx, x):
        ctx.result = x.exp()
        return ctx.result

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output * ctx.result


class SineOfSquare(Function):
    """The chain rule's inner factor is missing."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.sin(x * x)

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return grad_output * torch.cos(x * x)


class Hypot(Function):
    """Right for both arguments, once."""

    @staticmethod
    def forward(ctx, a, b):
        r = torch.hypot(a, b)
        ctx.save_for_backward(a, b, r)
        return r

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_output):
        a, b, r = ctx.saved_tensors
        return grad_output * a / r, grad_output * b / r


class SwappedQuotient(Function):
    """a/b with the gradients in the wrong order."""

    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return a / b

    @staticmethod
    def backward(ctx, grad_output):
        a, b = ctx.saved_tensors
        return -grad_output * a / b**2, grad_output / b


class GreedyDouble(Function):
    """Writes to the gradient that it is sent, which may be somebody else's as well."""

    @staticmethod
    def forward(ctx, x):
        return 2 * x

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output.mul_(2)


class DetachedCube(Function):
    """The first derivative is right; the second is 0, without a word."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        return grad_output * 3 * x.detach() ** 2


class GeluInSingle(Function):
    """The constant 1/sqrt(2*pi) with the digits of float32."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * torch.special.erfc(-x / math.sqrt(2)) / 2

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        density = 0.3989422917366028 * torch.exp(-(x**2) / 2)
        return grad_output * (torch.special.erfc(-x / math.sqrt(2)) / 2 + x * density)


class RoundSTE(Function):
    """A straight-through estimator."""

    @staticmethod
    def forward(ctx, x):
        return torch.round(x)

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output


class Reversal(torch.nn.Module):
    """A gradient reversal as domain-adversarial networks have it, in a module."""

    class Reverse(Function):
        @staticmethod
        def forward(ctx, x):
            return x.view_as(x)

        @staticmethod
        def backward(ctx, grad_output):
            return -grad_output

    def forward(self, x):
        return self.Reverse.apply(x)


class ReversalNeverCalled(torch.nn.Module):
    """A module's `backward` is called by nobody."""

    def forward(self, x):
        return x.view_as(x)

    def backward(self, grad_output):
        return -grad_output


class DiagonalSoftmax(Function):
    """softmax with the diagonal of its Jacobian alone."""

    @staticmethod
    def forward(ctx, x):
        y = torch.softmax(x, -1)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        return g * y * (1 - y)


class AssigningEmbedding(Function):
    """Rows of a table, whose backward pass assigns where it should add."""

    @staticmethod
    def forward(ctx, ids, table):
        ctx.save_for_backward(ids)
        ctx.rows = table.shape[0]
        return table[ids]

    @staticmethod
    def backward(ctx, g):
        (ids,) = ctx.saved_tensors
        gradient = g.new_zeros(ctx.rows, g.shape[-1])
        gradient[ids] = g
        return None, gradient


class SignWithoutMask(Function):
    """A binarized weight, straight through however far out it is."""

    @staticmethod
    def forward(ctx, x):
        return x.sign()

    @staticmethod
    def backward(ctx, g):
        return g
