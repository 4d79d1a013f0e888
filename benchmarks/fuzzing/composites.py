"""What the composite functions mean, written anew from their names: not derivcheck's definitions."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from fuzzing.trees import Tree, call, const, num

PI = const("pi")
HALF = num("0.5")
ONE = num(1)
HUNDREDTH = num("0.01")


def _exp(x: Tree) -> Tree:
    return call("exp", x)


def _log(x: Tree) -> Tree:
    return call("log", x)


def _max(x: Tree, y: Tree | int) -> Tree:
    return call("max", x, y)


def _min(x: Tree, y: Tree | int) -> Tree:
    return call("min", x, y)


def _if(condition: Tree, x: Tree | int, y: Tree | int) -> Tree:
    return call("where", condition, x, y)


def _clamped(x: Tree, low: Tree, high: Tree) -> Tree:
    return _min(_max(x, low), high)


def _sigmoid(x: Tree) -> Tree:
    return num(1) / (num(1) + _exp(-x))


def _softplus(x: Tree) -> Tree:
    return _log(num(1) + _exp(x))


def _normal(x: Tree) -> Tree:
    return HALF * call("erfc", -x / call("sqrt", num(2)))


def _six(x: Tree) -> Tree:
    return _clamped(x + 3, num(0), num(6)) / 6


def _elu(x: Tree, alpha: Tree = ONE) -> Tree:
    return _if(call("gt", x, 0), x, alpha * (_exp(x) - 1))


def _celu(x: Tree, alpha: Tree = ONE) -> Tree:
    return _if(call("gt", x, 0), x, alpha * (_exp(x / alpha) - 1))


def _shrunk(x: Tree, by: Tree, kept: Tree | int) -> Tree:
    return _if(call("gt", x, by), x - kept, _if(call("lt", x, -by), x + kept, 0))


def _huber(x: Tree, y: Tree, delta: Tree = ONE) -> Tree:
    off = call("abs", x - y)
    return _if(call("le", off, delta), HALF * off * off, delta * (off - delta / 2))


def _scaled_softplus(x: Tree, beta: Tree = ONE) -> Tree:
    return _softplus(beta * x) / beta


def _gelu_tanh(x: Tree) -> Tree:
    inner = call("sqrt", num(2) / PI) * (x + num("0.044715") * x**3)
    return HALF * x * (num(1) + call("tanh", inner))


_SCALE = num("1.0507009873554804934193349852946")
_ALPHA = num("1.6732632423543772848170429916717")

COMPOSITES: dict[str, Callable[..., Tree]] = {
    "reciprocal": lambda x: num(1) / x,
    "square": lambda x: x * x,
    "float_power": lambda x, y: x**y,
    "lerp": lambda x, y, w: x + w * (y - x),
    "addcmul": lambda x, y, z: x + y * z,
    "addcdiv": lambda x, y, z: x + y / z,
    "rsub": lambda x, y: y - x,
    "deg2rad": lambda x: x * PI / 180,
    "rad2deg": lambda x: x * 180 / PI,
    "maximum": _max,
    "minimum": _min,
    "fmax": _max,
    "fmin": _min,
    "clamp": _clamped,
    "clamp_min": _max,
    "clamp_max": _min,
    "frac": lambda x: x - call("trunc", x),
    "floor_divide": lambda x, y: call("floor", x / y),
    "remainder": lambda x, y: x - y * call("floor", x / y),
    "fmod": lambda x, y: x - y * call("trunc", x / y),
    "copysign": lambda x, y: _if(call("ge", y, 0), call("abs", x), -call("abs", x)),
    "heaviside": lambda x, at_zero=HALF: _if(call("eq", x, 0), at_zero, (call("sign", x) + 1) / 2),
    "angle": lambda x: _if(call("lt", x, 0), PI, 0),
    "nan_to_num": lambda x: x,
    "rsqrt": lambda x: num(1) / call("sqrt", x),
    "cbrt": lambda x: x ** (num(1) / 3),
    "hypot": lambda x, y: call("sqrt", x * x + y * y),
    "exp2": lambda x: num(2) ** x,
    "expm1": lambda x: _exp(x) - 1,
    "ldexp": lambda x, y: x * num(2) ** y,
    "log2": lambda x: _log(x) / _log(num(2)),
    "log10": lambda x: _log(x) / _log(num(10)),
    "log1p": lambda x: _log(num(1) + x),
    "logaddexp": lambda x, y: _log(_exp(x) + _exp(y)),
    "logaddexp2": lambda x, y: _log(num(2) ** x + num(2) ** y) / _log(num(2)),
    "xlog1py": lambda x, y: call("xlogy", x, num(1) + y),
    "entr": lambda x: _if(call("eq", x, 0), 0, -(x * _log(x))),
    "cot": lambda x: call("cos", x) / call("sin", x),
    "sec": lambda x: num(1) / call("cos", x),
    "csc": lambda x: num(1) / call("sin", x),
    "tan": lambda x: call("sin", x) / call("cos", x),
    "acot": lambda x: call("atan", num(1) / x),
    "asec": lambda x: call("acos", num(1) / x),
    "acsc": lambda x: call("asin", num(1) / x),
    "sinc_unnormalized": lambda x: _if(call("eq", x, 0), 1, call("sin", x) / x),
    "sinc": lambda x: _if(call("eq", x, 0), 1, call("sin", PI * x) / (PI * x)),
    "coth": lambda x: call("cosh", x) / call("sinh", x),
    "sech": lambda x: num(1) / call("cosh", x),
    "csch": lambda x: num(1) / call("sinh", x),
    "acoth": lambda x: call("atanh", num(1) / x),
    "asech": lambda x: call("acosh", num(1) / x),
    "acsch": lambda x: call("asinh", num(1) / x),
    "erfcx": lambda x: _exp(x * x) * call("erfc", x),
    "erfcinv": lambda x: call("erfinv", num(1) - x),
    "ndtr": _normal,
    "log_ndtr": lambda x: _log(_normal(x)),
    "ndtri": lambda x: call("sqrt", num(2)) * call("erfinv", num(2) * x - 1),
    "factorial": lambda x: call("gamma", x + 1),
    "trigamma": lambda x: call("polygamma", num(1), x),
    "i0": lambda x: call("besseli", num(0), x),
    "i1": lambda x: call("besseli", num(1), x),
    "i0e": lambda x: _exp(-call("abs", x)) * call("besseli", num(0), x),
    "i1e": lambda x: _exp(-call("abs", x)) * call("besseli", num(1), x),
    "sigmoid": _sigmoid,
    "logit": lambda x: _log(x / (num(1) - x)),
    "logsigmoid": lambda x: -_softplus(-x),
    "softplus": _scaled_softplus,
    "softsign": lambda x: x / (num(1) + call("abs", x)),
    "tanhshrink": lambda x: x - call("tanh", x),
    "silu": lambda x: x * _sigmoid(x),
    "mish": lambda x: x * call("tanh", _softplus(x)),
    "gelu": lambda x: x * _normal(x),
    "gelu_tanh": _gelu_tanh,
    "relu": lambda x: _max(x, 0),
    "relu6": lambda x: _clamped(x, num(0), num(6)),
    "leaky_relu": lambda x, slope=HUNDREDTH: _if(call("gt", x, 0), x, slope * x),
    "prelu": lambda x, w: _if(call("gt", x, 0), x, w * x),
    "elu": _elu,
    "celu": _celu,
    "selu": lambda x: _SCALE * _elu(x, _ALPHA),
    "hardtanh": lambda x, low=-ONE, high=ONE: _clamped(x, low, high),
    "hardsigmoid": _six,
    "hardswish": lambda x: x * _six(x),
    "hardshrink": lambda x, by=HALF: _shrunk(x, by, 0),
    "softshrink": lambda x, by=HALF: _shrunk(x, by, by),
    "threshold": lambda x, at, value: _if(call("gt", x, at), x, value),
    "rrelu": lambda x, low, high: _if(call("ge", x, 0), x, (low + high) / 2 * x),
    "mse_loss": lambda x, y: (x - y) ** 2,
    "l1_loss": lambda x, y: call("abs", x - y),
    "huber_loss": _huber,
    "smooth_l1_loss": lambda x, y, beta=ONE: _huber(x, y, beta) / beta,
    "binary_cross_entropy_with_logits": lambda x, y: (num(1) - y) * x + _softplus(-x),
}
"""Each composite in terms of the operations that the evaluator knows."""


@lru_cache(maxsize=4096)
def expanded(tree: Tree) -> Tree:
    """The tree with every composite written out."""
    if not tree.args:
        return tree
    args = tuple(expanded(arg) for arg in tree.args)
    meaning = COMPOSITES.get(tree.op)
    if meaning is None:
        return Tree(tree.op, args, tree.text)
    return expanded(meaning(*args))
