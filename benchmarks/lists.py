"""What the whole check list costs in-process, and its costliest items, beside torch's own gradcheck and gradgradcheck.

    python benchmarks/lists.py [--function NAME] [--most N]

Each function is a torch.autograd.Function with a right backward pass, at one point. Its list runs twice in one process:
first with everything that is loaded and compiled on the way, then again. gradcheck and gradgradcheck run on the same
function at the same point. All are seconds of the processor's time.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor
from torch.autograd import Function, gradcheck, gradgradcheck

from derivcheck import check_function
from derivcheck.own_functions import checking
from derivcheck.own_functions.checks.table import Item

LIMITS = {"swish": 1.0, "layer norm": 5.0}
"""Seconds within which a list has to be done."""

LARGEST_PART = 1 / 3
"""The part of a list that one item may take."""


class Swish(Function):
    """x*sigmoid(x)."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        """The value."""
        ctx.save_for_backward(x)
        return x * torch.sigmoid(x)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        """The gradient."""
        (x,) = ctx.saved_tensors
        s = torch.sigmoid(x)
        gradient: Tensor = g * (s + x * s * (1 - s))
        return gradient


class LayerNorm(Function):
    """Layer norm over the last dim, with weights and biases."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, gamma: Tensor, beta: Tensor, eps: float) -> Tensor:
        """The value."""
        ctx.save_for_backward(x, gamma)
        ctx.eps = eps
        middle = x.mean(-1, keepdim=True)
        return (x - middle) * (x.var(-1, correction=0, keepdim=True) + eps).rsqrt() * gamma + beta

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        """The gradients."""
        x, gamma = ctx.saved_tensors
        middle = x.mean(-1, keepdim=True)
        scale = (x.var(-1, correction=0, keepdim=True) + ctx.eps).rsqrt()
        normed, weighed = (x - middle) * scale, g * gamma
        by_x = scale * (weighed - weighed.mean(-1, keepdim=True) - normed * (weighed * normed).mean(-1, keepdim=True))
        dims = tuple(range(g.dim() - 1))
        return by_x, (g * normed).sum(dims) if dims else g * normed, g.sum(dims) if dims else g, None


class Softmax(Function):
    """Softmax over the last dim."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        """The value."""
        y = torch.softmax(x, -1)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        """The gradient."""
        (y,) = ctx.saved_tensors
        gradient: Tensor = y * (g - (g * y).sum(-1, keepdim=True))
        return gradient


class Linear(Function):
    """A linear layer."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        """The value."""
        ctx.save_for_backward(x, weight)
        return x @ weight.mT + bias

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """The gradients."""
        x, weight = ctx.saved_tensors
        return g @ weight, g.mT @ x, g.sum(0)


class CrossEntropy(Function):
    """The mean cross-entropy of some rows of logits and a class for each."""

    @staticmethod
    def forward(ctx: Any, logits: Tensor, target: Tensor) -> Tensor:
        """The value."""
        ctx.save_for_backward(logits, target)
        return torch.nn.functional.cross_entropy(logits, target)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor, None]:
        """The gradient."""
        logits, target = ctx.saved_tensors
        hot = torch.nn.functional.one_hot(target, logits.shape[-1]).to(logits.dtype)
        return g * (torch.softmax(logits, -1) - hot) / logits.shape[0], None


@dataclass(frozen=True, slots=True)
class Listed:
    """A function whose list is run.

    Attributes:
        function: the function.
        formula: what it computes.
        at: the arguments at one point, in order; those of integers are held.
        const: the arguments after them that are no tensors.
    """

    function: Callable[..., Tensor]
    formula: str
    at: Mapping[str, Tensor]
    const: Mapping[str, float] = field(default_factory=dict)

    def check(self) -> None:
        """Run the list."""
        at = {name: tensor if tensor.dim() else float(tensor) for name, tensor in self.at.items()}
        held = [name for name, tensor in self.at.items() if not tensor.is_floating_point()]
        check_function(self.function, self.formula, at=at, args=[*self.at, *self.const], const=self.const, held=held)

    def check_by_torch(self) -> None:
        """Run gradcheck and gradgradcheck."""
        inputs = [tensor.clone().requires_grad_(tensor.is_floating_point()) for tensor in self.at.values()]
        for check in (gradcheck, gradgradcheck):
            check(lambda *tensors: self.function(*tensors, *self.const.values()), inputs)


def listed() -> dict[str, Listed]:
    """The functions by name."""
    generator = torch.Generator().manual_seed(0)

    def randn(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    norm = "(x - mean(x, dim=-1, keepdim=True))/sqrt(var(x, dim=-1, correction=0, keepdim=True) + eps)*gamma + beta"
    x, target = randn(4, 8), torch.tensor([1, 0, 7, 3])
    return {
        "swish": Listed(Swish.apply, "x*sigmoid(x)", {"x": torch.tensor(0.7, dtype=torch.float64)}),
        "layer norm": Listed(LayerNorm.apply, norm, {"x": x, "gamma": randn(8), "beta": randn(8)}, {"eps": 1e-5}),
        "softmax": Listed(Softmax.apply, "softmax(x, dim=-1)", {"x": x}),
        "linear": Listed(Linear.apply, "x @ w.mT + b", {"x": x, "w": randn(8, 8), "b": randn(8)}),
        "cross-entropy": Listed(CrossEntropy.apply, "cross_entropy(x, target)", {"x": x, "target": target}),
    }


def seconds_of(call: Callable[[], None]) -> float:
    """The processor's time of a call."""
    started = time.process_time()
    call()
    return time.process_time() - started


def seconds_by_item(one: Listed) -> tuple[float, dict[str, float]]:
    """The seconds of the whole list, and of each item of it."""
    spent: dict[str, float] = {}
    run_item = checking.run_item

    def timed(item: Item, subject: Any) -> Any:
        started = time.process_time()
        found = run_item(item, subject)
        spent[item.name] = time.process_time() - started
        return found

    with patch.object(checking, "run_item", timed):
        return seconds_of(one.check), spent


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    known = listed()
    parser.add_argument("--function", choices=known, action="append", help="this one alone")
    parser.add_argument("--most", type=int, default=4, metavar="N", help="how many of the costliest items are listed")
    options = parser.parse_args()
    torch.set_num_threads(1)
    x = torch.ones(1, requires_grad=True)
    torch.autograd.grad(x * x, x, torch.ones(1))  # what torch itself loads for its first gradient is nobody's
    print(f"{'seconds':<16}{'list':>7}{'again':>7}{'torch':>7}{'ratio':>7}  costliest items")
    for name in options.function or known:
        first, _ = seconds_by_item(known[name])
        again, spent = seconds_by_item(known[name])
        by_torch = seconds_of(known[name].check_by_torch)
        largest = sorted(spent.items(), key=lambda one: -one[1])
        items = ", ".join(f"{item} {seconds:.2f}" for item, seconds in largest[: options.most])
        print(f"{name:<16}{first:>7.2f}{again:>7.2f}{by_torch:>7.2f}{again / by_torch:>7.1f}  {items}", flush=True)
        if first > LIMITS.get(name, first):
            print(f"  beyond the limit of {LIMITS[name]:g} s")
        if largest[0][1] > LARGEST_PART * again:
            print(f"  {largest[0][0]} takes {largest[0][1] / again:.0%} of it")


if __name__ == "__main__":
    main()
