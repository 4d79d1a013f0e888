"""What random expressions are made of: functions by how often they are met, literals, exponents and coordinates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def words(text: str) -> tuple[str, ...]:
    """The words of a text."""
    return tuple(text.split())


PLAIN = words(
    "sin cos tan exp tanh sinh cosh atan asinh square abs sqrt log log1p expm1 exp2 erf erfc sigmoid softplus "
    "reciprocal rsqrt asin acos acosh atanh log2 log10 cbrt sinc"
)
"""Functions of one argument that are met everywhere."""

RARE = words(
    "sec csc cot asec acsc acot sech csch coth acoth asech acsch sinc_unnormalized erfi erfinv erfcinv erfcx ndtr "
    "log_ndtr ndtri logit logsigmoid softsign tanhshrink silu mish gelu gelu_tanh elu celu selu entr deg2rad rad2deg "
    "gamma lgamma digamma trigamma factorial i0 i1 i0e i1e LambertW Si Ci Shi Chi Ei li fresnels fresnelc airyai airybi"
)
"""Functions of one argument that are met here and there."""

PIECES = words(
    "abs sign floor ceil trunc round frac heaviside angle nan_to_num relu relu6 leaky_relu hardtanh hardsigmoid "
    "hardswish hardshrink softshrink elu celu selu softsign"
)
"""Functions of one argument with a kink or a jump."""

PAIRS = words("hypot atan2 logaddexp logaddexp2 xlogy xlog1py ldexp mse_loss")
PAIRED_PIECES = words(
    "max min fmax fmin maximum minimum clamp_min clamp_max remainder fmod floor_divide copysign prelu l1_loss "
    "huber_loss smooth_l1_loss"
)
TRIPLES = words("lerp addcmul addcdiv clamp")
OPTIONS: Mapping[str, Sequence[Sequence[str]]] = {
    "leaky_relu": (("0.2",), ("-1",), ("1",)),
    "celu": (("2",), ("0.5",)),
    "elu": (("2",), ("0.1",)),
    "softplus": (("2",), ("0.5",)),
    "hardtanh": (("-2", "3"), ("0", "1")),
    "hardshrink": (("1",), ("0",)),
    "softshrink": (("1",), ("0",)),
    "huber_loss": (("2",), ("0.5",)),
    "smooth_l1_loss": (("2",), ("0.5",)),
    "threshold": (("1", "0"), ("0", "2"), ("-0.5", "-0.5")),
    "heaviside": (("0",), ("1",)),
    "log": (("2",), ("10",), ("0.5",)),
    "rrelu": (("0.1", "0.3"),),
}
"""Functions with options, and what these may be."""
PARAMETRIC: Mapping[str, Sequence[str]] = {
    "polygamma": ("1", "2"),
    "zeta": ("2", "3", "1.5"),
    "gammainc": ("0.5", "1", "2", "3"),
    "gammaincc": ("0.5", "1", "2", "3"),
    "besselj": ("0", "1", "2"),
    "bessely": ("0", "1"),
    "besseli": ("0", "1", "2"),
    "besselk": ("0", "1"),
    "expint": ("1", "2", "3"),
}
"""Functions with a constant first argument, and what that may be."""

LITERALS = words("1 2 3 4 5 10 0.5 0.25 1.5 0.1 0.3 0.7 2.5 1e-3 100 1/3 2/3 -1 -2 -0.5")
EXTREME_LITERALS = words("1e300 1e-300 1e20 1e-20 1e10 1e-10")
EXPONENTS = words("2 3 2 3 4 -1 -2 0.5 1.5 1/3 0 1 2/3 -0.5")
KINKED_EXPONENTS = words("0.5 1.5 2 3 1/3 2.5 -1 1.01 0.97 2.02")

ORDINARY = (0.5, 1.0, 2.0, 0.25, 1.5, 3.0, -1.0, -0.5, -2.0, 0.1, 0.3, 0.7, 1.3, 2.7, -0.3, -1.7, 4.0, 7.5, 10.0)
SPECIAL = (0.0, 0.0, 0.0, 1.0, -1.0, -0.0, 2.0, 0.5, -2.0, -3.0, 6.0, -0.5)
EXTREME = (
    5e-324, -5e-324, 2.2250738585072014e-308, 1e-300, -1e-300, 1e300, -1e300, 1.7976931348623157e308, 1e-20, 1e-10,
    -1e-8, 1e-5, 1e5, 1e16, 1e20, -1e20, 50.0, -50.0, 710.0, -745.0, 1e3, 1e8, 0.9999999999999999, 1.0000000000000002,
    -0.9999999999999999, 0.49999999999999994, 2.0000000000000004, 3.141592653589793, 1.5707963267948966, 1e-160, 1e160,
)  # fmt: skip
