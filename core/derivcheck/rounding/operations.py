"""What torch's operations do to the numbers: move them, compute exactly, round once, or lose more than the last bit."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import torch
from torch import Tensor

# Operations that move data, compare, or copy: nothing is computed.
MOVES = frozenset(
    {
        "_to_copy", "_unsafe_view", "alias", "as_strided", "broadcast_to", "cat", "clone", "contiguous", "copy",
        "copy_", "detach", "detach_", "diagonal", "empty", "empty_like", "expand", "fill", "fill_", "flip", "full",
        "full_like", "gather", "index", "index_put", "index_put_", "index_select", "lift_fresh", "lift_fresh_copy",
        "masked_fill", "masked_fill_", "masked_scatter", "new_empty", "new_full", "new_ones", "new_zeros", "ones",
        "ones_like", "permute", "repeat", "reshape", "roll", "scatter", "select", "select_backward", "slice",
        "slice_backward", "split", "squeeze", "stack", "t", "transpose", "unbind", "unsqueeze", "view", "view_as",
        "zero_", "zeros", "zeros_like", "scalar_tensor", "arange", "_efficientzerotensor", "is_same_size", "equal",
        "_has_same_storage_numel", "_local_scalar_dense",
    }
)  # fmt: skip

# Operations whose result is a rounding-free function of their arguments.
NEVER_ROUNDS = frozenset(
    {
        "abs", "amax", "amin", "ceil", "clamp", "clamp_max", "clamp_min", "copysign", "floor", "fmax", "fmin", "fmod",
        "frac", "heaviside", "max", "maximum", "min", "minimum", "nan_to_num", "neg", "negative", "positive", "relu",
        "round", "sgn", "sign", "signbit", "threshold", "threshold_backward", "trunc", "where", "hardtanh",
        "hardtanh_backward", "hardshrink", "hardshrink_backward", "logical_and", "logical_or", "logical_not",
    }
)  # fmt: skip

# Special functions, of which torch's polynomials (most are from Cephes) lose more than the last bit: of 250 arguments
# in float64 and float32 the worst was 2 to 10 ulps off, and that of an elementary function 0.5 to 1.2.
ULPS = dict.fromkeys(
    (
        "i0", "special_i0e", "special_i1", "special_i1e", "special_erfcx", "special_log_ndtr", "special_ndtri", "sinc",
        "digamma", "polygamma", "special_zeta", "igamma", "igammac", "special_gammainc", "special_gammaincc",
        # (1 + erf(x/sqrt(2)))/2 + x*exp(-x**2/2)/sqrt(2*pi) in one operation: in float64 3.5 ulps off at -1, 4.0 at -3.
        # In float32 the kernel of vectors takes erf from Abramowitz and Stegun's 7.1.26, whose error is up to 1.5e-7 of
        # 1 (pytorch/pytorch issue 198183): 4.3 ulps at -1.3. From -2 on it is more than this explains: torch's defect.
        "gelu_backward",
    ),
    4,
)  # fmt: skip


def _silu_backward(grad: Tensor, x: Tensor) -> Tensor:
    sigma = x.sigmoid()
    return grad * (sigma * (1 + x * (1 - sigma)))


def _mish_backward(grad: Tensor, x: Tensor) -> Tensor:
    tanh = torch.nn.functional.softplus(x).tanh()
    return grad * (tanh + x * x.sigmoid() * (1 - tanh * tanh))


def _gelu_backward(grad: Tensor, x: Tensor, approximate: str = "none") -> Tensor:
    """The share of x and its slope without what cancels in 1 + erf(x) and 1 + tanh(x): a lost tail is no rounding."""
    if approximate == "tanh":
        doubled = math.sqrt(8 / math.pi) * (x + 0.044715 * x * x * x)
        share = doubled.sigmoid()
        slope = share * (-doubled).sigmoid() * (math.sqrt(8 / math.pi) * (1 + 3 * 0.044715 * x * x))
    else:
        share = 0.5 * torch.erfc(x * -math.sqrt(0.5))
        slope = torch.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
    return grad * (share + x * slope)


# Kernels that subtract a rounded number from 1, or add to it what almost cancels, step by step as they compute: at 36.7
# the slope of silu is 18 ulps off, for x*(1 - sigma) has no digit of 1 - sigma left, and at -1.19 it is 8.
UNFUSED: Mapping[str, Callable[..., Tensor]] = {
    "silu_backward": _silu_backward,
    "mish_backward": _mish_backward,
    "gelu_backward": _gelu_backward,
}
COMPUTED_AS_THEY_ARE = frozenset({torch.float32, torch.float64})  # in narrower formats kernels compute in float32

# Those of them that have no branch for the arguments at which they are exact.
_POLYNOMIALS = frozenset({"i0", "special_i0e"})

# Functions that have no zero: a result of 0 is an underflow, even at 0.
NEVER_ZERO = frozenset(
    {"exp", "exp2", "sigmoid", "erfc", "log_sigmoid_forward", "softplus", "special_log_ndtr", "_softmax"}
)
UNDERFLOWS = NEVER_ZERO | {
    "mul", "div", "pow", "square", "reciprocal", "_prelu_kernel", "polygamma", "special_zeta", "igamma", "igammac",
    "special_modified_bessel_k0", "special_modified_bessel_k1",
}  # fmt: skip


# Functions of several arguments that have no pole where one of these is 0: an infinite result is an overflow there too.
NO_POLE_AT_ZERO = frozenset({"addcmul", "huber_loss", "lerp", "mse_loss", "smooth_l1_loss"})


def _is_sum(x: float, y: float, outcome: float) -> bool:
    """Whether the outcome is x + y, in integers: a Fraction would look for a common divisor each time."""
    (a, b), (c, d), (e, f) = x.as_integer_ratio(), y.as_integer_ratio(), outcome.as_integer_ratio()
    return (a * d + c * b) * f == e * b * d


def _is_product(x: float, y: float, outcome: float) -> bool:
    """Whether the outcome is x*y."""
    (a, b), (c, d), (e, f) = x.as_integer_ratio(), y.as_integer_ratio(), outcome.as_integer_ratio()
    return a * c * f == e * b * d


_ARITHMETIC: Mapping[str, Callable[[float, float, float], bool]] = {
    "add": _is_sum,
    "sub": lambda x, y, outcome: _is_sum(x, -y, outcome),
    "rsub": lambda x, y, outcome: _is_sum(y, -x, outcome),
    "mul": _is_product,
    "div": lambda x, y, outcome: _is_product(outcome, y, x),
}


def is_exact(name: str, args: list[Any], outcome: float) -> bool:
    """Whether an operation's result is exact on the unperturbed numbers (an error-free transformation)."""
    numbers = [arg for arg in args if isinstance(arg, float)]
    if not math.isfinite(outcome) or not all(math.isfinite(x) for x in numbers) or not numbers:
        return False
    if name in _ARITHMETIC and len(args) == 2 and len(numbers) == 2:
        return _ARITHMETIC[name](numbers[0], numbers[1], outcome)
    if name == "_to_copy":
        return outcome == numbers[0]
    if name == "reciprocal":
        return _is_product(outcome, numbers[0], 1.0)
    if name == "sqrt":
        return _is_product(outcome, outcome, numbers[0])
    if name == "rsqrt":
        return Fraction(outcome) ** 2 * Fraction(numbers[0]) == 1
    if name == "square":
        return _is_product(numbers[0], numbers[0], outcome)
    if name == "pow" and len(numbers) == 2:
        return _is_exact_power(numbers[0], numbers[1], outcome)
    # A transcendental function of 0 or 1 that gives 0, 1/2 or 1 is at one of its exact values: exp(0), log(1), acos(1).
    # A polynomial has none: i0e(0) is 1 in torch's vector kernel for bfloat16, and 0.992 in its scalar one.
    first = numbers[0]
    if name in _POLYNOMIALS:
        return False
    return (first == 0 and abs(outcome) in {0.0, 0.5, 1.0}) or (first == 1 and outcome == 0)


def _is_exact_power(base: float, exponent: float, outcome: float) -> bool:
    if exponent == 0.5:
        return _is_product(outcome, outcome, base)
    if not exponent.is_integer() or abs(exponent) > 64:
        return base in {0.0, 1.0}
    if base == 0:
        return True
    (a, b), (e, f) = base.as_integer_ratio(), outcome.as_integer_ratio()
    times = abs(int(exponent))
    if exponent < 0:
        a, b = b, a
    return bool(a**times * f == e * b**times)


def significant_bits(number: float) -> int:
    """How many bits of the significand a number fills: decimals fill them all, 3/4 two."""
    return abs(number.as_integer_ratio()[0]).bit_length()
