"""Gradients that users reported as nan, wrong or imprecise, each with the operations that are right to blame."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.autograd import Function
from torch.nn import functional

from derivcheck.model import Mode
from derivcheck.model.explanation import BlameKind


@dataclass(frozen=True, slots=True)
class Trap:
    """A report, reduced to one function at one point.

    Attributes:
        name: what it is about.
        source: where it was reported.
        formula: the function as mathematics.
        at: the point.
        kinds: the kinds of blame that are right.
        operations: torch's names of the operations that are right to blame, any of them; None: an input.
        why: why they are.
        code: what torch runs; None: the formula, as torch reads it.
        dtype: the format.
        wrt: by what the derivative is taken.
        mode: torch's engine.
    """

    name: str
    source: str
    formula: str
    at: dict[str, float | str]
    kinds: tuple[BlameKind, ...]
    operations: tuple[str | None, ...]
    why: str
    code: Callable[..., Tensor] | None = None
    dtype: str = "float64"
    wrt: str = "x"
    mode: Mode = Mode.REVERSE


def _branch_of_a_logarithm(x: Tensor) -> Tensor:
    return torch.where(x > 2, torch.log2(x), 2 * x)


def _incomplete_gamma(x: Tensor) -> Tensor:
    found: Tensor = torch.special.gammainc(torch.ones_like(x), x)
    return found


def _unit_of_a_number(x: Tensor) -> Tensor:
    return x / (torch.sqrt(x**2) + 1e-10)


def _nan_replaced(x: Tensor) -> Tensor:
    return (x * math.nan).nan_to_num(0.0)


def _sinc_with_where(x: Tensor) -> Tensor:
    scaled = math.pi * x
    return torch.where(x == 0, torch.ones_like(x), torch.sin(scaled) / scaled)


def _density_of_a_halo(x: Tensor) -> Tensor:
    outside = 1 - 2 / torch.sqrt(x**2 - 1) * torch.arctan(torch.sqrt((x - 1) / (x + 1)))
    inside = 1 - 2 / torch.sqrt(1 - x**2) * torch.arctanh(torch.sqrt((1 - x) / (1 + x)))
    return torch.where(x > 1, outside, inside)


class Spike(Function):
    """A surrogate gradient of a step whose exponentials overflow float32."""

    @staticmethod
    def forward(ctx, x):  # type: ignore[no-untyped-def] # noqa: D102
        ctx.save_for_backward(x)
        return (x > 0).to(x.dtype)

    @staticmethod
    def backward(ctx, upstream):  # type: ignore[no-untyped-def] # noqa: D102
        (x,) = ctx.saved_tensors
        return upstream * 25 * torch.exp(-25 * x) / (torch.exp(-25 * x) + 1) ** 2


def _distance_as_a_root(x: Tensor) -> Tensor:
    return torch.sqrt((x - 1) ** 2)


def _gamma_by_its_order(a: Tensor) -> Tensor:
    found: Tensor = torch.special.gammainc(a, torch.full_like(a, 2.0))
    return found


def _entropy(x: Tensor) -> Tensor:
    return functional.binary_cross_entropy(x, torch.full_like(x, 0.5), reduction="sum")


def _scaled_by_a_power(x: Tensor) -> Tensor:
    return torch.ldexp(x, torch.tensor(-3, dtype=torch.int32))


def _product_with_zeros(x: Tensor) -> Tensor:
    large, zero = torch.full_like(x, 1e13), torch.zeros_like(x)
    return torch.prod(torch.stack([large, zero, zero, large, large, x, large, large, large]).reshape(3, 3))


FIRST_ORDER = (
    Trap(
        "a logarithm in the branch not taken",
        "https://github.com/pytorch/pytorch/issues/108618",
        "where(x > 2, log2(x), 2*x)",
        {"x": 0.0},
        (BlameKind.BRANCH,),
        ("log2",),
        "`where` takes 2*x, and sends 0 to the logarithm, whose slope at 0 is infinite: 0 times infinity is nan",
        dtype="float32",
    ),
    Trap(
        "the same in code",
        "https://github.com/pytorch/pytorch/issues/108618",
        "where(x > 2, log2(x), 2*x)",
        {"x": 0.0},
        (BlameKind.BRANCH,),
        ("log2",),
        "as above",
        _branch_of_a_logarithm,
        "float32",
    ),
    Trap(
        "the incomplete gamma function at the end of its domain",
        "https://github.com/tensorflow/tensorflow/issues/123578",
        "1 - exp(-x)",
        {"x": 0.0},
        (BlameKind.BACKWARD, BlameKind.DOMAIN),
        ("special_gammainc", "igamma"),
        "it is the only operation: its backward pass computes 0 times log(0), its derivative from the right is 1",
        _incomplete_gamma,
    ),
    Trap(
        "an eps that is added outside of the root",
        "https://github.com/richzhang/PerceptualSimilarity/issues/69",
        "x/(abs(x) + 1/10**10)",
        {"x": 0.0},
        (BlameKind.DOMAIN,),
        ("sqrt",),
        "the slope of the root at 0 is infinite, and is then multiplied by the 0 of x**2",
        _unit_of_a_number,
    ),
    Trap(
        "the logarithm of a probability that underflows",
        "https://github.com/chainer/chainer/pull/6340",
        "log(erfc(-x/sqrt(2))/2)",
        {"x": -20.0},
        (BlameKind.UNDERFLOW,),
        ("special_erfc", "erfc"),
        "erfc(14.1) is 5e-89, below float32's smallest number; the logarithm is right to be -inf at 0",
        dtype="float32",
    ),
    Trap(
        "nan that is replaced afterwards",
        "https://github.com/pytorch/pytorch/issues/94700",
        "0*x",
        {"x": 1.0},
        (BlameKind.BRANCH,),
        ("mul",),
        "nan_to_num sends 0 back where it replaced nan, and the product sends 0 times nan to x",
        _nan_replaced,
        "float32",
    ),
    Trap(
        "a profile whose other branch has no value",
        "https://github.com/Ciela-Institute/caustics/pull/83",
        "1 - 2/sqrt(x**2 - 1)*atan(sqrt((x - 1)/(x + 1)))",
        {"x": 2.0},
        (BlameKind.BRANCH,),
        ("sqrt",),
        "1 - x**2 is -3: its root is nan, `where` does not take it, and sends 0 times nan back through it",
        _density_of_a_halo,
    ),
    Trap(
        "a surrogate gradient that overflows",
        "https://github.com/jeshraghian/snntorch/issues/427",
        "Heaviside(x)",
        {"x": -5.0},
        (BlameKind.BACKWARD,),
        ("Spike",),
        "its backward pass divides infinity by infinity; both the step's slope and the surrogate's are 0 there",
        Spike.apply,
        "float32",
    ),
    Trap(
        "a distance as the root of a square",
        "https://github.com/pytorch/pytorch/issues/6394",
        "abs(x - 1)",
        {"x": 1.0},
        (BlameKind.DOMAIN,),
        ("sqrt",),
        "the slope of the root at 0 is infinite",
        _distance_as_a_root,
        "float32",
    ),
    Trap(
        "the incomplete gamma function by its order",
        "https://github.com/tensorflow/tensorflow/issues/17995",
        "gammainc(a, 2)",
        {"a": 1.0},
        (BlameKind.UNSUPPORTED,),
        ("special_gammainc", "igamma"),
        "torch has no formula for that derivative",
        _gamma_by_its_order,
        wrt="a",
    ),
    Trap(
        "the same as a formula",
        "https://github.com/tensorflow/tensorflow/issues/17995",
        "gammainc(a, 2)",
        {"a": 1.0},
        (BlameKind.UNSUPPORTED,),
        ("special_gammainc", "igamma"),
        "as above",
        wrt="a",
    ),
    Trap(
        "asinh of a number whose square overflows",
        "https://github.com/jax-ml/jax/issues/40634",
        "asinh(x)",
        {"x": 1e22},
        (BlameKind.BACKWARD,),
        ("asinh",),
        "it is the only operation: its backward pass squares 1e22, and returns 0",
        dtype="float32",
    ),
    Trap(
        "atan2 of numbers whose squares underflow",
        "https://github.com/pytorch/pytorch/issues/193040",
        "atan2(a, b)",
        {"a": 0.00010001659393310547, "b": 0.00010001659393310547},
        (BlameKind.BACKWARD,),
        ("atan2",),
        "it is the only operation: its backward pass divides by the sum of two squares, which is 0 in float16",
        dtype="float16",
        wrt="a",
    ),
    Trap(
        "sinc near 0, written out",
        "https://github.com/jax-ml/jax/pull/35305",
        "sin(pi*x)/(pi*x)",
        {"x": 1e-6},
        (BlameKind.AMPLIFIER,),
        (None,),
        "the gradients that arrive at x from the two places of pi*x are 1e6 and -1e6, and their sum is -3e-6",
    ),
    Trap(
        "sinc near 0, torch's own",
        "https://github.com/jax-ml/jax/pull/35305",
        "sin(pi*x)/(pi*x)",
        {"x": 1e-6},
        (BlameKind.BACKWARD,),
        ("sinc",),
        "it is the only operation: its backward pass subtracts two nearly equal numbers; its derivative is benign",
        torch.sinc,
    ),
    Trap(
        "log(1 + exp(-x)) in the tail, its value",
        "https://github.com/pytorch/pytorch/issues/195679",
        "-log(1 + exp(-x))",
        {"x": 37.42994775023705},
        (BlameKind.AMPLIFIER,),
        ("log", "add"),
        "1 + 5.6e-17 rounds to 1, and the condition of the logarithm near 1 makes all of that rounding",
        wrt="",
    ),
    Trap(
        "a product with zeros, under torch.func",
        "https://github.com/pytorch/pytorch/issues/194699",
        "0*x",
        {"x": 0.0},
        (BlameKind.BACKWARD,),
        ("prod",),
        "torch.func takes a formula that multiplies the other numbers: 1e13 often enough is infinite, and times 0 nan",
        _product_with_zeros,
        "float32",
        mode=Mode.FUNC,
    ),
)

SECOND_ORDER = (
    Trap(
        "logaddexp far from both arguments",
        "https://github.com/pytorch/pytorch/issues/196704",
        "log(exp(t) + exp(-2*t))",
        {"t": -250.0},
        (BlameKind.OVERFLOW, BlameKind.BACKWARD, BlameKind.DOMAIN),
        ("exp", "logaddexp", "log"),
        "its backward pass computes exp(750), which is infinite in float64, and its own backward pass infinity times 0",
        lambda t: torch.logaddexp(t, -2 * t),
        wrt="t,t",
    ),
    Trap(
        "silu in the tail",
        "https://github.com/tensorflow/tensorflow/pull/126824",
        "x/(1 + exp(-x))",
        {"x": 40.0},
        (BlameKind.BACKWARD, BlameKind.AMPLIFIER),
        ("silu", "silu_backward", "sigmoid"),
        "the derivative of the sigmoid, s*(1 - s), is 0 where s rounds to 1; exact is exp(-40)",
        functional.silu,
        wrt="x,x",
    ),
    Trap(
        "logsigmoid in the tail",
        "https://github.com/pytorch/pytorch/issues/195679",
        "-log(1 + exp(-x))",
        {"x": 37.42994775023705},
        (BlameKind.BACKWARD, BlameKind.AMPLIFIER),
        ("log_sigmoid", "log_sigmoid_forward", "log_sigmoid_backward"),
        "its second derivative is z*(z - 1) of a z that rounds to 1",
        functional.logsigmoid,
        wrt="x,x",
    ),
    Trap(
        "sigmoid in the tail",
        "https://github.com/pytorch/pytorch/issues/195527",
        "1/(1 + exp(-x))",
        {"x": 40.0},
        (BlameKind.BACKWARD, BlameKind.AMPLIFIER),
        ("sigmoid", "sigmoid_backward"),
        "s*(1 - s) is 0 where s rounds to 1; exact is exp(-40)",
        torch.sigmoid,
        wrt="x,x",
    ),
    Trap(
        "softplus as a formula",
        "https://github.com/pytorch/pytorch/issues/55587",
        "log(1 + exp(x))",
        {"x": 25.0},
        (BlameKind.AMPLIFIER,),
        ("exp", "add", "log"),
        "the gradients that arrive at exp(x) from 1/(1 + exp(x)) and from its product with exp(x) nearly cancel",
        wrt="x,x",
    ),
    Trap(
        "binary cross-entropy",
        "https://github.com/pytorch/pytorch/issues/59477",
        "-(log(x) + log(1 - x))/2",
        {"x": 0.3},
        (BlameKind.BACKWARD,),
        ("binary_cross_entropy", "binary_cross_entropy_backward"),
        "torch adds 1e-12 to x*(1 - x) in the second derivative",
        _entropy,
        wrt="x,x",
    ),
)
