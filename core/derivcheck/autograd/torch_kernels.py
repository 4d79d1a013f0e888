"""The torch kernels that are more than a name: each is what a torch user would write for a function of the table.

Arguments are tensors of one dtype and device; constant parameters and options are Python numbers. Every tensor that is
made here takes dtype and device from an argument, and every kernel broadcasts and works under torch.func.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from derivcheck.errors import UnsupportedError

Number = int | float


def _as_tensor(value: Tensor | Number, like: Tensor) -> Tensor:
    """A constant parameter as a tensor of the dtype and on the device of `like`."""
    return value if isinstance(value, Tensor) else torch.full((), value, dtype=like.dtype, device=like.device)


def _integer(value: Tensor | Number, what: str) -> int:
    """A constant parameter that torch takes as a Python integer."""
    if isinstance(value, Tensor) and value.numel() != 1:
        raise UnsupportedError(f"{what} must be one number, not a tensor of shape {tuple(value.shape)}")
    number = float(value.detach() if isinstance(value, Tensor) else value)
    if not number.is_integer():
        raise UnsupportedError(f"{what} must be an integer, not {number:.15g}")
    return int(number)


def pow(x: Tensor, y: Tensor | Number) -> Tensor:  # noqa: A001 (torch's name)
    """x**y; a literal exponent stays a Python number, for which torch has backward formulas of its own."""
    return torch.pow(x, y)


def log(x: Tensor, base: Tensor | Number | None = None) -> Tensor:
    """The logarithm, to a base or natural."""
    if base is None:
        return torch.log(x)
    return torch.log(x) / torch.log(_as_tensor(base, x))


def heaviside(x: Tensor, at_zero: Tensor | Number = 0.5) -> Tensor:
    """The step: torch.heaviside has no derivative, sign has the zero that is meant."""
    return torch.where(x == 0, _as_tensor(at_zero, x), (torch.sign(x) + 1) / 2)


def floor_divide(x: Tensor, y: Tensor) -> Tensor:
    """floor(x/y): torch.floor_divide has no derivative, torch.div with a rounding mode has."""
    return torch.div(x, y, rounding_mode="floor")


def gelu_tanh(x: Tensor) -> Tensor:
    """gelu in its approximation by tanh."""
    return functional.gelu(x, approximate="tanh")


def prelu(x: Tensor, weight: Tensor | Number) -> Tensor:
    """prelu with one weight; several weights, one an element, go to the kernel below it."""
    weights = _as_tensor(weight, x)
    if weights.ndim == 0:
        return functional.prelu(x, weights)
    return torch._prelu_kernel(x, weights)


def mse_loss(x: Tensor, y: Tensor) -> Tensor:
    """The squared error of each element."""
    return functional.mse_loss(x, y, reduction="none")


def l1_loss(x: Tensor, y: Tensor) -> Tensor:
    """The absolute error of each element."""
    return functional.l1_loss(x, y, reduction="none")


def huber_loss(x: Tensor, y: Tensor, delta: Number = 1.0) -> Tensor:
    """Huber's loss of each element."""
    return functional.huber_loss(x, y, reduction="none", delta=delta)


def smooth_l1_loss(x: Tensor, y: Tensor, beta: Number = 1.0) -> Tensor:
    """The smoothed absolute error of each element."""
    return functional.smooth_l1_loss(x, y, reduction="none", beta=beta)


def binary_cross_entropy_with_logits(x: Tensor, y: Tensor) -> Tensor:
    """The cross entropy of sigmoid(x) and y, each element on its own."""
    return functional.binary_cross_entropy_with_logits(x, y, reduction="none")


def gamma(x: Tensor) -> Tensor:
    """The gamma function, which torch offers as log|gamma| only."""
    parity = torch.remainder(torch.floor(x), 2)
    return torch.where((x < 0) & (parity == 1), -1.0, 1.0).to(x.dtype) * torch.exp(torch.lgamma(x))


def polygamma(n: Tensor | Number, x: Tensor) -> Tensor:
    """The n-th derivative of digamma."""
    return torch.polygamma(_integer(n, "the order of polygamma"), x)


def mvlgamma(x: Tensor, p: Tensor | Number) -> Tensor:
    """The logarithm of the multivariate gamma function."""
    return torch.mvlgamma(x, _integer(p, "the dimension of mvlgamma"))


def gammainc(a: Tensor | Number, x: Tensor) -> Tensor:
    """The regularized lower incomplete gamma function."""
    result: Tensor = torch.special.gammainc(_as_tensor(a, x), x)
    return result


def gammaincc(a: Tensor | Number, x: Tensor) -> Tensor:
    """The regularized upper incomplete gamma function."""
    result: Tensor = torch.special.gammaincc(_as_tensor(a, x), x)
    return result


def lowergamma(a: Tensor | Number, x: Tensor) -> Tensor:
    """The lower incomplete gamma function, which torch offers regularized only."""
    return gammainc(a, x) * torch.exp(torch.lgamma(_as_tensor(a, x)))


def uppergamma(a: Tensor | Number, x: Tensor) -> Tensor:
    """The upper incomplete gamma function, which torch offers regularized only."""
    return gammaincc(a, x) * torch.exp(torch.lgamma(_as_tensor(a, x)))


def zeta(s: Tensor | Number, a: Tensor) -> Tensor:
    """The Hurwitz zeta function."""
    result: Tensor = torch.special.zeta(_as_tensor(s, a), a)
    return result


def besseli(n: Tensor | Number, x: Tensor) -> Tensor:
    """The modified Bessel function of the first kind, orders 0 and 1."""
    order = _integer(n, "the order of besseli")
    if order not in {0, 1}:
        raise UnsupportedError("torch has besseli of the orders 0 and 1 only")
    result: Tensor = torch.special.i1(x) if order else torch.special.i0(x)
    return result
